"""Shared code of all providers."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Generic, NoReturn, Optional, TypeVar

from .. import KeyUnwrapError, audit
from .._sealwax import canonical_context
from .._text import printable
from ._errors import AccessDeniedError, KmsError, MisbehavedError

DEK_LEN = 32
"""Length of a data encryption key, in bytes."""

CONNECT_TIMEOUT = 5.0
"""Time-out for a connection, in seconds."""

READ_TIMEOUT = 10.0
"""Time-out for a response, in seconds."""

MAX_ATTEMPTS = 3
"""How often an SDK sends a request at most, including the first time."""

T = TypeVar("T")


class Unchanging:
    """An immutable object is its own copy, so copying a configuration needs no pickle."""

    def __copy__(self) -> Unchanging:
        return self

    def __deepcopy__(self, memo: Any) -> Unchanging:
        return self


class KmsProvider(Unchanging):
    """A provider of one key."""

    provider_id: str
    key_id: str

    def accepts(self, key_id: str) -> bool:
        """Whether `key_id` is the key with which this provider is configured."""
        return key_id == self.key_id

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.key_id!r})"


class PerProcess(Generic[T]):
    """An object with connections, which is created on first use, and again after a fork."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        # One lock per process: after a fork, a lock held by another thread would stay locked.
        self._locks: dict[int, threading.Lock] = {}
        self._made: Optional[tuple[int, T]] = None

    def get(self) -> T:
        """The object of this process."""
        made = self._made
        if made is not None and made[0] == os.getpid():
            return made[1]
        with self._locks.setdefault(os.getpid(), threading.Lock()):
            if self._made is None or self._made[0] != os.getpid():
                self._made = (os.getpid(), self._make())
            return self._made[1]

    def __getstate__(self) -> dict[str, Any]:
        return {"_make": self._make}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["_make"])  # type: ignore[misc]


def matched(pattern: re.Pattern[str], value: Any) -> Optional[re.Match[str]]:
    """Matches a name given by the host, which may have any type."""
    return pattern.fullmatch(value) if isinstance(value, str) else None


def require(module: str, extra: str) -> Any:
    """Imports a module of a vendor's SDK; the error says how to install it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        message = f"{module} is missing: pip install 'sealwax[{extra}]'"
        raise ModuleNotFoundError(message, name=error.name) from error


def context_bytes(context: Mapping[str, str]) -> bytes:
    """The canonical encryption context, for a KMS that binds bytes."""
    return canonical_context(context)


def checked_dek(dek: bytes, provider: KmsProvider, request_id: Optional[str] = None) -> bytearray:
    """Converts a DEK from a KMS to a buffer, which the caller wipes."""
    if len(dek) != DEK_LEN:
        fail(
            MisbehavedError(
                f"the KMS returned a key of {len(dek)} bytes instead of {DEK_LEN}",
                key_id=provider.key_id,
                request_id=request_id,
            )
        )
    return bytearray(dek)


def field(answer: Any, name: str, kind: type[T], provider: KmsProvider) -> T:
    """A field of a response. It is an error if a successful response lacks it."""
    value = answer.get(name) if isinstance(answer, Mapping) else None
    if not isinstance(value, kind):
        fail(MisbehavedError(f"the answer of the KMS has no {name}", key_id=provider.key_id))
    return value


def check_key(expected: str, answered: str, request_id: Optional[str] = None) -> None:
    """Rejects a response that was made with a key other than the requested one."""
    if answered != expected:
        message = f"the KMS was asked for {expected} and used {answered or 'an unnamed key'}"
        fail(MisbehavedError(message, key_id=expected, request_id=request_id))


def fail(error: KmsError, cause: Optional[BaseException] = None) -> NoReturn:
    """Raises `error` and puts its reason and request id into the audit event."""
    audit.annotate(reason=error.reason)
    if error.request_id:
        audit.annotate(request_id=error.request_id)
    if isinstance(error, AccessDeniedError):
        audit.annotate(outcome="denied")
    raise error from tamed(cause)


def reject(message: str, request_id: Optional[str], cause: Optional[BaseException]) -> NoReturn:
    """Raises the error for a wrong wrapped key or context, as opposed to a failure of the KMS."""
    if request_id:
        audit.annotate(request_id=request_id)
    raise KeyUnwrapError(printable(message)) from tamed(cause)


def tamed(cause: Optional[BaseException]) -> Optional[BaseException]:
    """The SDK's exception, with the server's text escaped, so that a traceback may show it."""
    if cause is None:
        return None
    cause.args = tuple(printable(a) if isinstance(a, str) else a for a in cause.args)
    shown = getattr(cause, "message", None)
    if isinstance(shown, str):  # Tracebacks of Google's and Azure's exceptions show this attribute.
        setattr(cause, "message", printable(shown))  # noqa: B010, not every exception has it
    below = cause.__cause__ or cause.__context__
    while below is not None and str(below).isprintable():
        below = below.__cause__ or below.__context__
    if below is not None:  # The causes repeat the text without escapes.
        cause.__cause__ = None
    return cause


def answered(request_id: Optional[str], **notes: Any) -> None:
    """Adds the request id of a successful call to the audit event."""
    if request_id:
        audit.annotate(request_id=request_id)
    if notes:
        audit.annotate(**notes)
