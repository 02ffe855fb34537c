"""The exceptions, one class for each kind of failure, and the error codes of all languages."""

from __future__ import annotations

import sys
import warnings
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Optional


class ErrorCode(IntEnum):
    """The stable code of an error: `str()` returns its name, `int()` its number."""

    INVALID_ARGUMENT = 1
    INVALID_STATE = 2
    BUFFER_TOO_SMALL = 3
    NULL_POINTER = 4
    PANIC = 5
    BAD_MAGIC = 20
    UNSUPPORTED_VERSION = 21
    UNSUPPORTED_SUITE = 22
    MALFORMED = 23
    LIMIT_EXCEEDED = 24
    NO_MATCHING_KEY = 40
    PROVIDER_FAILED = 41
    KEY_UNWRAP = 42
    COMMITMENT_MISMATCH = 43
    CONTEXT_MISMATCH = 44
    HEADER_AUTHENTICATION = 45
    AUTHENTICATION = 60
    TRUNCATED = 61
    TRAILING_DATA = 62
    IO = 80
    CANCELLED = 81
    ALREADY_EXISTS = 82
    RANDOMNESS = 83
    NO_MEMORY = 84

    def __str__(self) -> str:
        return self.name.lower()


class Attempt(NamedTuple):
    """One failed call of a provider."""

    provider_id: str
    key_id: str
    reason: str
    error: Optional[BaseException] = None

    def __reduce__(self) -> tuple[Any, ...]:
        # The host's exception may hold anything; the reason names its class.
        return (Attempt, (self.provider_id, self.key_id, self.reason, None))


class SealwaxError(Exception):
    """Any failure. `code` identifies it, and is the same in every version and language.

    `filename` is the path of the file or the name of the object, if it is known.
    """

    code: ErrorCode = ErrorCode.INVALID_STATE
    if TYPE_CHECKING:
        filename: Any

    def __init__(self, message: str = "", code: Optional[ErrorCode] = None, **details: Any) -> None:
        super().__init__(message)
        if code is not None:
            self.code = ErrorCode(code)
        self.__dict__.update({"filename": None, **details})

    def __str__(self) -> str:
        message = str(self.args[0]) if self.args else ""
        return message if self.filename is None else f"{message}: {self.filename!r}"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (type(self), self.args, self.__dict__.copy()))

    def _name(self, filename: Any) -> None:
        """Sets the file name, unless it is already set."""
        if self.filename is None:
            self.filename = filename

    def _in_variable(self, name: str) -> None:
        """Sets the name of the environment variable."""
        self.args = (f"{self.args[0]} (environment variable {name})",)


class InvalidArgumentError(SealwaxError, ValueError):
    """An argument is outside what the call accepts."""

    code = ErrorCode.INVALID_ARGUMENT


class InvalidTypeError(InvalidArgumentError, TypeError):
    """An argument has a type that the call does not accept."""


class UnsetVariableError(InvalidArgumentError, KeyError):
    """The environment variable that should hold a key is not set."""


class BufferTooSmallError(InvalidArgumentError):
    """The output buffer is too small; `needed` bytes suffice."""

    code = ErrorCode.BUFFER_TOO_SMALL
    needed: int = 0


class InvalidStateError(SealwaxError):
    """The call is not allowed in the object's current state."""


class FormatError(SealwaxError):
    """The input is not an envelope, or this version does not support it."""

    code = ErrorCode.MALFORMED


class LimitError(SealwaxError):
    """A count or a length is over the limit of the format."""

    code = ErrorCode.LIMIT_EXCEEDED


class ProviderError(SealwaxError):
    """A key provider failed: unreachable, denied, timed out.

    `attempts` lists all failed providers; `__cause__` is the exception of the first one.
    """

    code = ErrorCode.PROVIDER_FAILED
    attempts: tuple[Attempt, ...] = ()


class KeyUnwrapError(SealwaxError):
    """A wrapped key did not unwrap under the key that it names.

    A provider's `unwrap` raises it if the wrapped key or the context is wrong, and not if the KMS
    fails.
    """

    code = ErrorCode.KEY_UNWRAP
    attempts: tuple[Attempt, ...] = ()


