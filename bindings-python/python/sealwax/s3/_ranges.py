"""An object in a bucket as a file that can seek, by ranged requests."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from typing import Any

FIRST = 64 * 1024
"""What is asked for first: the header and some more, in bytes."""

MOST_AHEAD = 8 * 1024 * 1024
"""How far a reader that goes on from front to end reads ahead at most, in bytes."""

Fetch = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]


class RangedObject(io.RawIOBase):
    """Bytes of an object at any offset; `fetch(range, conditions)` is its ranged GET.

    The first answer says how long the object is and which version it has: later ones must be of
    the same. A jump asks for what is wanted and no more; whoever reads on gets longer and longer
    pieces.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._position, self._ahead = 0, FIRST
        answer = fetch(f"bytes=0-{FIRST - 1}", {})
        self._first: bytes = answer["Body"].read()
        self._start, self._block = 0, self._first
        self._conditions = {"IfMatch": answer["ETag"]}
        if answer.get("VersionId"):
            self._conditions["VersionId"] = answer["VersionId"]
        whole: str = answer.get("ContentRange", "").rpartition("/")[2]
        self.size = int(whole) if whole.isdigit() else len(self._first)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}
        self._position = max(0, base[whence] + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self.size - self._position)
        if wanted <= 0:
            return 0
        piece = self._known(wanted)
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _known(self, wanted: int) -> memoryview:
        """Bytes at the position, at least one: of the first block, the last one or a new one."""
        if self._position < len(self._first):
            return memoryview(self._first)[self._position :][:wanted]
        if not self._start <= self._position < self._start + len(self._block):
            self._load(wanted)
        return memoryview(self._block)[self._position - self._start :][:wanted]

    def _load(self, wanted: int) -> None:
        goes_on = self._position == self._start + len(self._block)
        self._ahead = min(2 * self._ahead, MOST_AHEAD) if goes_on else FIRST // 2
        length = max(wanted, self._ahead if goes_on else 0)
        last = min(self._position + length, self.size) - 1
        answer = self._fetch(f"bytes={self._position}-{last}", self._conditions)
        self._start, self._block = self._position, answer["Body"].read()
