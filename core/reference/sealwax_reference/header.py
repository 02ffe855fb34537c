"""Section 4: the header's parts, and how they are written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .errors import SealwaxError, require
from .primitives import equal, hkdf_expand, hmac_sha512, u16, u32

MAGIC = b"SEALWAX\x01"
SUITE = 1
MAC = 32
BINDING_START = 12
MIN_HEADER = 63
MAX_HEADER = 65536
MAX_PAIRS = 64
MAX_CONTEXT = 8192
MAX_METADATA = 16384
MIN_SEALED_METADATA = 72
MAX_SEALED_METADATA = 16472
MAX_WRAPPED_KEYS = 32
MAX_PROVIDER_ID = 128
MAX_KEY_ID = 2048
MAX_WRAPPED_DEK = 4096

LOCAL = "local"
METADATA_CONTEXT = b"sealwax/v1 metadata"
MAC_INFO = b"sealwax/v1 header-mac"

Pair = tuple[str, str]


@dataclass(frozen=True)
class WrappedKey:
    provider_id: str
    key_id: str
    wrapped_dek: bytes


@dataclass(frozen=True)
class Header:
    """A header that was parsed; nothing in it has been authenticated until `verify_mac`."""

    raw: bytes = field(repr=False)
    context: list[Pair]
    canonical_context: bytes = field(repr=False)
    sealed_metadata: bytes | None = field(repr=False)
    binding_part: bytes = field(repr=False)
    wrapped_keys: list[WrappedKey]
    padding: int

    def verify_mac(self, dek: bytes) -> None:
        """[H-17]"""
        stored = self.raw[-MAC:]
        require(equal(header_mac(dek, self.raw[:-MAC]), stored), "header_authentication")


def text_bytes(text: str) -> bytes:
    """UTF-8, which a string of Python with lone surrogates does not have."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise SealwaxError("invalid_argument") from None


def canonical_context(pairs: Iterable[Pair]) -> bytes:
    """[H-05] to [H-07], with the errors of a writer."""
    encoded = sorted((text_bytes(key), text_bytes(value)) for key, value in pairs)
    keys = [key for key, _ in encoded]
    require(b"" not in keys, "invalid_argument")
    require(len(set(keys)) == len(keys), "invalid_argument")
    require(len(encoded) <= MAX_PAIRS, "limit_exceeded")
    length = 2 + sum(4 + len(key) + len(value) for key, value in encoded)
    require(length <= MAX_CONTEXT, "limit_exceeded")
    fields = (u16(len(part)) + part for pair in encoded for part in pair)
    return u16(len(encoded)) + b"".join(fields)


def encode_binding_part(context: bytes, sealed_metadata: bytes | None) -> bytes:
    """From the suite to the end of the sealed metadata; `context` is canonical."""
    sealed = sealed_metadata or b""
    require(len(sealed) <= MAX_SEALED_METADATA, "limit_exceeded")
    return u16(SUITE) + context + u32(len(sealed)) + sealed


def encode_key_part(keys: Sequence[WrappedKey]) -> bytes:
    """[H-13] and [H-14], with the errors of a writer."""
    require(len(keys) > 0, "invalid_argument")
    require(len(keys) <= MAX_WRAPPED_KEYS, "limit_exceeded")
    remote = [(key.provider_id, key.key_id) for key in keys if key.provider_id != LOCAL]
    require(len(set(remote)) == len(remote), "invalid_argument")
    part = u16(len(keys))
    for key in keys:
        part += _field(text_bytes(key.provider_id), MAX_PROVIDER_ID)
        part += _field(text_bytes(key.key_id), MAX_KEY_ID)
        part += _field(key.wrapped_dek, MAX_WRAPPED_DEK)
    return part


def _field(data: bytes, most: int) -> bytes:
    require(len(data) > 0, "invalid_argument")
    require(len(data) <= most, "limit_exceeded")
    return u16(len(data)) + data


def needed_len(binding_part: bytes, key_part: bytes) -> int:
    """The length of the header without padding."""
    return BINDING_START + len(binding_part) + len(key_part) + MAC


def encode_header(dek: bytes, binding_part: bytes, key_part: bytes, header_len: int) -> bytes:
    """A header of exactly `header_len` bytes: zeros fill the rest, the MAC ends it."""
    need = needed_len(binding_part, key_part)
    require(need <= MAX_HEADER and header_len <= MAX_HEADER, "limit_exceeded")
    require(header_len >= need, "invalid_argument")
    padding = bytes(header_len - need)
    before_mac = MAGIC + u32(header_len) + binding_part + key_part + padding
    return before_mac + header_mac(dek, before_mac)


def header_mac(dek: bytes, before_mac: bytes) -> bytes:
    """[H-16]"""
    mac_key = hkdf_expand(dek, MAC_INFO, 32)
    return hmac_sha512(mac_key, before_mac)[:MAC]
