"""What a call knows besides its arguments: the object's name for the audit log, the event loop."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Optional, Protocol

current_name: ContextVar[Optional[str]] = ContextVar("sealwax_object_name", default=None)

current_notes: ContextVar[Optional[dict[str, Any]]] = ContextVar("sealwax_notes", default=None)
"""What the provider that is being asked adds to the event of this use of its key."""


class Bridge(Protocol):
    """Waits on this thread for what runs on an event loop."""

    def resolve(self, value: Any) -> Any:
        """The result of an awaitable."""

    def check_cancelled(self) -> None:
        """Raises if nobody waits for this thread's work any more."""


current_bridge: ContextVar[Optional[Bridge]] = ContextVar("sealwax_bridge", default=None)


current_error: ContextVar[Optional[BaseException]] = ContextVar("sealwax_error", default=None)


def exception_in_flight() -> Optional[BaseException]:
    """What is being handled by this thread, or by the coroutine that it works for."""
    return sys.exc_info()[1] or current_error.get()


@contextmanager
def object_name(name: str) -> Iterator[None]:
    """Names the object that is encrypted or decrypted inside of the block."""
    token = current_name.set(name)
    try:
        yield
    finally:
        current_name.reset(token)


def check_cancelled() -> None:
    """Called before a KMS is asked."""
    bridge = current_bridge.get()
    if bridge is not None:
        bridge.check_cancelled()


def resolve(value: Any) -> Any:
    """What a method of the host returned, or what its coroutine returns."""
    if not hasattr(value, "__await__"):
        return value
    bridge = current_bridge.get()
    if bridge is not None:
        return bridge.resolve(value)
    if hasattr(value, "close"):
        value.close()  # or Python warns that nobody awaited it
    raise TypeError("a provider with coroutines needs the calls of sealwax.aio")
