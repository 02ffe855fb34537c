"""The text of `--help`."""

from __future__ import annotations

import shutil
from textwrap import fill

from ._exits import TABLE
from ._table import ABOUT, COMMANDS, COMMON, Command, Option

PROGRAM = "sealwax"
_WIDEST = 100
_LEFT = 26


def of_program() -> str:
    """The help of the whole command line."""
    width = _width()
    options = [("-h, --help", COMMON[-1].help), ("--version", "Show the version.")]
    codes = [(str(code), meaning) for code, meaning in TABLE]
    return _joined(
        f"Usage: {PROGRAM} COMMAND [OPTIONS] ...",
        _wrapped(ABOUT, width),
        "Commands:\n" + _columns([(each.name, each.summary) for each in COMMANDS], width),
        "Options:\n" + _columns(options, width),
        "Exit codes:\n" + _columns(codes, width),
        f"More: {PROGRAM} COMMAND --help",
    )


def of_command(known: Command) -> str:
    """The help of one command."""
    width = _width()
    rows = [(_written(option), option.help) for option in known.options]
    return _joined(
        _wrapped(f"Usage: {PROGRAM} {known.name} {known.usage}", width),
        _wrapped(f"{known.summary} {known.text}".strip(), width),
        "Options:\n" + _columns(rows, width),
    )


def _joined(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"


def _width() -> int:
    return min(shutil.get_terminal_size().columns, _WIDEST)


def _written(option: Option) -> str:
    return ", ".join(option.flags) + (f" {option.metavar}" if option.metavar else "")


def _columns(rows: list[tuple[str, str]], width: int) -> str:
    """A table of names and descriptions. A long name has its own line."""
    left = min(max(len(name) for name, _ in rows), _LEFT)
    lines = []
    for name, text in rows:
        wrapped = _wrapped(text, width, " " * (left + 4))
        if len(name) > left:
            lines.append(f"  {name}\n{wrapped}")
        else:
            lines.append(f"  {name:<{left}}  {wrapped.lstrip()}")
    return "\n".join(lines)


def _wrapped(text: str, width: int, indent: str = "") -> str:
    return fill(
        text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
