"""Statements: values are sealed where the parameters say of which row they are.

The type of a column sees a value and no row. SQLAlchemy hands every statement to listeners before
it is compiled, with all parameters of each row; a flush of the ORM does so as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from sqlalchemy import Insert, Update, event
from sqlalchemy.engine import Engine
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, BooleanClauseList

from ._errors import SealedColumnError
from ._table import SealedTable, find_table

Row = Mapping[str, Any]


def listen() -> None:
    """Has all engines ask before they execute a statement."""
    event.listen(Engine, "before_execute", _before_execute, retval=True)


def _before_execute(
    connection: Any, statement: Any, multiparams: Any, params: Any, options: Any
) -> tuple[Any, Any, Any]:
    table = _written_table(statement)
    if table is not None and not options.get("sealwax_rewrap"):
        _check_expressions(statement, table)
        seal = _sealed_insert if isinstance(statement, Insert) else _sealed_update
        if multiparams:
            multiparams = [seal(statement, table, row) for row in multiparams]
        else:
            params = seal(statement, table, params)
    return statement, multiparams, params


def _written_table(statement: Any) -> Optional[SealedTable]:
    return find_table(statement.table) if isinstance(statement, (Insert, Update)) else None


def _check_expressions(statement: Any, table: SealedTable) -> None:
    """Refuses what the database would compute, and rows whose key it would choose."""
    name = table.table.name
    for column, value in _expressions(statement):
        key = getattr(column, "key", column)
        if key in table.sealed and not _is_none(value):
            raise SealedColumnError(
                f"{name}.{key} is sealed and cannot be in values() or set_: the statement does not "
                "say of which row; give rows as parameters, with the primary key"
            )
        if isinstance(statement, Update):
            _check_key_stays(table, key)
    if getattr(statement, "select", None) is not None:
        raise SealedColumnError(f"{name} has sealed columns, and INSERT from SELECT moves rows")
    clause = getattr(statement, "_post_values_clause", None)
    if clause is not None and not type(clause).__name__.endswith("DoNothing"):
        raise SealedColumnError(
            f"{name} has sealed columns, and an upsert may write to a row with another key: "
            "select the row, then insert or update"
        )


def _expressions(statement: Any) -> Iterator[tuple[Any, Any]]:
    yield from (getattr(statement, "_values", None) or {}).items()
    yield from getattr(statement, "_ordered_values", None) or ()


def _is_none(value: Any) -> bool:
    if isinstance(value, BindParameter):
        return value.value is None and not value.required
    return value is None or getattr(value, "__visit_name__", None) == "null"


def _check_key_stays(table: SealedTable, name: str) -> None:
    if any(column.key == name for column in table.key):
        raise SealedColumnError(
            f"the primary key {table.table.name}.{name} cannot change, because the sealed columns "
            "of the row are bound to it: insert a new row, and delete the old one"
        )


def _sealed_insert(statement: Any, table: SealedTable, row: Row) -> Row:
    given = dict(row)
    values = {getattr(key, "key", key): value for key, value in _expressions(statement)}
    for column in (*table.key, *table.sealed.values()):
        if column.default is not None and column.key not in given and column.key not in values:
            _fill(column, given)
    if all(given.get(name) is None for name in table.sealed):
        return given
    key = tuple(_found(column, given, values) for column in table.key)
    return table.seal(given, key)


def _fill(column: Any, row: dict[str, Any]) -> None:
    """Makes the default of a column now, because SQLAlchemy would make it too late."""
    default = column.default
    if default.is_callable:
        row[column.key] = default.arg(None)
    elif default.is_scalar:
        row[column.key] = default.arg


def _found(column: Any, row: Row, values: Row) -> Any:
    value = row.get(column.key)
    if value is None:
        value = getattr(values.get(column.key), "value", None)
    if value is None:
        raise SealedColumnError(
            f"the sealed columns of {column.table.name} are bound to its primary key, and the row "
            f"has no {column.name}: the program must make it, for instance by default=uuid.uuid4; "
            "if the database makes it, insert the row first, and then set the sealed attributes"
        )
    return value


def _sealed_update(statement: Any, table: SealedTable, row: Row) -> Row:
    for name in row:
        _check_key_stays(table, name)
    if all(row.get(name) is None for name in table.sealed):
        return row
    equal = dict(_equalities(table, statement._where_criteria, row))
    missing = [column.name for column in table.key if column.key not in equal]
    if missing:
        names = ", ".join(name for name in table.sealed if row.get(name) is not None)
        raise SealedColumnError(
            f"{table.table.name}: an UPDATE of sealed columns ({names}) must say the row: its "
            f"WHERE has no equality of the primary key ({', '.join(missing)})"
        )
    return table.seal(row, tuple(equal[column.key] for column in table.key))


def _equalities(table: SealedTable, criteria: Any, row: Row) -> Iterator[tuple[str, Any]]:
    """The columns of the primary key that must be equal to a value of the statement."""
    for clause in criteria:
        if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
            yield from _equalities(table, clause.clauses, row)
        elif isinstance(clause, BinaryExpression) and clause.operator is operators.eq:
            for one, other in ((clause.left, clause.right), (clause.right, clause.left)):
                name = _key_column(table, one)
                if name is not None and isinstance(other, BindParameter):
                    yield name, row.get(other.key, other.effective_value)


def _key_column(table: SealedTable, element: Any) -> Optional[str]:
    if getattr(element, "table", None) != table.table:
        return None
    return next((part.key for part in table.key if part.key == element.key), None)
