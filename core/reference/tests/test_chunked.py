"""Section 3, and Cobblestone of the installed `cryptography` where it has it."""

import pytest
from sealwax_reference import MessageKeys, open_message, open_whole_message, seal_message
from sealwax_reference.chunked import MAX_CHUNKS
from support import SIZES, fails

KEY = bytes(range(32))
SALT = bytes(range(24))
CONTEXT = b"context"


def test_nonces_are_xored_with_the_whole_index():
    keys = MessageKeys(KEY, bytes.fromhex("ffffffffffffffffffffffff"), b"")
    assert keys.nonce(0).hex() == "ffffffffffffffffffffffff"
    assert keys.nonce(MAX_CHUNKS - 1).hex() == "ffffffffffffffc000000000"


def test_no_chunk_beyond_the_limit():
    keys = MessageKeys.derive(KEY, SALT, CONTEXT)
    last = keys.seal_chunk(MAX_CHUNKS - 1, b"end")
    assert keys.open_chunk(MAX_CHUNKS - 1, last) == b"end"
    with fails("limit_exceeded"):
        keys.seal_chunk(MAX_CHUNKS, b"")
    with fails("limit_exceeded"):
        keys.open_chunk(MAX_CHUNKS, last)


@pytest.mark.parametrize("size", SIZES)
def test_every_cut_and_addition_fails(size):
    message = seal_message(KEY, CONTEXT, bytes(size), SALT)
    assert open_whole_message(KEY, CONTEXT, message) == bytes(size)
    full, rest = divmod(len(message) - 56, 16400)
    with fails("truncated"):
        open_whole_message(KEY, CONTEXT, message[: 56 + 16400 * full + 15])
    with fails("truncated"):
        open_whole_message(KEY, CONTEXT, message[: 56 + 16400 * full])
    with fails("authentication", full):
        open_whole_message(KEY, CONTEXT, message + b"\0")
    if rest > 16:
        with fails("authentication", full):
            open_whole_message(KEY, CONTEXT, message[:-1])


def test_what_a_stream_releases_before_it_fails():
    message = bytearray(seal_message(KEY, CONTEXT, bytes(40000), SALT))
    message[56 + 16400 * 2] ^= 1
    released = []
    with fails("authentication", 2):
        for chunk in open_message(KEY, CONTEXT, bytes(message)):
            released.append(chunk)
    assert released == [bytes(16384)] * 2


@pytest.mark.parametrize("position", [0, 23, 24, 55])
def test_salt_and_commitment_are_checked_before_any_chunk(position):
    message = bytearray(seal_message(KEY, CONTEXT, b"text", SALT))
    message[position] ^= 1
    with fails("commitment_mismatch"):
        next(open_message(KEY, CONTEXT, bytes(message)))


@pytest.mark.parametrize("size", SIZES)
def test_agrees_with_cobblestone_of_cryptography(size):
    other = pytest.importorskip("cryptography.cobblestone")
    encryptor = other.Cobblestone256Encryptor(KEY, CONTEXT)
    sealed = encryptor.update(bytes(size)) + encryptor.finalize()
    assert open_whole_message(KEY, CONTEXT, sealed) == bytes(size)
    assert seal_message(KEY, CONTEXT, bytes(size), sealed[:24]) == sealed
    decryptor = other.Cobblestone256Decryptor(KEY, CONTEXT)
    assert decryptor.update(sealed) + decryptor.finalize() == bytes(size)
