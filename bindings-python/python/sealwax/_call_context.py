"""The context of a call: the object's name for the audit log, and the event loop."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Optional, Protocol

from ._errors import InvalidTypeError

current_name: ContextVar[Any] = ContextVar("sealwax_object_name", default=None)
"""The object's name, or something that is it as text: only an event asks for that."""

current_notes: ContextVar[Optional[dict[str, Any]]] = ContextVar("sealwax_notes", default=None)
"""Annotations of the running provider for the event of this use of its key."""


current_caller: ContextVar[Any] = ContextVar("sealwax_caller", default=None)
"""The caller of the running provider. The core reads it on any thread that begins to wait."""


class Bridge(Protocol):
    """Waits on this thread for coroutines on an event loop."""

    def can_wait(self) -> bool:
        """Whether this thread is not the event loop's own."""

    def resolve(self, value: Any) -> Any:
        """Waits for an awaitable; returns its result."""

    def check_cancelled(self) -> None:
        """Raises if the caller of this thread's work was cancelled."""


current_bridge: ContextVar[Optional[Bridge]] = ContextVar("sealwax_bridge", default=None)


current_error: ContextVar[Optional[BaseException]] = ContextVar("sealwax_error", default=None)


def exception_in_flight() -> Optional[BaseException]:
    """The object that this thread, or the coroutine for which it works, handles."""
    return sys.exc_info()[1] or current_error.get()


@contextmanager
def object_name(name: str) -> Iterator[None]:
    """Sets the name of the object that is encrypted or decrypted inside the block."""
    token = current_name.set(name)
    try:
        yield
    finally:
        current_name.reset(token)


def check_cancelled() -> None:
    """Checks for cancellation before a KMS is called."""
    bridge = current_bridge.get()
    if bridge is not None:
        bridge.check_cancelled()


def resolve(value: Any) -> Any:
    """The return value of a host's method, or the result of its coroutine."""
    if not hasattr(value, "__await__"):
        return value
    bridge = current_bridge.get()
    if bridge is not None and bridge.can_wait():
        return bridge.resolve(value)
    if hasattr(value, "close"):
        value.close()  # otherwise Python warns that it was never awaited
    raise InvalidTypeError("a provider with coroutines needs the calls of sealwax.aio")
