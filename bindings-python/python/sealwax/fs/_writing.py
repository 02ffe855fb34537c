"""Writing: objects that appear when they are complete."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

from fsspec.callbacks import DEFAULT_CALLBACK

from .. import _sealwax
from ._below import Part, in_thread
from ._files import FileWriter, SinkRaw, already_exists, sink_of

if TYPE_CHECKING:
    from .._types import Context, Padding, Sealing
    from ._below import Below
    from ._keys import KeySet


AT_ONCE = 32 * 1024 * 1024
"""A file of at most this size is uploaded by one request, in bytes."""

PIECE = 4 * 1024 * 1024
"""How much a longer one gives at a time."""


class Writing(Part):
    """The part of the file system that writes."""

    if TYPE_CHECKING:
        _below: Below
        _padding: Padding
        _require_all: bool
        _durable: bool
        _intrans: bool

        def _key_set(self, path: str) -> KeySet: ...
        def _context_of(self, path: str) -> Context: ...
        def _named(self, path: str) -> Any: ...

    def _sealing(self, path: str, options: dict[str, Any]) -> tuple[Sealing, dict[str, Any]]:
        """What encrypts, and what is left for the file system below."""
        context = options.pop("context", None)
        sealing: Sealing = {
            "context": self._context_of(path) if context is None else context,
            "padding": options.pop("padding", self._padding),
            "require_all": options.pop("require_all", self._require_all),
            "associated_data": options.pop("associated_data", None),
            "metadata": options.pop("metadata", None),
        }
        return sealing, options

    def _open_writer(self, path: str, mode: str, defer: bool, options: dict[str, Any]) -> Any:
        sealing, rest = self._sealing(path, options)
        if rest:
            raise TypeError(f"unexpected keyword arguments: {', '.join(sorted(rest))}")
        if "x" in mode and self._below.call("exists", path):
            raise already_exists(path)
        with self._named(path):
            keys = self._key_set(path).providers
            sink = sink_of(self._below, path, mode, defer, self._durable)
            try:
                native = _sealwax.StreamWriter.to_object(sink, keys, sealing, False)
            except BaseException:
                sink.discard()
                raise
        return FileWriter(SinkRaw(sink, native, path, defer), self, path)

    async def _pipe_file(
        self, path: str, value: Any, mode: str = "overwrite", **options: Any
    ) -> None:
        path = self._strip_protocol(path)
        if self._below.is_local or self._intrans:
            await in_thread(self._pipe_as_file, path, value, mode, options)
            return
        sealing, rest = self._sealing(path, options)
        with self._named(path):
            sealed = await in_thread(self._encrypted, path, value, sealing)
        if mode == "create":
            await self._create(path, sealed, rest)
        else:
            await self._below("pipe_file", path, sealed, **rest)

    async def _create(self, path: str, sealed: bytes, options: dict[str, Any]) -> None:
        """A new object; a store that cannot refuse an old one by itself is asked before."""
        if await self._exists(path):
            raise already_exists(path)
        try:
            await self._below("pipe_file", path, sealed, mode="create", **options)
        except OSError as error:
            if await self._exists(path):  # Somebody else was faster.
                raise already_exists(path) from error
            raise

    def _encrypted(self, path: str, value: Any, sealing: Sealing) -> bytes:
        return _sealwax.encrypt(value, self._key_set(path).providers, **sealing)

    def _pipe_as_file(self, path: str, value: Any, mode: str, options: dict[str, Any]) -> None:
        with self.open(path, "xb" if mode == "create" else "wb", **options) as file:
            file.write(value)

    async def _put_file(
        self,
        lpath: str,
        rpath: str,
        callback: Any = DEFAULT_CALLBACK,
        mode: str = "overwrite",
        **options: Any,
    ) -> None:
        rpath = self._strip_protocol(rpath)
        if os.path.isdir(lpath):
            await self._makedirs(rpath, exist_ok=True)
            return
        size = os.path.getsize(lpath)
        callback.set_size(size)
        if size <= AT_ONCE and not self._below.is_local:
            await self._pipe_file(rpath, await in_thread(_content, lpath), mode, **options)
            callback.relative_update(size)
            return
        await in_thread(partial(self._upload, lpath, rpath, callback, mode, options))

    def _upload(
        self, lpath: str, rpath: str, callback: Any, mode: str, options: dict[str, Any]
    ) -> None:
        how = "xb" if mode == "create" else "wb"
        with open(lpath, "rb") as source, self.open(rpath, how, **options) as target:
            while piece := source.read(PIECE):
                target.write(piece)
                callback.relative_update(len(piece))


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
