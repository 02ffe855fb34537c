"""Shared code of the tests: exact error codes, and random envelopes from a fixed seed."""

import random
from contextlib import contextmanager

import pytest
from sealwax_reference import SealwaxError

SIZES = [0, 1, 15, 16, 17, 16383, 16384, 16385, 32767, 32768, 32769, 50000]
LETTERS = [chr(c) for c in (0x20, 0x3D, 0x41, 0x7A, 0x7F, 0xE9, 0x301, 0xFFFD, 0x1F512, 0x10FFFF)]


@contextmanager
def fails(name: str, chunk: int | None = None):
    """The block fails with exactly this error."""
    with pytest.raises(SealwaxError) as caught:
        yield
    assert (caught.value.name, caught.value.chunk) == (name, chunk)


def random_text(source: random.Random, least: int, most: int) -> str:
    return "".join(source.choices(LETTERS, k=source.randint(least, most)))


def random_pairs(source: random.Random) -> list[tuple[str, str]]:
    count = source.choice([0, 0, 1, 2, 5])
    pairs = {
        random_text(source, 1, 8).replace("=", "."): random_text(source, 0, 12)
        for _ in range(count)
    }
    return list(pairs.items())


def random_metadata(source: random.Random) -> bytes | None:
    size = source.choice([None, None, 0, 1, 100, 16383, 16384])
    return None if size is None else source.randbytes(size)
