"""The folders of a local target."""

from __future__ import annotations

import errno
import os
import stat
import threading

from ..stores import LocalStore
from ..stores._errors import failed
from ..stores._local import _make_folders


class Folders:
    """Makes the folders of a target, and follows no link below it."""

    def __init__(self, store: LocalStore) -> None:
        self._store, self._known, self._lock = store, {""}, threading.Lock()
        _make_folders(store.folder.rstrip("/") or "/")

    def make_for(self, name: str) -> None:
        """Makes the folder of an object."""
        folder = name.rpartition("/")[0]
        if folder not in self._known:
            self.make(folder)

    def make(self, folder: str) -> None:
        """Makes a folder, and those above it."""
        self._store._check_name(folder)
        with self._lock:
            parts = folder.split("/")
            for count in range(1, len(parts) + 1):
                self._make_one("/".join(parts[:count]))

    def _make_one(self, folder: str) -> None:
        if folder in self._known:
            return
        path = self._store.path_of(folder)
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            _make_folders(path)
            status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            text = "a link in the target, which could lead out of it"
            raise failed(self._store.url_of(folder), errno.ELOOP, text)
        if not stat.S_ISDIR(status.st_mode):
            raise failed(self._store.url_of(folder), errno.ENOTDIR)
        self._known.add(folder)
