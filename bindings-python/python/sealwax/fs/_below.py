"""The underlying file system, called by coroutines even if it has none."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeVar

from fsspec.asyn import AsyncFileSystem, sync
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.spec import AbstractFileSystem

from .. import _call_context
from .._threads import call_on_thread

T = TypeVar("T")

_FOR_THREADS = (LocalFileSystem, MemoryFileSystem, AsyncFileSystem)
"""What several threads may use at the same time; of others that is not known."""


class Part:
    """A part of the file system; what it has besides is that of `fsspec.asyn.AsyncFileSystem`."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


async def in_thread(work: Callable[..., T], *arguments: Any) -> T:
    """Runs what would keep the event loop waiting: cryptography, a KMS, files."""
    return await call_on_thread(lambda _: work(*arguments))


class Below:
    """A file system; `await below("info", path)` calls its `_info` or its `info`."""

    def __init__(self, fs: AbstractFileSystem, loop: Any) -> None:
        self.fs, self._loop = fs, loop
        self._turn = threading.Lock()
        self.is_local = isinstance(fs, LocalFileSystem)
        self._is_for_threads = isinstance(fs, _FOR_THREADS)

    async def __call__(self, name: str, *arguments: Any, **options: Any) -> Any:
        method = getattr(self.fs, f"_{name}", None)
        if self.fs.async_impl and iscoroutinefunction(method):
            return await method(*arguments, **options)
        return await in_thread(lambda: self.call(name, *arguments, **options))

    def call(self, name: str, *arguments: Any, **options: Any) -> Any:
        """The same, for threads that may wait."""
        method = getattr(self.fs, name)
        if self._is_for_threads:
            return method(*arguments, **options)
        with self._turn:
            return method(*arguments, **options)

    async def walk(self, path: str, **options: Any) -> AsyncIterator[Any]:
        """As `walk`; a file system without coroutines walks to its end first."""
        if self.fs.async_impl:
            async for step in self.fs._walk(path, **options):
                yield step
        else:
            for step in await in_thread(lambda: list(self.call("walk", path, **options))):
                yield step

    def wait(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The result of a coroutine, on a thread that may wait for it."""
        bridge = _call_context.current_bridge.get()
        if bridge is not None:
            return bridge.resolve(function(*arguments))
        return sync(self._loop, function, *arguments)
