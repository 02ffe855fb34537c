"""What goes wrong in a KMS, in words that are the same for all of them."""

from __future__ import annotations

from typing import Any, ClassVar, Optional

from .._text import printable


class KmsError(Exception):
    """A KMS did not do what it was asked; `__cause__` is the SDK's own exception, if any.

    Its text is what the KMS said, escaped and cut to a bearable length. No key, no plaintext and
    no credential is in its text or its fields.
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
        """What the KMS calls the request in its own log."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (type(self), str(self), self.key_id, self.request_id))


def _restore(cls: type[KmsError], message: str, key_id: str, request_id: Optional[str]) -> KmsError:
    return cls(message, key_id=key_id, request_id=request_id)


class AccessDeniedError(KmsError, reason="denied"):
    """The identity may not use the key in this way."""


class CredentialsError(KmsError, reason="credentials"):
    """There are no credentials, or they are wrong or have expired."""


class ThrottledError(KmsError, reason="throttled"):
    """The KMS refused too many requests, also after the SDK had waited."""


class UnavailableError(KmsError, reason="unavailable"):
    """The KMS could not be reached, reset the connection or had an internal error."""


class KmsTimeoutError(KmsError, reason="timeout"):
    """The KMS did not answer in time."""


class TlsError(KmsError, reason="tls"):
    """The server's certificate or TLS version was refused."""


class InsecureTransportError(KmsError, ValueError, reason="insecure_transport"):
    """A configuration that would send keys in clear, or to an unchecked server."""


class ClockSkewError(KmsError, reason="clock_skew"):
    """This machine's clock and that of the KMS differ too much."""


class KeyNotFoundError(KmsError, reason="key_not_found"):
    """The KMS has no such key."""


class KeyDisabledError(KmsError, reason="key_disabled"):
    """The key, or the version of it that is needed, is disabled."""


class KeyPendingDeletionError(KmsError, reason="key_pending_deletion"):
    """The key is about to be deleted: that can be cancelled as long as it is not."""


class MisbehavedError(KmsError, reason="misbehaved"):
    """The KMS answered with success, but the answer cannot be right."""


class TokenRemovedError(KmsError, reason="token_removed"):
    """The PKCS #11 token is not there."""
