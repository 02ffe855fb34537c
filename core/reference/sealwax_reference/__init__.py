"""An independent implementation of the Sealwax envelope, version 1.

It was written from `core/spec/FORMAT.md` alone, to be read next to it. It is slow, holds whole
messages in memory and does not erase keys: it is for tests, not for use.
"""

from .chunked import MessageKeys, open_message, open_whole_message, seal_message
from .envelope import Fixed, Opened, RangeReader, Sealed, encrypt, open_envelope
from .errors import CODES, SealwaxError
from .header import Header, WrappedKey, canonical_context
from .hpke import HpkeKey, identity, recipient
from .keys import LocalKey
from .parse import parse_header
from .rewrap import rewrap_envelope, rewrap_header
from .text import from_text, to_text

__all__ = [
    "CODES",
    "Fixed",
    "Header",
    "HpkeKey",
    "LocalKey",
    "MessageKeys",
    "Opened",
    "RangeReader",
    "Sealed",
    "SealwaxError",
    "WrappedKey",
    "canonical_context",
    "encrypt",
    "from_text",
    "identity",
    "open_envelope",
    "open_message",
    "open_whole_message",
    "parse_header",
    "recipient",
    "rewrap_envelope",
    "rewrap_header",
    "seal_message",
    "to_text",
]
