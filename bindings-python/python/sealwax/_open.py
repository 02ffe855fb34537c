"""`sealwax.open`: encrypted files as real file objects."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any, Optional, Union, overload

from . import _sealwax
from ._call_context import object_name
from ._convert_errors import about, path_of
from ._errors import InvalidArgumentError, InvalidTypeError
from ._options import FILE_PLACING, FILE_TEXT, OPENING, SEALING, chosen, takes
from ._raw import READ_BUFFER, RangeRaw, StreamRaw, WriterRaw
from ._sealed import SealedReader, SealedWriter, TextFile

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._types import (
        FileObject,
        FileObjectSealing,
        FileText,
        Keys,
        Opening,
        ReadMode,
        Sealing,
        TextMode,
        WriteMode,
    )

PATH_AHEAD = READ_BUFFER
"""Longest read-ahead of a reader of a local file, in bytes of plaintext."""

OBJECT_AHEAD = 1024 * 1024
"""The same for a file object, whose reads may be network requests."""

WRITE_BUFFER = 256 * 1024
"""Plaintext that a writer buffers before it encrypts, in bytes."""

_FOR_WRITING = {"metadata": None, "padding": None, "require_all": True, **FILE_PLACING}
_NOT_FOR_READING = (
    "metadata, padding, detached, require_all, durable and permissions are for writing"
)


def _open_again(path: str, keys: Keys, opening: Opening, position: int) -> SealedReader:
    reader = _open_reader(path, keys, opening)
    reader.seek(position)
    return reader


@overload
def open(file: Any, mode: ReadMode, keys: Keys, **options: Unpack[Opening]) -> SealedReader: ...
@overload
def open(
    file: Any, mode: WriteMode, keys: Keys, **options: Unpack[FileObjectSealing]
) -> SealedWriter: ...
@overload
def open(
    file: Any, mode: TextMode, keys: Keys, **options: Unpack[FileObject]
) -> io.TextIOWrapper: ...
@takes(SEALING, OPENING, FILE_PLACING, FILE_TEXT)
def open(
    file: Any, mode: str, keys: Keys, **options: Unpack[FileObject]
) -> Union[SealedReader, SealedWriter, io.TextIOWrapper]:
    """Open an encrypted file, as the built-in `open` opens a plain one.

    Args:
        file: a path (`str` or `os.PathLike`), or a file object, which stays open afterwards. It
        needs `read(n)` for reading, from its current position, or `write` for writing. The reader
        can seek if the file object can; otherwise it reads in sequence. mode: `rb` to decrypt; `wb`
        to encrypt; `xb` to encrypt to a new file; `r`, `w`, `x`, also with `t`, for text, with
        `encoding`, `errors` and `newline` of the built-in `open`. keys, context, associated_data:
        as for `decrypt` and `encrypt`. metadata, padding, require_all: as for `encrypt`. header:
        for reading a body whose header is stored elsewhere. detached: for writing a body without a
        header, which is then `header` of the writer. durable, permissions: for writing to a path;
        the same as `durable` and `mode` of `encrypt_file`.

    A written file gets its name, and replaces an existing file, when `close` succeeds. It never
    gets it if an exception leaves the `with` block. Pipes and devices are written to directly.
    `close` during an exception does not complete the envelope, see `SealedWriter`. Reading needs a
    few hundred kilobytes of memory, regardless of the size.

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
    as_text = chosen(options, FILE_TEXT)
    if not text and as_text != FILE_TEXT:
        raise InvalidArgumentError("encoding, errors and newline are for text modes")
    if kind == "r":
        writing = chosen(options, _FOR_WRITING)
        if any(value is not _FOR_WRITING[name] for name, value in writing.items()):
            raise InvalidArgumentError(_NOT_FOR_READING)
        opening = chosen(options, OPENING)
        binary: Union[SealedReader, SealedWriter] = _open_reader(file, keys, opening)
    else:
        if options["header"] is not None:
            raise InvalidArgumentError("header is for reading")
        placing = (kind == "x", options["durable"], options["permissions"])
        sealing = chosen(options, SEALING)
        binary = _open_writer(file, keys, sealing, options["detached"], placing)
    return _as_text(binary, mode, **as_text) if text else binary


