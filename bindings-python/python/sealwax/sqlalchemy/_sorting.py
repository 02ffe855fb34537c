"""Queries that would sort or group by envelopes, which looks right and is not.

Each compiled statement is searched once; SQLAlchemy keeps it for the next execution.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.sql import visitors

from ._errors import SealedColumnError
from ._type import Sealed

_CLAUSES = ("_order_by_clauses", "_group_by_clauses", "_distinct_on")
_LISTS = ("order_by", "partition_by")
"""Of a window function."""

_searched: WeakSet[Any] = WeakSet()


def listen() -> None:
    """Has all engines ask before a statement is sent."""
    event.listen(Engine, "before_cursor_execute", _before_cursor_execute)


def _before_cursor_execute(
    connection: Any, cursor: Any, text: str, parameters: Any, context: Any, many: bool
) -> None:
    compiled = getattr(context, "compiled", None)
    if compiled is None or compiled in _searched:
        return
    if getattr(compiled, "statement", None) is not None:
        for element in visitors.iterate(compiled.statement):
            _check(element)
    _searched.add(compiled)


def _check(element: Any) -> None:
    for clause in _sorted_by(element):
        name = _sealed_name(clause, element)
        if name is not None:
            raise SealedColumnError(
                f"{name} cannot be sorted or grouped by: the database has envelopes, which differ "
                "for equal values"
            )


def _sorted_by(element: Any) -> Iterator[Any]:
    for name in _CLAUSES:
        yield from getattr(element, name, ())
    if element.__visit_name__ == "over":
        for name in _LISTS:
            clauses = getattr(element, name)
            yield from () if clauses is None else clauses


def _sealed_name(clause: Any, element: Any) -> Any:
    """The column that a clause names, also by its label."""
    kind = getattr(clause, "type", None)
    if isinstance(kind, Sealed):
        return kind._named
    text = getattr(clause, "element", None)
    if isinstance(text, str):
        columns = getattr(element, "selected_columns", {})
        kind = getattr(columns.get(text), "type", None)
        return kind._named if isinstance(kind, Sealed) else None
    return _sealed_name(text, element) if text is not None else None
