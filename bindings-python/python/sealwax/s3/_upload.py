"""Uploads: sources of plaintext, and streams of envelopes."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Optional

from .._errors import CancelledError, InvalidArgumentError
from .._sealed import SealedReader
from .._sealwax import plaintext_size


@contextmanager
def opened(source: Any) -> Iterator[Any]:
    """Opens a path, or takes a file object of the host, for reading bytes."""
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb", buffering=0) as file:
            yield file
        return
    if isinstance(source, io.TextIOBase):
        raise InvalidArgumentError("the source is a text file: open it in binary mode")
    if not callable(getattr(source, "read", None)):
        kind = type(source).__name__
        raise InvalidArgumentError(
            f"upload takes a path or a file object, and not {kind}: use put for data in memory"
        )
    yield source


def size_of(source: Any) -> Optional[int]:
    """Remaining bytes of a regular file; `None` for other sources."""
    try:
        status, position = os.fstat(source.fileno()), source.tell()
    except (AttributeError, OSError):
        return None
    return max(0, status.st_size - position) or None


class Joined(io.RawIOBase):
    """Bytes that were already read, then the rest; `at_end` is called before the end."""

    def __init__(self, start: bytes, rest: Any, at_end: Optional[Callable[[], object]] = None):
        self._start, self._rest, self._at_end = memoryview(start), rest, at_end

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        start = bytes(self._start if size < 0 else self._start[:size])
        self._start = self._start[len(start) :]
        if len(start) == size:
            return start
        data: bytes = start + self._rest.read(size - len(start) if size >= 0 else -1)
        if self._at_end is not None and (size < 0 or len(data) < size):
            at_end, self._at_end = self._at_end, None
            at_end()
        return data


class Forward:
    """The body of a response, in sequence, starting with bytes that were already read."""

    def __init__(self, start: bytes, body: Any, name: str) -> None:
        self._joined, self.name = Joined(start, body), name

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, fewer only at the end."""
        return self._joined.read(size)


class Told:
    """A source or a target whose bytes are counted: `report` is called with them and the total."""

    def __init__(self, file: Any, report: Optional[Callable[[int, int], object]], total: int):
        self._file, self._report, self._total, self._done = file, report, total, 0
        self.commit = getattr(file, "commit", None)

    def read(self, size: int = -1) -> Any:
        """Up to `size` bytes."""
        data = self._file.read(size)
        self._tell(len(data or b""))
        return data

    def write(self, data: Any) -> int:
        """All of `data`."""
        written: int = self._file.write(data)
        self._tell(written)
        return written

    def _tell(self, count: int) -> None:
        self._done += count
        if self._report is not None and self._report(self._done, self._total) is False:
            raise CancelledError("cancelled by the progress callback")


def plaintext_len(stored: Optional[int], reader: SealedReader, is_detached: bool) -> int:
    """How long the plaintext will be, as its length says; 0 if the store does not tell that."""
    header_len = 0 if is_detached else reader.header.header_len
    return 0 if stored is None else plaintext_size(stored, header_len)
