"""Buckets without keys, readers that travel, and progress."""

from __future__ import annotations

import io
import pickle
from functools import partial
from pathlib import Path

import pytest
import sealwax
from sealwax import s3

from .servers import aws
from .servers.http import Proxy
from .test_s3 import MIB, bucket, data_of

KEY = sealwax.LocalKey.generate("reports")

pytestmark = pytest.mark.xdist_group("s3")


@pytest.mark.parametrize("detached", [False, True])
def test_objects_without_a_key(store: str, detached: bool) -> None:
    tides, folder = bucket(store, detached_headers=detached), f"objects-{detached}/"
    for name in ("b", "a"):
        tides.put(f"{folder}{name}", b"tide " + name.encode(), KEY)
    tides.copy(f"{folder}a", f"{folder}c")
    listed = list(tides.list(folder))
    assert [each.name for each in listed] == [f"{folder}{name}" for name in "abc"]
    assert all(each.stored_size > 60 and each.etag and each.modified.year for each in listed)
    assert tides.get(f"{folder}c", KEY) == b"tide a"
    assert tides.exists(f"{folder}c") and not tides.exists(f"{folder}d")
    for name in "abc":
        tides.delete(f"{folder}{name}")
    assert not tides.exists(f"{folder}c")
    left = aws.client(store, "s3").list_objects_v2(Bucket="tides", Prefix=folder)
    assert left["KeyCount"] == 0
    tides.delete(f"{folder}a")
    with pytest.raises(FileNotFoundError):
        tides.copy(f"{folder}a", f"{folder}b")


def test_ranges_are_few_requests(store: str, proxy: Proxy) -> None:
    data = data_of(9 * MIB)
    bucket(store).upload("many", io.BytesIO(data), KEY)
    with bucket(proxy).open("many", KEY) as file:
        assert len(proxy.take()) == 2
        ranges = [(0, 10), (3 * MIB, 50_000), (3 * MIB + 60_000, 5), (8 * MIB, 10), (9 * MIB, 9)]
        rooms = [bytearray(length) for _, length in ranges]
        assert file.read_ranges(ranges, rooms) == [10, 50_000, 5, 10, 0]
        assert [bytes(room) for room in rooms[:4]] == [data[a : a + n] for a, n in ranges[:4]]
        assert len(proxy.take()) == 2


@pytest.fixture
def proxy(store: str):  # type: ignore[no-untyped-def]
    with Proxy(store) as made:
        yield made


def test_a_reader_travels_by_reference(store: str, tmp_path: Path) -> None:
    (tmp_path / "k").write_text("ab" * 32)
    (tmp_path / "k").chmod(0o600)
    key = sealwax.LocalKey.from_file(tmp_path / "k")
    tides = s3.SealedBucket(partial(aws.client, store, "s3"), "tides")
    tides.put("travels", data_of(100_000), key)
    with tides.open("travels", key) as file:
        file.seek(50_000)
        with pickle.loads(pickle.dumps(file)) as again:
            assert again.read(16) == data_of(100_000)[50_000:50_016]
    with bucket(store).open("travels", key) as file, pytest.raises(TypeError, match="client"):
        pickle.dumps(file)


def test_progress(store: str, tmp_path: Path) -> None:
    tides, data, told = bucket(store), data_of(7 * MIB), []
    (tmp_path / "plain").write_bytes(data)
    tides.upload("told", tmp_path / "plain", KEY, progress=lambda *it: told.append(it))
    assert told[-1] == (len(data), len(data)) and told == sorted(told)
    told.clear()
    tides.download("told", tmp_path / "again", KEY, progress=lambda *it: told.append(it))
    assert told[-1] == (len(data), len(data)) and told == sorted(told)
    with pytest.raises(sealwax.CancelledError):
        tides.download("told", tmp_path / "never", KEY, progress=lambda *_: False)
    with pytest.raises(sealwax.CancelledError):
        tides.upload("never", tmp_path / "plain", KEY, progress=lambda *_: False)
    assert not (tmp_path / "never").exists() and not tides.exists("never")
