"""Section 5: the provider `local`, and how a reader gets from wrapped keys to the DEK."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .chunked import KEY, open_whole_message, seal_message
from .errors import SealwaxError, require
from .header import LOCAL, Header, WrappedKey, text_bytes
from .primitives import u16

LOCAL_WRAPPED_LEN = 104


class Key(Protocol):
    """One key of a provider: what a reader is configured with."""

    provider_id: str
    key_id: str
    remote: bool

    def wrap(self, dek: bytes, context: bytes, salt: bytes | None = None) -> WrappedKey:
        """Wraps a DEK; `context` is the canonical context."""

    def unwrap(self, wrapped_dek: bytes, context: bytes) -> bytes:
        """The key, or the error `key_unwrap` or `provider_failed`."""


@dataclass(frozen=True)
class LocalKey:
    """[K-09] A KEK of the provider `local`."""

    key_id: str
    kek: bytes = field(repr=False)
    provider_id: str = LOCAL
    remote: bool = False

    def __post_init__(self):
        require(len(self.kek) == KEY, "invalid_argument")

    def message_context(self, context: bytes) -> bytes:
        key_id = text_bytes(self.key_id)
        return b"sealwax/v1 local-wrap" + b"\x00" + u16(len(key_id)) + key_id + context

    def wrap(self, dek: bytes, context: bytes, salt: bytes | None = None) -> WrappedKey:
        wrapped = seal_message(self.kek, self.message_context(context), dek, salt)
        return WrappedKey(self.provider_id, self.key_id, wrapped)

    def unwrap(self, wrapped_dek: bytes, context: bytes) -> bytes:
        """[K-10]"""
        require(len(wrapped_dek) == LOCAL_WRAPPED_LEN, "key_unwrap")
        try:
            return open_whole_message(self.kek, self.message_context(context), wrapped_dek)
        except SealwaxError:
            raise SealwaxError("key_unwrap") from None


def candidates(header: Header, keys: Sequence[Key]) -> Iterator[tuple[WrappedKey, Key]]:
    """[K-04], [K-06] For each configured key the wrapped keys of its names, in header order.

    Of those of a remote key, the first one alone.
    """
    for key in keys:
        names = key.provider_id, key.key_id
        matching = [w for w in header.wrapped_keys if (w.provider_id, w.key_id) == names]
        yield from ((wrapped, key) for wrapped in (matching[:1] if key.remote else matching))


def unwrap_dek(header: Header, keys: Sequence[Key]) -> bytes:
    """Steps 3 and 4 of [E-02]: the first DEK under which the header MAC is right.

    Every candidate is tried ([K-07]).
    """
    attempts = list(candidates(header, keys))
    require(len(attempts) > 0, "no_matching_key")
    failures = []
    for wrapped, key in attempts:
        try:
            dek = key.unwrap(wrapped.wrapped_dek, header.canonical_context)
            require(len(dek) == KEY, "provider_failed")  # [K-01]
            header.verify_mac(dek)
            return dek
        except SealwaxError as error:
            failures.append(error.name)
    raise SealwaxError(most_telling(failures))


def most_telling(failures: Iterable[str]) -> str:
    """[K-07]"""
    order = ["header_authentication", "provider_failed", "key_unwrap"]
    return min(failures, key=order.index)
