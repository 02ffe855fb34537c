"""What a person is told, on the standard error. It never raises, and never steers a terminal."""

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
    """How much is told: `quiet` leaves the errors, `verbose` adds what happens."""

    quiet = False
    verbose = False
    _bar: Optional[Bar] = None

    def note(self, message: str) -> None:
        """Tells what was done."""
        if not self.quiet:
            self._line(message)

    def detail(self, message: str) -> None:
        """Tells what only some want to know."""
        if self.verbose:
            self._line(message)

    def warn(self, message: str) -> None:
        """Tells of something that works and should not stay so."""
        self.note(f"sealwax: warning: {message}")

    def error(self, message: str) -> None:
        """Tells what went wrong."""
        self._line(f"sealwax: {message}")

    def trace(self, error: BaseException) -> None:
        """Shows where it went wrong."""
        if self.verbose:
            from traceback import format_exception

            for line in "".join(format_exception(None, error, error.__traceback__)).splitlines():
                self._line(f"  {line}")

    def bar(self, what: str) -> Bar:
        """A bar on a terminal, to be used in a `with` block, and nothing elsewhere."""
        self._bar = Bar(what, shown=not self.quiet and is_terminal(STDERR))
        return self._bar

    def _line(self, message: str) -> None:
        if self._bar is not None:
            self._bar.clear()
        write(printable(message) + "\n")


class Bar:
    """How far the work is, in the last line of a terminal."""

    def __init__(self, what: str, *, shown: bool) -> None:
        self._what, self._shown, self._drawn = printable(what), shown, False
        self._start, self._next = time.monotonic(), 0.0

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Draws it anew, but not more often than eyes can follow."""
        now = time.monotonic()
        if self._shown and now >= self._next:
            self._next, self._drawn = now + _BAR_SECONDS, True
            parts = bar_parts(done, total, now - self._start)
            write("\r" + fitted(self._what, parts, _columns()) + "\x1b[K")

    def clear(self) -> None:
        """Wipes it, so that something else can be written in its place."""
        if self._drawn:
            self._drawn, self._next = False, 0.0
            write("\r\x1b[K")


def bar_parts(done: int, total: int, seconds: float) -> str:
    """The bar and its figures; without a total only the figures."""
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
    """One line of a terminal: the name gives way to the figures."""
    room = columns - len(parts) - 3
    if len(what) > room:
        what = what[: max(room - 3, 0)] + "..."
    return f"{what}  {parts}"[: columns - 1]


def is_terminal(descriptor: int) -> bool:
    """Whether somebody may be looking, on something that can move its cursor."""
    return os.isatty(descriptor) and os.environ.get("TERM") != "dumb"


def write(text: str) -> None:
    """Writes to the standard error as far as there is one."""
    encoding = sys.stderr.encoding if sys.stderr is not None else "utf-8"
    data = text.encode(encoding, "backslashreplace")
    with suppress(OSError):  # nobody listens, and there is nobody else to tell
        _fd.write_all(STDERR, data)


def _columns() -> int:
    try:
        return os.get_terminal_size(STDERR).columns or 80
    except OSError:
        return 80


voice = Voice()
"""The one voice of the program."""
