"""Parsed headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import _sealwax
from ._provider import WrappedKey

if TYPE_CHECKING:
    from ._types import Buffer


class Header:
    """The header of an envelope, parsed without a key.

    It is not authenticated: an attacker may have chosen every field, until the envelope is
    decrypted.

    >>> import sealwax
    >>> envelope = sealwax.encrypt(b"x", sealwax.LocalKey.generate("k1"), context={"a": "b"})
    >>> header = sealwax.inspect(envelope)
    >>> header.wrapped_keys[0].provider_id, header.wrapped_keys[0].key_id
    ('local', 'k1')
    """

    __slots__ = ("_fields",)

    def __init__(self, data: Buffer) -> None:
        """Parse the header that `data` starts with."""
        self._fields: dict[str, Any] = _sealwax.parse_header(data)

    @property
    def context(self) -> Mapping[str, str]:
        """The public pairs of the encryption context, sorted by key."""
        return dict(self._fields["context"])

    @property
    def wrapped_keys(self) -> tuple[WrappedKey, ...]:
        """The wrapped keys, each with `provider_id`, `key_id` and `wrapped_dek`."""
        keys: tuple[WrappedKey, ...] = self._fields["wrapped_keys"]
        return keys

    @property
    def suite(self) -> int:
        """The number of the cipher suite."""
        return int(self._fields["suite"])

    @property
    def header_len(self) -> int:
        """Length of the whole header in bytes: the offset of the body."""
        return len(self._fields["data"])

    @property
    def padding_len(self) -> int:
        """Length of the padding in bytes: room for more wrapped keys."""
        return int(self._fields["padding_len"])

    @property
    def sealed_metadata_len(self) -> int:
        """Length of the encrypted metadata in bytes; 0 if there is none."""
        return int(self._fields["sealed_metadata_len"])

    def __bytes__(self) -> bytes:
        """The header as stored."""
        data: bytes = self._fields["data"]
        return data

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain values, for JSON."""
        return {
            "suite": self.suite,
            "header_len": self.header_len,
            "padding_len": self.padding_len,
            "sealed_metadata_len": self.sealed_metadata_len,
            "context": self.context,
            "wrapped_keys": [
                {
                    "provider_id": key.provider_id,
                    "key_id": key.key_id,
                    "wrapped_dek_len": len(key.wrapped_dek),
                }
                for key in self.wrapped_keys
            ],
        }

    def __eq__(self, other: object) -> bool:
        return bytes(self) == bytes(other) if isinstance(other, Header) else NotImplemented

    def __hash__(self) -> int:
        return hash(bytes(self))

    def __reduce__(self) -> tuple[type[Header], tuple[bytes]]:
        return (Header, (bytes(self),))

    def __repr__(self) -> str:
        keys = ", ".join(f"{key.provider_id}:{key.key_id}" for key in self.wrapped_keys)
        return f"Header(context={self.context!r}, keys=[{keys}], header_len={self.header_len})"

    def _repr_html_(self) -> str:
        """A table for notebooks."""
        from html import escape

        rows = [("suite", f"0x{self.suite:04x}"), ("header", f"{self.header_len:,} bytes")]
        rows += [(f"context: {key}", value) for key, value in self.context.items()]
        rows += [
            (f"wrapped key {index}", f"{key.provider_id} {key.key_id}")
            for index, key in enumerate(self.wrapped_keys, 1)
        ]
        if self.sealed_metadata_len:
            rows.append(("metadata", f"{self.sealed_metadata_len:,} bytes, encrypted"))
        cells = "".join(
            f"<tr><th style='text-align:left'>{escape(name)}</th>"
            f"<td style='text-align:left'>{escape(value)}</td></tr>"
            for name, value in rows
        )
        return f"<table>{cells}</table>"
