"""Conversion of object names to paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from .._errors import InvalidArgumentError

T = TypeVar("T")


def check_parts(name: str) -> None:
    """Refuses what would be a folder, or lead out of one."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\0" in name:
        text = f"{name!r} names no object: parts between slashes are neither empty nor . or .."
        raise InvalidArgumentError(text)


def walk(
    entries: Callable[[str], list[tuple[str, T]]], prefix: str, after: str
) -> Iterator[tuple[str, T]]:
    """The files of a tree in the order of their names, as in a store that has no folders.

    `entries` gives what is in a folder, in order, where a folder's name ends in a slash. Memory
    holds the entries of one folder on each level.
    """
    start = prefix[: prefix.rfind("/") + 1]
    levels = [iter(entries(start))]
    while levels:
        entry = next(levels[-1], None)
        if entry is None:
            levels.pop()
        elif not entry[0].endswith("/"):
            if entry[0] > after and entry[0].startswith(prefix):
                yield entry
        elif (entry[0] > after or after.startswith(entry[0])) and _overlap(entry[0], prefix):
            levels.append(iter(entries(entry[0])))


def _overlap(folder: str, prefix: str) -> bool:
    return folder.startswith(prefix) or prefix.startswith(folder)
