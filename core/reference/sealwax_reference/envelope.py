"""Sections 2, 6 and 7: envelopes as a whole, and ranges of them."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .chunked import (
    CHUNK,
    KEY,
    PREFIX,
    SEALED_CHUNK,
    MessageKeys,
    open_message,
    open_whole_message,
    seal_message,
)
from .errors import require
from .header import (
    MAGIC,
    MAX_METADATA,
    METADATA_CONTEXT,
    Header,
    Pair,
    canonical_context,
    encode_binding_part,
    encode_header,
    encode_key_part,
    needed_len,
)
from .keys import Key, unwrap_dek
from .lengths import chunk_offset, ciphertext_range, last_chunk, plaintext_len
from .parse import parse_header
from .primitives import sha512


@dataclass(frozen=True)
class Fixed:
    """Values that a test fixes; a value of None is drawn at random."""

    dek: bytes | None = None
    body_salt: bytes | None = None
    metadata_salt: bytes | None = None
    wrap_salts: Sequence[bytes] | None = None


@dataclass(frozen=True)
class Sealed:
    """An envelope in its two parts: `header + body`, or a detached header and a body."""

    header: bytes
    body: bytes

    @property
    def envelope(self) -> bytes:
        return self.header + self.body


def body_context(binding_part: bytes, associated_data: bytes) -> bytes:
    return b"sealwax/v1 body" + b"\x00" + sha512(MAGIC + binding_part) + sha512(associated_data)


def round_up(length: int, multiple: int) -> int:
    """The least multiple that is not below `length`."""
    return -(-length // multiple) * multiple


def encrypt(
    plaintext: bytes,
    keys: Sequence[Key],
    *,
    context: Iterable[Pair] = (),
    metadata: bytes | None = None,
    associated_data: bytes = b"",
    pad_multiple: int = 1,
    fixed: Fixed = Fixed(),
) -> Sealed:
    """Seals an envelope, whose header is padded to a multiple of `pad_multiple` ([R-11])."""
    require(pad_multiple >= 1, "invalid_argument")
    dek = secrets.token_bytes(KEY) if fixed.dek is None else fixed.dek
    canonical = canonical_context(context)
    sealed_metadata = None
    if metadata is not None:
        require(len(metadata) <= MAX_METADATA, "limit_exceeded")
        sealed_metadata = seal_message(dek, METADATA_CONTEXT, metadata, fixed.metadata_salt)
    binding_part = encode_binding_part(canonical, sealed_metadata)
    salts = [None] * len(keys) if fixed.wrap_salts is None else fixed.wrap_salts
    wrapped = [key.wrap(dek, canonical, salt) for key, salt in zip(keys, salts, strict=True)]
    key_part = encode_key_part(wrapped)
    header_len = round_up(needed_len(binding_part, key_part), pad_multiple)
    header = encode_header(dek, binding_part, key_part, header_len)
    message_context = body_context(binding_part, associated_data)
    return Sealed(header, seal_message(dek, message_context, plaintext, fixed.body_salt))


@dataclass(frozen=True)
class Opened:
    """A header whose MAC is right, its DEK, and the body that has not been looked at yet."""

    header: Header
    dek: bytes = field(repr=False)
    body: bytes = field(repr=False)

    def metadata(self) -> bytes | None:
        """[H-12]; None where the envelope has no metadata."""
        if self.header.sealed_metadata is None:
            return None
        return open_whole_message(self.dek, METADATA_CONTEXT, self.header.sealed_metadata)

    def chunks(self, associated_data: bytes = b"") -> Iterator[bytes]:
        """The plaintext as a reader of a stream releases it, chunk by chunk."""
        context = body_context(self.header.binding_part, associated_data)
        return open_message(self.dek, context, self.body)

    def plaintext(self, associated_data: bytes = b"") -> bytes:
        """All of the plaintext, or none of it."""
        return b"".join(self.chunks(associated_data))

    def reader(self, associated_data: bytes = b"") -> "RangeReader":
        return RangeReader(self, associated_data)


def open_envelope(
    data: bytes,
    keys: Sequence[Key],
    *,
    required: Iterable[Pair] = (),
    detached_header: bytes | None = None,
) -> Opened:
    """Steps 1 to 4 of [E-02]. `data` is the envelope, or the body of a detached header."""
    detached = detached_header is not None
    header = parse_header(detached_header if detached else data, alone=detached)
    check_required(header, required)
    dek = unwrap_dek(header, keys)
    return Opened(header, dek, data if detached else data[len(header.raw) :])


def check_required(header: Header, required: Iterable[Pair]) -> None:
    """[H-09]"""
    require(all(pair in header.context for pair in required), "context_mismatch")


class RangeReader:
    """Reads ranges of the plaintext ([B-19] to [B-22])."""

    def __init__(self, opened: Opened, associated_data: bytes):
        self.body = opened.body
        self.claimed_len = plaintext_len(len(self.body))
        context = body_context(opened.header.binding_part, associated_data)
        self.keys = MessageKeys.of_message(opened.dek, context, self.body[:PREFIX])

    def length(self) -> int:
        """The authenticated length: it opens the last chunk [B-19]."""
        index, _ = last_chunk(len(self.body))
        self.keys.open_chunk(index, self.body[chunk_offset(index) :])
        return self.claimed_len

    def read(self, start: int, end: int) -> bytes:
        """The plaintext of `start..end`, cut at the end; cutting it reports the end [B-19]."""
        begin, stop = ciphertext_range(start, end, len(self.body))
        if end > self.claimed_len:
            self.length()
        first = start // CHUNK
        plaintext = b""
        for offset in range(begin, stop, SEALED_CHUNK):
            index = (offset - PREFIX) // SEALED_CHUNK
            sealed = self.body[offset : min(offset + SEALED_CHUNK, stop)]
            plaintext += self.keys.open_chunk(index, sealed)
        return plaintext[start - first * CHUNK : end - first * CHUNK]


def default_pad_multiple(plaintext_len: int | None) -> int:
    """[R-12] The default for files and streams; None is a length that is not known."""
    return 4096 if plaintext_len is None or plaintext_len >= 1048576 else 1
