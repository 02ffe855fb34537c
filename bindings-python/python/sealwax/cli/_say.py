"""Messages to the user on standard error. They never raise or contain control characters."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import Optional

from . import _fd
from ._text import printable, size

STDERR = 2
_BAR_SECONDS = 0.1
_BAR_CELLS = 12


class Voice:
    """The verbosity: `quiet` shows only errors, `verbose` adds details."""

    quiet = False
    verbose = False
    _bar: Optional[Bar] = None

    def note(self, message: str) -> None:
        """Reports a result."""
        if not self.quiet:
            self._line(message)

    def detail(self, message: str) -> None:
        """Reports a detail, with `--verbose`."""
        if self.verbose:
            self._line(message)

    def warn(self, message: str) -> None:
        """Reports a warning."""
        self.note(f"sealwax: warning: {message}")

    def error(self, message: str) -> None:
        """Reports an error."""
        self._line(f"sealwax: {message}")

    def trace(self, error: BaseException) -> None:
        """Shows a traceback."""
        if self.verbose:
            from traceback import format_exception

            for line in "".join(format_exception(None, error, error.__traceback__)).splitlines():
                self._line(f"  {line}")

    def bar(self, what: str) -> Bar:
        """A context manager that shows a progress bar on a terminal, and nothing elsewhere."""
        self._bar = Bar(what, shown=not self.quiet and is_terminal(STDERR))
        return self._bar

    def _line(self, message: str) -> None:
        if self._bar is not None:
            self._bar.clear()
        write(printable(message) + "\n")


class Bar:
    """The progress bar in the last line of a terminal."""

    def __init__(self, what: str, *, shown: bool) -> None:
        self._what, self._shown, self._drawn = printable(what), shown, False
        self._start, self._next = time.monotonic(), 0.0

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Redraws it, at a limited rate."""
        now = time.monotonic()
        if self._shown and now >= self._next:
            self._next, self._drawn = now + _BAR_SECONDS, True
            parts = bar_parts(done, total, now - self._start)
            write("\r" + fitted(self._what, parts, _columns()) + "\x1b[K")

    @property
    def is_shown(self) -> bool:
        """Whether there is a terminal for it."""
        return self._shown

    def rename(self, what: str) -> None:
        """Changes the words in front of it."""
        self._what = printable(what)

    def clear(self) -> None:
        """Erases it, so that a message can take its place."""
        if self._drawn:
            self._drawn, self._next = False, 0.0
            write("\r\x1b[K")


def bar_parts(done: int, total: int, seconds: float) -> str:
    """The bar and the numbers; only the numbers if the total is unknown."""
    rate = done / seconds if seconds > 0 else 0.0
    figures = f"{size(done)}  {size(rate)}/s"
    if not total:
        return figures
    part = min(done / total, 1.0)
    filled = int(part * _BAR_CELLS)
    cells = "#" * filled + "." * (_BAR_CELLS - filled)
    left = int((total - done) / rate) if rate else 0
    figures = f"{size(done)} of {size(total)}  {size(rate)}/s"
    return f"[{cells}] {int(part * 100):3}%  {figures}  {left // 60}:{left % 60:02}"


def fitted(what: str, parts: str, columns: int) -> str:
    """One line of a terminal. The name is cut to leave room for the numbers."""
    room = columns - len(parts) - 3
    if len(what) > room:
        what = what[: max(room - 3, 0)] + "..."
    return f"{what}  {parts}"[: columns - 1]


def is_terminal(descriptor: int) -> bool:
    """Whether standard error is a terminal that can move its cursor."""
    return os.isatty(descriptor) and os.environ.get("TERM") != "dumb"


def write(text: str) -> None:
    """Writes to standard error, if there is one."""
    encoding = sys.stderr.encoding if sys.stderr is not None else "utf-8"
    data = text.encode(encoding, "backslashreplace")
    with suppress(OSError):  # standard error is closed, so the message cannot be shown
        _fd.write_all(STDERR, data)


def _columns() -> int:
    try:
        return os.get_terminal_size(STDERR).columns or 80
    except OSError:
        return 80


voice = Voice()
"""The only instance."""
