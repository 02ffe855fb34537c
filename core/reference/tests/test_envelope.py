"""Sections 5 to 8: whole envelopes, ranges, precedence of errors, rewrap."""

import dataclasses
import random

import pytest
from sealwax_reference import (
    LocalKey,
    SealwaxError,
    encrypt,
    open_envelope,
    parse_header,
    rewrap_envelope,
    rewrap_header,
)
from sealwax_reference.lengths import ciphertext_range, plaintext_len, sealed_len
from sealwax_reference.rewrap import new_header_len
from support import SIZES, fails

OLD = LocalKey("old", bytes(32))
NEW = LocalKey("new", bytes(range(32)))


@pytest.mark.parametrize("size", SIZES)
def test_lengths(size):
    sealed = encrypt(bytes(size), [OLD])
    assert len(sealed.envelope) == sealed_len(len(sealed.header), size)
    assert plaintext_len(len(sealed.body)) == size
    assert open_envelope(sealed.envelope, [OLD]).reader().length() == size


def test_limits_of_lengths():
    assert sealed_len(0, 2**52 - 1) == 56 + 16400 * 2**38 - 1
    assert plaintext_len(56 + 16400 * 2**38 - 1) == 2**52 - 1
    for b, name in [(55, "truncated"), (71, "truncated"), (56 + 16400 + 15, "truncated")]:
        with fails(name):
            plaintext_len(b)
    with fails("limit_exceeded"):
        plaintext_len(56 + 16400 * 2**38 + 16)
    with fails("limit_exceeded"):
        sealed_len(0, 2**52)


def test_ranges():
    source = random.Random(7)
    plaintext = source.randbytes(40000)
    reader = open_envelope(encrypt(plaintext, [OLD]).envelope, [OLD]).reader()
    for _ in range(100):
        start, end = sorted(source.choices(range(50000), k=2))
        assert reader.read(start, end) == plaintext[start:end]
    assert ciphertext_range(16383, 16385, len(reader.body)) == (56, 56 + 2 * 16400)
    assert ciphertext_range(50000, 60000, len(reader.body)) == (0, 0)
    with fails("invalid_argument"):
        reader.read(2, 1)


def test_a_cut_is_no_end():
    sealed = encrypt(bytes(40000), [OLD])
    cut = dataclasses.replace(sealed, body=sealed.body[: 56 + 16400 + 100])
    reader = open_envelope(cut.envelope, [OLD]).reader()
    assert reader.read(0, 16384) == bytes(16384)
    assert reader.claimed_len == 16384 + 84
    with fails("authentication", 1):
        reader.length()
    with fails("authentication", 1):
        reader.read(30000, 40000)


class Broken(LocalKey):
    """A provider that does not answer."""

    def unwrap(self, wrapped_dek, context):
        raise SealwaxError("provider_failed")


def test_wrong_keys():
    envelope = encrypt(b"text", [OLD, NEW], context=[("a", "1")]).envelope
    wrong = LocalKey("old", b"\1" * 32)
    assert open_envelope(envelope, [wrong, NEW]).plaintext() == b"text"
    with fails("no_matching_key"):
        open_envelope(envelope, [LocalKey("other", bytes(32))])
    with fails("no_matching_key"):
        open_envelope(envelope, [LocalKey("old", bytes(32), provider_id="other")])
    with fails("key_unwrap"):
        open_envelope(envelope, [wrong])
    with fails("provider_failed"):
        open_envelope(envelope, [wrong, Broken("new", bytes(32))])
    with fails("context_mismatch"):
        open_envelope(envelope, [Broken("new", bytes(32))], required=[("a", "2")])


class Namesake(LocalKey):
    """A remote key that counts how often it is asked."""

    asked = 0

    def unwrap(self, wrapped_dek, context):
        Namesake.asked += 1
        return super().unwrap(wrapped_dek, context)


def test_keys_of_one_name():
    """[H-14], [K-06], [K-07]: all local ones are tried, of a remote one the first."""
    keys = [LocalKey("same", bytes([n]) * 32) for n in range(3)]
    envelope = encrypt(b"text", keys[:2]).envelope
    for key in keys[:2]:
        assert open_envelope(envelope, [key]).plaintext() == b"text"
    with fails("key_unwrap"):
        open_envelope(envelope, [keys[2]])
    second = Namesake("same", keys[1].kek, remote=True)
    with fails("key_unwrap"):
        open_envelope(envelope, [second])
    assert Namesake.asked == 1
    remote = [LocalKey("same", key.kek, provider_id="kms", remote=True) for key in keys]
    with fails("invalid_argument"):
        encrypt(b"text", remote[:2])


def test_changes_are_found_in_this_order():
    sealed = encrypt(b"text", [OLD], metadata=b"m", context=[("a", "1")], pad_multiple=4096)
    header = bytearray(sealed.header)
    header[-1] ^= 1
    with fails("header_authentication"):
        open_envelope(bytes(header) + sealed.body, [OLD])
    header = sealed.header.replace(b"\0\1a\0\0011", b"\0\1a\0\0012")
    assert header != sealed.header
    with fails("key_unwrap"):
        open_envelope(header + sealed.body, [OLD])
    with fails("commitment_mismatch"):
        open_envelope(sealed.envelope, [OLD]).plaintext(b"other data")
    with fails("truncated"):
        open_envelope(sealed.envelope[: 4096 + 55], [OLD]).plaintext(b"other data")


def test_detached():
    sealed = encrypt(b"text", [OLD])
    opened = open_envelope(sealed.body, [OLD], detached_header=sealed.header)
    assert opened.plaintext() == b"text"
    with fails("trailing_data"):
        open_envelope(sealed.body, [OLD], detached_header=sealed.envelope)


@pytest.mark.parametrize("pad", [1, 4096])
def test_rewrap_leaves_the_body_and_the_binding_part(pad):
    sealed = encrypt(b"text", [OLD], metadata=b"m", context=[("a", "1")], pad_multiple=pad)
    both = rewrap_envelope(sealed.envelope, [OLD], [NEW], keep=lambda wrapped: True)
    only_new = rewrap_envelope(both, [OLD], [], keep=lambda wrapped: wrapped.key_id == "new")
    header = parse_header(only_new)
    assert header.binding_part == parse_header(sealed.header).binding_part
    assert len(header.raw) == len(parse_header(both).raw)
    assert only_new.endswith(sealed.body)
    assert open_envelope(both, [OLD]).plaintext() == b"text"
    assert open_envelope(only_new, [NEW]).metadata() == b"m"
    with fails("no_matching_key"):
        open_envelope(only_new, [OLD])


def test_rewrap_refuses_what_it_cannot_verify():
    sealed = encrypt(b"text", [OLD])
    changed = sealed.header[:-1] + bytes([sealed.header[-1] ^ 1])
    with fails("header_authentication"):
        rewrap_header(changed, [OLD], [NEW])
    with fails("invalid_argument"):
        rewrap_header(sealed.header, [OLD], [])


def test_lengths_of_a_new_header():
    assert new_header_len(300, 200) == 300
    assert new_header_len(300, 301) == 301
    assert new_header_len(4096, 4097) == 8192
    assert new_header_len(8192, 100) == 8192
    with fails("limit_exceeded"):
        new_header_len(300, 65537)
