"""`sealwax.open`: encrypted files as real file objects."""

from __future__ import annotations

import errno
import io
import os
import stat
import warnings
from typing import TYPE_CHECKING, Any, Optional, Union, cast, overload

from . import _errors, _sealwax
from ._header import Header
from ._ambient import object_name

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Literal

    from ._types import Buffer, Context, Keys, Padding

    _ReadMode = Literal["rb", "br"]
    _WriteMode = Literal["wb", "bw", "xb", "bx"]
    _TextMode = Literal["r", "rt", "tr", "w", "wt", "tw", "x", "xt", "tx"]

READ_BUFFER = 64 * 1024
"""Plaintext that a reader decrypts ahead while it is read in small pieces, in bytes."""

WRITE_BUFFER = 256 * 1024
"""Plaintext that a writer gathers before it encrypts, in bytes."""


class _RangeRaw(io.RawIOBase):
    """Plaintext at any offset."""

    def __init__(self, native: _sealwax.RangeReader) -> None:
        self._native, self._position = native, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._native.readinto_at(self._position, buffer)
        self._position += read
        return read

    def readall(self) -> bytes:
        data = self._native.read_at(self._position, self._native.size)
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._native.size}
        if whence not in base:
            raise ValueError(f"invalid whence ({whence}, should be 0, 1 or 2)")
        position = base[whence] + offset
        if position < 0:
            raise ValueError(f"negative seek position {position}")
        self._position = position
        return position

    def tell(self) -> int:
        return self._position


class _StreamRaw(io.RawIOBase):
    """Plaintext, or an envelope that is being made, from the front to the end."""

    def __init__(self, native: _sealwax.StreamReader) -> None:
        self._native, self._position = native, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._native.readinto(buffer)
        self._position += read
        return read

    def tell(self) -> int:
        return self._position


class SealedReader(io.BufferedReader):
    """Plaintext of an encrypted object, as an `io.BufferedReader`.

    Every byte that it returns is authentic. Of an object that cannot seek, only the end of the
    data says that nothing was cut off; of one that can, the length was checked on opening.
    """

    def __init__(
        self,
        raw: Union[_RangeRaw, _StreamRaw],
        buffer_size: int,
        again: Optional[tuple[Any, ...]] = None,
    ) -> None:
        super().__init__(raw, buffer_size)
        self._again = again

    @property
    def _native(self) -> Union[_sealwax.RangeReader, _sealwax.StreamReader]:
        return cast("Union[_RangeRaw, _StreamRaw]", self.raw)._native

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
        return (_open_again, (*self._again, self.tell()))

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return self.__reduce__()


def _open_again(path: str, keys: Any, options: dict[str, Any], position: int) -> SealedReader:
    reader = _open_reader(path, keys, options)
    reader.seek(position)
    return reader


class _WriterRaw(io.RawIOBase):
    """Encrypts what is written."""

    def __init__(self, native: _sealwax.StreamWriter, target: Optional[_Target]) -> None:
        self._native, self._target, self._position = native, target, 0
        self.given_up = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.given_up:
            return memoryview(data).nbytes
        written = self._native.write(data)
        self._position += written
        return written

    def tell(self) -> int:
        return self._position

    def give_up(self) -> None:
        """Leaves the envelope without its end, and no file."""
        self.given_up = True
        self._native.discard()
        if self._target is not None:
            self._target.remove()

    def close(self) -> None:
        if self.closed:
            return
        try:
            if not self.given_up:
                self._native.finish()
                if self._target is not None:
                    self._target.commit()
        except BaseException:
            self.give_up()
            raise
        finally:
            super().close()

    def __del__(self) -> None:
        self.give_up()


class SealedWriter(io.BufferedWriter):
    """Encrypts what is written to it, as an `io.BufferedWriter`.

    `close` completes the envelope; a file appears under its name only then. When a `with` block
    is left by an exception, or the writer is lost without `close`, the file never appears, and a
    file object is left with an envelope that readers refuse as truncated.
    """

    def __init__(self, raw: _WriterRaw, buffer_size: int) -> None:
        super().__init__(raw, buffer_size)

    @property
    def header(self) -> Optional[Header]:
        """The header of a detached envelope, to be stored elsewhere; else `None`."""
        data = cast("_WriterRaw", self.raw)._native.header
        return None if data is None else Header(data)

    def abort(self) -> None:
        """Close without completing the envelope."""
        cast("_WriterRaw", self.raw).give_up()
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


