"""Section 8.1: replacing the key part of a header."""

from collections.abc import Callable, Sequence

from .envelope import Fixed, round_up
from .errors import require
from .header import MAX_HEADER, WrappedKey, encode_header, encode_key_part, needed_len
from .keys import Key, unwrap_dek
from .parse import parse_header

BLOCK = 4096


def rewrap_header(
    raw: bytes,
    keys: Sequence[Key],
    new_keys: Sequence[Key],
    *,
    keep: Callable[[WrappedKey], bool] = lambda wrapped: False,
    fixed: Fixed = Fixed(),
) -> bytes:
    """The new header: the old wrapped keys that `keep` chooses, then one for each new key.

    `raw` is a header without other bytes. With new_keys empty it removes keys.
    """
    old = parse_header(raw, alone=True)
    dek = unwrap_dek(old, keys)
    salts = [None] * len(new_keys) if fixed.wrap_salts is None else fixed.wrap_salts
    kept = [wrapped for wrapped in old.wrapped_keys if keep(wrapped)]
    added = [
        key.wrap(dek, old.canonical_context, salt)
        for key, salt in zip(new_keys, salts, strict=True)
    ]
    key_part = encode_key_part(kept + added)
    need = needed_len(old.binding_part, key_part)
    return encode_header(dek, old.binding_part, key_part, new_header_len(len(raw), need))


def new_header_len(old: int, need: int) -> int:
    """[R-03]"""
    if need <= old:
        return old
    length = round_up(need, BLOCK) if old % BLOCK == 0 else need
    require(length <= MAX_HEADER, "limit_exceeded")
    return length


def rewrap_envelope(
    envelope: bytes,
    keys: Sequence[Key],
    new_keys: Sequence[Key],
    *,
    keep: Callable[[WrappedKey], bool] = lambda wrapped: False,
    fixed: Fixed = Fixed(),
) -> bytes:
    """The envelope with a new header and the same body."""
    header = parse_header(envelope).raw
    new = rewrap_header(header, keys, new_keys, keep=keep, fixed=fixed)
    return new + envelope[len(header) :]
