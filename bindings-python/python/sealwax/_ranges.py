"""Ranges of plaintext: which bytes of an object they take, fetched by few requests, and opened.

`SealedRanges` reads nothing: it says what is wanted, and opens what was fetched, by whatever means.
`ObjectRanges` fetches by a function, and is what a `SealedReader` reads from.
"""

from __future__ import annotations

import errno
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, TypeVar, Union

from . import _sealwax
from ._errors import InvalidArgumentError, IoError
from ._sealwax import thread_limit

if TYPE_CHECKING:
    from ._types import Buffer, Keys, Opening

Span = tuple[int, int]
"""Where bytes start, and where they end."""

T = TypeVar("T")
U = TypeVar("U")

Fetch = Callable[[Sequence[Span]], Sequence[bytes]]
"""The bytes of spans of an object."""

GAP = 64 * 1024
"""Ranges that are no further apart are one request, in bytes: that is faster than another one."""


AT_ONCE = 8
"""How many ranges are read concurrently, unless there is a limit for threads."""

PART = 32 * 1024 * 1024
"""A longer range is fetched in parts, at the same time; in bytes."""


class Opened(NamedTuple):
    """What was fetched to open an object: its start, up to the first chunk; its last chunk."""

    size: int
    front: bytes
    last: bytes


class Start:
    """An object of `size` bytes that begins with `front`: `spans` is what else it takes to open it.

    A header that is stored elsewhere is not in its front.
    """

    def __init__(self, size: int, front: bytes, *, is_detached: bool = False) -> None:
        own_header = 0 if is_detached else header_len(front)
        (_, end), self._last = _sealwax.RangeOpener.opening_spans(size, own_header)
        self._size, self._front = size, front
        self._has_last = len(front) >= self._last[1]
        self.first_end = end
        self.spans: list[Span] = [(len(front), end)] if len(front) < end else []
        if not self._has_last:
            self.spans.append(self._last)

    def opened(self, fetched: Sequence[bytes]) -> Opened:
        """With what was fetched of the spans."""
        start, end = self._last
        last = self._front[start:end] if self._has_last else fetched[-1]
        front = self._front + (fetched[0] if len(self._front) < self.first_end else b"")
        return Opened(self._size, front, last)


def header_len(front: bytes) -> int:
    """Length of the header that an object begins with; an object too short for one has none."""
    return _sealwax.announced_header_len(front) or len(front)


class SealedRanges:
    """Any range of one object, when its bytes are at hand."""

    def __init__(self, opened: Opened, keys: Keys, opening: Opening) -> None:
        size, front, last = opened
        self._opener = _sealwax.RangeOpener(size, front, last, keys, opening)
        self._front, self._last_start, self._last = front, size - len(last), last

    @property
    def size(self) -> int:
        """Length of the plaintext in bytes, authenticated."""
        return self._opener.size

    @property
    def header(self) -> bytes:
        """The header, authenticated."""
        return self._opener.header

    @property
    def metadata(self) -> Optional[bytes]:
        """The confidential metadata; `None` if there is none."""
        return self._opener.metadata

    def reach(self, offset: int, size: int) -> int:
        """How much plaintext from `offset` on comes along with `size` bytes."""
        return max(0, self._opener.reach(offset, size) - offset)

    def plan(self, ranges: Sequence[tuple[int, int]], gap: int = GAP) -> Plan:
        """What to fetch for ranges of plaintext, each an offset and a length."""
        for offset, length in ranges:
            if offset < 0 or length < 0:
                raise InvalidArgumentError(f"no range starts at {offset} with {length} bytes")
        return Plan(self, ranges, gap)


class Plan:
    """Ranges of plaintext, and the `spans` of the object that hold them: few, in order.

    What was fetched when the object was opened is not fetched again.
    """

    def __init__(self, whole: SealedRanges, ranges: Sequence[tuple[int, int]], gap: int) -> None:
        self._whole, self._ranges = whole, ranges
        self._wanted = [whole._opener.span(offset, length) for offset, length in ranges]
        self._joined = coalesced(self._wanted, gap)
        self._missing = [self._without_kept(span) for span in self._joined]
        self.spans = [span for span in self._missing if span[0] < span[1]]

    @property
    def is_fresh(self) -> bool:
        """Whether all that is told will be fetched now, and nothing is from the opening."""
        is_empty = any(start == end for start, end in self._wanted)
        return self._missing == self._joined and not is_empty

    def open(self, fetched: Sequence[bytes], into: Optional[Sequence[Buffer]] = None) -> list[Any]:
        """The plaintext of all ranges in their order; or their lengths, if buffers are given."""
        blocks = _Blocks(self._joined, self._completed(fetched))
        opener, results = self._whole._opener, list[Any]()
        for index, (offset, length) in enumerate(self._ranges):
            sealed = blocks.cut(self._wanted[index])
            if into is None:
                results.append(opener.open_range(offset, length, sealed))
            else:
                room = memoryview(into[index]).cast("B")[:length]  # type: ignore[arg-type]
                results.append(opener.open_range_into(offset, room, sealed) if length else 0)
        return results

    def _without_kept(self, span: Span) -> Span:
        whole = self._whole
        start = max(span[0], min(len(whole._front), span[1]))
        return start, max(start, min(span[1], whole._last_start))

    def _completed(self, fetched: Sequence[bytes]) -> list[bytes]:
        """What was fetched, between what was kept from the opening where that belongs there."""
        front, last_start, pieces = self._whole._front, self._whole._last_start, iter(fetched)
        completed = []
        for (start, end), (first, stop) in zip(self._joined, self._missing):
            data = next(pieces) if first < stop else b""
            if len(data) != stop - first:
                raise IoError(_SHORT, errno=errno.EIO)
            if start < first:
                data = front[start:first] + data
            if stop < end:
                data += self._whole._last[stop - last_start : end - last_start]
            completed.append(data)
        return completed


