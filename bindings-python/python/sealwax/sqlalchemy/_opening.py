"""Values of queries for columns, opened by the primary key of their row."""

from __future__ import annotations

from typing import Any, Optional

from sqlalchemy import Column

from .._errors import InvalidTypeError
from ._table import find_table
from ._type import Sealed, SealedValue


def open_value(value: Optional[SealedValue], column: Any, key: Any) -> Any:
    """The value of a sealed column, which a query returned, in the row with this primary key.

    `column` is an attribute of a mapped class or a column of a table, and `key` is a tuple if the
    primary key has several columns. `None` stays `None`.

    >>> from sealwax.sqlalchemy import open_value
    >>> open_value(None, None, 7)
    """
    if value is None:
        return None
    column = getattr(column, "expression", column)
    table = find_table(getattr(column, "table", None))
    if table is None or not (isinstance(column, Column) and isinstance(column.type, Sealed)):
        raise InvalidTypeError("open_value() takes a sealed column, such as Patient.name")
    if not isinstance(value, SealedValue):
        raise InvalidTypeError(f"open_value() takes a SealedValue, not {type(value).__name__}")
    return column.type.opened(value, table.cell(column, key))
