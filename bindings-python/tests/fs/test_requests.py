"""Requests to the store: how many, and for how many bytes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sealwax
from fsspec.asyn import AsyncFileSystem
from kms.servers.http import Proxy, Request

from .conftest import KEY, fsspec, s3_options

HEAD = 4608
CHUNK = 16_400
CONTEXT_SIZE = 40_000


class Counting(AsyncFileSystem):
    """Objects in memory; it counts requests, and how many there are at the same time."""

    cachable = False
    protocol = "counting"

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, bytes] = {}
        self.asked: list[tuple[str, int, int]] = []
        self.running = self.most = 0

    async def _ls(self, path: str, detail: bool = True, **_: Any) -> Any:
        self.asked.append(("ls", 0, 0))
        return [await self._entry(name) for name in self.objects]

    async def _entry(self, name: str) -> dict[str, Any]:
        data = self.objects[name]
        return {"name": name, "size": len(data), "type": "file", "ETag": str(hash(data))}

    async def _info(self, path: str, **_: Any) -> Any:
        self.asked.append(("info", 0, 0))
        return await self._entry(path)

    async def _cat_file(self, path: str, start: Any = None, end: Any = None, **_: Any) -> bytes:
        data = self.objects[path][start:end]
        self.asked.append((path, start or 0, len(data)))
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.running -= 1
        return data

    def take(self) -> list[tuple[str, int, int]]:
        taken, self.asked = self.asked, []
        return taken


def test_a_listing_of_ten_thousand() -> None:
    sealed = sealwax.encrypt(bytes(CONTEXT_SIZE), KEY)
    below = Counting()
    below.objects = {f"d/{index}": sealed for index in range(10_000)}
    fs = fsspec.filesystem("sealwax", fs=below, keys=KEY)
    assert {info["size"] for info in fs.ls("d")} == {CONTEXT_SIZE}
    asked = below.take()
    assert [name for name, _, _ in asked].count("ls") == 1
    gets = [(name, size) for name, _, size in asked if name != "ls"]
    assert len(gets) == len(set(gets)) == 10_000
    assert max(size for _, size in gets) == HEAD
    assert 16 <= below.most <= 64
    assert len(fs.ls("d")) == 10_000
    assert below.take() == [("ls", 0, 0)]
    below.objects["d/5"] = sealwax.encrypt(b"another", KEY)
    assert {info["size"] for info in fs.ls("d")} == {CONTEXT_SIZE, 7}
    assert [name for name, _, _ in below.take()] == ["ls", "d/5"]
    assert len(fs.ls("d", detail=False)) == 10_000
    assert below.take() == [("ls", 0, 0)]


def test_ranges_that_are_near_are_one_request() -> None:
    data = bytes(range(256)) * 40_000
    below = Counting()
    below.objects = {"x": sealwax.encrypt(data, KEY)}
    fs = fsspec.filesystem("sealwax", fs=below, keys=KEY)
    starts = [1_000_000, 1_020_000, 1_070_000, 5_000_000, 0]
    found = fs.cat_ranges(["x"] * 5, starts, [start + 100 for start in starts])
    assert found == [data[start : start + 100] for start in starts]
    asked = below.take()
    assert [name for name, _, _ in asked] == ["info"] + ["x"] * 5
    opening = 2  # the head, and the last chunk
    assert len(asked) == 1 + opening + 3
    assert below.most >= 3
    assert fs.cat_ranges(["x"], [5_000_000], [5_000_100]) == [data[5_000_000:5_000_100]]
    assert [size for _, _, size in below.take()] == [CHUNK]


def test_an_opened_object_costs_its_head_and_its_last_chunk() -> None:
    data = bytes(range(256)) * 40_020
    below = Counting()
    below.objects = {"x": sealwax.encrypt(data, KEY), "s": sealwax.encrypt(b"short", KEY)}
    fs = fsspec.filesystem("sealwax", fs=below, keys=KEY)
    with fs.open("x") as file:
        assert [size for _, _, size in below.take()][1] == HEAD
        for offset in (3_000_000, 7_000_000):
            file.seek(offset)
            assert file.read(20_000) == data[offset : offset + 20_000]
        assert all(size <= 20_000 + 2 * CHUNK for _, _, size in below.take())
        file.seek(-100, 2)
        assert file.read() == data[-100:]
        assert below.take() == []
    with fs.open("s") as file:
        assert file.read() == b"short"
        assert len(below.take()) == 2
    fs.cat_file("s")
    assert len(below.take()) == 1


def spans(requests: list[Request]) -> list[int]:
    """How many bytes each ranged request asks for."""
    headers = [{k.lower(): v for k, v in request.headers.items()} for request in requests]
    ranges = [
        each["range"].removeprefix("bytes=").split("-") for each in headers if "range" in each
    ]
    return [int(last) - int(first) + 1 for first, last in ranges]


@pytest.mark.xdist_group("s3")
def test_a_column_of_parquet(store: str, proxy: Proxy, folders: dict[str, str]) -> None:
    """The bytes that pyarrow's own reader fetches of the plain object, and what opening takes.

    And two requests more than s3fs sends for that, when it reads nothing in advance.
    """
    numpy, parquet = pytest.importorskip("numpy"), pytest.importorskip("pyarrow.parquet")
    dataset, arrow = pytest.importorskip("pyarrow.dataset"), pytest.importorskip("pyarrow")
    folder, chance = folders["s3"], numpy.random.default_rng(1)
    table = arrow.table({name: chance.random(400_000) for name in "abcd"})
    fs = fsspec.filesystem(
        "sealwax", target_protocol="s3", target_options=s3_options(proxy.url), keys=KEY
    )
    for name, place in [("sealed", fs), ("plain", fs.fs)]:
        with place.open(f"{folder}/{name}.parquet", "wb") as file:
            parquet.write_table(table, file, row_group_size=100_000, compression="none")
    stored = fs.fs.info(f"{folder}/sealed.parquet")["size"]

    def fetched(name: str, filesystem: Any) -> list[Request]:
        proxy.take()
        opened = dataset.dataset(f"{folder}/{name}.parquet", filesystem=filesystem)
        assert opened.to_table(columns=["b"])["b"].equals(table["b"])
        return proxy.take()

    own = spans(fetched("plain", arrow_s3(proxy.url)))
    same = fetched(
        "plain", fsspec.filesystem("s3", default_cache_type="none", **s3_options(proxy.url))
    )
    asked = fetched("sealed", fs)
    gets = spans(asked)
    assert sum(gets) <= sum(own) + 32 * 1024 * len(own) + HEAD + CHUNK < stored / 3
    assert len(asked) == len(same) + 2


def arrow_s3(url: str) -> Any:
    from pyarrow.fs import S3FileSystem

    options = s3_options(url)
    return S3FileSystem(
        access_key=options["key"],
        secret_key=options["secret"],
        endpoint_override=url.removeprefix("http://"),
        scheme="http",
        region="us-east-1",
    )
