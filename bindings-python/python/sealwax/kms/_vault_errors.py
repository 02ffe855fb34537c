"""What hvac and requests raise, in the words of `KmsError`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ._base import fail, reject
from ._errors import (
    AccessDeniedError,
    CredentialsError,
    KeyDisabledError,
    KeyNotFoundError,
    KeyPendingDeletionError,
    KmsError,
    KmsTimeoutError,
    ThrottledError,
    TlsError,
    UnavailableError,
)

_DECRYPTING = ("decrypt", "rewrap")

# What the server says about a ciphertext that is to blame itself. It has no codes.
_REJECTED = (
    "message authentication failed",
    "invalid ciphertext",
    "could not decode",
    "failed to decode",
    "decryption error",
)

_BY_TEXT: tuple[tuple[str, type[KmsError]], ...] = (
    ("encryption key not found", KeyNotFoundError),
    ("no handler for route", KeyNotFoundError),
    ("soft deleted", KeyPendingDeletionError),
    ("soft-deleted", KeyPendingDeletionError),
    ("disallowed by policy", KeyDisabledError),
    ("invalid token", CredentialsError),
    ("token expired", CredentialsError),
    ("missing client token", CredentialsError),
    ("sealed", UnavailableError),
)


@contextmanager
def translated(key_id: str, operation: str) -> Iterator[None]:
    """Turns what the SDK raises inside of the block into a `KmsError` or a rejection."""
    import requests
    from hvac import exceptions

    try:
        yield
    except exceptions.VaultError as error:
        _answered(error, key_id, operation)
    except requests.exceptions.RequestException as error:
        _unreached(error, key_id)


def _answered(error: Any, key_id: str, operation: str) -> None:
    text = str(error)
    lower = text.lower()
    if operation in _DECRYPTING and any(words in lower for words in _REJECTED):
        reject(text, None, error)
    fail(_kind(error, lower)(text, key_id=key_id), error)


def _kind(error: Any, lower: str) -> type[KmsError]:
    from hvac import exceptions

    for words, kind in _BY_TEXT:
        if words in lower:
            return kind
    by_class: tuple[tuple[type[Exception], type[KmsError]], ...] = (
        (exceptions.Forbidden, AccessDeniedError),
        (exceptions.Unauthorized, CredentialsError),
        (exceptions.InvalidPath, KeyNotFoundError),
        (exceptions.RateLimitExceeded, ThrottledError),
        (exceptions.InternalServerError, UnavailableError),
        (exceptions.BadGateway, UnavailableError),
        (exceptions.VaultDown, UnavailableError),
        (exceptions.VaultNotInitialized, UnavailableError),
        (exceptions.UnexpectedError, UnavailableError),
    )
    return next((kind for known, kind in by_class if isinstance(error, known)), KmsError)


def _unreached(error: Any, key_id: str) -> None:
    import requests

    # The request's body holds the plaintext of what was to be wrapped.
    error.request = None
    kind: type[KmsError] = UnavailableError
    if isinstance(error, requests.exceptions.SSLError):
        kind = TlsError
    elif isinstance(error, requests.exceptions.Timeout) or _timed_out(error):
        kind = KmsTimeoutError
    fail(kind(str(error), key_id=key_id), error)


def _timed_out(error: Any) -> bool:
    """Whether retries ended with a time-out: `requests` then raises a ConnectionError."""
    from urllib3.exceptions import MaxRetryError, NewConnectionError, TimeoutError

    inner = error.args[0] if error.args else None
    if not isinstance(inner, MaxRetryError) or isinstance(inner.reason, NewConnectionError):
        return False
    return isinstance(inner.reason, TimeoutError)
