"""RSA-OAEP under a public key: wrapping needs no KMS, no network and no secret."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Callable, Optional, Union

from .. import InvalidArgumentError, WrappedKey
from . import _travel
from ._base import KmsProvider, checked_dek, fail, reject, require
from ._errors import KmsError

_MIN_BITS = 2048


class RsaOaepPublicKey(KmsProvider):
    """Wraps under an RSA public key. A KMS, an HSM or a safe holds the private key.

    `pem` is a public key or a certificate in PEM. The hash is SHA-256, also for MGF1; tokens that
    only support SHA-1 in OAEP (SoftHSM) need `hash_name="sha1"`. The key id is `key_id`, or by
    default the hash's name and the SHA-256 of the public key in DER.

    Without `decrypt` it only wraps. `decrypt` takes the ciphertext and returns the DEK:
    `rsa_oaep_decrypt` of `AwsKms`, `GcpKms`, `AzureKeyVault`, `VaultTransit` and `Pkcs11` fit, and
    `from_private_key` makes one from a PEM file.

    A pickle carries the public key, and `decrypt` by its own rules: a method of a provider pickles
    that provider; a private key in memory cannot be pickled.

    Anyone with the public key can wrap. RSA-OAEP does not bind the encryption context; Sealwax
    binds it in the header.
    """

    __module__ = "sealwax.kms"
    provider_id = "rsa-oaep"

    def __init__(
        self,
        pem: Union[str, bytes],
        *,
        decrypt: Optional[Callable[[bytes], bytes]] = None,
        hash_name: str = "sha256",
        key_id: Optional[str] = None,
    ) -> None:
        self._pem = pem.encode() if isinstance(pem, str) else bytes(pem)
        key = _load_public(self._pem)
        self._key = _checked(key)
        self._hash_name, self._padding = hash_name, _padding(hash_name)
        self._decrypt, self._holds_private_key = decrypt, False
        self.key_id = key_id or f"{hash_name}:{_fingerprint(key)}"

    @classmethod
    def from_private_key(
        cls,
        pem: Union[str, bytes],
        password: Optional[bytes] = None,
        *,
        hash_name: str = "sha256",
        key_id: Optional[str] = None,
    ) -> RsaOaepPublicKey:
        """Makes a provider from a private key in PEM that the host holds, which also unwraps."""
        serialization = require("cryptography.hazmat.primitives.serialization", "rsa")
        content = pem.encode() if isinstance(pem, str) else bytes(pem)
        try:
            private = serialization.load_pem_private_key(content, password)
        except (ValueError, TypeError) as error:
            raise InvalidArgumentError("not a private key in PEM, or a wrong password") from error
        _checked(private.public_key())
        public = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        padding = _padding(hash_name)

        def decrypt(ciphertext: bytes) -> bytes:
            try:
                dek: bytes = private.decrypt(ciphertext, padding)
            except ValueError as error:
                reject("the wrapped key does not open under this private key", None, error)
            return dek

        made = cls(public, decrypt=decrypt, hash_name=hash_name, key_id=key_id)
        made._holds_private_key = True
        return made

    def accepts(self, key_id: str) -> bool:
        """Whether it is this key, and this provider can unwrap at all."""
        return self._decrypt is not None and key_id == self.key_id

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """Encrypts locally, without a call."""
        return WrappedKey(self.key_id, self._key.encrypt(bytes(dek), self._padding))

    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytearray:
        """Decrypts with the private key."""
        if self._decrypt is None:
            fail(KmsError("a public key alone cannot unwrap", key_id=self.key_id))
        return checked_dek(self._decrypt(wrapped.wrapped_dek), self)

    def __reduce__(self) -> tuple[Any, ...]:
        if self._holds_private_key:
            _travel.refuse(
                "the private key",
                "make the provider where it is needed, or pass decrypt=FUNCTION of a module",
            )
        return (_again, (type(self), self._pem, self._decrypt, self._hash_name, self.key_id))


def _again(
    cls: type[RsaOaepPublicKey], pem: bytes, decrypt: Any, hash_name: str, key_id: str
) -> RsaOaepPublicKey:
    return cls(pem, decrypt=decrypt, hash_name=hash_name, key_id=key_id)


def _load_public(pem: bytes) -> Any:
    serialization = require("cryptography.hazmat.primitives.serialization", "rsa")
    try:
        if b"-----BEGIN CERTIFICATE-----" in pem:
            return require("cryptography.x509", "rsa").load_pem_x509_certificate(pem).public_key()
        return serialization.load_pem_public_key(pem)
    except ValueError as error:
        raise InvalidArgumentError("neither a public key nor a certificate in PEM") from error


def _checked(key: Any) -> Any:
    rsa = require("cryptography.hazmat.primitives.asymmetric.rsa", "rsa")
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _MIN_BITS:
        raise InvalidArgumentError(f"an RSA key of {_MIN_BITS} bits or more is needed")
    return key


def _padding(hash_name: str) -> Any:
    hashes = require("cryptography.hazmat.primitives.hashes", "rsa")
    padding = require("cryptography.hazmat.primitives.asymmetric.padding", "rsa")
    known = {"sha256": hashes.SHA256, "sha1": hashes.SHA1}
    if hash_name not in known:
        raise InvalidArgumentError("hash_name must be sha256 or sha1")
    algorithm = known[hash_name]
    return padding.OAEP(padding.MGF1(algorithm()), algorithm(), None)


def _fingerprint(key: Any) -> str:
    serialization = require("cryptography.hazmat.primitives.serialization", "rsa")
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return sha256(der).hexdigest()
