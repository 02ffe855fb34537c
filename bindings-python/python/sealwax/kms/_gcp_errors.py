"""What google-api-core raises, in the words of `KmsError`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ._base import fail, reject
from ._errors import (
    AccessDeniedError,
    ClockSkewError,
    CredentialsError,
    KeyDisabledError,
    KeyNotFoundError,
    KeyPendingDeletionError,
    KmsError,
    KmsTimeoutError,
    MisbehavedError,
    ThrottledError,
    TlsError,
    UnavailableError,
)

_TLS_WORDS = (
    "ssl handshake",
    "tls handshake",
    "certificate_verify_failed",
    "wrong_version_number",
    "verification check failed",
)

# How gRPC tells that the credentials gave no token: as if the service were not there.
_TOKEN_WORDS = "getting metadata from plugin failed"

# What the token server says where this machine's clock is wrong.
_SKEW_WORDS = ("reasonable timeframe", "iat and exp")


def is_transient(error: BaseException) -> bool:
    """Whether the same call may succeed a moment later."""
    from google.api_core import exceptions

    if _is_tls(error) or _TOKEN_WORDS in str(error).lower():
        return False
    return isinstance(error, (exceptions.ServiceUnavailable, exceptions.ResourceExhausted))


@contextmanager
def translated(key_id: str, operation: str) -> Iterator[None]:
    """Turns what the SDK raises inside of the block into a `KmsError` or a rejection."""
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except exceptions.RetryError as error:
        cause = error.cause or error
        fail(_kind(cause, KmsTimeoutError)(str(error), key_id=key_id), error)
    except exceptions.GoogleAPICallError as error:
        _answered(error, key_id, operation)
    except GoogleAuthError as error:
        fail(_token_kind(error)(str(error), key_id=key_id), error)


def _answered(error: Any, key_id: str, operation: str) -> None:
    from google.api_core import exceptions

    text = str(error)
    if isinstance(error, exceptions.FailedPrecondition):
        fail(_state(text)(text, key_id=key_id), error)
    if isinstance(error, exceptions.InvalidArgument) and "crc32c" in text.lower():
        fail(MisbehavedError(text, key_id=key_id), error)
    if isinstance(error, exceptions.InvalidArgument) and operation.endswith("decrypt"):
        reject(text, None, error)
    fail(_kind(error, KmsError)(text, key_id=key_id), error)


def _state(text: str) -> type[KmsError]:
    """Which state forbids the use; the message ends with its name."""
    if "DESTROY" in text:
        return KeyPendingDeletionError
    return KeyDisabledError if "DISABLED" in text else KmsError


def _kind(error: BaseException, otherwise: type[KmsError]) -> type[KmsError]:
    from google.api_core import exceptions

    if _is_tls(error):
        return TlsError
    if _TOKEN_WORDS in str(error).lower():
        return _token_kind(error)
    by_class: tuple[tuple[type[Exception], type[KmsError]], ...] = (
        (exceptions.Unauthenticated, CredentialsError),
        (exceptions.Forbidden, AccessDeniedError),
        (exceptions.NotFound, KeyNotFoundError),
        (exceptions.TooManyRequests, ThrottledError),
        (exceptions.GatewayTimeout, KmsTimeoutError),
        (exceptions.ServerError, UnavailableError),
    )
    return next((kind for known, kind in by_class if isinstance(error, known)), otherwise)


def _token_kind(error: BaseException) -> type[KmsError]:
    skewed = any(words in str(error) for words in _SKEW_WORDS)
    return ClockSkewError if skewed else CredentialsError


def _is_tls(error: BaseException) -> bool:
    text = str(error).lower()
    return any(words in text for words in _TLS_WORDS)
