"""Reading: whole objects here; ranges, files and downloads are parts of their own."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any, Optional

from .. import _sealwax
from .._call_context import object_name
from .._convert_errors import about
from .._errors import ErrorCode, FormatError, SealwaxError
from .._ranges import GAP
from ._below import in_thread
from ._downloads import Downloads
from ._object_ranges import ObjectRanges
from ._readers import Readers, is_plain

if TYPE_CHECKING:
    from .._types import Context, Opening
    from ._below import Below
    from ._keys import KeySet


class Reading(ObjectRanges, Readers, Downloads):
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
        if self._below.is_local:
            return await in_thread(self._whole_file, path, opening)
        data = await self._below("cat_file", path)
        if _is_sealed(data):
            return await in_thread(self._decrypted, path, data, opening)
        if self._plain == "pass":
            return bytes(data)
        raise self._not_sealed(path)

    def _whole_file(self, path: str, opening: Opening) -> bytes:
        """In one pass, by all threads, without the envelope in memory."""
        with self._local_reader(path, opening) as file:
            return bytes(file.read())

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
        return not is_plain(error)