class _Target:
    """A temporary file beside the target, which takes its name at the end."""

    def __init__(self, path: str, exclusive: bool) -> None:
        self.path, self.exclusive = path, exclusive
        folder, name = os.path.split(path)
        self.temporary = os.path.join(folder, f".{name[:200]}-{os.urandom(6).hex()}.tmp")
        if exclusive and os.path.lexists(path):
            raise _errors.build(82, "")
        if os.path.isdir(path):
            raise _errors.DirectoryError(os.strerror(errno.EISDIR), errno=errno.EISDIR, filename=path)

    def commit(self) -> None:
        """Gives the complete file its name."""
        if self.exclusive:
            os.link(self.temporary, self.path)  # unlike a rename, it never replaces a file
            os.unlink(self.temporary)
            return
        try:
            os.chmod(self.temporary, stat.S_IMODE(os.stat(self.path).st_mode))
        except FileNotFoundError:
            pass
        os.replace(self.temporary, self.path)

    def remove(self) -> None:
        """Removes what is not complete."""
        try:
            os.unlink(self.temporary)
        except FileNotFoundError:
            pass


@overload
def open(
    file: Any,
    mode: _ReadMode,
    keys: Keys,
    *,
    context: Context = ...,
    associated_data: Optional[Buffer] = ...,
    header: Optional[Buffer] = ...,
) -> SealedReader: ...
@overload
def open(
    file: Any,
    mode: _WriteMode,
    keys: Keys,
    *,
    context: Context = ...,
    associated_data: Optional[Buffer] = ...,
    metadata: Optional[Buffer] = ...,
    padding: Padding = ...,
    detached: bool = ...,
) -> SealedWriter: ...
@overload
def open(
    file: Any,
    mode: _TextMode,
    keys: Keys,
    *,
    context: Context = ...,
    associated_data: Optional[Buffer] = ...,
    metadata: Optional[Buffer] = ...,
    padding: Padding = ...,
    header: Optional[Buffer] = ...,
    detached: bool = ...,
    encoding: Optional[str] = ...,
    errors: Optional[str] = ...,
    newline: Optional[str] = ...,
) -> io.TextIOWrapper: ...
@overload
def open(
    file: Any,
    mode: str,
    keys: Keys,
    *,
    context: Context = ...,
    associated_data: Optional[Buffer] = ...,
    metadata: Optional[Buffer] = ...,
    padding: Padding = ...,
    header: Optional[Buffer] = ...,
    detached: bool = ...,
    encoding: Optional[str] = ...,
    errors: Optional[str] = ...,
    newline: Optional[str] = ...,
) -> Any: ...
def open(
    file: Any,
    mode: str,
    keys: Keys,
    *,
    context: Context = None,
    associated_data: Optional[Buffer] = None,
    metadata: Optional[Buffer] = None,
    padding: Padding = None,
    header: Optional[Buffer] = None,
    detached: bool = False,
    encoding: Optional[str] = None,
    errors: Optional[str] = None,
    newline: Optional[str] = None,
) -> Union[SealedReader, SealedWriter, io.TextIOWrapper]:
    """Open an encrypted file, as the built-in `open` opens a plain one.

    Args:
        file: a path (`str` or `os.PathLike`), or a file object, which stays open afterwards: with
            `read(n)` for reading, from where it stands, or `write` for writing. One that can
            seek gives a reader that can; any other is read from the front to the end.
        mode: `rb` to decrypt; `wb` to encrypt, `xb` too but only to a new file; `r`, `w`, `x` or
            with `t` for text, with `encoding`, `errors` and `newline` as the built-in `open`.
        keys, context, associated_data: as for `decrypt` and `encrypt`.
        metadata, padding: as for `encrypt`.
        header: for reading a body whose header was stored elsewhere.
        detached: for writing a body alone; the header is then `header` of the writer.

    A file that is written appears under its name, replacing what was there, when `close` has
    succeeded, and never when the `with` block is left by an exception. Reading needs memory for
    a few hundred kilobytes, whatever the size.

    >>> import sealwax, tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "tides.sealwax")
    >>> key = sealwax.LocalKey.generate()
    >>> with sealwax.open(path, "w", key) as file:
    ...     _ = file.write("06:12 high, 12:30 low")
    >>> with sealwax.open(path, "rb", key) as file:
    ...     _ = file.seek(-3, os.SEEK_END)
    ...     file.read()
    b'low'
    """
    kind, text = _mode(mode)
    if kind == "r":
        if metadata is not None or padding is not None or detached:
            raise ValueError("metadata, padding and detached are for writing")
        options = {"context": context, "associated_data": associated_data, "header": header}
        binary: Union[SealedReader, SealedWriter] = _open_reader(file, keys, options)
    else:
        if header is not None:
            raise ValueError("header is for reading")
        sealing = (keys, context, associated_data, metadata, padding, detached)
        binary = _open_writer(file, sealing, exclusive=kind == "x")
    if text:
        return _TextFile(binary, encoding or "utf-8", errors, newline)
    if (encoding, errors, newline) != (None, None, None):
        raise ValueError("encoding, errors and newline are for text modes")
    return binary


