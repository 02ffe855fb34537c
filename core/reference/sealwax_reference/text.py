"""Section 9: the text form."""

import base64
import string

from .errors import require

PREFIX = "sealwax1."
ALPHABET = frozenset(string.ascii_letters + string.digits + "-_")


def to_text(data: bytes) -> str:
    return PREFIX + base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_text(text: str) -> bytes:
    require(text.startswith(PREFIX), "bad_magic")
    digits = text[len(PREFIX) :]
    require(all(digit in ALPHABET for digit in digits), "malformed")
    require(len(digits) % 4 != 1, "malformed")
    data = base64.urlsafe_b64decode(digits + "=" * (-len(digits) % 4))
    # Unused bits that are not zero do not survive the way back.
    require(to_text(data) == text, "malformed")
    return data
