"""An object in a bucket as a file that can seek, by ranged requests."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from .._errors import IoError
from .._ranges import ObjectRanges, Span, Start, concurrently
from ._body import Body, Source

if TYPE_CHECKING:
    from .._types import Keys, Opening

FIRST = 64 * 1024
"""What is asked for first: the header and some more, in bytes."""

MOST_AHEAD = 8 * 1024 * 1024
"""How far a reader that goes on from front to end reads ahead at most, in bytes."""


class Front(NamedTuple):
    """What an object begins with, its length, and what makes a later request one for the same."""

    data: bytes
    size: int
    conditions: Mapping[str, Any]

    @classmethod
    def of(cls, source: Source, length: int) -> Front:
        """The first `length` bytes, fewer where the object is shorter."""
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


class RangedObject:
    """Bytes of an object at any offset, of the version that it had when its front was fetched."""

    def __init__(self, source: Source, front: Front, threads: int) -> None:
        self._source, self._front, self._threads = source, front, threads

    def opened(self, keys: Keys, opening: Opening) -> ObjectRanges:
        """The plaintext at any offset."""
        is_detached = opening.get("header") is not None
        start = Start(self._front.size, self._front.data, is_detached=is_detached)
        return ObjectRanges(start.opened(self.fetch(start.spans)), keys, opening, self.fetch)

    def fetch(self, spans: Sequence[Span]) -> list[bytes]:
        """The bytes of spans, each by one request, some of them at the same time."""
        return concurrently(self._fetch_one, spans, self._threads)

    def _fetch_one(self, span: Span) -> bytes:
        start, end = span
        with closing(Body(self._source, start, end, self._front.conditions)) as body:
            return body.read(end - start)
