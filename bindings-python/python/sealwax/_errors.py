"""The exceptions, one class for each kind of failure, and the codes that all languages share."""

from __future__ import annotations

import sys
import warnings
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Optional


class ErrorCode(IntEnum):
    """The stable code of an error: `str()` gives its name, `int()` its number."""

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
    """One provider that was asked in vain."""

    provider_id: str
    key_id: str
    reason: str
    error: Optional[BaseException] = None

    def __reduce__(self) -> tuple[Any, ...]:
        # The host's exception may hold anything; its kind is in the reason.
        return (Attempt, (self.provider_id, self.key_id, self.reason, None))


class SealwaxError(Exception):
    """Any failure. `code` tells which; it never changes between versions and languages.

    `filename` is the path of the file or the name of the object, where it is known.
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
        """Says which file it is about, unless that is known."""
        if self.filename is None:
            self.filename = filename

    def _in_variable(self, name: str) -> None:
        """Says which environment variable it is about."""
        self.args = (f"{self.args[0]} (environment variable {name})",)


class InvalidArgumentError(SealwaxError, ValueError):
    """An argument is outside of what the call accepts."""

    code = ErrorCode.INVALID_ARGUMENT


class InvalidTypeError(InvalidArgumentError, TypeError):
    """An argument is of a type that the call cannot take."""


class UnsetVariableError(InvalidArgumentError, KeyError):
    """The environment variable that should hold a key is not set."""


class BufferTooSmallError(InvalidArgumentError):
    """The output buffer is too small; `needed` bytes are enough."""

    code = ErrorCode.BUFFER_TOO_SMALL
    needed: int = 0


class InvalidStateError(SealwaxError):
    """The call does not fit the state of the object."""


class FormatError(SealwaxError):
    """The input is no envelope, or none that this version knows."""

    code = ErrorCode.MALFORMED


class LimitError(SealwaxError):
    """A count or a length is over the limit of the format."""

    code = ErrorCode.LIMIT_EXCEEDED


class ProviderError(SealwaxError):
    """A key provider failed: unreachable, denied, out of time.

    `attempts` names everyone who was asked; `__cause__` is the first one's own exception.
    """

    code = ErrorCode.PROVIDER_FAILED
    attempts: tuple[Attempt, ...] = ()


class KeyUnwrapError(SealwaxError):
    """A wrapped key did not open under the key that it names.

    Raised by a provider's `unwrap`, it says that the wrapped key or the context is to blame and
    not the KMS.
    """

    code = ErrorCode.KEY_UNWRAP
    attempts: tuple[Attempt, ...] = ()


class KeyName(NamedTuple):
    """A key as headers name it; `key_id` is empty where a provider does not say it."""

    provider_id: str
    key_id: str


class NoMatchingKeyError(SealwaxError):
    """No provider at hand may unwrap any of the wrapped keys.

    `wanted` are the keys that the header names, `offered` those of the providers that were given.
    """

    code = ErrorCode.NO_MATCHING_KEY
    wanted: tuple[KeyName, ...] = ()
    offered: tuple[KeyName, ...] = ()


class ContextMismatchError(SealwaxError):
    """The encryption context lacks a pair that the reader requires.

    `key` is that of the first such pair, `wanted` the value that was required and `found` the one
    that is there, or `None`.
    """

    code = ErrorCode.CONTEXT_MISMATCH
    key: str = ""
    wanted: str = ""
    found: Optional[str] = None


class AuthenticationError(SealwaxError):
    """The data, the header or the associated data is not what was encrypted."""

    code = ErrorCode.AUTHENTICATION
    chunk: Optional[int] = None


class TruncatedError(SealwaxError, EOFError):
    """The input ends before the message does."""

    code = ErrorCode.TRUNCATED


class CancelledError(SealwaxError):
    """The program cancelled the operation."""

    code = ErrorCode.CANCELLED


class RandomnessError(SealwaxError):
    """The operating system gave no random bytes."""

    code = ErrorCode.RANDOMNESS


class NoMemoryError(SealwaxError, MemoryError):
    """The memory for a length that was asked for could not be had."""

    code = ErrorCode.NO_MEMORY


class IoError(SealwaxError, OSError):
    """Reading or writing failed; also an instance of the built-in class for its `errno`.

    `committed` says whether a file that was written is nevertheless complete under its name: then
    only the directory could not be made durable.
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


class UnfinishedWarning(ResourceWarning):
    """A writer was lost, or closed while an exception was in flight: it completed nothing.

    Shown by default, unlike other resource warnings: data is missing.
    """


if not sys.warnoptions:
    warnings.filterwarnings("default", category=UnfinishedWarning)


class MissingFileError(IoError, FileNotFoundError):
    """There is no such file."""


class DeniedFileError(IoError, PermissionError):
    """The operating system does not allow it."""


class DirectoryError(IoError, IsADirectoryError):
    """A file was expected, and this is a directory."""


class NotDirectoryError(IoError, NotADirectoryError):
    """A directory was expected, and this is none."""


class PipeError(IoError, BrokenPipeError):
    """Nobody reads the pipe any more."""


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
