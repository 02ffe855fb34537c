"""The mechanisms with which a PKCS #11 token wraps a DEK."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from ._base import fail, require
from ._errors import AccessDeniedError
from ._pkcs11_session import Session

_NONCE_LEN = 12
_TAG_BITS = 128


class Mechanism(ABC):
    """One mechanism; `context` is the canonical encryption context."""

    def __init__(self) -> None:
        self._api = require("pkcs11", "pkcs11")

    @abstractmethod
    def wrap(self, session: Session, dek: bytes, context: bytes) -> bytes:
        """The wrapped DEK."""

    @abstractmethod
    def unwrap(self, session: Session, wrapped: bytes, context: bytes) -> bytes:
        """The DEK."""


class AesGcm(Mechanism):
    """`nonce(12) || AES-GCM(DEK, AAD = context) || tag(16)`: 60 bytes."""

    def wrap(self, session: Session, dek: bytes, context: bytes) -> bytes:
        nonce = os.urandom(_NONCE_LEN)
        key = session.key("SECRET_KEY")
        sealed: bytes = able(key, "encrypt")(dek, **self._parameters(nonce, context))
        return nonce + sealed

    def unwrap(self, session: Session, wrapped: bytes, context: bytes) -> bytes:
        nonce, sealed = wrapped[:_NONCE_LEN], wrapped[_NONCE_LEN:]
        key = session.key("SECRET_KEY")
        dek: bytes = able(key, "decrypt")(sealed, **self._parameters(nonce, context))
        return dek

    def _parameters(self, nonce: bytes, context: bytes) -> dict[str, Any]:
        return {
            "mechanism": self._api.Mechanism.AES_GCM,
            "mechanism_param": self._api.GCMParams(nonce, context, _TAG_BITS),
        }


class AesKeyWrap(Mechanism):
    """RFC 3394: 40 bytes. Tokens offer it only for keys, so the DEK becomes a session object."""

    def wrap(self, session: Session, dek: bytes, context: bytes) -> bytes:
        attribute = self._api.Attribute
        template = {
            attribute.CLASS: self._api.ObjectClass.SECRET_KEY,
            attribute.KEY_TYPE: self._api.KeyType.GENERIC_SECRET,
            attribute.VALUE: dek,
            **self._readable(),
        }
        key = session.key("SECRET_KEY")
        secret = session.get().create_object(template)
        try:
            mechanism = self._api.Mechanism.AES_KEY_WRAP
            wrapped: bytes = able(key, "wrap_key")(secret, mechanism=mechanism)
        finally:
            secret.destroy()
        return wrapped

    def unwrap(self, session: Session, wrapped: bytes, context: bytes) -> bytes:
        secret = able(session.key("SECRET_KEY"), "unwrap_key")(
            self._api.ObjectClass.SECRET_KEY,
            self._api.KeyType.GENERIC_SECRET,
            wrapped,
            mechanism=self._api.Mechanism.AES_KEY_WRAP,
            template=self._readable(),
        )
        try:
            dek: bytes = secret[self._api.Attribute.VALUE]
        finally:
            secret.destroy()
        return dek

    def _readable(self) -> dict[Any, Any]:
        """The DEK is used outside the token, so its session object must be readable."""
        attribute = self._api.Attribute
        return {
            attribute.TOKEN: False,
            attribute.SENSITIVE: False,
            attribute.EXTRACTABLE: True,
        }


class RsaOaep(Mechanism):
    """RSA-OAEP with one hash for both uses and no label."""

    def __init__(self, hash_name: str, generator_name: str) -> None:
        super().__init__()
        self._hash = self._api.Mechanism[hash_name]
        self._generator = self._api.MGF[generator_name]

    def wrap(self, session: Session, dek: bytes, context: bytes) -> bytes:
        key = session.key("PUBLIC_KEY")
        wrapped: bytes = able(key, "encrypt")(dek, **self._parameters())
        return wrapped

    def unwrap(self, session: Session, wrapped: bytes, context: bytes) -> bytes:
        key = session.key("PRIVATE_KEY")
        dek: bytes = able(key, "decrypt")(wrapped, **self._parameters())
        return dek

    def _parameters(self) -> dict[str, Any]:
        return {
            "mechanism": self._api.Mechanism.RSA_PKCS_OAEP,
            "mechanism_param": (self._hash, self._generator, None),
        }


def able(key: Any, method: str) -> Any:
    """The capabilities of a key. python-pkcs11 omits those that the token does not allow."""
    found = getattr(key, method, None)
    if found is None:
        fail(AccessDeniedError(f"the token does not allow {method} with {key.label!r}"))
    return found


MECHANISMS: dict[str, Callable[[], Mechanism]] = {
    "aes-gcm": AesGcm,
    "aes-key-wrap": AesKeyWrap,
    "rsa-oaep-sha256": lambda: RsaOaep("SHA256", "SHA256"),
    "rsa-oaep-sha1": lambda: RsaOaep("SHA_1", "SHA1"),
}