class KeyName(NamedTuple):
    """A key as headers name it; `key_id` is empty if the provider does not name it."""

    provider_id: str
    key_id: str


class NoMatchingKeyError(SealwaxError):
    """No given provider accepts any of the wrapped keys.

    `wanted` are the keys that the header names, `offered` those of the given providers.
    """

    code = ErrorCode.NO_MATCHING_KEY
    wanted: tuple[KeyName, ...] = ()
    offered: tuple[KeyName, ...] = ()


class ContextMismatchError(SealwaxError):
    """A required pair of the encryption context is missing or has another value.

    `key` is the key of the first such pair, `wanted` the required value and `found` the value of
    the envelope, or `None`.
    """

    code = ErrorCode.CONTEXT_MISMATCH
    key: str = ""
    wanted: str = ""
    found: Optional[str] = None


class AuthenticationError(SealwaxError):
    """The data, the header or the associated data was modified or is not that of the encryption."""

    code = ErrorCode.AUTHENTICATION
    chunk: Optional[int] = None


class TruncatedError(SealwaxError, EOFError):
    """The input ends before the message does."""

    code = ErrorCode.TRUNCATED


class CancelledError(SealwaxError):
    """The program cancelled the operation."""

    code = ErrorCode.CANCELLED


class RandomnessError(SealwaxError):
    """The operating system did not provide random bytes."""

    code = ErrorCode.RANDOMNESS


class NoMemoryError(SealwaxError, MemoryError):
    """There is not enough memory for the requested length."""

    code = ErrorCode.NO_MEMORY


class IoError(SealwaxError, OSError):
    """Reading or writing failed; also an instance of the built-in class for its `errno`.

    `committed` says whether the written file is nevertheless complete under its name. Then only
    making the directory durable failed.
    """

    code = ErrorCode.IO
    committed: bool = False
    _doing: str = ""

    def __init__(
        self,
        message: str = "",
        code: Optional[ErrorCode] = None,
        *,
        errno: Optional[int] = None,
        filename: Optional[Any] = None,
    ) -> None:
        if errno is None:
            OSError.__init__(self, message)
        else:
            OSError.__init__(self, errno, message, filename)
        if code is not None:
            self.code = ErrorCode(code)

    def __str__(self) -> str:
        if self.errno is not None:
            return OSError.__str__(self)
        message = str(self.args[0]) if self.args else ""
        return message if self.filename is None else f"{message}: {self.filename!r}"

    def __reduce__(self) -> tuple[Any, ...]:
        message = self.strerror if self.errno is not None else self.args[0]
        return (
            _restore_io,
            (type(self), message, self.code, self.errno, self.filename, self.committed),
        )


class AlreadyExistsError(IoError, FileExistsError):
    """The target exists, and the call was not told to overwrite it."""

    code = ErrorCode.ALREADY_EXISTS


class ConflictError(IoError):
    """The object is not the one that was meant: somebody replaced or deleted it meanwhile."""


class UnfinishedWarning(ResourceWarning):
    """A writer was garbage-collected, or closed during an exception: its envelope is incomplete.

    It is shown by default, unlike other resource warnings, because data is missing.
    """


if not sys.warnoptions:
    warnings.filterwarnings("default", category=UnfinishedWarning)


class MissingFileError(IoError, FileNotFoundError):
    """There is no such file."""


class DeniedFileError(IoError, PermissionError):
    """The operating system denied permission."""


class DirectoryError(IoError, IsADirectoryError):
    """The path is a directory, not a file."""


class NotDirectoryError(IoError, NotADirectoryError):
    """The path is not a directory."""


class PipeError(IoError, BrokenPipeError):
    """The reader of the pipe has closed it."""


def _restore(cls: type[SealwaxError], args: tuple[Any, ...], state: dict[str, Any]) -> SealwaxError:
    error = cls(*args)
    error.__dict__.update(state)
    return error


def _restore_io(
    cls: type[IoError],
    message: str,
    code: ErrorCode,
    errno: Optional[int],
    filename: Any,
    committed: bool,
) -> IoError:
    error = cls(message, code, errno=errno, filename=filename)
    error.committed = committed
    return error
