"""Converts exceptions of boto3 to `KmsError`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional

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

_REJECTED = {"InvalidCiphertextException", "IncorrectKeyException"}

# One code covers several states of a key, and another one both wrong signatures and wrong clocks.
# Only the message tells them apart. It begins or ends with these words, and names of keys and users
# cannot change that.
_PENDING = re.compile(r".* is pending (?:replica )?deletion\.?", re.DOTALL)
_SKEWED = ("Signature expired: ", "Signature not yet current: ")
_SIGNATURES = ("InvalidSignatureException", "SignatureDoesNotMatch")

_BY_CODE: dict[str, type[KmsError]] = {
    **dict.fromkeys(("AccessDeniedException", "AccessDenied", "OptInRequired"), AccessDeniedError),
    **dict.fromkeys(
        (
            "ExpiredToken",
            "ExpiredTokenException",
            "IncompleteSignature",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ),
        CredentialsError,
    ),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired"), ClockSkewError),
    **dict.fromkeys(
        (
            "LimitExceededException",
            "RequestLimitExceeded",
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "TooManyRequestsException",
        ),
        ThrottledError,
    ),
    "NotFoundException": KeyNotFoundError,
    "DisabledException": KeyDisabledError,
    "KMSInvalidStateException": KeyDisabledError,
    "DependencyTimeoutException": UnavailableError,
    "KeyUnavailableException": UnavailableError,
    "KMSInternalException": UnavailableError,
}


@contextmanager
def translated(key_id: str, operation: str) -> Iterator[None]:
    """Converts exceptions of the SDK inside the block to a `KmsError` or a rejection."""
    from botocore import exceptions

    try:
        yield
    except KmsError:
        raise
    except exceptions.ClientError as error:
        _answered(error, key_id, operation)
    except exceptions.BotoCoreError as error:
        if isinstance(error, exceptions.HTTPClientError):
            # The body of the request holds the plaintext DEK.
            error.request = None
        kind = _unreached(error)
        text = f"{error}{_HINTS.get(type(error).__name__, '')}"
        fail(kind(text, key_id=key_id), error)
    except (AttributeError, TypeError, ValueError) as error:
        if operation == "client":
            raise  # An invalid option.
        # raised by botocore for a response that is not from AWS
        fail(MisbehavedError("the answer is not one of AWS KMS", key_id=key_id), error)


_HINTS = {
    "NoCredentialsError": ": AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or a role"
}


def _unreached(error: Any) -> type[KmsError]:
    from botocore import exceptions

    by_class: tuple[tuple[type[Exception], type[KmsError]], ...] = (
        (exceptions.SSLError, TlsError),
        (exceptions.ConnectTimeoutError, KmsTimeoutError),
        (exceptions.ReadTimeoutError, KmsTimeoutError),
        (exceptions.NoCredentialsError, CredentialsError),
        (exceptions.PartialCredentialsError, CredentialsError),
        (exceptions.CredentialRetrievalError, CredentialsError),
        (exceptions.TokenRetrievalError, CredentialsError),
        (exceptions.ProfileNotFound, CredentialsError),
        (exceptions.HTTPClientError, UnavailableError),
        (exceptions.ConnectionError, UnavailableError),
    )
    return next((kind for known, kind in by_class if isinstance(error, known)), KmsError)


def _answered(error: Any, key_id: str, operation: str) -> None:
    said, about = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code, message = str(said.get("Code", "")), str(said.get("Message") or "no message")
    request_id: Optional[str] = about.get("RequestId")
    # AWS's message about a wrong signature quotes the request with the session token.
    shown = message.partition("The Canonical String")[0] if code in _SIGNATURES else message
    text = f"{code or about.get('HTTPStatusCode')}: {shown}"
    cause = error if shown == message else None
    if operation == "decrypt" and code in _REJECTED:
        reject(text, request_id, cause)
    kind = _kind(code, message, about.get("HTTPStatusCode", 0))
    fail(kind(text, key_id=key_id, request_id=request_id), cause)


def _kind(code: str, message: str, status: int) -> type[KmsError]:
    if code == "KMSInvalidStateException" and _PENDING.fullmatch(message):
        return KeyPendingDeletionError
    if code in _SIGNATURES and message.startswith(_SKEWED):
        return ClockSkewError
    known = _BY_CODE.get(code)
    if known is not None:
        return known
    return UnavailableError if status >= 500 else KmsError
