"""A store that takes 30 ms for each request: no reader waits for more of them than it must."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import pytest
from kms.servers.http import Delay, Proxy

from .conftest import KEY, fsspec, s3_options

pytestmark = [pytest.mark.readers, pytest.mark.xdist_group("s3")]

LATENCY = 0.03
OPENING = 2
"""Requests that opening takes besides: the head, and the last chunk."""


class Cost(NamedTuple):
    """What reading the column of all objects took."""

    requests: int
    seconds: float


@pytest.mark.parametrize("objects", [1, 4])
def test_a_column_costs_two_requests_more_for_each_object(
    proxy: Proxy, folders: dict[str, str], objects: int
) -> None:
    numpy, arrow = pytest.importorskip("numpy"), pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    chance = numpy.random.default_rng(1)
    table = arrow.table({name: chance.random(400_000) for name in "abcd"})
    plain = fsspec.filesystem("s3", default_cache_type="none", **s3_options(proxy.url))
    sealed = fsspec.filesystem("sealwax", fs=plain, keys=KEY)
    costs = {}
    for name, fs in {"plain": plain, "sealed": sealed}.items():
        folder = f"{folders['s3']}/{name}"
        for index in range(objects):
            with fs.open(f"{folder}/{index}.parquet", "wb") as file:
                parquet.write_table(table, file, row_group_size=100_000, compression="none")
        costs[name] = column(fs, folder, objects, proxy)
    print(f"\n{objects} objects: plain {costs['plain']}, sealed {costs['sealed']}")
    assert costs["plain"].requests >= 4 * objects  # The proxy sees what is read.
    assert costs["plain"].seconds > LATENCY
    assert costs["sealed"].requests <= costs["plain"].requests + OPENING * objects


def column(fs: Any, folder: str, objects: int, proxy: Proxy) -> Cost:
    """Reads one column of each object, one after the other."""
    dataset = pytest.importorskip("pyarrow.dataset")
    names = [f"{folder}/{index}.parquet" for index in range(objects)]
    proxy.take()
    proxy.fault = Delay(LATENCY)
    start = time.perf_counter()
    try:
        found = dataset.dataset(names, filesystem=fs).to_table(columns=["b"], use_threads=False)
    finally:
        proxy.fault = None
    assert len(found) == objects * 400_000
    return Cost(len(proxy.take()), time.perf_counter() - start)
