"""The file objects of `sealwax.open`."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Optional, Union, cast

from . import _sealwax
from ._header import Header
from ._raw import RangeRaw, StreamRaw, WriterRaw

if TYPE_CHECKING:
    from types import TracebackType


class SealedReader(io.BufferedReader):
    """Plaintext of an encrypted object, as an `io.BufferedReader`.

    Every byte that it returns is authentic. Of an object that cannot seek, only the end of the
    data says that nothing was cut off; of one that can, the length was checked on opening.
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
    def _native(self) -> Union[_sealwax.RangeReader, _sealwax.StreamReader]:
        return cast("Union[RangeRaw, StreamRaw]", self.raw)._native

    @property
    def header(self) -> Header:
        """The header, authentic by now."""
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
        """Length of the plaintext in bytes, authentic; `None` where it is not known yet."""
        native = self._native
        return native.size if isinstance(native, _sealwax.RangeReader) else None

    def __reduce__(self) -> tuple[Any, ...]:
        if self._again is None:
            raise TypeError("only a reader that was opened by a path can be pickled")
        return self._again(self.tell())

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return self.__reduce__()


class SealedWriter(io.BufferedWriter):
    """Encrypts what is written to it, as an `io.BufferedWriter`.

    `close` completes the envelope; a file appears under its name only then. When a `with` block
    is left by an exception, or the writer is lost without `close`, the file never appears, and a
    file object is left with an envelope that readers refuse as truncated.
    """

    def __init__(self, raw: WriterRaw, buffer_size: int) -> None:
        super().__init__(raw, buffer_size)

    @property
    def header(self) -> Optional[Header]:
        """The header of a detached envelope, to be stored elsewhere; else `None`."""
        data = cast("WriterRaw", self.raw)._native.header
        return None if data is None else Header(data)

    def abort(self) -> None:
        """Close without completing the envelope."""
        cast("WriterRaw", self.raw).give_up()
        super().close()

    def close(self) -> None:
        """Complete the envelope and close."""
        if self.closed:
            return
        try:
            self.flush()
        except BaseException:
            self.abort()
            raise
        super().close()

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def __del__(self) -> None:
        # io would call close, which would make half a file look complete.
        try:
            unfinished = not self.closed
        except ValueError:  # the raw file was detached
            return
        if unfinished:
            warnings.warn(f"unclosed {self!r}: it was given up", ResourceWarning, stacklevel=2)
            self.abort()


class TextFile(io.TextIOWrapper):
    """Text over a reader or a writer; an exception in a `with` block aborts a writer here, too."""

    def __init__(
        self,
        binary: Union[SealedReader, SealedWriter],
        encoding: str,
        errors: Optional[str],
        newline: Optional[str],
    ) -> None:
        super().__init__(binary, encoding, errors, newline)
        self._binary = binary

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is not None and isinstance(self._binary, SealedWriter):
            self._binary.abort()
        else:
            self.close()

    def __del__(self) -> None:
        """The binary file below decides what becomes of it."""
