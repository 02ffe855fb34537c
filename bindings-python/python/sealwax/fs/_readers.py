"""Files that can seek: of objects, and of the local disk."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Optional

from .. import _sealwax
from .._errors import ErrorCode, SealwaxError
from .._ranges import ObjectRanges, Opened, Span
from .._raw import READ_BUFFER, RangeRaw
from ._below import Part, in_thread
from ._files import FileReader

if TYPE_CHECKING:
    from .._types import Opening

AHEAD = 8 * 1024 * 1024
"""How far a reader that goes on from front to end reads ahead at most, in bytes."""

LOCAL_AHEAD = 1024 * 1024
"""The same on the local disk: one thread decrypts it while another one uses the piece before."""


class Readers(Part):
    """The part of the file system that opens files for reading."""

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
        raw = RangeRaw(native, path, ahead, in_background=True)
        return FileReader(raw, READ_BUFFER, self, path)

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
            if not is_plain(error):
                raise
            if self._plain == "pass":
                return self._below.fs.open(path, "rb")
            raise self._not_sealed(path) from None
        raw = RangeRaw(native, path, LOCAL_AHEAD, in_background=True)
        return FileReader(raw, READ_BUFFER, self, path)


def is_plain(error: SealwaxError) -> bool:
    """Whether what could not be opened is no envelope at all."""
    return error.code == ErrorCode.BAD_MAGIC
