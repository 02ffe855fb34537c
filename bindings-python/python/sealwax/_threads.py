"""Calls on threads, so that the event loop is not blocked."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import os
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Optional, TypeVar

from . import _call_context

T = TypeVar("T")
MAX_THREADS = 32


class Bridge:
    """Runs coroutines of the caller's objects on its event loop, called from other threads."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._running: set[Future[Any]] = set()
        self._threads: Optional[ThreadPoolExecutor] = None
        self.cancelled = False

    def threads(self) -> ThreadPoolExecutor:
        """Threads for nested calls by its coroutines. This call holds its own thread meanwhile."""
        with self._lock:
            if self._threads is None:
                self._threads = _new_threads()
            return self._threads

    def can_wait(self) -> bool:
        """Whether this thread is not the event loop's own."""
        try:
            return asyncio.get_running_loop() is not self._loop
        except RuntimeError:
            return True

    def check_cancelled(self) -> None:
        """Raises if the call was cancelled."""
        if self.cancelled:
            raise asyncio.CancelledError

    def resolve(self, value: Any) -> Any:
        """Waits for an awaitable."""
        with self._lock:
            if self.cancelled and inspect.iscoroutine(value):
                value.close()
            self.check_cancelled()
            future = asyncio.run_coroutine_threadsafe(_as_coroutine(value), self._loop)
            self._running.add(future)
        try:
            return future.result()
        finally:
            with self._lock:
                self._running.discard(future)

    def cancel(self) -> None:
        """Stops running work, and prevents new work."""
        with self._lock:
            self.cancelled = True
            running = list(self._running)
        for future in running:
            future.cancel()


async def _as_coroutine(value: Awaitable[T]) -> T:
    return await value


_executor: Optional[ThreadPoolExecutor] = None


def threads() -> ThreadPoolExecutor:
    """A separate thread pool. Providers that use a shared one could wait forever."""
    global _executor
    bridge = _call_context.current_bridge.get()
    if isinstance(bridge, Bridge):
        return bridge.threads()
    if _executor is None:
        _executor = _new_threads()
    return _executor


def _new_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="sealwax")


def _forget_threads() -> None:
    global _executor
    _executor = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)


async def call_on_thread(
    work: Callable[[Bridge], T],
    *,
    wait: bool = False,
    discard: Optional[Callable[[T], object]] = None,
) -> T:
    """Runs `work` on a thread, unless it is cancelled before its turn.

    The bridge tells running work about a cancellation. With `wait`, a cancelled call ends when the
    work has ended. `discard` receives a result that nobody takes.
    """
    loop = asyncio.get_running_loop()
    bridge = Bridge(loop)
    future = threads().submit(_context(bridge).run, _turn, work, bridge)
    waiter = asyncio.wrap_future(future, loop=loop)
    try:
        return await asyncio.shield(waiter)
    except asyncio.CancelledError:
        bridge.cancel()
        waiter.add_done_callback(_looked_at)
        if not future.cancel() and wait:
            await asyncio.wait([waiter])
        if discard is not None:
            future.add_done_callback(partial(_discard, discard))
        raise


def _context(bridge: Bridge) -> contextvars.Context:
    context = contextvars.copy_context()
    context.run(_call_context.current_bridge.set, bridge)
    context.run(_call_context.current_error.set, _call_context.exception_in_flight())
    return context


def _turn(work: Callable[[Bridge], T], bridge: Bridge) -> T:
    bridge.check_cancelled()
    return work(bridge)


def _looked_at(waiter: asyncio.Future[Any]) -> None:
    """What a cancelled call fails with is nobody's error: asyncio would log it as a lost one."""
    if not waiter.cancelled():
        waiter.exception()


def _discard(discard: Callable[[T], object], future: Future[T]) -> None:
    if not future.cancelled() and future.exception() is None:
        discard(future.result())
