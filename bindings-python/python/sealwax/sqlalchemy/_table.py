"""What a table says of its sealed columns: their names, and the primary key they are bound to."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Optional
from weakref import WeakKeyDictionary

from sqlalchemy import Table, types

from .._errors import InvalidTypeError
from ..columns import Cell, KeyValue
from ._errors import SealedColumnError
from ._type import Sealed

_KEY_TYPES = (types.Integer, types.String, types.LargeBinary, types.Uuid, types.Date)
_UNSTABLE_KEYS = (types.CHAR, types.NCHAR, types.Enum)
"""A database pads the first two; the last has two forms."""


class SealedTable:
    """The sealed columns of a table, checked once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.sealed = {column.key: column for column in table.columns if _is_sealed(column)}
        self.key = list(table.primary_key.columns) if self.sealed else []
        for column in self.sealed.values():
            _check_column(column)
        if self.sealed:
            self._check_key()
            self._takes = [_Taken(part) for part in self.key]
            self._check_indexes()

    def cell(self, column: Any, key: Any) -> Cell:
        """The cell of a column, in the row that has this primary key."""
        values = key if isinstance(key, tuple) else (key,)
        if len(values) != len(self.key):
            wanted = ", ".join(part.name for part in self.key)
            raise InvalidTypeError(f"the primary key of {self.table.name} is ({wanted})")
        parts = {taken.name: taken.value(part) for taken, part in zip(self._takes, values)}
        table, name = column.type.place or (self.table.fullname, column.name)
        return Cell(table, name, parts)

    def seal(self, row: Mapping[str, Any], key: Any) -> dict[str, Any]:
        """A row of parameters, whose values of sealed columns are envelopes."""
        sealed = dict(row)
        for name in self.sealed.keys() & row.keys():
            if row[name] is not None:
                column = self.sealed[name]
                sealed[name] = column.type.sealed(row[name], self.cell(column, key))
        return sealed

    def _check_key(self) -> None:
        if not self.key:
            raise SealedColumnError(f"{self.table.name} has sealed columns and no primary key")
        for column in self.key:
            if not isinstance(column.type, _KEY_TYPES) or isinstance(column.type, _UNSTABLE_KEYS):
                raise SealedColumnError(
                    f"the sealed columns of {self.table.name} are bound to its primary key, and "
                    f"{column.name} is of type {column.type!r}: it must be of a type that a "
                    "database returns as it was stored, such as Uuid, Integer or String"
                )

    def _check_indexes(self) -> None:
        groups = [*self.table.indexes, *self.table.constraints]
        for group in groups:
            for column in getattr(group, "columns", ()):
                if _is_sealed(column) and type(group).__name__ != "CheckConstraint":
                    raise _useless(column, f"{type(group).__name__}")


def _is_sealed(column: Any) -> bool:
    return isinstance(column.type, Sealed)


def _useless(column: Any, what: str) -> SealedColumnError:
    return SealedColumnError(
        f"{column.table.name}.{column.name} is sealed and has {what}: the envelopes of equal "
        "values differ, so it would do nothing"
    )


def _check_column(column: Any) -> None:
    for what in ("primary_key", "unique", "index", "foreign_keys"):
        if getattr(column, what):
            raise _useless(column, what)
    for what in ("server_default", "onupdate", "server_onupdate", "computed"):
        if getattr(column, what) is not None:
            raise SealedColumnError(
                f"{column.table.name}.{column.name} is sealed and has {what}: give the value"
            )


class _Taken:
    """What a column of the primary key takes."""

    __slots__ = ("_text", "_type", "_where", "name")

    def __init__(self, column: Any) -> None:
        self.name, self._where = column.name, f"{column.table.name}.{column.name}"
        is_uuid = isinstance(column.type, types.Uuid)
        self._type = uuid.UUID if is_uuid else column.type.python_type
        self._text = str if is_uuid and not column.type.as_uuid else uuid.UUID
        """What else a UUID may be given as."""

    def value(self, value: Any) -> KeyValue:
        """The value as the database returns it, or an error."""
        if type(value) is self._type:
            return value
        if self._type is uuid.UUID and isinstance(value, (uuid.UUID, self._text)):
            return value if isinstance(value, uuid.UUID) else uuid.UUID(value)
        raise InvalidTypeError(
            f"{self._where} must be {self._type.__name__}, and the value is of type "
            f"{type(value).__name__}: sealed columns are bound to the key as it is read"
        )


_known: WeakKeyDictionary[Table, SealedTable] = WeakKeyDictionary()


def find_table(table: Any) -> Optional[SealedTable]:
    """A table that has sealed columns, or `None`."""
    if not isinstance(table, Table):
        return None
    found = _known.get(table)
    if found is None:
        found = _known[table] = SealedTable(table)
    return found if found.sealed else None
