"""Ranges of objects: what opens one is kept, and no more is fetched than is asked for."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Optional

from fsspec.asyn import _run_coros_in_chunks

from .._errors import DirectoryError, SealwaxError
from .._ranges import GAP, Opened, Plan, SealedRanges, Span, Start
from ._below import Part, in_thread
from ._heads import PLAIN, SMALL, opened, version

if TYPE_CHECKING:
    from .._types import Opening

Range = tuple[Optional[int], Optional[int]]


class ObjectRanges(Part):
    """The part of the file system that reads ranges."""

    async def _cat_ranges(
        self,
        paths: list[str],
        starts: Any,
        ends: Any,
        max_gap: Optional[int] = None,
        batch_size: Optional[int] = None,
        on_error: str = "return",
        **options: Any,
    ) -> list[Any]:
        """Ranges of objects; those of one object that are `max_gap` apart are one request."""
        if not isinstance(paths, list):
            raise TypeError("paths is a list")
        starts = [starts] * len(paths) if not isinstance(starts, Sequence) else starts
        ends = [ends] * len(paths) if not isinstance(ends, Sequence) else ends
        if not len(paths) == len(starts) == len(ends):
            raise ValueError("as many paths as starts and ends are needed")
        places: dict[str, list[int]] = {}
        for index, path in enumerate(paths):
            places.setdefault(self._strip_protocol(path), []).append(index)
        gap = GAP if max_gap is None else max_gap
        work = [
            self._ranges(
                path, [(starts[i], ends[i]) for i in at], self._opening(path, options.copy()), gap
            )
            for path, at in places.items()
        ]
        size = batch_size or self.batch_size
        answers = await _run_coros_in_chunks(
            work, batch_size=size, nofiles=True, return_exceptions=True
        )
        results: list[Any] = [None] * len(paths)
        for at, answer in zip(places.values(), answers):
            failed = isinstance(answer, BaseException)
            if failed and on_error == "raise":
                raise answer
            for number, index in enumerate(at):
                results[index] = answer if failed else answer[number]
        return results

    async def _ranges(
        self, path: str, ranges: Sequence[Range], opening: Opening, gap: int
    ) -> list[bytes]:
        """Ranges of one object, which is not looked at again if it is known how to open it."""
        kept = opened.get(self._place(path))
        if kept is not None and all((a or 0) >= 0 and (b or -1) >= 0 for a, b in ranges):
            try:
                plan = await self._planned(path, kept[1], ranges, opening, gap)
                if plan.is_fresh:  # Else it would tell what may have been replaced.
                    return await self._read(path, plan)
            except (SealwaxError, OSError):
                self._forget(path)  # It may be another object by now.
        known = await self._opened(path)
        if known is None:
            return [await self._below("cat_file", path, start=a, end=b) for a, b in ranges]
        return await self._read(path, await self._planned(path, known, ranges, opening, gap))

    async def _planned(
        self, path: str, known: Opened, ranges: Sequence[Range], opening: Opening, gap: int
    ) -> Plan:
        whole = await in_thread(self._sealed_ranges, path, known, opening)
        return whole.plan([_length(span, whole.size) for span in ranges], gap)

    async def _read(self, path: str, plan: Plan) -> list[bytes]:
        fetched = await self._fetch(path, plan.spans)
        with self._named(path):
            return await in_thread(plan.open, fetched)

    def _sealed_ranges(self, path: str, known: Opened, opening: Opening) -> SealedRanges:
        with self._named(path):
            return SealedRanges(known, self._key_set(path).readers, opening)

    async def _fetch(self, path: str, spans: Sequence[Span]) -> Sequence[bytes]:
        """Bytes of the object below, concurrently."""
        fetched: Sequence[bytes] = await _run_coros_in_chunks(
            [self._below("cat_file", path, start=start, end=end) for start, end in spans],
            batch_size=self.batch_size,
            nofiles=True,
        )
        return fetched

    def _forget(self, path: str) -> None:
        opened.drop(self._place(path))
        self._below.fs.invalidate_cache(self._parent(path))

    async def _opened(self, path: str) -> Optional[Opened]:
        """What opens an object; `None` for a plain one that is passed on as it is."""
        info = await self._below("info", path)
        if info["type"] == "directory":
            raise DirectoryError("a directory", errno=errno.EISDIR, filename=path)
        kept, now = opened.get(self._place(path)), version(info)
        if kept is not None and now is not None and kept[0] == now:
            return kept[1]
        front, size = b"", info["size"]
        head = self._known_head(info)
        if head is None and size <= SMALL:
            front = await self._below("cat_file", path)
            head = self._learned(info, front)
        elif head is None:
            head = await self._head(info)
        if head is PLAIN or not head.is_sealed:
            if self._plain == "pass":
                return None
            raise self._not_sealed(path)
        known = await self._completed(path, size, front or head.front)
        opened.put(self._place(path), (now, known))
        return known

    async def _completed(self, path: str, size: int, front: bytes) -> Opened:
        """What opens an object that begins with `front`: what is missing is fetched at once."""
        with self._named(path):
            start = Start(size, front)
        return start.opened(await self._fetch(path, start.spans))


def _length(span: Range, size: int) -> tuple[int, int]:
    """Offset and length of a slice, as Python's slices are."""
    start, end, _ = slice(*span).indices(size)
    return start, max(0, end - start)
