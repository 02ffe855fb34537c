"""Section 7: lengths and offsets."""

from .chunked import CHUNK, MAX_CHUNKS, MAX_PLAINTEXT, PREFIX, SEALED_CHUNK, TAG
from .errors import require


def body_len(n: int) -> int:
    """[B-17] The length of a body with `n` bytes of plaintext."""
    require(n <= MAX_PLAINTEXT, "limit_exceeded")
    return PREFIX + n + TAG * (n // CHUNK + 1)


def sealed_len(header_len: int, n: int) -> int:
    """[B-17] The length of an envelope; `header_len` is 0 for a body alone."""
    return header_len + body_len(n)


def last_chunk(b: int) -> tuple[int, int]:
    """[B-18] Index and sealed length of the last chunk of a body of `b` bytes."""
    require(b >= PREFIX, "truncated")
    full, r = divmod(b - PREFIX, SEALED_CHUNK)
    require(r >= TAG, "truncated")
    require(full < MAX_CHUNKS, "limit_exceeded")
    return full, r


def plaintext_len(b: int) -> int:
    """[B-18] What the length of a body says about its plaintext; not authenticated."""
    full, r = last_chunk(b)
    return full * CHUNK + (r - TAG)


def chunk_of(p: int) -> tuple[int, int]:
    """[B-20] Index of the chunk of a plaintext offset, and the offset in it."""
    return divmod(p, CHUNK)


def chunk_offset(i: int) -> int:
    """[B-20] Where chunk `i` starts in the body."""
    return PREFIX + SEALED_CHUNK * i


def ciphertext_range(start: int, end: int, b: int) -> tuple[int, int]:
    """[B-21] The bytes of the body that hold a range of the plaintext; (0, 0) when it is empty."""
    n = plaintext_len(b)
    require(start <= end, "invalid_argument")
    start, end = min(start, n), min(end, n)
    if start == end:
        return 0, 0
    first, last = start // CHUNK, (end - 1) // CHUNK
    return chunk_offset(first), min(chunk_offset(last + 1), b)
