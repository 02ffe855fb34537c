"""Values as bytes. A value comes back equal and of the same type, or is refused."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import struct
import uuid
from collections.abc import Callable
from typing import Any

from .._errors import FormatError, InvalidArgumentError, InvalidTypeError
from .._public import belong


class Codec:
    """Writes values of one type: a letter that names the type, and the value."""

    __slots__ = ("_read", "_type", "_write", "letter", "name")

    def __init__(
        self,
        letter: bytes,
        kind: type,
        write: Callable[[Any], bytes],
        read: Callable[[bytes], Any],
        *,
        name: str = "",
    ) -> None:
        self.letter, self.name = letter, name or kind.__name__
        self._type, self._write, self._read = kind, write, read

    def pack(self, value: Any) -> bytes:
        """The bytes of a value, whose type must be exactly that of the codec."""
        if type(value) is not self._type and not self._takes_subclasses(value):
            raise InvalidTypeError(
                f"the column takes {self.name}, and the value is of type {type(value).__name__}"
            )
        return self.letter + self._write(value)

    def unpack(self, data: bytes) -> Any:
        """The value of bytes that `pack` wrote."""
        if data[:1] != self.letter:
            raise FormatError(f"the value was sealed by a column that does not take {self.name}")
        try:
            return self._read(data[1:])
        except (ValueError, ArithmeticError, struct.error, KeyError):
            raise FormatError(f"the sealed value is no {self.name}") from None

    def _takes_subclasses(self, value: Any) -> bool:
        """JSON checks types itself; drivers return UUIDs of classes of their own."""
        return self._type is object or (self._type is uuid.UUID and isinstance(value, uuid.UUID))

    def __repr__(self) -> str:
        return f"<Codec of {self.name}>"


def _write_int(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


def _write_datetime(value: datetime.datetime) -> bytes:
    """The offset is kept, and the name of a time zone is not: it depends on a database."""
    return bytes([value.fold]) + value.isoformat().encode()


def _read_datetime(data: bytes) -> datetime.datetime:
    return datetime.datetime.fromisoformat(data[1:].decode()).replace(fold=data[0])


def _write_time(value: datetime.time) -> bytes:
    return bytes([value.fold]) + value.isoformat().encode()


def _read_time(data: bytes) -> datetime.time:
    return datetime.time.fromisoformat(data[1:].decode()).replace(fold=data[0])


def _write_json(value: Any) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        same = _is_same(json.loads(text), value)
    except (TypeError, ValueError, RecursionError):
        same = False
    if not same:
        raise InvalidArgumentError(
            "the column takes JSON, and the value would not come back as it is: it may have dict "
            "with keys of type str, list, str, int, float, bool and None, and no NaN or infinity"
        )
    return text.encode()


def _is_same(found: Any, value: Any) -> bool:
    """Equality that tells 1 from True and from 1.0; a `MutableDict` is a dict."""
    if isinstance(found, dict):
        is_dict = isinstance(value, dict) and found.keys() == value.keys()
        return is_dict and all(_is_same(found[key], value[key]) for key in found)
    if isinstance(found, list):
        is_list = isinstance(value, list) and len(found) == len(value)
        return is_list and all(map(_is_same, found, value))
    return type(found) is type(value) and bool(found == value)


TEXT = Codec(b"s", str, str.encode, bytes.decode)
BYTES = Codec(b"b", bytes, bytes, bytes)
INT = Codec(b"i", int, _write_int, lambda data: int.from_bytes(data, "big", signed=True))
BOOL = Codec(
    b"o", bool, lambda value: bytes([value]), lambda data: {b"\0": False, b"\1": True}[data]
)
FLOAT = Codec(b"f", float, struct.Struct(">d").pack, lambda data: struct.unpack(">d", data)[0])
DECIMAL = Codec(
    b"d", decimal.Decimal, lambda value: str(value).encode(), lambda d: decimal.Decimal(d.decode())
)
DATETIME = Codec(b"t", datetime.datetime, _write_datetime, _read_datetime)
DATE = Codec(
    b"a",
    datetime.date,
    lambda value: value.isoformat().encode(),
    lambda data: datetime.date.fromisoformat(data.decode()),
)
TIME = Codec(b"c", datetime.time, _write_time, _read_time)
UUID = Codec(b"u", uuid.UUID, lambda value: value.bytes, lambda data: uuid.UUID(bytes=data))
JSON = Codec(b"j", object, _write_json, json.loads, name="JSON")


def enum_codec(kind: type[enum.Enum]) -> Codec:
    """Members of an enumeration, which are written by name."""
    return Codec(b"e", kind, lambda value: value.name.encode(), lambda data: kind[data.decode()])


belong("sealwax.columns", Codec, enum_codec)
