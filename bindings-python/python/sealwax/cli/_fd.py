"""I/O on descriptors that may be closed, non-blocking, or accept only a few bytes at a time."""

from __future__ import annotations

import os
from typing import Any, Optional

NAMES = ("the standard input", "the standard output", "the standard error")

_closed: set[int] = set()


def reserve() -> None:
    """Occupies standard descriptors that are closed, so that no file gets their numbers."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
            _closed.add(descriptor)


def check(descriptor: int, name: str) -> int:
    """The descriptor, if it is open."""
    if descriptor in _closed:
        raise OSError(9, "is closed", name)
    try:
        os.fstat(descriptor)
    except OSError as error:
        raise OSError(error.errno, error.strerror, name) from None
    return descriptor


def read_some(descriptor: int, size: int) -> bytes:
    """Reads the available bytes and waits for the first; empty only at the end."""
    while True:
        try:
            return os.read(descriptor, size)
        except BlockingIOError:
            is_ready(descriptor, reading=True)


def write_all(descriptor: int, data: Any) -> None:
    """Writes everything, in as many calls as necessary."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            is_ready(descriptor, reading=False)


def is_ready(descriptor: int, *, reading: bool, seconds: Optional[float] = None) -> bool:
    """Waits until the descriptor is readable or writable, or the time is over."""
    import select

    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN if reading else select.POLLOUT)
    return bool(waiting.poll(None if seconds is None else max(seconds, 0) * 1000))
