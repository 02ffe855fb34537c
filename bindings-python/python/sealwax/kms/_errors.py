"""What goes wrong in a KMS, in words that are the same for all of them."""

from __future__ import annotations

from typing import Any, ClassVar, Optional


class KmsError(Exception):
    """A KMS did not do what it was asked; `__cause__` is the SDK's own exception, if any.

    No key and no plaintext is in its text or its fields.
    """

    reason: ClassVar[str] = "failed"
    """A stable word for the kind of failure; the audit log carries it."""

    def __init__(self, message: str, *, key_id: str = "", request_id: Optional[str] = None) -> None:
        super().__init__(message)
        self.key_id = key_id
        self.request_id = request_id
        """What the KMS calls the request in its own log."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (type(self), str(self), self.key_id, self.request_id))


def _restore(cls: type[KmsError], message: str, key_id: str, request_id: Optional[str]) -> KmsError:
    return cls(message, key_id=key_id, request_id=request_id)


class AccessDeniedError(KmsError):
    """The identity may not use the key in this way."""

    reason = "denied"


class CredentialsError(KmsError):
    """There are no credentials, or they are wrong or have expired."""

    reason = "credentials"


class ThrottledError(KmsError):
    """The KMS refused too many requests, also after the SDK had waited."""

    reason = "throttled"


class UnavailableError(KmsError):
    """The KMS could not be reached, reset the connection or had an internal error."""

    reason = "unavailable"


class KmsTimeoutError(KmsError):
    """The KMS did not answer in time."""

    reason = "timeout"


class TlsError(KmsError):
    """The server's certificate or TLS version was refused."""

    reason = "tls"


class InsecureTransportError(KmsError, ValueError):
    """A configuration that would send keys in clear, or to an unchecked server."""

    reason = "insecure_transport"


class ClockSkewError(KmsError):
    """This machine's clock and that of the KMS differ too much."""

    reason = "clock_skew"


class KeyNotFoundError(KmsError):
    """The KMS has no such key."""

    reason = "key_not_found"


class KeyDisabledError(KmsError):
    """The key, or the version of it that is needed, is disabled."""

    reason = "key_disabled"


class KeyPendingDeletionError(KmsError):
    """The key is about to be deleted: that can be cancelled as long as it is not."""

    reason = "key_pending_deletion"


class MisbehavedError(KmsError):
    """The KMS answered with success, but the answer cannot be right."""

    reason = "misbehaved"


class TokenRemovedError(KmsError):
    """The PKCS #11 token is not there."""

    reason = "token_removed"
