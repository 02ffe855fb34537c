"""What comes next in a sequential read, fetched in the background meanwhile."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Optional

from . import _call_context
from ._sealwax import thread_limit

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from ._ranges import Ranges

FROM = 1024 * 1024
"""Shortest piece that is fetched in the background, in bytes: a shorter one is there as soon."""

THREADS = 8
"""How many pieces are fetched at the same time, for all readers of the process."""


class Ahead:
    """The next piece of one reader.

    A piece that fails is forgotten: the reader fetches it itself, and gets the error in its turn.
    """

    def __init__(self, native: Ranges) -> None:
        self._native = native
        self._coming: Optional[Future[bytes]] = None
        self._start = self._process = 0

    def begin(self, start: int, size: int) -> None:
        """Fetches `size` bytes from `start` on, unless threads are not to be had here."""
        # A coroutine's thread fetches by its own event loop; another one has none.
        is_alone = thread_limit() == 1 or _call_context.current_bridge.get() is not None
        if is_alone or size < FROM or start >= self._native.size:
            return
        self.drop()
        self._start, self._process = start, os.getpid()
        self._coming = _threads().submit(self._native.read_at, start, size)

    def take(self, start: int) -> Optional[bytes]:
        """The piece, if it begins at `start` and could be had."""
        coming, self._coming = self._coming, None
        if coming is None or self._process != os.getpid():  # A fork leaves the threads behind.
            return None
        if start != self._start:
            coming.cancel()
            return None
        try:
            return coming.result()
        except Exception:
            return None

    def drop(self) -> None:
        """Forgets what is coming."""
        coming, self._coming = self._coming, None
        if coming is not None and self._process == os.getpid():
            coming.cancel()


_pool: Optional[ThreadPoolExecutor] = None


def _threads() -> Any:
    global _pool
    if _pool is None:
        # It imports `logging`, which takes longer than the whole package.
        from concurrent.futures import ThreadPoolExecutor

        _pool = ThreadPoolExecutor(THREADS, thread_name_prefix="sealwax-ahead")
    return _pool


def _forget_threads() -> None:
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)
