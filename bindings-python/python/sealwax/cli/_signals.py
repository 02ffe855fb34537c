"""Signals that ask the program to stop: everything is undone, then it ends."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Optional

from ._exits import Stopped

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def catch() -> None:
    """Turns them into `Stopped`, except what the caller wants ignored, as `nohup` does."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def release() -> None:
    """At the end there is nothing to undo any more."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def _stop(number: int, _frame: Optional[FrameType]) -> None:
    """Once. What follows must not disturb the undoing, but a second Ctrl-C ends it at once."""
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise Stopped(number)
