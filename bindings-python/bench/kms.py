"""A loader that opens many objects under a real KMS: with and without a cache of data keys.

OpenBao runs on this machine, so a call has no network latency; a cache saves more with a remote
KMS. Calls are counted at the sender. The limit of each row is the same loader with a key in the
process.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import requests
import sealwax
from sealwax import kms

from table import print_table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from kms.servers.openbao import OpenBao, openbao

SIZE = 100 * 1024
CONTEXT = {"purpose": "bench"}


class Counting(requests.Session):
    """A session that counts what it sends."""

    sent = 0

    def send(self, *arguments: Any, **options: Any) -> Any:
        type(self).sent += 1
        return super().send(*arguments, **options)


class Row(NamedTuple):
    """One measured loader."""

    name: str
    threads: int
    seconds: float
    calls: int


@contextmanager
def counted() -> Iterator[Callable[[], int]]:
    """How many requests were sent since the start of the block, as a function."""
    before = Counting.sent
    yield lambda: Counting.sent - before


def provider(bao: OpenBao) -> kms.VaultTransit:
    import hvac

    client = hvac.Client(url=bao.url, token=bao.token, session=Counting())
    return kms.VaultTransit("bench", client)


def write(folder: Path, keys: Any, data: bytes, count: int) -> list[Path]:
    """Objects of their own, as files."""
    folder.mkdir()
    paths = [folder / f"{number}.sealwax" for number in range(count)]
    for path in paths:
        path.write_bytes(sealwax.encrypt(data, keys, context=CONTEXT))
    return paths


def load(name: str, paths: list[Path], key: Any, threads: int) -> Row:
    """Opens all of them."""

    def open_one(path: Path) -> int:
        return len(sealwax.decrypt(path.read_bytes(), key))

    with counted() as calls, ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        opened = sum(pool.map(open_one, paths, chunksize=16))
        seconds = time.perf_counter() - start
        assert opened == SIZE * len(paths)
        return Row(name, threads, seconds, calls())


def looked_at(paths: list[Path]) -> Row:
    """Headers only."""
    with counted() as calls:
        start = time.perf_counter()
        for path in paths:
            sealwax.inspect(path)
        return Row("headers only (`inspect`)", 1, time.perf_counter() - start, calls())


def measure(bao: OpenBao, folder: Path, count: int) -> Iterator[Row]:
    bao.create_key("bench")
    local = sealwax.LocalKey.generate()
    data = os.urandom(SIZE)
    with counted() as calls:
        own = write(folder / "own", [provider(bao), local], data, count)
        assert calls() == count, f"{calls()} calls to write {count} objects"
    with counted() as calls:
        writer = kms.CachingProvider(provider(bao))
        shared = write(folder / "shared", writer, data, count)
        assert calls() == 1, f"{calls()} calls to write {count} objects under a cache"
    load("warm up", own, local, 1)
    for threads in (1, 8):
        yield load("limit: a key in the process", own, local, threads)
        yield load("OpenBao, a data key for each object", own, provider(bao), threads)
        cached = kms.CachingProvider(provider(bao), capacity=2 * count)
        yield load("the same with a cache, first pass", own, cached, threads)
        yield load("the same with a cache, second pass", own, cached, threads)
        cached = kms.CachingProvider(provider(bao))
        yield load("OpenBao, written and read under a cache", shared, cached, threads)
    yield looked_at(own)


def cells(rows: list[Row], count: int) -> Iterator[tuple[object, ...]]:
    """The lines of the table."""
    yield "loader", "threads", "objects/s", "MB/s", "of the limit", "calls of the KMS"
    limits = {row.threads: row.seconds for row in rows if row.name.startswith("limit")}
    for row in rows:
        is_load = "inspect" not in row.name
        megabytes = f"{count * SIZE / row.seconds / 1e6:,.0f}" if is_load else "-"
        share = f"{limits[row.threads] / row.seconds:.2f}" if is_load else "-"
        per_second = f"{count / row.seconds:,.0f}"
        yield row.name, row.threads, per_second, megabytes, share, f"{row.calls:,}"


def check(rows: list[Row], count: int) -> None:
    """What the table claims of calls is exact, or there is no table."""
    wanted = {
        "limit: a key in the process": {0},
        "OpenBao, a data key for each object": {count},
        "the same with a cache, first pass": {count},
        "the same with a cache, second pass": {0},
        "OpenBao, written and read under a cache": {1},
        "headers only (`inspect`)": {0},
    }
    for row in rows:
        if row.threads == 1:
            assert row.calls in wanted[row.name], row


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true")
    count = 200 if arguments.parse_args().quick else 10_000
    rows = []
    with tempfile.TemporaryDirectory() as folder, openbao() as bao:
        for row in measure(bao, Path(folder), count):
            print(f"{row.name}, {row.threads} threads: {row.seconds:.1f} s", file=sys.stderr)
            rows.append(row)
    check(rows, count)
    print(f"{count:,} objects of {SIZE // 1024} KiB in files, in the system's cache.\n")
    print_table(*cells(rows, count))


if __name__ == "__main__":
    main()
