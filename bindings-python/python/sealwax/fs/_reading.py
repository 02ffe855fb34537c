"""Reading: whole objects, ranges of them, and files that can seek."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Optional

from fsspec.asyn import _run_coros_in_chunks
from fsspec.callbacks import DEFAULT_CALLBACK
from fsspec.utils import isfilelike

from .. import _sealwax
from .._call_context import object_name
from .._convert_errors import about
from .._errors import DirectoryError, ErrorCode, FormatError, SealwaxError
from .._open import PATH_AHEAD
from .._ranges import GAP, ObjectRanges, Opened, Plan, SealedRanges, Span, Start
from .._raw import READ_BUFFER, RangeRaw
from ._below import Part, in_thread
from ._files import FileReader
from ._heads import PLAIN, SMALL, opened, version

if TYPE_CHECKING:
    from .._types import Context, Opening
    from ._below import Below
    from ._keys import KeySet

AHEAD = 8 * 1024 * 1024
"""How far a reader that goes on from front to end reads ahead at most, in bytes."""

PIECE = 8 * 1024 * 1024
"""How much a download decrypts at a time, in bytes."""

PIECES = 4
"""How many of those are fetched concurrently."""

Range = tuple[Optional[int], Optional[int]]


class Reading(Part):
    """The part of the file system that reads."""

    if TYPE_CHECKING:
        _below: Below
        _plain: str

        def _key_set(self, path: str) -> KeySet: ...
        def _context_of(self, path: str) -> Context: ...

    def _opening(self, path: str, options: dict[str, Any]) -> Opening:
        """What decrypts; a context of this call takes the place of the file system's."""
        context = options.pop("context", None)
        known: Opening = {"context": self._context_of(path) if context is None else context}
        known["associated_data"] = options.pop("associated_data", None)
        if options:
            raise TypeError(f"unexpected keyword arguments: {', '.join(sorted(options))}")
        return known

    # Whole objects

    async def _cat_file(
        self, path: str, start: Optional[int] = None, end: Optional[int] = None, **options: Any
    ) -> bytes:
        path = self._strip_protocol(path)
        opening = self._opening(path, options)
        if not start and end is None:
            return await self._whole(path, opening)
        data: bytes = (await self._ranges(path, [(start, end)], opening, GAP))[0]
        return data

    async def _whole(self, path: str, opening: Opening) -> bytes:
        data = await self._below("cat_file", path)
        if _is_sealed(data):
            return await in_thread(self._decrypted, path, data, opening)
        if self._plain == "pass":
            return bytes(data)
        raise self._not_sealed(path)

    def _decrypted(self, path: str, data: bytes, opening: Opening) -> bytes:
        with self._named(path):
            return _sealwax.decrypt(data, self._key_set(path).readers, **opening)

    def _not_sealed(self, path: str) -> Exception:
        if self._plain == "hide":
            return FileNotFoundError(errno.ENOENT, "a plain object, which is hidden", path)
        error = FormatError(_NOT_SEALED, ErrorCode.BAD_MAGIC)
        error._name(self._url(path))
        return error

    def _named(self, path: str) -> Any:
        """What is said inside of the block, in errors and in the audit log, is about this path."""
        return _Named(self._url(path))

    # Ranges

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

    # Files

    def _open_reader(self, path: str, block_size: Optional[int], options: dict[str, Any]) -> Any:
        if self._below.is_local:
            return self._local_reader(path, self._opening(path, options))
        known = self._below.wait(self._opened, path)
        return self._reader_of(path, known, block_size, self._opening(path, options))

    async def _opened_reader(
        self, path: str, block_size: Optional[int], options: dict[str, Any]
    ) -> Any:
        opening, known = self._opening(path, options), await self._opened(path)
        return await in_thread(self._reader_of, path, known, block_size, opening)

    def _reader_of(
        self, path: str, known: Optional[Opened], block_size: Optional[int], opening: Opening
    ) -> Any:
        if known is None:
            return self._below.fs.open(path, "rb")
        keys, fetch = self._key_set(path).readers, partial(self._fetched, path)
        with self._named(path):
            native = ObjectRanges(known, keys, opening, fetch)
        ahead = max(AHEAD, block_size or 0)
        return FileReader(RangeRaw(native, path, ahead), READ_BUFFER, self, path)

    def _fetched(self, path: str, spans: Sequence[Span]) -> Sequence[bytes]:
        """Bytes of the object below, for a thread that waits for them."""
        if self._below.fs.async_impl:
            fetched: Sequence[bytes] = self._below.wait(self._fetch, path, spans)
            return fetched
        return [self._below.call("cat_file", path, start, end) for start, end in spans]

    def _local_reader(self, path: str, opening: Opening) -> Any:
        try:
            with self._named(path):
                native = _sealwax.RangeReader.open(path, True, self._key_set(path).readers, opening)
        except SealwaxError as error:
            if not _is_plain(error):
                raise
            if self._plain == "pass":
                return self._below.fs.open(path, "rb")
            raise self._not_sealed(path) from None
        return FileReader(RangeRaw(native, path, PATH_AHEAD), READ_BUFFER, self, path)

    # Downloads

    async def _get_file(
        self, rpath: str, lpath: Any, callback: Any = DEFAULT_CALLBACK, **options: Any
    ) -> None:
        rpath = self._strip_protocol(rpath)
        if await self._isdir(rpath):
            await in_thread(partial(_make_folder, lpath))
            return
        opening = self._opening(rpath, options)
        known = await self._opened(rpath)
        if known is None:
            await self._below("get_file", rpath, lpath, callback=callback)
        elif isfilelike(lpath):
            await self._download(rpath, known, opening, lpath, callback)
        else:
            await self._download_to_path(rpath, known, opening, lpath, callback)

    async def _download_to_path(
        self, rpath: str, known: Opened, opening: Opening, lpath: str, callback: Any
    ) -> None:
        await in_thread(_make_parent, lpath)
        target = await in_thread(partial(_sealwax.FileTarget, lpath, overwrite=True, durable=False))
        try:
            await self._download(rpath, known, opening, target, callback)
            await in_thread(target.commit)
        finally:
            target.discard()  # Nothing, once it is committed.

    async def _download(
        self, path: str, known: Opened, opening: Opening, target: Any, callback: Any
    ) -> None:
        """Writes the plaintext to a file object, in constant memory."""
        whole = await in_thread(self._sealed_ranges, path, known, opening)
        callback.set_size(whole.size)
        for start in range(0, whole.size, PIECE * PIECES):
            ends = range(start, min(start + PIECE * PIECES, whole.size), PIECE)
            plan = whole.plan([(at, min(PIECE, whole.size - at)) for at in ends], gap=-1)
            for piece in await self._read(path, plan):
                await in_thread(target.write, piece)
                callback.relative_update(len(piece))


class _Named:
    """Names an object in the errors and in the events of a block."""

    def __init__(self, url: str) -> None:
        self._name, self._about = object_name(url), about(url)

    def __enter__(self) -> None:
        self._name.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._about.__exit__(*error)
        self._name.__exit__(*error)


_NOT_SEALED = (
    "the object is not sealed, and the file system does not read plain ones: plain='pass' does"
)


def _is_sealed(data: bytes) -> bool:
    try:
        return _sealwax.announced_header_len(data[:64]) is not None
    except SealwaxError as error:
        return not _is_plain(error)


def _is_plain(error: SealwaxError) -> bool:
    return error.code == ErrorCode.BAD_MAGIC


def _length(span: Range, size: int) -> tuple[int, int]:
    """Offset and length of a slice, as Python's slices are."""
    start, end, _ = slice(*span).indices(size)
    return start, max(0, end - start)


def _make_folder(path: Any) -> None:
    os.makedirs(path, exist_ok=True)


def _make_parent(path: Any) -> None:
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
