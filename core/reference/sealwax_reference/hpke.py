"""Section 5.2: the provider `hpke`, and the text form of its keys."""

import base64
from dataclasses import dataclass, field, replace
from hashlib import shake_256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from .chunked import KEY
from .errors import SealwaxError, require
from .header import WrappedKey, text_bytes
from .primitives import sha512, u16
from .text import ALPHABET

HPKE = "hpke"
PUBLIC, SECRET = "sealwaxpub1.", "sealwaxsec1."
SEALED_DEK = KEY + 16
POINT = 32
ML_KEM_PUBLIC = 1184
CHECKSUM = 4


@dataclass(frozen=True)
class Kem:
    """A row of the table in [K-12]."""

    name: str
    id: int
    suite: KEM
    public_len: int
    enc_len: int


KEMS = [
    Kem("x25519", 0x0020, KEM.X25519, 32, 32),
    Kem("x-wing", 0x647A, KEM.MLKEM768_X25519, 1216, 1120),
]


def x_wing_secrets(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """The two secret keys that the seed expands to."""
    expanded = shake_256(seed).digest(96)
    x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
    return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), x25519


def private_key(kem: Kem, secret: bytes) -> Any:
    if kem.name == "x25519":
        return X25519PrivateKey.from_private_bytes(secret)
    return MLKEM768X25519PrivateKey(*x_wing_secrets(secret))


def public_bytes(kem: Kem, secret: bytes) -> bytes:
    if kem.name == "x25519":
        return private_key(kem, secret).public_key().public_bytes_raw()
    ml_kem, x25519 = x_wing_secrets(secret)
    return ml_kem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def public_key(kem: Kem, raw: bytes) -> Any:
    """[K-16]"""
    require(len(raw) == kem.public_len and not is_low_order(raw[-POINT:]), "invalid_argument")
    point = X25519PublicKey.from_public_bytes(raw[-POINT:])
    if kem.name == "x25519":
        return point
    try:
        ml_kem = MLKEM768PublicKey.from_public_bytes(raw[:ML_KEM_PUBLIC])
    except ValueError:
        raise SealwaxError("invalid_argument") from None
    return MLKEM768X25519PublicKey(ml_kem, point)


def is_low_order(point: bytes) -> bool:
    """Whether the result of X25519 is all zeros, which the library refuses to give."""
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(point))
    except ValueError:
        return True
    return False


@dataclass(frozen=True)
class HpkeKey:
    """[K-12] A key pair, or a public key alone."""

    kem: Kem
    public: bytes
    secret: bytes | None = field(default=None, repr=False)
    name: str | None = None
    provider_id: str = HPKE
    remote: bool = False

    @property
    def key_id(self) -> str:
        """[K-14]"""
        return self.name or f"{self.kem.name}:{sha512(self.public)[:16].hex()}"

    def with_key_id(self, name: str) -> "HpkeKey":
        return replace(self, name=name)

    def info(self, context: bytes) -> bytes:
        """[K-13]"""
        key_id = text_bytes(self.key_id)
        return b"sealwax/v1 hpke" + b"\x00" + u16(len(key_id)) + key_id + context

    def suite(self) -> Suite:
        return Suite(self.kem.suite, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

    def wrap(self, dek: bytes, context: bytes, salt: bytes | None = None) -> WrappedKey:
        key = public_key(self.kem, self.public)
        message = self.suite().encrypt(dek, key, self.info(context))
        return WrappedKey(self.provider_id, self.key_id, u16(self.kem.id) + message)

    def unwrap(self, wrapped_dek: bytes, context: bytes) -> bytes:
        """[K-15]"""
        require(wrapped_dek[:2] == u16(self.kem.id), "key_unwrap")
        require(len(wrapped_dek) == 2 + self.kem.enc_len + SEALED_DEK, "key_unwrap")
        point = wrapped_dek[2:-SEALED_DEK][-POINT:]
        require(not is_low_order(point), "key_unwrap")
        key = private_key(self.kem, self.secret)
        try:
            return self.suite().decrypt(wrapped_dek[2:], key, self.info(context))
        except InvalidTag:
            raise SealwaxError("key_unwrap") from None

    def public_text(self) -> str:
        return key_text(PUBLIC + self.kem.name + ".", self.public)

    def secret_text(self) -> str:
        return key_text(SECRET + self.kem.name + ".", self.secret)


def key_text(head: str, key: bytes) -> str:
    """[K-17]"""
    checksum = sha512(head.encode() + key)[:CHECKSUM]
    return head + base64.urlsafe_b64encode(key + checksum).decode().rstrip("=")


def read_text(text: str, prefix: str) -> tuple[Kem, bytes]:
    """[K-17] The key behind the prefix; a text is right when its key has exactly that text."""
    require(text.startswith(prefix), "invalid_argument")
    name, dot, digits = text[len(prefix) :].partition(".")
    kem = next((kem for kem in KEMS if kem.name == name), None)
    require(kem is not None and dot == ".", "invalid_argument")
    require(all(digit in ALPHABET for digit in digits), "invalid_argument")
    require(len(digits) % 4 != 1, "invalid_argument")
    key = base64.urlsafe_b64decode(digits + "=" * (-len(digits) % 4))[:-CHECKSUM]
    require(len(key) == (KEY if prefix == SECRET else kem.public_len), "invalid_argument")
    require(key_text(f"{prefix}{name}.", key) == text, "invalid_argument")
    return kem, key


def recipient(text: str) -> HpkeKey:
    kem, public = read_text(text, PUBLIC)
    public_key(kem, public)
    return HpkeKey(kem, public)


def identity(text: str) -> HpkeKey:
    kem, secret = read_text(text, SECRET)
    return HpkeKey(kem, public_bytes(kem, secret), secret)
