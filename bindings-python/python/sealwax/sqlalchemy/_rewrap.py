"""New wrapped keys for the values of a table, whose data stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Optional, Union

from sqlalchemy import LargeBinary, Table, bindparam, select, tuple_, type_coerce, update
from sqlalchemy.engine import Engine

from .. import _sealwax
from .._errors import FormatError, InvalidTypeError, ProviderError, SealwaxError
from ..columns._keys import resolved
from ._errors import SealedColumnError
from ._table import SealedTable, find_table

_ATTEMPTS = 5
"""How often the rows of a batch are read again that others changed meanwhile."""

_MOST_FAILURES = 1000
"""Failures that a report describes."""


class FailedValue(NamedTuple):
    """A value that could not be rewrapped, and why."""

    cell: str
    reason: str


class RewrapReport:
    """What `rewrap_table` did, up to the row with the primary key `last`."""

    def __init__(self) -> None:
        self.rows = 0
        """Rows that were read."""
        self.rewrapped = 0
        """Values with new wrapped keys; in a dry run, values that would get them."""
        self.conflicts = 0
        """Values that somebody changed between reading and writing, and that were read again."""
        self.data_keys = 0
        """Different headers: each cost one unwrap by `old` and one wrap by each of `new`."""
        self.failed: list[FailedValue] = []
        """The first thousand failures."""
        self.failures = 0
        """All failures."""
        self.last: Optional[tuple[Any, ...]] = None
        """The primary key to go on after."""

    def __repr__(self) -> str:
        names = ("rows", "rewrapped", "conflicts", "data_keys", "failures", "last")
        return f"RewrapReport({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


def rewrap_table(
    engine: Engine,
    table: Any,
    *,
    old: Any,
    new: Any,
    columns: Optional[Iterable[str]] = None,
    add: bool = False,
    batch: int = 1000,
    after: Optional[tuple[Any, ...]] = None,
    dry_run: bool = False,
    progress: Optional[Callable[[RewrapReport], object]] = None,
) -> RewrapReport:
    """Replace the wrapped keys of a table's sealed values: unwrap with `old`, wrap with `new`.

    `table` is a `Table` or a mapped class, and `columns` are the names of its sealed columns, by
    default all. Keys are providers or references, as those of `Sealed`. Rows are read by primary
    key, and every batch is a transaction. A value is written only where it is still the one that
    was read, so other writers lose nothing; the row is then read again. Other programs must already
    seal with `new`.

    An interrupted run goes on with `after=report.last`. `progress` is called after each batch. A
    `dry_run` calls the KMS for every data key and writes nothing. Values that cannot be rewrapped
    are in the report.

    Raises:
        ProviderError: the KMS failed. The attribute `report` of the error says how far it came.
    """
    found = _found(table)
    names = list(found.sealed) if columns is None else _checked(found, columns)
    work = _Work(found, names, _Headers(old, new, add), dry_run)
    work.report.last = after
    try:
        while work.batch(engine, batch):
            if progress is not None:
                progress(work.report)
    except ProviderError as error:
        error.__dict__["report"] = work.report
        raise
    return work.report


def _found(table: Any) -> SealedTable:
    table = table if isinstance(table, Table) else getattr(table, "__table__", table)
    found = find_table(table)
    if found is None:
        raise SealedColumnError(f"{getattr(table, 'name', table)} has no sealed columns")
    return found


def _checked(table: SealedTable, columns: Iterable[str]) -> list[str]:
    names = [columns] if isinstance(columns, str) else list(columns)
    for name in names:
        if name not in table.sealed:
            raise InvalidTypeError(f"{table.table.name} has no sealed column {name}")
    return names


class _Headers:
    """Old headers and the new ones: each data key is unwrapped once."""

    def __init__(self, old: Any, new: Any, add: bool) -> None:
        self._old, self._new, self._add = resolved(old), resolved(new), add
        self._known: dict[bytes, bytes] = {}
        self._made: set[bytes] = set()

    @property
    def count(self) -> int:
        return len(self._known)

    def replace(self, envelope: Union[bytes, str]) -> Optional[bytes]:
        """The envelope with new wrapped keys, or `None` if it has them."""
        if isinstance(envelope, str):
            raise FormatError("the value is text, and an envelope is bytes")
        length = _sealwax.announced_header_len(envelope) or 0
        header, body = envelope[:length], envelope[length:]
        if header in self._made:
            return None
        if header not in self._known:
            made = _sealwax.rewrap_header(header, self._old, self._new, add=self._add)
            self._known[header] = made
            self._made.add(made)
        return self._known[header] + body


class _Value(NamedTuple):
    """A value as it was read."""

    key: tuple[Any, ...]
    name: str
    envelope: Union[bytes, str]


class _Work:
    """A run over a table."""

    def __init__(
        self, table: SealedTable, names: list[str], headers: _Headers, dry_run: bool
    ) -> None:
        self.table, self.names, self.headers, self.dry_run = table, names, headers, dry_run
        self.report = RewrapReport()
        self._updates = {name: _update(table, name) for name in names}

    def batch(self, engine: Engine, size: int) -> bool:
        """Rewraps the next rows; false if there are none. No KMS is called in a transaction."""
        with engine.begin() as connection:
            rows = connection.execute(self._after().limit(size)).all()
        values = [
            _Value(tuple(row)[: len(self.table.key)], name, row._mapping[_label(name)].envelope)
            for row in rows
            for name in self.names
            if row._mapping[_label(name)] is not None
        ]
        for _ in range(_ATTEMPTS):
            values = self._write(engine, self._replaced(values))
        for value in values:
            self._fail(value, "others change it all the time")
        self.report.rows += len(rows)
        self.report.data_keys = self.headers.count
        if rows:
            self.report.last = tuple(rows[-1])[: len(self.table.key)]
        return bool(rows)

    def _replaced(self, values: list[_Value]) -> list[tuple[_Value, bytes]]:
        found = ((value, self._new(value)) for value in values)
        return [(value, new) for value, new in found if new is not None]

    def _new(self, value: _Value) -> Optional[bytes]:
        try:
            return self.headers.replace(value.envelope)
        except ProviderError:
            raise
        except SealwaxError as error:
            self._fail(value, str(error))
            return None

    def _write(self, engine: Engine, replaced: list[tuple[_Value, bytes]]) -> list[_Value]:
        """Writes what is as it was read, and returns the others as they are now."""
        changed = []
        if not self.dry_run and replaced:
            with engine.begin() as connection:
                for value, new in replaced:
                    if not connection.execute(*self._update(value, new)).rowcount:
                        changed.append(self._again(connection, value))
        self.report.rewrapped += len(replaced) - len(changed)
        self.report.conflicts += len(changed)
        return [value for value in changed if value is not None]

    def _update(self, value: _Value, new: bytes) -> tuple[Any, dict[str, Any]]:
        parameters = {f"sealwax_key_{index}": part for index, part in enumerate(value.key)}
        parameters |= {"sealwax_old": value.envelope, "sealwax_new": new}
        return self._updates[value.name], parameters

    def _again(self, connection: Any, value: _Value) -> Optional[_Value]:
        """The value as it is now; `None` if there is none."""
        row = [part == known for part, known in zip(self.table.key, value.key)]
        found = connection.scalar(self._select(value.name).where(*row))
        return None if found is None else value._replace(envelope=found.envelope)

    def _fail(self, value: _Value, reason: str) -> None:
        self.report.failures += 1
        if len(self.report.failed) < _MOST_FAILURES:
            cell = self.table.cell(self.table.sealed[value.name], value.key)
            self.report.failed.append(FailedValue(str(cell), reason))

    def _after(self) -> Any:
        query = self._select(*self.names, key=True).order_by(*self.table.key)
        if self.report.last is None:
            return query
        last = [bindparam(None, part, c.type) for part, c in zip(self.report.last, self.table.key)]
        return query.where(tuple_(*self.table.key) > tuple_(*last))

    def _select(self, *names: str, key: bool = False) -> Any:
        sealed = [self.table.sealed[name].label(_label(name)) for name in names]
        return select(*(self.table.key if key else ()), *sealed)


def _label(name: str) -> str:
    return f"sealwax_{name}"


def _update(table: SealedTable, name: str) -> Any:
    """Writes a value if it is still the old one."""
    column = table.sealed[name]
    row = [
        part == bindparam(f"sealwax_key_{i}", type_=part.type) for i, part in enumerate(table.key)
    ]
    still = type_coerce(column, LargeBinary) == bindparam("sealwax_old", type_=LargeBinary)
    new = bindparam("sealwax_new", type_=LargeBinary)
    statement = update(table.table).where(*row, still).values({column: new})
    return statement.execution_options(sealwax_rewrap=True)
