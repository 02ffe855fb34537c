"""Ctrl-C while the command imports its modules: it ends without a traceback, as it does later.

The package is imported before its command, so it must detect whether the command imports it. A
wrong guess is harmless: the handler is restored after the import.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

_COMMANDS = ("sealwax", "sealwax.exe", "-m")
"""The names of the program during the import: the command, or `python -m sealwax`."""


def catch() -> None:
    """Makes the signal end the program at once, unless it is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        with suppress(ValueError):  # only the main thread can set handlers
            signal.signal(signal.SIGINT, _end)


def release() -> None:
    """Restores the handler of the program."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(_number: int, _frame: object) -> None:
    os._exit(130)


if sys.argv and os.path.basename(sys.argv[0]) in _COMMANDS:
    catch()