def _as_text(
    binary: Union[SealedReader, SealedWriter], mode: str, **options: Unpack[FileText]
) -> TextFile:
    encoding = options["encoding"] or "utf-8"
    try:
        return TextFile(binary, mode, encoding, options["errors"], options["newline"])
    except BaseException:
        if isinstance(binary, SealedWriter):
            binary.abort()
        raise


@takes(SEALING)
def encrypt_stream(file: Any, keys: Keys, **options: Unpack[Sealing]) -> SealedReader:
    """Encrypt what `file.read(n)` returns; the result is a file object that returns the envelope.

    It is for calls that read from a file object, such as `boto3`'s `upload_fileobj`. Nothing is
    stored in between.

    >>> import io, sealwax
    >>> key = sealwax.LocalKey.generate()
    >>> envelope = sealwax.encrypt_stream(io.BytesIO(b"tide table"), key).read()
    >>> sealwax.decrypt(envelope, key)
    b'tide table'
    """
    native = _sealwax.StreamReader.encrypting(file, keys, options)
    return SealedReader(StreamRaw(native, _name(file)), READ_BUFFER)


def _mode(mode: str) -> tuple[str, bool]:
    if not isinstance(mode, str):
        raise InvalidTypeError(f"mode must be str, not {type(mode).__name__}")
    letters = set(mode)
    kind = letters - set("bt")
    if len(letters) != len(mode) or len(kind) != 1 or not kind <= set("rwx") or {*"bt"} <= letters:
        raise InvalidArgumentError(f"invalid mode: {mode!r}; one of rb, wb, xb, r, w, x")
    return kind.pop(), "b" not in letters


def _open_reader(file: Any, keys: Keys, opening: Opening) -> SealedReader:
    if isinstance(file, (str, os.PathLike)):
        path = path_of(file)
        with object_name(path), about(path):
            ranges = _sealwax.RangeReader.open(path, True, keys, opening)
        again = lambda at: (_open_again, (path, keys, opening, at))  # noqa: E731
        return SealedReader(RangeRaw(ranges, path, PATH_AHEAD), READ_BUFFER, again)
    name = _name(file)
    with about(name):
        if _can_seek(file):
            ranges = _sealwax.RangeReader.open(file, False, keys, opening)
            return SealedReader(RangeRaw(ranges, name, OBJECT_AHEAD), READ_BUFFER)
        stream = _sealwax.StreamReader.decrypting(_readable(file), keys, opening)
        return SealedReader(StreamRaw(stream, name), READ_BUFFER)


def _open_writer(
    file: Any,
    keys: Keys,
    sealing: Sealing,
    detached: bool,
    placing: tuple[bool, bool, Optional[int]],
) -> SealedWriter:
    exclusive, durable, permissions = placing
    mode = "xb" if exclusive else "wb"
    if isinstance(file, (str, os.PathLike)):
        path = path_of(file)
        with object_name(path), about(path):
            native = _sealwax.StreamWriter.to_path(path, placing, keys, sealing, detached)
        return SealedWriter(WriterRaw(native, path, mode), WRITE_BUFFER)
    if not hasattr(file, "write"):
        raise InvalidTypeError(f"a path or a file object is required, not {type(file).__name__}")
    if (durable, permissions) != (True, None):
        raise InvalidArgumentError("durable and permissions are for a path, not a file object")
    native = _sealwax.StreamWriter.to_object(file, keys, sealing, detached)
    return SealedWriter(WriterRaw(native, _name(file), mode), WRITE_BUFFER)


def _name(file: Any) -> Any:
    """The name of the file object: a path, the number of a descriptor, or `None`."""
    name = getattr(file, "name", None)
    return name if isinstance(name, (str, bytes, int)) else None


def _can_seek(file: Any) -> bool:
    seekable = getattr(file, "seekable", None)
    if seekable is None:
        return hasattr(file, "seek") and hasattr(file, "tell") and hasattr(file, "read")
    return bool(seekable())


def _readable(file: Any) -> Any:
    if not hasattr(file, "read"):
        raise InvalidTypeError(f"a path or a file object is required, not {type(file).__name__}")
    return file
