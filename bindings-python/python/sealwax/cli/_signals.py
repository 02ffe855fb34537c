"""Signals that stop the program. It cleans up, then ends."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Optional

from ._exits import Stopped

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def catch() -> None:
    """Converts signals to `Stopped`, except those that are ignored, as under `nohup`."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def release() -> None:
    """Restores the default handlers at the end, when there is nothing to clean up."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def _stop(number: int, _frame: Optional[FrameType]) -> None:
    """Raises once: clean-up is not disturbed, but a second Ctrl-C ends the program at once."""
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise Stopped(number)
