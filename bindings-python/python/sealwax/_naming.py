"""The name of the object at hand, for the audit log, without loading what the log needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Optional

current: ContextVar[Optional[str]] = ContextVar("sealwax_object_name", default=None)


@contextmanager
def object_name(name: str) -> Iterator[None]:
    """Names the object that is encrypted or decrypted inside of the block."""
    token = current.set(name)
    try:
        yield
    finally:
        current.reset(token)
