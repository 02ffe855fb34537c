"""Section 3: chunked encryption of whole messages and of single chunks."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from .errors import SealwaxError, require
from .primitives import aes_256_gcm_open, aes_256_gcm_seal, equal, hkdf_expand

KEY = 32
SALT = 24
COMMITMENT = 32
PREFIX = SALT + COMMITMENT
CHUNK = 16384
TAG = 16
SEALED_CHUNK = CHUNK + TAG
MAX_CHUNKS = 2**38
MAX_PLAINTEXT = 2**52 - 1

INFO = b"c2sp.org/chunked-encryption@v1+" + b"AEAD_AES_256_GCM" + b"\x00"


@dataclass(frozen=True)
class MessageKeys:
    """What section 3.2 derives for one message."""

    key: bytes = field(repr=False)
    base_nonce: bytes = field(repr=False)
    commitment: bytes

    @classmethod
    def derive(cls, input_key: bytes, salt: bytes, context: bytes) -> "MessageKeys":
        require(len(input_key) == KEY, "invalid_argument")
        require(len(salt) == SALT, "invalid_argument")
        output = hkdf_expand(input_key, INFO + salt + context, 76)
        return cls(output[:32], output[32:44], output[44:76])

    @classmethod
    def of_message(cls, input_key: bytes, context: bytes, prefix: bytes) -> "MessageKeys":
        """The keys of a stored message, once its commitment has been compared [B-07]."""
        require(len(prefix) >= PREFIX, "truncated")
        keys = cls.derive(input_key, prefix[:SALT], context)
        require(equal(keys.commitment, prefix[SALT:PREFIX]), "commitment_mismatch")
        return keys

    def nonce(self, index: int) -> bytes:
        number = int.from_bytes(self.base_nonce, "big") ^ index
        return number.to_bytes(12, "big")

    def seal_chunk(self, index: int, plaintext: bytes) -> bytes:
        require(index < MAX_CHUNKS, "limit_exceeded")
        return aes_256_gcm_seal(self.key, self.nonce(index), plaintext)

    def open_chunk(self, index: int, sealed: bytes) -> bytes:
        require(index < MAX_CHUNKS, "limit_exceeded")
        plaintext = aes_256_gcm_open(self.key, self.nonce(index), sealed)
        if plaintext is None:
            raise SealwaxError("authentication", chunk=index)
        return plaintext


def seal_message(
    input_key: bytes, context: bytes, plaintext: bytes, salt: bytes | None = None
) -> bytes:
    """A whole message; the salt is random unless a test fixes it."""
    require(len(plaintext) <= MAX_PLAINTEXT, "limit_exceeded")
    salt = secrets.token_bytes(SALT) if salt is None else salt
    keys = MessageKeys.derive(input_key, salt, context)
    message = salt + keys.commitment
    for index in range(len(plaintext) // CHUNK + 1):
        message += keys.seal_chunk(index, plaintext[index * CHUNK : (index + 1) * CHUNK])
    return message


def open_message(input_key: bytes, context: bytes, message: bytes) -> Iterator[bytes]:
    """The procedure of [B-10]; yields the plaintext of each chunk as it is released."""
    keys = MessageKeys.of_message(input_key, context, message[:PREFIX])
    index = 0
    position = PREFIX
    while len(message) - position >= SEALED_CHUNK:
        yield keys.open_chunk(index, message[position : position + SEALED_CHUNK])
        index += 1
        position += SEALED_CHUNK
    require(len(message) - position >= TAG, "truncated")
    yield keys.open_chunk(index, message[position:])


def open_whole_message(input_key: bytes, context: bytes, message: bytes) -> bytes:
    """All of the plaintext of a message, or none of it."""
    return b"".join(open_message(input_key, context, message))
