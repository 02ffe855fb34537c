"""Section 4: the order of the parser's checks, and the limits of a writer."""

import pytest
from sealwax_reference import LocalKey, canonical_context, encrypt, parse_header
from sealwax_reference.primitives import u16, u32
from support import fails

DEK_FIELD = u16(1) + b"w"
KEY_PART = u16(1) + u16(1) + b"p" + u16(1) + b"k" + DEK_FIELD
KEYS = [LocalKey("k", bytes(32))]


def header(fields: bytes, header_len: int | None = None) -> bytes:
    """A header with these bytes between `header_len` and the MAC; the parser needs no right MAC."""
    length = 12 + len(fields) + 32 if header_len is None else header_len
    return b"SEALWAX\x01" + u32(length) + fields + bytes(32)


def binding(pairs: bytes = u16(0), metadata: bytes = u32(0), suite: int = 1) -> bytes:
    return u16(suite) + pairs + metadata


def test_least_header():
    parsed = parse_header(header(binding() + KEY_PART), alone=True)
    assert (len(parsed.raw), parsed.padding, parsed.context) == (63, 0, [])


PAIR = u16(1) + b"b" + u16(1) + b"v"
CASES = [
    ("bad_magic", b"X"),
    ("bad_magic", b"SEALWAY\x01"),
    ("truncated", b""),
    ("truncated", b"SEALWAX"),
    ("unsupported_version", b"SEALWAX\x02"),
    ("truncated", b"SEALWAX\x01\xff\xff\xff"),
    ("limit_exceeded", b"SEALWAX\x01\x00\x01\x00\x01"),
    ("malformed", b"SEALWAX\x01\x00\x00\x00\x3e"),
    ("truncated", header(binding(suite=2) + KEY_PART)[:-1]),
    ("unsupported_suite", header(binding(suite=2) + KEY_PART)),
    ("limit_exceeded", header(binding(u16(65)) + KEY_PART)),
    ("malformed", header(binding(u16(1) + u16(1) + b"\xff" + u16(0)) + KEY_PART)),
    ("malformed", header(binding(u16(1) + u16(0) + u16(0)) + KEY_PART)),
    ("malformed", header(binding(u16(2) + PAIR + PAIR) + KEY_PART)),
    ("malformed", header(binding(u16(2) + PAIR + u16(1) + b"a" + u16(0)) + KEY_PART)),
    ("limit_exceeded", header(binding(u16(1) + u16(8189)) + KEY_PART)),
    ("malformed", header(binding(u16(1) + u16(8188)) + KEY_PART)),
    ("limit_exceeded", header(binding(metadata=u32(16473)) + KEY_PART)),
    ("malformed", header(binding(metadata=u32(71) + bytes(71)) + KEY_PART)),
    ("malformed", header(binding(metadata=u32(72)) + KEY_PART)),
    ("malformed", header(binding() + u16(0) + KEY_PART)),
    ("limit_exceeded", header(binding() + u16(33) + KEY_PART)),
    ("malformed", header(binding() + u16(2) + KEY_PART[2:])),
    ("limit_exceeded", header(binding() + u16(1) + u16(129) + bytes(9))),
    ("limit_exceeded", header(binding() + u16(1) + u16(1) + b"p" + u16(2049) + bytes(6))),
    ("limit_exceeded", header(binding() + KEY_PART[:8] + u16(4097) + b"w")),
    ("malformed", header(binding() + KEY_PART[:8] + u16(0) + b"w")),
    ("malformed", header(binding() + KEY_PART[:8] + u16(2) + b"w")),
    ("malformed", header(binding() + u16(1) + u16(1) + b"\xff" + u16(1) + b"k" + DEK_FIELD)),
    ("malformed", header(binding() + KEY_PART + b"\0\x01")),
    ("trailing_data", header(binding() + KEY_PART) + b"\0"),
]


@pytest.mark.parametrize(("name", "data"), CASES)
def test_first_failure(name, data):
    with fails(name):
        parse_header(data, alone=True)


def test_the_context_is_sorted_as_bytes_and_keys_are_unique():
    # As UTF-16, which some languages sort by, these two keys are in the other order.
    canonical = canonical_context([("\U00010000", ""), ("\uffff", ""), ("a", "")])
    assert [canonical[4:5], canonical[9:10], canonical[16:17]] == [b"a", b"\xef", b"\xf0"]
    with fails("invalid_argument"):
        canonical_context([("a", "1"), ("a", "2")])
    with fails("invalid_argument"):
        canonical_context([("", "1")])
    with fails("invalid_argument"):
        canonical_context([("\ud800", "1")])


def test_limits_of_the_context():
    assert len(canonical_context([("k", "v" * 8185)])) == 8192
    with fails("limit_exceeded"):
        canonical_context([("k", "v" * 8186)])
    with fails("limit_exceeded"):
        canonical_context([(str(number), "") for number in range(65)])


def test_limits_of_a_writer():
    assert encrypt(b"", KEYS * 32, metadata=bytes(16384)).header
    with fails("limit_exceeded"):
        encrypt(b"", KEYS, metadata=bytes(16385))
    with fails("limit_exceeded"):
        encrypt(b"", KEYS * 33)
    with fails("limit_exceeded"):
        encrypt(b"", [LocalKey("k" * 2048, bytes(32))] * 32)
    with fails("invalid_argument"):
        encrypt(b"", [])
    with fails("invalid_argument"):
        encrypt(b"", [LocalKey("", bytes(32))])
