"""Section 1: the primitives, under the names of the specification's notation table."""

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand


def u16(number: int) -> bytes:
    return number.to_bytes(2, "big")


def u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


def hmac_sha512(key: bytes, data: bytes) -> bytes:
    mac = hmac.HMAC(key, hashes.SHA512())
    mac.update(data)
    return mac.finalize()


def hkdf_expand(prk: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(hashes.SHA512(), length, info).derive(prk)


def aes_256_gcm_seal(key: bytes, nonce: bytes, plaintext: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, plaintext, None)


def aes_256_gcm_open(key: bytes, nonce: bytes, sealed: bytes) -> bytes | None:
    """The plaintext, or None where the tag is wrong."""
    try:
        return AESGCM(key).decrypt(nonce, sealed, None)
    except InvalidTag:
        return None


def equal(a: bytes, b: bytes) -> bool:
    """Comparison in constant time."""
    return constant_time.bytes_eq(a, b)
