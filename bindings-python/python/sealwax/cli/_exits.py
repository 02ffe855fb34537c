"""The exit codes, and the messages for errors."""

from __future__ import annotations

import os
from typing import Optional

import sealwax

from ._text import UsageError, printable

DONE, BUG, USAGE, REFUSED, NO_ENVELOPE, NO_KEY, MODIFIED, IO_FAILED = range(8)
SIGNALLED = 128

TABLE = (
    (DONE, "done"),
    (BUG, "a bug in this program"),
    (USAGE, "wrong usage"),
    (REFUSED, "refused: the target exists, or an argument makes no sense"),
    (NO_ENVELOPE, "not an envelope, or not supported by this version"),
    (NO_KEY, "no key opens it, or a key could not be loaded"),
    (MODIFIED, "modified or cut data"),
    (IO_FAILED, "reading or writing failed"),
    (129, "the terminal was closed (SIGHUP)"),
    (130, "interrupted (Ctrl-C, SIGINT)"),
    (141, "the reader closed the output (SIGPIPE)"),
    (143, "stopped (SIGTERM)"),
)
"""Every exit code and its meaning."""

_CLASSES = ((20, REFUSED), (40, NO_ENVELOPE), (60, NO_KEY), (80, MODIFIED))
"""Exit codes of `sealwax.ErrorCode`s below a number."""


class RefusedError(Exception):
    """The command refuses the request."""


class NoKeyError(Exception):
    """A key could not be loaded."""


class Stopped(BaseException):
    """A signal stops the program. No `Exception`: no handler takes it for a failed file."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def exit_code(error: BaseException) -> int:
    """The exit code for an exception."""
    if isinstance(error, Stopped):
        return SIGNALLED + error.number
    if isinstance(error, BrokenPipeError):
        return SIGNALLED + 13
    if isinstance(error, UsageError):
        return USAGE
    if isinstance(error, (RefusedError, FileExistsError)):
        return REFUSED
    if isinstance(error, NoKeyError):
        return NO_KEY
    if isinstance(error, sealwax.SealwaxError):
        return next((code for limit, code in _CLASSES if error.code < limit), IO_FAILED)
    return IO_FAILED if isinstance(error, (OSError, MemoryError)) else BUG


def code_of(name: str) -> int:
    """The exit code for the name of an error in a report."""
    if name not in sealwax.ErrorCode.__members__:
        return BUG
    number = sealwax.ErrorCode[name]
    if number is sealwax.ErrorCode.ALREADY_EXISTS:
        return REFUSED
    return next((code for limit, code in _CLASSES if number < limit), IO_FAILED)


def worst(codes: list[int]) -> int:
    """The exit code for several failures: damaged data takes precedence."""
    return MODIFIED if MODIFIED in codes else codes[0]


def words(error: BaseException, about: Optional[str] = None) -> str:
    """One line with the error and its file. All control characters are escaped."""
    name, text = _name(error) or about, _text(error)
    if exit_code(error) == BUG:
        text = f"a bug in this program: {type(error).__name__}: {text}; -v shows where"
    return printable(text if name is None or text.startswith(f"{name}:") else f"{name}: {text}")


def _name(error: BaseException) -> Optional[str]:
    """The file of a system error."""
    name = getattr(error, "filename", None)
    return os.fsdecode(name) if isinstance(name, (str, bytes)) and name else None


def _text(error: BaseException) -> str:
    if isinstance(error, FileExistsError):
        return "exists already; --force replaces it"
    if isinstance(error, MemoryError):
        return "out of memory"
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)
    if isinstance(error, sealwax.SealwaxError) and error.args:
        return str(error.args[0])  # without the name, which stands in front
    return str(error)