def encrypt_stream(
    file: Any,
    keys: Keys,
    *,
    context: Context = None,
    associated_data: Optional[Buffer] = None,
    metadata: Optional[Buffer] = None,
    padding: Padding = None,
) -> SealedReader:
    """The envelope of what `file.read(n)` gives, as a file object to read from.

    For calls that want to read, such as `boto3`'s `upload_fileobj`: nothing is stored in between.

    >>> import io, sealwax
    >>> key = sealwax.LocalKey.generate()
    >>> envelope = sealwax.encrypt_stream(io.BytesIO(b"tide table"), key).read()
    >>> sealwax.decrypt(envelope, key)
    b'tide table'
    """
    native = _sealwax.StreamReader.encrypting(
        file, keys, context, associated_data, metadata, padding
    )
    return SealedReader(_StreamRaw(native), READ_BUFFER)


class _TextFile(io.TextIOWrapper):
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


def _mode(mode: str) -> tuple[str, bool]:
    letters = set(mode)
    kind = letters - set("bt")
    if len(letters) != len(mode) or len(kind) != 1 or not kind <= set("rwx") or {*"bt"} <= letters:
        raise ValueError(f"invalid mode: {mode!r}; one of rb, wb, xb, r, w, x")
    return kind.pop(), "b" not in letters


def _open_reader(file: Any, keys: Any, options: dict[str, Any]) -> SealedReader:
    arguments = (keys, options["context"], options["associated_data"], options["header"])
    if isinstance(file, (str, os.PathLike)):
        path = os.fspath(file)
        with object_name(path):
            ranges = _sealwax.RangeReader.open(path, True, *arguments)
        return SealedReader(_RangeRaw(ranges), READ_BUFFER, (path, keys, options))
    if _can_seek(file):
        ranges = _sealwax.RangeReader.open(file, False, *arguments)
        return SealedReader(_RangeRaw(ranges), READ_BUFFER)
    stream = _sealwax.StreamReader.decrypting(_readable(file), *arguments)
    return SealedReader(_StreamRaw(stream), READ_BUFFER)


def _open_writer(file: Any, sealing: tuple[Any, ...], *, exclusive: bool) -> SealedWriter:
    if isinstance(file, (str, os.PathLike)):
        path = os.fspath(file)
        target = _Target(path, exclusive)
        with object_name(path):
            native = _sealwax.StreamWriter.open(target.temporary, True, *sealing)
        return SealedWriter(_WriterRaw(native, target), WRITE_BUFFER)
    if not hasattr(file, "write"):
        raise TypeError(f"a path or a file object is required, not {type(file).__name__}")
    native = _sealwax.StreamWriter.open(file, False, *sealing)
    return SealedWriter(_WriterRaw(native, None), WRITE_BUFFER)


def _can_seek(file: Any) -> bool:
    seekable = getattr(file, "seekable", None)
    if seekable is None:
        return hasattr(file, "seek") and hasattr(file, "tell") and hasattr(file, "read")
    return bool(seekable())


def _readable(file: Any) -> Any:
    if not hasattr(file, "read"):
        raise TypeError(f"a path or a file object is required, not {type(file).__name__}")
    return file
