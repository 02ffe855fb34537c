"""The calls of the package for `asyncio`, with providers whose `wrap` and `unwrap` are coroutines.

The cryptography runs on separate threads and never blocks the event loop. Ordinary providers and
file objects are called on those threads; `async def` methods run on the caller's event loop.

>>> import asyncio, sealwax
>>> key = sealwax.LocalKey.generate()
>>> async def main():
...     envelope = await sealwax.aio.encrypt(b"tide table", key)
...     return await sealwax.aio.decrypt(envelope, key)
>>> asyncio.run(main())
b'tide table'
"""

from __future__ import annotations

import inspect as _inspect
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Optional, TypeVar, Union, cast, overload

from . import _call_context, _files, _open, _options, _sealwax
from ._header import Header
from ._provider import AsyncProvider
from ._public import publish as _publish
from ._threads import Bridge, call_on_thread

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._types import (
        AnyKeys,
        Buffer,
        FileObject,
        FileOpening,
        FileSealing,
        Keys,
        Mode,
        Opening,
        Path,
        Sealing,
    )

__all__ = [
    "AsyncFile",
    "AsyncProvider",
    "decrypt",
    "decrypt_file",
    "encrypt",
    "encrypt_detached",
    "encrypt_file",
    "open",
    "rewrap",
]

T = TypeVar("T")


async def encrypt(data: Buffer, keys: AnyKeys, **options: Unpack[Sealing]) -> bytes:
    """As `sealwax.encrypt`."""
    return await call_on_thread(lambda _: _sealwax.encrypt(data, _plain_keys(keys), **options))


async def encrypt_detached(
    data: Buffer, keys: AnyKeys, **options: Unpack[Sealing]
) -> tuple[bytes, bytes]:
    """As `sealwax.encrypt_detached`."""
    return await call_on_thread(
        lambda _: _sealwax.encrypt_detached(data, _plain_keys(keys), **options)
    )


async def decrypt(data: Buffer, keys: AnyKeys, **options: Unpack[Opening]) -> bytes:
    """As `sealwax.decrypt`."""
    return await call_on_thread(lambda _: _sealwax.decrypt(data, _plain_keys(keys), **options))


@overload
async def rewrap(
    source: Union[str, os.PathLike[str]], old: AnyKeys, new: AnyKeys, *, add: bool = ...
) -> bool: ...
@overload
async def rewrap(source: Buffer, old: AnyKeys, new: AnyKeys, *, add: bool = ...) -> bytes: ...
async def rewrap(
    source: Any, old: AnyKeys, new: AnyKeys, *, add: bool = False
) -> Union[bytes, bool]:
    """As `sealwax.rewrap`."""
    work: Callable[..., Union[bytes, bool]] = _files.rewrap
    return await call_on_thread(lambda _: work(source, old, new, add=add))


async def encrypt_file(src: Path, dst: Path, keys: AnyKeys, **options: Unpack[FileSealing]) -> int:
    """As `sealwax.encrypt_file`; cancelling the task stops it and leaves no partial file."""
    work = partial(_run_file, _files.encrypt_file, src, dst, keys, dict(options))
    return await call_on_thread(work, wait=True)


async def decrypt_file(src: Path, dst: Path, keys: AnyKeys, **options: Unpack[FileOpening]) -> int:
    """As `sealwax.decrypt_file`; cancelling the task stops it and leaves no partial file."""
    work = partial(_run_file, _files.decrypt_file, src, dst, keys, dict(options))
    return await call_on_thread(work, wait=True)


def _plain_keys(keys: AnyKeys) -> Keys:
    """As the function of the package; coroutines of providers are awaited."""
    return cast("Keys", keys)


def _run_file(
    function: Callable[..., int],
    src: Path,
    dst: Path,
    keys: AnyKeys,
    options: dict[str, Any],
    bridge: Bridge,
) -> int:
    with _files.callback(options.pop("progress", None), "working") as report:

        def progress(done: int, total: int) -> object:
            # False cancels, because the caller does not wait for the result any more.
            return False if bridge.cancelled else report(done, total) if report else None

        return function(src, dst, keys, progress=progress, **options)


