"""Many ranges of one object at once."""

from __future__ import annotations

import asyncio
import io

import pytest
import sealwax
from sealwax import aio

RANGES = [(0, 5), (1_000_000, 70_000), (999_990, 30), (2_399_990, 100), (5_000_000, 5), (7, 0)]


@pytest.fixture
def path(tmp_path, blob, key):
    path = tmp_path / "x.sealwax"
    path.write_bytes(sealwax.encrypt(blob, key))
    return path


@pytest.mark.parametrize("kind", ["path", "object"])
@pytest.mark.parametrize("gap", [0, 64 * 1024, 10_000_000])
def test_ranges(path, key, blob, kind, gap):
    source = path if kind == "path" else io.BytesIO(path.read_bytes())
    wanted = [blob[at : at + length] for at, length in RANGES]
    with sealwax.open(source, "rb", key) as file:
        file.seek(77)
        assert file.read_ranges(RANGES, gap=gap) == wanted
        rooms = [bytearray(length) for _, length in RANGES]
        counts = file.read_ranges(RANGES, rooms, gap=gap)
        assert [bytes(room[:count]) for room, count in zip(rooms, counts)] == wanted
        assert file.tell() == 77
        assert file.read_ranges([]) == []


def test_arguments(path, key):
    with sealwax.open(path, "rb", key) as file:
        with pytest.raises(sealwax.InvalidArgumentError, match="1 ranges need as many buffers"):
            file.read_ranges([(0, 1)], [])
        with pytest.raises(sealwax.InvalidArgumentError, match="no range starts at -1"):
            file.read_ranges([(-1, 1)])
    stream = sealwax.encrypt_stream(io.BytesIO(b"x"), key)
    with pytest.raises(io.UnsupportedOperation):
        stream.read_ranges([(0, 1)])


def test_coroutines(path, key, blob):
    async def main():
        async with aio.open(path, "rb", key) as file:
            return await file.read_ranges(RANGES[:2])

    assert asyncio.run(main()) == [blob[at : at + length] for at, length in RANGES[:2]]


def test_a_changed_chunk_fails_its_ranges(path, key):
    stored = bytearray(path.read_bytes())
    stored[1_000_000] ^= 1
    path.write_bytes(stored)
    with sealwax.open(path, "rb", key) as file:
        assert file.read_ranges([(0, 5)])
        with pytest.raises(sealwax.AuthenticationError):
            file.read_ranges([(0, 5), (995_000, 5_000)])


def test_a_thread_limit(path, key, blob, tmp_path):
    assert sealwax.thread_limit() == 0
    sealwax.set_thread_limit(1)
    try:
        assert sealwax.thread_limit() == 1
        with sealwax.open(path, "rb", key) as file:
            assert file.read_ranges(RANGES[:3]) == [blob[a : a + n] for a, n in RANGES[:3]]
            file.seek(0)
            assert file.read() == blob
        assert sealwax.decrypt(sealwax.encrypt(blob, key), key) == blob
        assert sealwax.decrypt_file(path, tmp_path / "again", key) == len(blob)
    finally:
        sealwax.set_thread_limit(0)
