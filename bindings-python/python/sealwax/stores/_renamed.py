"""New files of fsspec's file systems that show a file before it is complete."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from typing import Any


class Renamed:
    """A file that gets its name when it is committed.

    fsspec's own way leads, for local files, through the folder of temporary files, where others
    see the data, and from another disk it is no one step; and its memory commits at once.
    """

    def __init__(self, filesystem: Any, path: str) -> None:
        folder, _, name = path.rpartition("/")
        self._filesystem, self._path = filesystem, path
        self._temporary = f"{folder}/.{name[:200]}.{uuid.uuid4().hex}"
        self._file = filesystem.open(self._temporary, "wb")

    def write(self, data: bytes) -> None:
        """Writes all of it."""
        self._file.write(data)

    def close(self) -> None:
        """Writes what is left."""
        self._file.close()

    def commit(self) -> None:
        """Gives it its name."""
        if is_local(self._filesystem):
            os.replace(self._temporary, self._path)
        else:
            self._filesystem.cp_file(self._temporary, self._path)
            self._filesystem.rm_file(self._temporary)

    def discard(self) -> None:
        """Leaves nothing."""
        with suppress(OSError):
            self._file.close()
        self._filesystem.rm_file(self._temporary)


def is_local(filesystem: Any) -> bool:
    """Whether its files are those of the system."""
    return "file" in _protocols(filesystem)


def shows_early(filesystem: Any) -> bool:
    """Whether a file of it has its name before it is complete."""
    return is_local(filesystem) or "memory" in _protocols(filesystem)


def _protocols(filesystem: Any) -> tuple[str, ...]:
    protocol = filesystem.protocol
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)