class AsyncFile:
    """A reader or a writer of `sealwax.open` with coroutines. `async for` iterates over its lines.

    A call that is cancelled while it waits for its turn does nothing.
    """

    def __init__(self, file: Any) -> None:
        self._file = file

    async def read(self, size: int = -1) -> Any:
        """Return up to `size` bytes, by default all of the rest."""
        return await self._run(self._file.read, size)

    async def readinto(self, buffer: Any) -> int:
        """Fill `buffer`; returns the number of bytes."""
        return int(await self._run(self._file.readinto, buffer))

    async def read_ranges(
        self, ranges: Sequence[tuple[int, int]], into: Optional[Sequence[Buffer]] = None
    ) -> list[Any]:
        """As `SealedReader.read_ranges`."""
        found: list[Any] = await self._run(self._file.read_ranges, ranges, into)
        return found

    async def readline(self, size: int = -1) -> Any:
        """Return the bytes up to the end of the line."""
        return await self._run(self._file.readline, size)

    async def write(self, data: Any) -> int:
        """Encrypt `data`."""
        return int(await self._run(self._file.write, data))

    async def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to `offset`."""
        return int(await self._run(self._file.seek, offset, whence))

    async def tell(self) -> int:
        """Return the position."""
        return int(await self._run(self._file.tell))

    async def close(self) -> None:
        """Complete the envelope of a writer, and close."""
        await self._finish(self._file.close)

    async def abort(self) -> None:
        """Close without completing the envelope."""
        await self._finish(_abort_of(self._file))

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return bool(self._file.closed)

    @property
    def header(self) -> Optional[Header]:
        """The header, as on the ordinary file object."""
        header: Optional[Header] = self._file.header
        return header

    @property
    def metadata(self) -> Optional[bytes]:
        """The confidential metadata."""
        metadata: Optional[bytes] = self._file.metadata
        return metadata

    async def __aenter__(self) -> AsyncFile:
        self._file.__enter__()
        return self

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        await self._finish(self._file.__exit__, kind, error, trace)

    async def __aiter__(self) -> AsyncIterator[Any]:
        while line := await self.readline():
            yield line

    async def _run(self, function: Callable[..., T], *arguments: Any) -> T:
        return await call_on_thread(lambda _: function(*arguments))

    async def _finish(self, function: Callable[..., object], *arguments: Any) -> None:
        """Work that must stop when the call is cancelled."""
        await call_on_thread(lambda _: function(*arguments), wait=True)


def _abort_of(file: Any) -> Callable[[], object]:
    """Closes a file without completing its envelope."""
    binary = getattr(file, "buffer", file)
    abort: Callable[[], object] = getattr(binary, "abort", file.close)
    return abort


class _Opening(Generic[T]):
    """The result of `open`, for `await` or `async with`."""

    def __init__(self, opening: Callable[[], Awaitable[AsyncFile]]) -> None:
        self._opening = opening

    def __await__(self) -> Generator[Any, None, AsyncFile]:
        return self._opening().__await__()

    async def __aenter__(self) -> AsyncFile:
        self._file = await self._opening()
        return await self._file.__aenter__()

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        await self._file.__aexit__(kind, error, trace)


def open(
    file: Any, mode: Mode, keys: AnyKeys, **options: Unpack[FileObject]
) -> _Opening[AsyncFile]:
    """As `sealwax.open`: `async with aio.open(...) as file`, or `file = await aio.open(...)`.

    `read` and `write` of file objects may be coroutines; such objects cannot seek.
    """

    async def opening() -> AsyncFile:
        source = file if isinstance(file, (str, os.PathLike)) else _plain(file)
        work: Callable[..., Any] = _open.open
        opened = await call_on_thread(
            lambda _: work(source, mode, keys, **options), discard=lambda file: _abort_of(file)()
        )
        return AsyncFile(opened)

    return _Opening(opening)


def _plain(file: Any) -> Any:
    """Adapts a file object, so that its methods return values and not coroutines."""
    methods = (getattr(file, name, None) for name in ("read", "write"))
    return _File(file) if any(map(_inspect.iscoroutinefunction, methods)) else file


class _File:
    """A file object with coroutines, adapted to blocking calls; it cannot seek."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def seekable(self) -> bool:
        return False

    def read(self, size: int) -> Any:
        return _call_context.resolve(self._file.read(size))

    def write(self, data: bytes) -> Any:
        return _call_context.resolve(self._file.write(data))


# Not a decorator: stubtest would take the functions for ordinary ones.
for _function, *_groups in (
    (encrypt, _options.SEALING),
    (encrypt_detached, _options.SEALING),
    (decrypt, _options.OPENING),
    (encrypt_file, _options.SEALING, _options.FILE_WRITING),
    (decrypt_file, _options.MATCHING, _options.FILE_WRITING),
    (open, _options.SEALING, _options.OPENING, _options.FILE_PLACING, _options.FILE_TEXT),
):
    _options.show(_function, *_groups)

_publish(globals())
