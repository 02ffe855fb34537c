"""Reading ahead in the background: same bytes, no hidden error, none where threads may not be."""

from __future__ import annotations

import io
import os
import random
import threading
from typing import NamedTuple

import pytest
import sealwax
from sealwax._ahead import FROM
from sealwax._raw import READ_BUFFER, RangeRaw
from sealwax._sealed import SealedReader

SIZE = 12_000_000
MOST = 2 * FROM


class Read(NamedTuple):
    """What was asked for, and whether by the thread of the reader."""

    offset: int
    size: int
    in_turn: bool


class Ranges:
    """Plaintext in memory; after `fails_at` every read fails."""

    def __init__(self, data):
        self.data, self.size, self.fails_at, self.reads = data, len(data), None, []
        self._own = threading.current_thread()

    def read_at(self, offset, size):
        self.reads.append(Read(offset, size, threading.current_thread() is self._own))
        if self.fails_at is not None and offset >= self.fails_at:
            raise sealwax.IoError(f"nothing from {offset} on")
        return self.data[offset : offset + size]

    def readinto_at(self, offset, buffer, wanted):
        data = self.read_at(offset, min(len(buffer), wanted))
        buffer[: len(data)] = data
        return len(data)

    @property
    def ahead(self):
        """The reads in the background."""
        return [read for read in self.reads if not read.in_turn]


@pytest.fixture
def ranges():
    return Ranges(random.Random(7).randbytes(SIZE))


@pytest.fixture
def file(ranges):
    with SealedReader(RangeRaw(ranges, None, MOST, in_background=True), READ_BUFFER) as opened:
        yield opened


def read_all(file, size):
    return b"".join(iter(lambda: file.read(size), b""))


@pytest.mark.parametrize("size", [1000, 70_000, 262_144, 1_500_000, 3_000_000])
def test_the_bytes_are_the_same(ranges, file, size):
    assert read_all(file, size) == ranges.data
    assert sum(read.size for read in ranges.reads) < SIZE + 3 * MOST
    for offset in (5_000_000, 100, SIZE - 10):
        file.seek(offset)
        assert file.read(size) == ranges.data[offset : offset + size]


def test_a_scan_is_read_ahead_and_nothing_twice(ranges, file):
    assert read_all(file, 100_000) == ranges.data
    assert len(ranges.ahead) >= 4
    starts = [read.offset for read in ranges.reads]
    assert len(set(starts)) == len(starts)


def test_what_seeks_is_not_read_ahead(ranges, file):
    for offset in range(0, SIZE, 1_000_000):
        file.seek(offset + 7)
        assert file.read(1000) == ranges.data[offset + 7 : offset + 1007]
    assert ranges.ahead == []


def test_an_error_comes_in_its_turn(ranges, file):
    ranges.fails_at = 6_000_000
    done = 0
    with pytest.raises(sealwax.IoError, match="nothing from"):
        while True:
            assert file.read(100_000) == ranges.data[done : done + 100_000]
            done += 100_000
    assert 3_000_000 < done < 6_000_000 + MOST
    assert ranges.reads[-1].in_turn
    ranges.fails_at = None
    file.seek(done)
    assert file.read() == ranges.data[done:]


def test_a_process_of_one_thread_stays_one(ranges, file):
    sealwax.set_thread_limit(1)
    try:
        assert read_all(file, 100_000) == ranges.data
    finally:
        sealwax.set_thread_limit(0)
    assert ranges.ahead == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_fork_in_the_middle(ranges, file):
    """The child has no thread that would bring what the parent waits for."""
    start = file.read(3_000_000) + file.read(3_000_000)
    child = os.fork()
    if child == 0:
        os._exit(0 if start + read_all(file, 100_000) == ranges.data else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert start + read_all(file, 100_000) == ranges.data


LENGTHS = (1, 100, 5_000, 70_000, 300_000, FROM, 3_000_000, 9_000_000)


def outcome(file, operation, size, position):
    """What a file object answers, and where it then stands."""
    if operation == "seek":
        file.seek(position)
    if operation == "pieces":
        return [file.read(5_000) for _ in range(40)], file.tell()
    if operation == "readinto":
        buffer = bytearray(size)
        return (file.readinto(buffer), buffer), file.tell()
    return file.read(size), file.tell()


@pytest.mark.parametrize("seed", range(8))
def test_a_file_in_memory_is_the_model(ranges, file, seed):
    """Reads of any length, in any order, give what they give of the plaintext itself."""
    choice, model = random.Random(seed), io.BytesIO(ranges.data)
    for _ in range(60):
        operation = choice.choice(("read", "read", "pieces", "readinto", "seek"))
        size, position = choice.choice(LENGTHS), choice.randrange(SIZE)
        wanted = outcome(model, operation, size, position)
        assert outcome(file, operation, size, position) == wanted, (operation, size, position)
