"""Failures of a KMS, with the same classes and reasons for all of them."""

from __future__ import annotations

from typing import Any, ClassVar, Optional

from .._text import printable


class KmsError(Exception):
    """A call of a KMS failed; `__cause__` is the SDK's own exception, if any.

    Its text is the message of the KMS, escaped and shortened. Neither its text nor its fields hold
    a key, plaintext or credential.
    """

    reason: ClassVar[str] = "failed"
    """A stable word for the kind of failure; the audit log carries it."""

    def __init_subclass__(cls, reason: Optional[str] = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if reason is not None:
            cls.reason = reason

    def __init__(self, message: str, *, key_id: str = "", request_id: Optional[str] = None) -> None:
        super().__init__(printable(message))
        self.key_id = key_id
        self.request_id = request_id
        """The id of the request in the KMS's own log."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (type(self), str(self), self.key_id, self.request_id))


def _restore(cls: type[KmsError], message: str, key_id: str, request_id: Optional[str]) -> KmsError:
    return cls(message, key_id=key_id, request_id=request_id)


class AccessDeniedError(KmsError, reason="denied"):
    """The identity may not use the key in this way."""


class CredentialsError(KmsError, reason="credentials"):
    """Credentials are missing, wrong or expired."""


class ThrottledError(KmsError, reason="throttled"):
    """The KMS throttled the requests, even after the SDK's retries."""


class UnavailableError(KmsError, reason="unavailable"):
    """The KMS could not be reached, reset the connection or had an internal error."""


class KmsTimeoutError(KmsError, reason="timeout"):
    """The KMS did not answer in time."""


class TlsError(KmsError, reason="tls"):
    """The server's certificate or TLS version was refused."""


class InsecureTransportError(KmsError, ValueError, reason="insecure_transport"):
    """The configuration would send keys in clear, or to an unauthenticated server."""


class ClockSkewError(KmsError, reason="clock_skew"):
    """This machine's clock and that of the KMS differ too much."""


class KeyNotFoundError(KmsError, reason="key_not_found"):
    """The KMS has no such key."""


class KeyDisabledError(KmsError, reason="key_disabled"):
    """The key, or the version of it that is needed, is disabled."""


class KeyPendingDeletionError(KmsError, reason="key_pending_deletion"):
    """The key is scheduled for deletion. The deletion can still be cancelled."""


class MisbehavedError(KmsError, reason="misbehaved"):
    """The KMS reported success, but its response is invalid."""


class TokenRemovedError(KmsError, reason="token_removed"):
    """The PKCS #11 token is not present."""
