"""Iterates over the entries of a source in constant memory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Optional

from ..config._urls import _as_regex
from ..stores import LocalStore, Store
from ._model import Item, Kind

_Folder = tuple[str, tuple[tuple[int, int], ...]]
"""The name of a folder, and the devices and inodes of it and of those above it."""


class Selection:
    """Which names are taken: those that an include pattern matches, and no exclude pattern.

    `*` is anything but `/`, `**` anything, `?` one character. A pattern without a slash matches in
    every folder; one that ends in a slash matches everything below a folder.

    >>> selection = Selection(include=["*.csv"], exclude=["old/"])
    >>> selection.takes("2026/a.csv"), selection.takes("old/a.csv"), selection.takes("b.txt")
    (True, False, False)
    """

    def __init__(self, include: Iterable[str] = (), exclude: Iterable[str] = ()) -> None:
        import re

        def compiled(globs: Iterable[str]) -> Optional[re.Pattern[str]]:
            parts = [_regex(glob) for glob in globs]
            return re.compile("|".join(parts), re.DOTALL) if parts else None

        self._include, self._exclude = compiled(include), compiled(exclude)

    def takes(self, name: str) -> bool:
        """Whether an entry with this name is taken."""
        if self._exclude is not None and self._exclude.fullmatch(name):
            return False
        return self._include is None or self._include.fullmatch(name) is not None

    def enters(self, folder: str) -> bool:
        """Whether something below this folder can be taken."""
        return self._exclude is None or not self._exclude.fullmatch(f"{folder}/")


def _regex(glob: str) -> str:
    below = "(?:.*)?" if glob.endswith("/") else ""
    inner = glob[:-1] if below else glob
    start = "" if "/" in inner else "(?:.*/)?"
    return f"(?:{start}{_as_regex(inner.lstrip('/'))}{'/' if below else ''}{below})"


def entries(store: Store, selection: Selection, *, follow_links: bool) -> Iterator[Item]:
    """The entries of a source. Local folders show links, special files and empty folders, too."""
    if isinstance(store, LocalStore):
        return _local(store.folder, selection, follow_links)
    return (Item(info.name, size=info.size) for info in store.list() if selection.takes(info.name))


def _local(root: str, selection: Selection, follow_links: bool) -> Iterator[Item]:
    """The entries of a folder and those below it, in no order."""
    todo: list[_Folder] = [("", (_identity(os.stat(root)),))]
    while todo:
        below, above = todo.pop()
        try:
            yield from _entries(root, below, above, todo, selection, follow_links)
        except OSError as error:
            yield Item(below.rstrip("/"), Kind.UNREADABLE, problem=error.strerror or str(error))


def _entries(
    root: str,
    below: str,
    above: tuple[tuple[int, int], ...],
    todo: list[_Folder],
    selection: Selection,
    follow_links: bool,
) -> Iterator[Item]:
    """The entries of one folder; those that are folders are left in `todo`."""
    is_empty = True
    with os.scandir(root + below) as found:
        for entry in found:
            is_empty, name = False, below + entry.name
            if entry.is_dir(follow_symlinks=follow_links):
                if selection.enters(name):
                    yield from _folder(entry, name, above, todo)
            elif selection.takes(name):
                yield _item(entry, name, follow_links)
    if is_empty and below and selection.takes(below.rstrip("/")):
        yield Item(below.rstrip("/"), Kind.FOLDER)


def _folder(
    entry: os.DirEntry[str],
    name: str,
    above: tuple[tuple[int, int], ...],
    todo: list[_Folder],
) -> Iterator[Item]:
    """Leaves a folder in `todo`, unless a link leads to one that it is in."""
    identity = _identity(entry.stat())
    if identity in above:
        yield Item(name, Kind.UNREADABLE, problem="the link leads to a folder that it is in")
    else:
        todo.append((f"{name}/", (*above, identity)))


def _item(entry: os.DirEntry[str], name: str, follow_links: bool) -> Item:
    if entry.is_symlink() and not follow_links:
        return Item(name, Kind.LINK)
    if entry.is_file(follow_symlinks=follow_links):
        return Item(name, size=entry.stat(follow_symlinks=follow_links).st_size)
    if entry.is_symlink():
        return Item(name, Kind.UNREADABLE, problem="the link leads nowhere")
    return Item(name, Kind.SPECIAL)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
