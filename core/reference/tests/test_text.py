"""Section 9."""

import pytest
from sealwax_reference import from_text, to_text
from support import fails


@pytest.mark.parametrize("size", range(7))
def test_round_trip(size):
    data = bytes([0xFB] * size)
    assert from_text(to_text(data)) == data


CASES = [
    ("bad_magic", ""),
    ("bad_magic", "sealwax1"),
    ("bad_magic", "Sealwax1.AA"),
    ("bad_magic", " sealwax1.AA"),
    ("malformed", "sealwax1.A"),
    ("malformed", "sealwax1.AB"),
    ("malformed", "sealwax1.AAB"),
    ("malformed", "sealwax1.AA=="),
    ("malformed", "sealwax1.AA\n"),
    ("malformed", "sealwax1.A A"),
    ("malformed", "sealwax1.+/"),
    ("malformed", "sealwax1.ÄÄ"),
]


@pytest.mark.parametrize(("name", "text"), CASES)
def test_refused(name, text):
    with fails(name):
        from_text(text)
