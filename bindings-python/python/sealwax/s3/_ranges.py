"""An object in a bucket as a seekable file, with ranged requests."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Mapping
from contextlib import closing
from typing import Any, NamedTuple

from .._errors import IoError
from ._body import Body, Source

FIRST = 64 * 1024
"""Length of the first request, in bytes: the header and a little more."""

MOST_AHEAD = 8 * 1024 * 1024
"""Longest read-ahead of a sequential reader, in bytes."""


class Front(NamedTuple):
    """The start of an object, its length, and the conditions for later requests."""

    data: bytes
    size: int
    conditions: Mapping[str, Any]

    @classmethod
    def of(cls, source: Source, length: int) -> Front:
        """The first `length` bytes, or fewer if the object is shorter."""
        try:
            body = Body(source, 0, length)
        except IoError as error:
            if error.errno == errno.ENODATA:  # An empty object has no range.
                return cls(b"", 0, {})
            raise
        with closing(body):
            data = body.read(length)
        total = body.span.total
        return cls(data, len(data) if total is None else total, body.conditions)


class RangedObject(io.RawIOBase):
    """Bytes of an object at any offset.

    The first response fixes the length and version of the object; later ones must match it. A read
    after a seek requests only the wanted bytes; sequential reads request longer and longer pieces.
    """

    def __init__(self, source: Source) -> None:
        self._source, self.name = source, source.url
        self._position, self._ahead = 0, FIRST
        self.first, self.size, self._conditions = Front.of(source, FIRST)
        self._start, self._block = 0, self.first

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}
        self._position = max(0, base[whence] + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self.size - self._position)
        if wanted <= 0:
            return 0
        piece = self._known(wanted)
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _known(self, wanted: int) -> memoryview:
        """At least one byte at the position, from the first block, the last one or a new one."""
        if self._position < len(self.first):
            return memoryview(self.first)[self._position :][:wanted]
        if not self._start <= self._position < self._start + len(self._block):
            self._load(wanted)
        return memoryview(self._block)[self._position - self._start :][:wanted]

    def _load(self, wanted: int) -> None:
        goes_on = self._position == self._start + len(self._block)
        self._ahead = min(2 * self._ahead, MOST_AHEAD) if goes_on else FIRST // 2
        length = max(wanted, self._ahead if goes_on else 0)
        end = min(self._position + length, self.size)
        with closing(Body(self._source, self._position, end, self._conditions)) as body:
            data = body.read(end - self._position)
        if self._position + len(data) != end:
            raise self._source.error(errno.EIO, "the store answers with less than was asked for")
        self._start, self._block = self._position, data
