"""Mapped objects: sealed attributes are opened when the object is loaded."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Mapper, attributes

from .._errors import InvalidStateError
from ._table import SealedTable, find_table
from ._type import SealedValue


def listen() -> None:
    """Has every mapped class that has sealed columns open them."""
    event.listen(Mapper, "mapper_configured", _configured)


def _configured(mapper: Any, class_: Any) -> None:
    tables = [table for table in map(find_table, mapper.tables) if table is not None]
    opener = _Opener(mapper, tables)
    if opener.attributes:
        event.listen(class_, "load", opener.on_load)
        event.listen(class_, "refresh", opener.on_refresh)


class _Opener:
    """Opens the sealed attributes of objects of one class."""

    def __init__(self, mapper: Any, tables: list[SealedTable]) -> None:
        self.attributes = [
            (mapper.get_property_by_column(column).key, column, table, _names(mapper, table))
            for table in tables
            for column in table.sealed.values()
            if column in mapper._columntoproperty
        ]
        self.identity = [mapper.get_property_by_column(part).key for part in mapper.primary_key]

    def on_load(self, target: Any, context: Any) -> None:
        """A new object."""
        self._open(target)

    def on_refresh(self, target: Any, context: Any, names: Any) -> None:
        """An object that gets attributes again, or those that were deferred."""
        self._open(target)

    def _open(self, target: Any) -> None:
        values = attributes.instance_dict(target)
        for name, column, table, key in self.attributes:
            value = values.get(name)
            if isinstance(value, SealedValue):
                cell = table.cell(column, self._key(target, values, key))
                opened = column.type.opened(value, cell)
                attributes.set_committed_value(target, name, opened)

    def _key(self, target: Any, values: Any, names: list[str]) -> tuple[Any, ...]:
        known = dict(zip(self.identity, attributes.instance_state(target).identity or ()))
        try:
            return tuple(known[name] if name in known else values[name] for name in names)
        except KeyError as error:
            raise InvalidStateError(
                f"the primary key of {type(target).__name__} is not loaded: {error.args[0]}"
            ) from None


def _names(mapper: Any, table: SealedTable) -> list[str]:
    return [mapper.get_property_by_column(part).key for part in table.key]
