"""The file objects of `sealwax.open`."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Optional, Union, cast

from . import _call_context, _sealwax
from ._convert_errors import about
from ._errors import UnfinishedWarning
from ._header import Header
from ._ranges import GAP, Ranges, read_ranges
from ._raw import SHORT, RangeRaw, StreamRaw, WriterRaw

if TYPE_CHECKING:
    from types import TracebackType

    from ._types import Buffer

_read, _readinto = io.BufferedReader.read, io.BufferedReader.readinto
_write, _flush = io.BufferedWriter.write, io.BufferedWriter.flush


class SealedReader(io.BufferedReader):
    """Plaintext of an encrypted object, as an `io.BufferedReader`.

    Every byte that it returns is authentic. If the object can seek, its length was authenticated on
    opening. If it cannot, only the end of the data proves that nothing was cut off.
    """

    def __init__(
        self,
        raw: Union[RangeRaw, StreamRaw],
        buffer_size: int,
        again: Optional[Callable[[int], tuple[Any, ...]]] = None,
    ) -> None:
        super().__init__(raw, buffer_size)
        self._again = again

    @property
    def _native(self) -> Union[Ranges, _sealwax.StreamReader]:
        return cast("Union[RangeRaw, StreamRaw]", self.raw)._native

    def read(self, size: Optional[int] = -1, /) -> bytes:
        """Return up to `size` bytes, by default all of the rest."""
        if size is not None and size > SHORT:
            self._announce(size)
        return _read(self, size)

    def readinto(self, buffer: Any, /) -> int:
        """Fill `buffer`; returns the number of bytes, which is smaller only at the end."""
        if type(buffer) is not bytearray:
            _sealwax.check_buffer(buffer)
        self._announce(memoryview(buffer).nbytes)
        return _readinto(self, buffer)

    def readinto1(self, buffer: Any, /) -> int:
        """As `readinto`, with at most one read of the object."""
        _sealwax.check_buffer(buffer)
        return super().readinto1(buffer)

    def read_ranges(
        self,
        ranges: Sequence[tuple[int, int]],
        into: Optional[Sequence[Buffer]] = None,
        *,
        gap: int = GAP,
    ) -> list[Any]:
        """Many ranges at once, each an offset and a length; the position stays where it is.

        Those that are at most `gap` bytes apart are one request, and the requests are concurrent.
        A range that goes beyond the end is shorter. `into` are buffers, one for each range; the
        result is then how many bytes each got.

        >>> import io, sealwax
        >>> key = sealwax.LocalKey.generate()
        >>> stored = io.BytesIO(sealwax.encrypt(b"06:12 high, 12:30 low", key))
        >>> with sealwax.open(stored, "rb", key) as file:
        ...     file.read_ranges([(6, 4), (18, 3)])
        [b'high', b'low']
        """
        native = self._native
        if isinstance(native, _sealwax.StreamReader):
            raise io.UnsupportedOperation("only a file that can seek has ranges")
        with about(self._native_name):
            return read_ranges(native, ranges, into, gap)

    @property
    def _native_name(self) -> Any:
        return getattr(self.raw, "name", None)

    def _announce(self, size: int) -> None:
        """Announces a read to the raw file, so that its parts become one request."""
        cast("RangeRaw", self.raw).goal = self.tell() + size

    @property
    def header(self) -> Header:
        """The authenticated header."""
        data = self._native.header
        if data is None:
            raise io.UnsupportedOperation("a stream that encrypts has no header to show")
        return Header(data)

    @property
    def metadata(self) -> Optional[bytes]:
        """The confidential metadata; `None` if there is none."""
        return self._native.metadata

    @property
    def size(self) -> Optional[int]:
        """Authenticated length of the plaintext in bytes; `None` if it is not known yet."""
        native = self._native
        return None if isinstance(native, _sealwax.StreamReader) else native.size

    def __reduce__(self) -> tuple[Any, ...]:
        if self._again is None:
            raise TypeError("only a reader that was opened by a path can be pickled")
        return self._again(self.tell())

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return self.__reduce__()


class SealedWriter(io.BufferedWriter):
    """Encrypts what is written to it, as an `io.BufferedWriter`.

    `close` completes the envelope; only then does a file get its name. If an exception leaves the
    `with` block, or the writer is garbage-collected without `close`, the file never gets its name,
    and a file object holds an envelope that readers reject as truncated.

    `close` during an exception does not complete the envelope either, for example in a `finally`,
    or by a wrapper such as `io.TextIOWrapper` whose `with` block failed. It abandons the writer
    with a warning, or leaves the decision to the end of the writer's own `with` block, if there is
    one.
    """

    def __init__(self, raw: WriterRaw, buffer_size: int) -> None:
        super().__init__(raw, buffer_size)
        self._at_opening = _call_context.exception_in_flight()
        self._entered = self._lost = self._closing = False

    @property
    def _sealing(self) -> WriterRaw:
        return cast("WriterRaw", self.raw)

    @property
    def header(self) -> Optional[Header]:
        """The header of a detached envelope, to be stored elsewhere; otherwise `None`."""
        data = self._sealing._native.header
        return None if data is None else Header(data)

    def write(self, data: Any, /) -> int:
        """Encrypt `data`; returns its length in bytes."""
        if type(data) is not bytes:
            _sealwax.check_buffer(data)
        try:
            return _write(self, data)
        except ValueError:  # closed: no data was taken
            raise
        except BaseException as error:
            self._sealing.fail(error)
            raise

    def flush(self) -> None:
        """Encrypt the buffered data; a partial chunk stays buffered, as chunks have a fixed size.

        The header is written with the first full chunk. An envelope that is closed within its first
        MiB without a flush has a header without padding.
        """
        try:
            _flush(self)
            if not self._closing:
                self._sealing.hand_on()
        except ValueError:
            raise
        except BaseException as error:
            self._sealing.fail(error)
            raise

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Not supported: envelopes are written in sequence."""
        raise io.UnsupportedOperation(_NOT_SEEKABLE)

    def truncate(self, size: Optional[int] = None, /) -> int:
        """Not supported, like `seek`."""
        raise io.UnsupportedOperation(_NOT_SEEKABLE)

    def abort(self) -> None:
        """Close without completing the envelope."""
        self._closing = True
        self._sealing.give_up()
        super().close()

    def close(self) -> None:
        """Complete the envelope and close; abandon it during an exception."""
        if self.closed:
            return
        error = _call_context.exception_in_flight()
        if self._lost:
            self._give_up("its wrapper was lost before it was closed")
        elif error is None or error is self._at_opening:
            self._complete()
        elif self._entered:
            self._postpone()
        else:
            self._give_up(f"it was closed while {type(error).__name__} was being handled")

    def expect_end(self) -> None:
        """Marks the following flush as the end, so that a short envelope gets no padding."""
        self._closing = True

    def _complete(self) -> None:
        self._closing = True
        try:
            self.flush()
        except BaseException:
            self.abort()
            raise
        self._at_opening = None
        super().close()

    def _postpone(self) -> None:
        """Closes; `__exit__` decides whether the envelope is completed."""
        self._closing = True
        self.flush()
        self._sealing.postponed = True
        super().close()

    def _give_up(self, why: str) -> None:
        name = getattr(self.raw, "name", None)
        what = (
            "an envelope was left without its end" if name is None else f"{name!r} was not written"
        )
        self.abort()
        warnings.warn(f"{what}: {why}", UnfinishedWarning, stacklevel=3, source=self)

    def _dealloc_warn(self, source: Any) -> None:
        """Called by wrappers of `io` that are garbage-collected, before they close this file."""
        self._lost = True

    def __enter__(self) -> SealedWriter:
        self._entered = True
        return super().__enter__()

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self._entered = False
        raw = self._sealing
        if kind is not None:
            self.abort()
        elif not self.closed:
            self._complete()
        elif raw.postponed:
            raw.complete()
        raw.postponed = False

    def __del__(self) -> None:
        # io would call close, which would make an incomplete file look complete.
        try:
            unfinished = not self.closed
        except ValueError:  # the raw file was detached
            return
        if unfinished and self._sealing.is_foreign:
            self._sealing.give_up()  # the parent process continues it
        elif unfinished:
            self._give_up("its writer was lost before `close`")


_NOT_SEEKABLE = (
    "an encrypted file is not seekable for writing: it is written from the front to the end. "
    "What has to seek can write to a temporary file, which encrypt_file encrypts"
)


class TextFile(io.TextIOWrapper):
    """Text over a reader or a writer. An exception in its `with` block also aborts a writer."""

    mode: str

    def __init__(
        self,
        binary: Union[SealedReader, SealedWriter],
        mode: str,
        encoding: str,
        errors: Optional[str],
        newline: Optional[str],
    ) -> None:
        super().__init__(binary, encoding, errors, newline)
        self._binary, self.mode = binary, mode

    def close(self) -> None:
        """Encode the buffered text, and close the binary file."""
        if not self.closed and isinstance(self._binary, SealedWriter):
            self._binary.expect_end()
        super().close()

    def __enter__(self) -> TextFile:
        self._binary.__enter__()
        return super().__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is None or not isinstance(self._binary, SealedWriter):
            self.close()
        self._binary.__exit__(kind, error, trace)

    def __del__(self) -> None:
        """The underlying binary file decides whether the envelope is completed."""
