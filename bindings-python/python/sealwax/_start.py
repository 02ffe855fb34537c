"""Ctrl-C while the command still imports its modules: it ends as later on, without a traceback.

The package is imported before its command, so it has to look who wants it. A program that is taken
for the command loses nothing: the handler is back when the import is done.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

_COMMANDS = ("sealwax", "sealwax.exe", "-m")
"""What Python calls the program meanwhile: the command, or `python -m sealwax`."""


def catch() -> None:
    """Has the program end at once, unless the caller wants the signal ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        with suppress(ValueError):  # not the main thread, which alone has handlers
            signal.signal(signal.SIGINT, _end)


def release() -> None:
    """Puts the handler of the program back."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(_number: int, _frame: object) -> None:
    os._exit(130)


if sys.argv and os.path.basename(sys.argv[0]) in _COMMANDS:
    catch()
