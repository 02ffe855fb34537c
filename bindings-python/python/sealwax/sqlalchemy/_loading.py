"""Mapped objects: sealed attributes are opened when the object is loaded."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Mapper, attributes

from ._errors import SealedColumnError
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
        self.identity = [mapper.get_property_by_column(part).key for part in mapper.primary_key]
        self.attributes = [
            (mapper.get_property_by_column(column).key, column, table, self._places(mapper, table))
            for table in tables
            for column in table.sealed.values()
            if mapper.columns.contains_column(column)
        ]

    def _places(self, mapper: Any, table: SealedTable) -> list[int]:
        """Where the identity of an object has the primary key of a table."""
        names = [mapper.get_property_by_column(part).key for part in table.key]
        missing = [name for name in names if name not in self.identity]
        if missing:
            raise SealedColumnError(
                f"{mapper.class_.__name__} has another primary key than {table.table.name}, whose "
                f"sealed columns are bound to it: {missing[0]} is not in it"
            )
        return [self.identity.index(name) for name in names]

    def on_load(self, target: Any, context: Any) -> None:
        """A new object."""
        self._open(target)

    def on_refresh(self, target: Any, context: Any, names: Any) -> None:
        """An object that gets attributes again, or those that were deferred."""
        self._open(target)

    def _open(self, target: Any) -> None:
        values = attributes.instance_dict(target)
        for name, column, table, places in self.attributes:
            value = values.get(name)
            if type(value) is SealedValue:
                identity = attributes.instance_state(target).identity
                cell = table.cell(column, tuple(identity[place] for place in places))
                attributes.set_committed_value(target, name, column.type.opened(value, cell))
