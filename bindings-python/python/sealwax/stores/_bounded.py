"""A part of an open file."""

from __future__ import annotations

from typing import Any

from ._errors import conflict, translated


class Bounded:
    """The next `left` bytes of a file."""

    def __init__(self, file: Any, left: int, url: str) -> None:
        self._file, self._left, self._url = file, left, url

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, fewer only at the end; all that is left if it is negative."""
        wanted = self._left if size < 0 else min(size, self._left)
        with translated(self._url):
            data: bytes = self._file.read(wanted)
            while len(data) < wanted:  # More than the system reads at once.
                piece = self._file.read(wanted - len(data))
                if not piece:
                    raise conflict(self._url, "cut while it was read")
                data += piece
        self._left -= wanted
        return data
