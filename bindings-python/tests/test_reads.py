"""Requests of a reader: one for a contiguous read, and none that is not needed."""

from __future__ import annotations

import io
import random

import pytest
import sealwax

CHUNK = 16_384
SEALED = CHUNK + 16


class Store(io.RawIOBase):
    """An object whose every read is a request."""

    def __init__(self, data):
        self._source, self.requests = io.BytesIO(data), []

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=0):
        return self._source.seek(offset, whence)

    def tell(self):
        return self._source.tell()

    def readinto(self, buffer):
        read = self._source.readinto(buffer)
        self.requests.append(read)
        return read


@pytest.fixture
def large():
    return random.Random(7).randbytes(12_000_000)


@pytest.fixture
def opened(key, large):
    store = Store(sealwax.encrypt(large, key))
    with sealwax.open(store, "rb", key) as file:
        store.requests.clear()
        yield file, store.requests


def chunks(start, size):
    """Sealed bytes of the chunks that hold a range."""
    return ((start + size - 1) // CHUNK - start // CHUNK + 1) * SEALED


READS = {
    "read": lambda file, size: file.read(size),
    "readinto": lambda file, size: into(file.readinto, size),
    "raw.readinto": lambda file, size: into(file.raw.readinto, size),
    "raw.read": lambda file, size: file.raw.read(size),
}


def into(readinto, size):
    buffer = bytearray(size)
    return bytes(buffer[: readinto(buffer)])


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("read", READS.values(), ids=READS)
@pytest.mark.parametrize("size", [65_537, 131_072, 160_000, 1_000_000, 9_999_999])
@pytest.mark.parametrize("start", [0, 5, 100_000, CHUNK * 20])
def test_one_request_for_a_contiguous_read(opened, large, read, size, start):
    file, requests = opened
    file.seek(start)
    assert read(file, size) == large[start : start + size]
    assert requests == [chunks(start, size)]


@pytest.mark.parametrize("size", [600, 4096, 20_000, 65_536])
def test_one_request_for_a_short_read_at_a_new_place(opened, large, size):
    file, requests = opened
    for start in (7_000_000, 30_001, 4_999_999, 11_000_000):
        requests.clear()
        file.seek(start)
        assert file.read(size) == large[start : start + size]
        assert requests == [chunks(start, size)]


def test_a_tiny_read_fetches_its_chunk_and_no_other(opened, large):
    file, requests = opened
    for start in (7_000_000, 30_001, CHUNK * 9 + 5):
        file.seek(start)
        assert file.read(100) == large[start : start + 100]
    assert requests == [SEALED] * 3
    requests.clear()
    start = 500 * CHUNK - 50  # across two
    file.seek(start)
    assert file.read(100) == large[start : start + 100] and requests == [2 * SEALED]


def test_the_rest_in_one_request(opened, large):
    file, requests = opened
    file.seek(3 * CHUNK)
    assert file.read() == large[3 * CHUNK :]
    assert len(requests) == 1


def test_reading_ahead_grows_while_reads_follow_each_other(opened, large):
    file, requests = opened
    while piece := file.read(1000):
        assert piece == large[file.tell() - len(piece) : file.tell()]
    assert len(requests) < 20 and requests[0] <= 2 * SEALED and max(requests) <= 66 * SEALED
    assert sum(requests) <= chunks(0, len(large)) + len(requests) * SEALED
    requests.clear()
    file.seek(0)
    file.seek(6_000_000)
    file.read(10)
    assert requests == [SEALED]  # a jump begins anew


def test_reads_after_a_long_one_go_on_where_it_ended(opened, large):
    file, requests = opened
    assert file.read(160_000) == large[:160_000]
    assert file.read(3_840) == large[160_000:163_840]
    assert file.read(5) == large[163_840:163_845]
    assert (
        file.seek(-5, 1) == 163_840 and file.readline() == large[163_840:].split(b"\n")[0] + b"\n"
    )
    file.seek(0)
    requests.clear()
    file.seek(2_000_000)
    file.readline()
    assert sum(requests) <= 4 * SEALED  # what was announced before is forgotten


def test_columns_of_a_parquet_file_cost_what_they_must(key):
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table({f"c{i}": list(range(i, i + 100_000)) for i in range(8)})
    target = io.BytesIO()
    parquet.write_table(table, target, compression="none", use_dictionary=False)
    store = Store(sealwax.encrypt(target.getvalue(), key))
    with sealwax.open(store, "rb", key) as file:
        column = parquet.read_table(file, columns=["c3"], pre_buffer=False)
    assert column["c3"].equals(table["c3"])
    assert len(store.requests) <= 9 and sum(store.requests) < 1_400_000
