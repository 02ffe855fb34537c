"""The codec of a type of SQLAlchemy."""

from __future__ import annotations

from typing import Any

from sqlalchemy import types

from .. import columns
from .._errors import InvalidArgumentError, InvalidTypeError


class _Choices(columns.Codec):
    """The texts of an `Enum` that has no class."""

    __slots__ = ("_choices",)

    def __init__(self, choices: Any) -> None:
        super().__init__(b"s", str, str.encode, bytes.decode)
        self._choices = frozenset(choices)

    def pack(self, value: Any) -> bytes:
        if isinstance(value, str) and value not in self._choices:
            raise InvalidArgumentError("the value is none of the column's enumeration")
        return super().pack(value)


def _of_enum(type_: Any) -> columns.Codec:
    return columns.enum_codec(type_.enum_class) if type_.enum_class else _Choices(type_.enums)


def _of_uuid(type_: Any) -> columns.Codec:
    return columns.UUID if type_.as_uuid else columns.TEXT


def _of_number(type_: Any) -> columns.Codec:
    return columns.DECIMAL if type_.asdecimal else columns.FLOAT


_BY_TYPE: tuple[tuple[Any, Any], ...] = (
    (types.Enum, _of_enum),
    (types.String, columns.TEXT),
    (types.LargeBinary, columns.BYTES),
    (types.Boolean, columns.BOOL),
    (types.Integer, columns.INT),
    (types.Float, _of_number),
    (types.Numeric, _of_number),
    (types.DateTime, columns.DATETIME),
    (types.Date, columns.DATE),
    (types.Time, columns.TIME),
    (types.Uuid, _of_uuid),
    (types.JSON, columns.JSON),
)
"""In order: an `Enum` is a `String`, too."""


def codec_of(type_: Any) -> columns.Codec:
    """How the values of a type are written."""
    for kind, codec in _BY_TYPE:
        if isinstance(type_, kind):
            return codec if isinstance(codec, columns.Codec) else codec(type_)
    names = ", ".join(kind.__name__ for kind, _ in _BY_TYPE)
    raise InvalidTypeError(f"Sealed takes {names}; it does not take {type(type_).__name__}")
