"""Downloads: objects to files of the local disk, or to file objects."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

from fsspec.callbacks import DEFAULT_CALLBACK
from fsspec.utils import isfilelike

from .. import _sealwax
from ._below import Part, in_thread

if TYPE_CHECKING:
    from .._ranges import Opened
    from .._types import Opening

PIECE = 8 * 1024 * 1024
"""How much a download decrypts at a time, in bytes."""

PIECES = 4
"""How many of those are fetched concurrently."""


class Downloads(Part):
    """The part of the file system that downloads."""

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


def _make_folder(path: Any) -> None:
    os.makedirs(path, exist_ok=True)


def _make_parent(path: Any) -> None:
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
