"""Conversion of the core's errors to exceptions: class, message and file name."""

from __future__ import annotations

import errno
import os
from typing import Any, Optional

from ._errors import (
    AlreadyExistsError,
    Attempt,
    AuthenticationError,
    BufferTooSmallError,
    CancelledError,
    ContextMismatchError,
    DeniedFileError,
    DirectoryError,
    ErrorCode,
    FormatError,
    InvalidArgumentError,
    InvalidStateError,
    InvalidTypeError,
    IoError,
    KeyName,
    KeyUnwrapError,
    LimitError,
    MissingFileError,
    NoMatchingKeyError,
    NoMemoryError,
    NotDirectoryError,
    PipeError,
    ProviderError,
    RandomnessError,
    SealwaxError,
    TruncatedError,
)

_CLASSES: dict[ErrorCode, type[SealwaxError]] = {
    ErrorCode.INVALID_ARGUMENT: InvalidArgumentError,
    ErrorCode.BUFFER_TOO_SMALL: BufferTooSmallError,
    ErrorCode.INVALID_STATE: InvalidStateError,
    ErrorCode.BAD_MAGIC: FormatError,
    ErrorCode.UNSUPPORTED_VERSION: FormatError,
    ErrorCode.UNSUPPORTED_SUITE: FormatError,
    ErrorCode.MALFORMED: FormatError,
    ErrorCode.LIMIT_EXCEEDED: LimitError,
    ErrorCode.NO_MATCHING_KEY: NoMatchingKeyError,
    ErrorCode.PROVIDER_FAILED: ProviderError,
    ErrorCode.KEY_UNWRAP: KeyUnwrapError,
    ErrorCode.COMMITMENT_MISMATCH: AuthenticationError,
    ErrorCode.CONTEXT_MISMATCH: ContextMismatchError,
    ErrorCode.HEADER_AUTHENTICATION: AuthenticationError,
    ErrorCode.AUTHENTICATION: AuthenticationError,
    ErrorCode.TRUNCATED: TruncatedError,
    ErrorCode.TRAILING_DATA: FormatError,
    ErrorCode.CANCELLED: CancelledError,
    ErrorCode.RANDOMNESS: RandomnessError,
    ErrorCode.NO_MEMORY: NoMemoryError,
}

_IO_CLASSES: dict[int, type[IoError]] = {
    errno.ENOENT: MissingFileError,
    errno.EACCES: DeniedFileError,
    errno.EPERM: DeniedFileError,
    errno.EISDIR: DirectoryError,
    errno.ENOTDIR: NotDirectoryError,
    errno.EPIPE: PipeError,
    errno.EEXIST: AlreadyExistsError,
}


class about:  # noqa: N801, it reads as a word of the language
    """Adds a file name to errors inside the block: that of the file being read, or `target`."""

    __slots__ = ("_filename", "_target")

    def __init__(self, filename: Any, target: Any = None) -> None:
        self._filename, self._target = filename, target

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, SealwaxError) and self._filename is not None:
            is_target = self._target is not None and _is_of_target(error)
            error._name(self._target if is_target else self._filename)


def _is_of_target(error: SealwaxError) -> bool:
    if isinstance(error, IoError):
        # The core's message says that reading or writing failed, then which operation.
        doing = error._doing.partition(": ")[2].partition(": ")[0]
        return isinstance(error, AlreadyExistsError) or "target" in doing
    return False


def path_of(path: Any) -> str:
    """The path as text. An empty path names no file."""
    text = os.fspath(path) if isinstance(path, os.PathLike) else path
    if not isinstance(text, str):
        raise InvalidTypeError(f"a path must be str or os.PathLike, not {type(text).__name__}")
    if not text:
        raise MissingFileError(os.strerror(errno.ENOENT), errno=errno.ENOENT, filename=text)
    if "\0" in text:
        raise InvalidArgumentError(f"a path must not contain a zero byte: {text!r}")
    return text


def build(code: int, message: str, **details: Any) -> SealwaxError:
    """The exception for an error of the core; the extension module calls it."""
    known = ErrorCode(code)
    if known is ErrorCode.IO:
        number = details["errno"] or _NUMBERS.get(details.get("kind", ""))
        return _io_error(message, number, details.get("committed", False))
    if known is ErrorCode.ALREADY_EXISTS:
        return AlreadyExistsError(message, known, errno=errno.EEXIST)
    if "attempts" in details:
        details["attempts"] = tuple(Attempt(*attempt) for attempt in details["attempts"])
    if "offered" in details:
        for name in ("wanted", "offered"):
            details[name] = tuple(KeyName(*key) for key in details[name])
    return _CLASSES[known](message, known, **details)


_NUMBERS = {
    "NotFound": errno.ENOENT,
    "PermissionDenied": errno.EACCES,
    "IsADirectory": errno.EISDIR,
    "NotADirectory": errno.ENOTDIR,
}
"""Kinds of errors that the core detects without a system call."""

_ONLY_BY_REPLACING = "here a file gets its name only where it may replace another"

_REMEDY = f"; {_ONLY_BY_REPLACING}: allow overwriting"

_COMMITTED = ", when its directory was to be made durable; the file itself is complete"


def _io_error(message: str, number: Optional[int], committed: bool) -> IoError:
    if number is None:
        error = IoError(message, ErrorCode.IO)
    else:
        # Uses Python's text, because the core's would repeat the number.
        text = os.strerror(number) + (_COMMITTED if committed else "")
        text += _REMEDY if _ONLY_BY_REPLACING in message else ""
        error = _IO_CLASSES.get(number, IoError)(text, errno=number)
    error.committed, error._doing = committed, message
    return error