_SHORT = "the store answers with less than was asked for: the object was replaced by a shorter one"


class _Blocks:
    """Bytes of an object, in pieces that are in order."""

    def __init__(self, spans: Sequence[Span], pieces: Sequence[bytes]) -> None:
        self._starts, self._pieces = [start for start, _ in spans], pieces

    def cut(self, span: Span) -> Any:
        """A part of a piece; the piece itself where it is all of that."""
        start, end = span
        if start == end:
            return b""
        index = bisect_right(self._starts, start) - 1
        at, data = self._starts[index], self._pieces[index]
        if start == at and end == at + len(data):
            return data
        return memoryview(data)[start - at : end - at]


def coalesced(spans: Sequence[Span], gap: int) -> list[Span]:
    """The same bytes in fewer spans: those that overlap, or are at most `gap` apart, are one."""
    joined: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1] + gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


class ObjectRanges(SealedRanges):
    """The same, of an object whose bytes `fetch` gets; as `_sealwax.RangeReader` has it."""

    def __init__(self, opened: Opened, keys: Keys, opening: Opening, fetch: Fetch) -> None:
        super().__init__(opened, keys, opening)
        self._fetch = fetch

    def read_at(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset` on; fewer only at the end."""
        parts = _parts(offset, min(size, max(0, self.size - offset)))
        pieces = self.read_ranges(parts, gap=-1)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readinto_at(self, offset: int, buffer: Any, wanted: int) -> int:
        """Fills the front of `buffer` with `wanted` bytes and what comes along with them."""
        room = memoryview(buffer).cast("B")
        length = min(len(room), self.reach(offset, wanted))
        return int(self.read_ranges([(offset, length)], [room[:length]])[0])

    def read_ranges(
        self,
        ranges: Sequence[tuple[int, int]],
        into: Optional[Sequence[Buffer]] = None,
        gap: int = GAP,
    ) -> list[Any]:
        """Many ranges, by few requests at the same time."""
        plan = self.plan(ranges, gap)
        return plan.open(self._fetch(plan.spans) if plan.spans else [], into)


def _parts(offset: int, size: int) -> list[tuple[int, int]]:
    """A range in parts that end where chunks do."""
    end = offset + size
    starts = [offset, *range((offset // PART + 1) * PART, end, PART)]
    return [(start, stop - start) for start, stop in zip(starts, [*starts[1:], end])]


def read_ranges(
    native: Any,
    ranges: Sequence[tuple[int, int]],
    into: Optional[Sequence[Buffer]],
    gap: int,
) -> list[Any]:
    """Ranges of what a reader reads from; what is no store is read by several threads."""
    if into is not None and len(into) != len(ranges):
        raise InvalidArgumentError(f"{len(ranges)} ranges need as many buffers, not {len(into)}")
    if isinstance(native, ObjectRanges):
        return native.read_ranges(ranges, into, gap)
    clipped = [_clipped(offset, length, native.size) for offset, length in ranges]
    joined = coalesced(clipped, gap)
    pieces = concurrently(lambda span: native.read_at(span[0], span[1] - span[0]), joined)
    blocks = _Blocks(joined, pieces)
    found = [blocks.cut(span) for span in clipped]
    if into is None:
        return [bytes(data) for data in found]
    for buffer, data in zip(into, found):
        memoryview(buffer).cast("B")[: len(data)] = data  # type: ignore[arg-type]
    return [len(data) for data in found]


def _clipped(offset: int, length: int, size: int) -> Span:
    if offset < 0 or length < 0:
        raise InvalidArgumentError(f"no range starts at {offset} with {length} bytes")
    start = min(offset, size)
    return start, min(start + length, size)


def concurrently(work: Callable[[T], U], items: Sequence[T], threads: int = 0) -> list[U]:
    """The results of work that waits, on a few threads where there is more than one item."""
    most = min(len(items), threads or thread_limit() or AT_ONCE)
    if most < 2:
        return [work(item) for item in items]
    # It imports `logging`, which takes longer than the whole package.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(most, thread_name_prefix="sealwax-ranges") as pool:
        return list(pool.map(work, items))


Ranges = Union[_sealwax.RangeReader, ObjectRanges]
"""What gives plaintext at any offset."""
