"""Where a value belongs: table, column and primary key, as associated data of its envelope."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Union

from .._errors import InvalidTypeError
from .._public import belong
from .._text import printable

KeyValue = Union[int, str, bytes, uuid.UUID, datetime.date]
"""What a part of a primary key may be: a type that a database returns as it was stored."""

_LABEL = b"column value, version 1"

_ENCODERS: dict[type, tuple[bytes, Callable[[Any], bytes]]] = {
    int: (b"i", lambda value: str(value).encode()),
    str: (b"s", lambda value: value.encode()),
    bytes: (b"b", bytes),
    uuid.UUID: (b"u", lambda value: value.bytes),
    datetime.date: (b"d", lambda value: value.isoformat().encode()),
}


class Cell:
    """One column of one row. A value that was sealed for one cell opens in no other."""

    __slots__ = ("column", "key", "table")

    def __init__(self, table: str, column: str, key: Mapping[str, KeyValue]) -> None:
        """`key` has the columns of the primary key in their order, with the row's values."""
        self.table, self.column = table, column
        self.key = {name: _plain(value) for name, value in key.items()}
        for name, value in self.key.items():
            if type(value) not in _ENCODERS:
                raise InvalidTypeError(
                    f"{table}.{column} is bound to the primary key, and {name} is of type "
                    f"{type(value).__name__}: it must be int, str, bytes, UUID or date"
                )

    def associated_data(self) -> bytes:
        """The bytes that every envelope of this cell is bound to; no two cells have the same."""
        parts = [_LABEL, self.table.encode(), self.column.encode()]
        for name, value in self.key.items():
            letter, encode = _ENCODERS[type(value)]
            parts += [name.encode(), letter + encode(value)]
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    def __str__(self) -> str:
        key = " and ".join(f"{name} = {_shown(value)}" for name, value in self.key.items())
        return f"{self.table}.{self.column} where {key}"

    def __repr__(self) -> str:
        return f"Cell({self})"


def _plain(value: Any) -> Any:
    """A UUID of Python: drivers such as asyncpg return classes of their own."""
    if type(value) is not uuid.UUID and isinstance(value, uuid.UUID):
        return uuid.UUID(int=value.int)
    return value


def _shown(value: KeyValue) -> str:
    return value.hex() if isinstance(value, bytes) else printable(str(value))


belong("sealwax.columns", Cell)
