"""The raw files under those of `sealwax.open`. Each call goes to the extension module."""

from __future__ import annotations

import io
import os
from typing import Any, Optional

from . import _sealwax
from ._ahead import FROM, Ahead
from ._convert_errors import about
from ._ranges import ObjectRanges, Ranges

READ_BUFFER = 64 * 1024
"""Size of the buffer above a raw reader, in bytes."""

SHORT = 512
"""Longest read that need not be announced, in bytes: this much is always fetched."""

FIRST_AHEAD = 16 * 1024
"""First read-ahead of sequential reads, in bytes."""

MOST_AT_ONCE = 16 * 1024 * 1024
"""Longest read that is one request, in bytes."""


class RangeRaw(io.RawIOBase):
    """Plaintext at any offset.

    The buffered file announces long reads, so that each is one request although it arrives here in
    parts. Sequential reads read ahead, more each time, up to `most_ahead`; `in_background`, the
    next piece is fetched while this one is used. A read after a seek fetches only the chunks that
    it needs.
    """

    mode = "rb"

    def __init__(
        self, native: Ranges, name: Any, most_ahead: int, *, in_background: bool = False
    ) -> None:
        self._native, self._position, self._most_ahead = native, 0, most_ahead
        self._next = Ahead(native) if in_background else None
        self.goal = 0
        """End of the announced read."""
        self._last_end, self._ahead = 0, 0
        self._kept, self._kept_start = memoryview(b""), 0
        self._name = name
        if name is not None:
            self.name = name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if type(buffer) is not memoryview or buffer.format != "B":
            _sealwax.check_buffer(buffer)
            buffer = memoryview(buffer).cast("B")
        start = self._position - self._kept_start
        if 0 <= start < len(self._kept):
            piece = self._kept[start : start + len(buffer)]
            buffer[: len(piece)] = piece
            read = len(piece)
        else:
            with about(self._name):
                read = self._fetch(buffer, len(buffer))
        self._position += read
        self._last_end = self._position
        return read

    def _fetch(self, buffer: Any, room: int) -> int:
        position = self._position
        self._ahead = self._next_ahead() if position == self._last_end else 0
        wanted = max(self.goal - position, self._ahead, SHORT)
        if room > READ_BUFFER:
            wanted = max(wanted, room)
        coming = self._next.take(position) if self._next is not None else None
        if coming is None and (wanted <= room or room > MOST_AT_ONCE):
            return self._native.readinto_at(position, buffer, wanted)
        if coming is None and self._next is not None and room >= FROM:
            return self._fetch_long(position, buffer, wanted)
        data = memoryview(self._native.read_at(position, wanted) if coming is None else coming)
        if self._next is not None:
            self._next.begin(position + len(data), self._ahead)
        read = min(room, len(data))
        buffer[:read] = data[:read]
        self._kept, self._kept_start = data[read:], position + read
        return read

    def _fetch_long(self, position: int, buffer: Any, wanted: int) -> int:
        """A long read, straight into the buffer; what follows by the same request, and kept."""
        room, tail = len(buffer), bytearray(wanted - len(buffer))
        if isinstance(self._native, ObjectRanges):
            spans = [(position, room), (position + room, len(tail))]
            read, follows = self._native.read_ranges(spans, [buffer, tail])
        else:
            read, follows = self._native.readinto_at(position, buffer, room), 0
        self._kept, self._kept_start = memoryview(tail)[:follows], position + read
        return int(read)

    def _next_ahead(self) -> int:
        return min(max(2 * self._ahead, FIRST_AHEAD), self._most_ahead)

    def readall(self) -> bytes:
        with about(self._name):
            data = self._native.read_at(self._position, self._native.size)
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_SET:
            position = offset
        elif whence == os.SEEK_CUR:
            position = self._position + offset
        elif whence == os.SEEK_END:
            position = self._native.size + offset
        else:
            raise ValueError(f"invalid whence ({whence}, should be 0, 1 or 2)")
        if position < 0:
            raise ValueError(f"negative seek position {position}")
        self._position, self.goal = position, 0
        return position

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        if self._next is not None:
            self._next.drop()
        super().close()


class StreamRaw(io.RawIOBase):
    """A sequential stream of plaintext, or of an envelope."""

    mode = "rb"
    goal = 0

    def __init__(self, native: _sealwax.StreamReader, name: Any) -> None:
        self._native, self._position = native, 0
        self._name = name
        if name is not None:
            self.name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with about(self._name):
            read = self._native.readinto(buffer)
        self._position += read
        return read

    def tell(self) -> int:
        return self._position


class WriterRaw(io.RawIOBase):
    """Encrypts what is written."""

    def __init__(self, native: _sealwax.StreamWriter, name: Any, mode: str) -> None:
        self._native, self._position, self.mode = native, 0, mode
        self._error: Optional[BaseException] = None
        self._process = os.getpid()
        self.given_up = self.postponed = False
        self._name = name
        if name is not None:
            self.name = name

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.given_up:
            return memoryview(data).nbytes
        if self._error is not None:
            raise self._error
        with about(self._name):
            try:
                written = self._native.write(data)
            except BaseException as error:
                self.fail(error)
                raise
        self._position += written
        return written

    def tell(self) -> int:
        return self._position

    def hand_on(self) -> None:
        """Writes all full chunks. Without it, the header is withheld for the first MiB."""
        with about(self._name):
            try:
                self._native.flush()
            except BaseException as error:
                self.fail(error)
                raise

    def fail(self, error: BaseException) -> None:
        """It is unknown what was written, so the envelope cannot be completed."""
        self._error = self._error or error

    @property
    def is_foreign(self) -> bool:
        """Whether another process started the envelope, before a fork."""
        return os.getpid() != self._process

    def give_up(self) -> None:
        """Abandons the envelope: its end is not written, and a file is removed."""
        self.given_up, self._error = True, None
        if not self.is_foreign:
            self._native.discard()

    def complete(self) -> None:
        """Writes the end of the envelope; a file gets its name."""
        try:
            if self._error is not None:
                raise self._error
            with about(self._name):
                self._native.finish()
        except BaseException:
            self.give_up()
            raise

    def close(self) -> None:
        if self.closed:
            return
        try:
            if not (self.given_up or self.postponed):
                self.complete()
        finally:
            super().close()

    def __del__(self) -> None:
        self.give_up()
