"""Parses arguments into a command and its options.

`argparse` would take a third of a command's start-up time, and does not accept options between file
names.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

from ._table import COMMANDS, Command, Option, command
from ._text import UsageError

_COMMAND_NAMES = [known.name for known in COMMANDS]


class Call(NamedTuple):
    """A parsed command line."""

    command: Command
    names: list[str]
    options: dict[str, Any]
    """Values by name: a text, a list of texts, or whether a switch was given."""


def parse(words: list[str]) -> Call:
    """The command and its options; `help` is among them."""
    if not words:
        raise UsageError("a command is missing; --help lists them")
    known = command(words[0])
    if known is None:
        raise UsageError(f"there is no command {words[0]}{_similar(words[0], _COMMAND_NAMES)}")
    options: dict[str, Any] = {option.name: _nothing(option) for option in known.options}
    names: list[str] = []
    rest = iter(words[1:])
    for word in rest:
        if word == "--":
            names += rest
        elif word.startswith("--"):
            _long(known, word, rest, options)
        elif word.startswith("-") and word != "-":
            _short(known, word, rest, options)
        else:
            names.append(word)
    if "" in names:
        raise UsageError("the name of a file is empty")
    return Call(known, names, options)


def _nothing(option: Option) -> Any:
    if option.metavar is None:
        return False
    return [] if option.repeated else None


def _long(known: Command, word: str, rest: Any, options: dict[str, Any]) -> None:
    flag, equals, value = word.partition("=")
    option = _find(known, flag)
    _take(option, flag, value if equals else None, rest, options)


def _short(known: Command, word: str, rest: Any, options: dict[str, Any]) -> None:
    """`-qk FILE` is `-q -k FILE`, and so is `-qkFILE`."""
    for at, letter in enumerate(word[1:], 2):
        option = _find(known, f"-{letter}")
        if option.metavar is not None:
            _take(option, f"-{letter}", word[at:] or None, rest, options)
            return
        options[option.name] = True


def _find(known: Command, flag: str) -> Option:
    for option in known.options:
        if flag in option.flags:
            return option
    flags = [flag for option in known.options for flag in option.flags if len(flag) > 2]
    raise UsageError(f"{known.name} has no option {flag}{_similar(flag, flags)}")


def _take(
    option: Option, flag: str, value: Optional[str], rest: Any, options: dict[str, Any]
) -> None:
    if option.metavar is None:
        if value is not None:
            raise UsageError(f"{flag} takes no value")
        options[option.name] = True
        return
    if value is None:
        value = next(rest, None)
    if value is None:
        raise UsageError(f"{flag} needs a {option.metavar}")
    if option.repeated:
        options[option.name].append(value)
    elif options[option.name] is not None:
        raise UsageError(f"{flag} is given twice")
    else:
        options[option.name] = value


def _similar(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    found = get_close_matches(word, known, 1)
    return f"; did you mean {found[0]}?" if found else ""
