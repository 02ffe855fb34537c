"""What boto3 raises, in the words of `KmsError`."""

from __future__ import annotations

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
    ThrottledError,
    TlsError,
    UnavailableError,
)

_REJECTED = {"InvalidCiphertextException", "IncorrectKeyException"}

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
    """Turns what the SDK raises inside of the block into a `KmsError` or a rejection."""
    from botocore import exceptions

    try:
        yield
    except exceptions.ClientError as error:
        _answered(error, key_id, operation)
    except exceptions.SSLError as error:
        fail(TlsError(str(error), key_id=key_id), error)
    except (exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError) as error:
        fail(KmsTimeoutError(str(error), key_id=key_id), error)
    except (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.TokenRetrievalError,
    ) as error:
        fail(CredentialsError(str(error), key_id=key_id), error)
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        fail(UnavailableError(str(error), key_id=key_id), error)
    except exceptions.BotoCoreError as error:
        fail(KmsError(str(error), key_id=key_id), error)


def _answered(error: Any, key_id: str, operation: str) -> None:
    code = error.response.get("Error", {}).get("Code", "")
    metadata = error.response.get("ResponseMetadata", {})
    request_id: Optional[str] = metadata.get("RequestId")
    text = str(error)
    if operation == "decrypt" and code in _REJECTED:
        reject(text, request_id, error)
    kind = _kind(code, text, metadata.get("HTTPStatusCode", 0))
    fail(kind(text, key_id=key_id, request_id=request_id), error)


def _kind(code: str, text: str, status: int) -> type[KmsError]:
    lower = text.lower()
    if code in ("KMSInvalidStateException", "DisabledException") and "delet" in lower:
        return KeyPendingDeletionError
    if "signature expired" in lower or "signature not yet current" in lower:
        return ClockSkewError
    known = _BY_CODE.get(code)
    if known is not None:
        return known
    return UnavailableError if status >= 500 else KmsError
