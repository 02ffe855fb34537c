"""Converts exceptions of google-api-core to `KmsError`."""

from __future__ import annotations

import os
import re
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

# gRPC reports local failures as an unavailable service. The texts after this prefix are from gRPC
# itself and not from a server.
_NO_CONNECTION = "failed to connect to all addresses"
_NO_TOKEN = "Getting metadata from plugin failed"

# The token server's message if this machine's clock is wrong.
_SKEW_WORDS = ("reasonable timeframe", "iat and exp")

# The state of a key at the end of such a message. Names have no blanks.
_STATE = re.compile(r"(?:.* )?is not enabled, current state is: ([A-Z_]+)\.?", re.DOTALL)

# Google's message about a wrong checksum. Names of keys are removed before the comparison.
_CHECKSUM = re.compile(r"\b[a-z_]+_crc32c\b")


def is_transient(error: BaseException) -> bool:
    """Whether the same call may succeed a moment later."""
    from google.api_core import exceptions

    if _is_tls(error) or _message(error).startswith(_NO_TOKEN):
        return False
    return isinstance(error, (exceptions.ServiceUnavailable, exceptions.ResourceExhausted))


@contextmanager
def translated(key_id: str, operation: str, endpoint: str = "") -> Iterator[None]:
    """Converts exceptions of the SDK inside the block to a `KmsError` or a rejection.

    `endpoint` is named in errors, because gRPC names only addresses.
    """
    from google.api_core import exceptions
    from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError

    try:
        yield
    except exceptions.RetryError as error:
        cause = error.cause or error
        missed = _message(cause).startswith(_NO_CONNECTION)
        text = f"{endpoint}: {error}" if missed and endpoint else str(error)
        fail(_kind(cause, KmsTimeoutError)(text, key_id=key_id), error)
    except exceptions.GoogleAPICallError as error:
        _answered(error, key_id, operation)
    except DefaultCredentialsError as error:
        text = f"GOOGLE_APPLICATION_CREDENTIALS is {_setting()}: {error}"
        fail(CredentialsError(text, key_id=key_id), error)
    except GoogleAuthError as error:
        fail(_token_kind(error)(str(error), key_id=key_id), error)


def _setting() -> str:
    return os.environ.get("GOOGLE_APPLICATION_CREDENTIALS") or "not set"


def _answered(error: Any, key_id: str, operation: str) -> None:
    from google.api_core import exceptions

    text = str(error)
    if isinstance(error, exceptions.FailedPrecondition):
        fail(_state(error)(text, key_id=key_id), error)
    nameless = re.sub(r"projects/\S+", "", _message(error))
    if isinstance(error, exceptions.InvalidArgument) and _CHECKSUM.search(nameless):
        fail(MisbehavedError(text, key_id=key_id), error)
    if isinstance(error, exceptions.InvalidArgument) and operation.endswith("decrypt"):
        reject(text, None, error)
    fail(_kind(error, KmsError)(text, key_id=key_id), error)


def _state(error: Any) -> type[KmsError]:
    """The state of a key that forbids its use, from a detail or the end of the message."""
    violations = (each for detail in error.details for each in getattr(detail, "violations", ()))
    kinds = {str(getattr(each, "type", "")).removeprefix("KEY_") for each in violations}
    match = _STATE.fullmatch(_message(error))
    states = {*kinds, match.group(1)} if match else kinds
    if any(state.startswith("DESTROY") for state in states):
        return KeyPendingDeletionError
    return KeyDisabledError if "DISABLED" in states else KmsError


def _kind(error: BaseException, otherwise: type[KmsError]) -> type[KmsError]:
    from google.api_core import exceptions

    if _is_tls(error):
        return TlsError
    if _message(error).startswith(_NO_TOKEN):
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
    text = _message(error)
    return text.startswith(_NO_CONNECTION) and any(words in text.lower() for words in _TLS_WORDS)


def _message(error: BaseException) -> str:
    """The message without its status."""
    return str(getattr(error, "message", error))
