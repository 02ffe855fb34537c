"""Converts error responses of the vault and exceptions of azure-core to `KmsError`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, Optional

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

_BY_STATUS: dict[int, type[KmsError]] = {
    401: CredentialsError,
    403: AccessDeniedError,
    404: KeyNotFoundError,
    408: KmsTimeoutError,
    429: ThrottledError,
}

_BY_INNER_CODE: dict[str, type[KmsError]] = {
    "KeyDisabled": KeyDisabledError,
    "KeyExpired": KeyDisabledError,
    "KeyNotYetValid": ClockSkewError,
    "ObjectIsDeletedButRecoverable": KeyPendingDeletionError,
    "ObjectIsBeingDeleted": KeyPendingDeletionError,
}


@contextmanager
def translated(key_id: str) -> Iterator[None]:
    """Converts exceptions of the SDK inside the block to a `KmsError`."""
    from azure.core import exceptions

    try:
        yield
    except exceptions.ClientAuthenticationError as error:
        fail(CredentialsError(_text(error), key_id=key_id), error)
    except (exceptions.ServiceRequestTimeoutError, exceptions.ServiceResponseTimeoutError) as error:
        fail(KmsTimeoutError(_text(error), key_id=key_id), error)
    except (exceptions.ServiceRequestError, exceptions.ServiceResponseError) as error:
        fail(_unreached(error)(_text(error), key_id=key_id), error)
    except exceptions.IncompleteReadError as error:
        fail(UnavailableError(_text(error), key_id=key_id), error)
    except exceptions.DecodeError as error:
        fail(MisbehavedError(_text(error), key_id=key_id), error)
    except exceptions.AzureError as error:
        fail(KmsError(_text(error), key_id=key_id), error)


def refused(response: Any, key_id: str, operation: str) -> NoReturn:
    """Raises the error for a response other than 200."""
    code, inner, message = _error(response)
    request_id: Optional[str] = response.headers.get("x-ms-request-id")
    text = f"{response.status_code} {code}: {message}"
    known = _BY_INNER_CODE.get(inner) or _BY_INNER_CODE.get(code)
    if known is None and operation in ("unwrapkey", "decrypt") and response.status_code == 400:
        reject(text, request_id, None)
    if known is None:
        fallback = UnavailableError if response.status_code >= 500 else KmsError
        known = _BY_STATUS.get(response.status_code, fallback)
    fail(known(text, key_id=key_id, request_id=request_id))


def _error(response: Any) -> tuple[str, str, str]:
    """Code, inner code and message of an error, as far as the response has them."""
    from azure.core.exceptions import DecodeError

    try:
        error = response.json()["error"]
        inner = error.get("innererror") or {}
        said = [error.get("code", ""), inner.get("code", ""), error.get("message", "")]
        code, cause, message = map(str, said)
        return code, cause, message
    except (DecodeError, ValueError, KeyError, TypeError, AttributeError):
        return "", "", "an answer without an error object"


def _unreached(error: BaseException) -> type[KmsError]:
    import requests

    seen: Optional[BaseException] = error
    while seen is not None:
        if isinstance(seen, requests.exceptions.SSLError):
            return TlsError
        if isinstance(seen, requests.exceptions.Timeout):
            return KmsTimeoutError
        if isinstance(seen, requests.exceptions.ContentDecodingError):
            return MisbehavedError
        seen = getattr(seen, "inner_exception", None) or seen.__cause__
    return UnavailableError


def _text(error: Any) -> str:
    return str(getattr(error, "message", error))
