"""The type of a sealed column, and a value of it that is not opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional, Union

from sqlalchemy import Column, LargeBinary, event, types
from sqlalchemy.sql import operators

from .._errors import InvalidTypeError, SealwaxError
from ..columns import Cell, ColumnKeys
from ._codecs import codec_of
from ._errors import SealedColumnError


class Envelope(bytes):
    """A sealed value on its way to the database."""

    __slots__ = ()


class SealedValue:
    """A value as it was read from a sealed column: the envelope, not opened.

    Queries for columns return it, and `open_value` opens it. Attributes of mapped objects are
    opened when they are loaded.
    """

    __slots__ = ("envelope",)

    def __init__(self, envelope: Union[bytes, str]) -> None:
        self.envelope = envelope

    def __eq__(self, other: object) -> bool:
        return self.envelope == other.envelope if isinstance(other, SealedValue) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.envelope)

    def __repr__(self) -> str:
        return f"<sealed value, {len(self.envelope)} bytes>"


class Sealed(types.TypeDecorator[Any]):
    """Values of another type, sealed under a data key and bound to table, column and primary key.

    `type_` is a type of SQLAlchemy: `String`, `LargeBinary`, `Integer`, `Boolean`, `Float`,
    `Numeric`, `DateTime`, `Date`, `Time`, `Uuid`, `JSON` or `Enum`. `keys` are providers,
    references such as `vault:clinic`, or `ColumnKeys`, which several columns share; options of
    `ColumnKeys` may follow. `place` are the table and the column as they were named when the first
    value was sealed, for a table or a column that was renamed.

    The primary key must be in the statement: a `uuid.uuid4` as default, or any key that the program
    makes. A sealed column cannot be compared, sorted, or written by an expression of SQL.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(
        self,
        type_: Any,
        *,
        keys: Any,
        place: Optional[tuple[str, str]] = None,
        **options: Any,
    ) -> None:
        super().__init__()
        self.type_ = types.to_instance(type_)
        if isinstance(keys, ColumnKeys) and options:
            raise InvalidTypeError("give the options to ColumnKeys, which several columns share")
        self.keys = keys if isinstance(keys, ColumnKeys) else ColumnKeys(keys, **options)
        self.place = place
        self._codec = codec_of(self.type_)
        self._named = "a sealed column"

    def sealed(self, value: Any, cell: Cell) -> Envelope:
        """The envelope of a value."""
        try:
            return Envelope(self.keys.seal(self._codec.pack(value), cell))
        except SealwaxError as error:
            error._name(str(cell))
            raise

    def opened(self, value: SealedValue, cell: Cell) -> Any:
        """The value of an envelope."""
        try:
            return self._codec.unpack(self.keys.open(value.envelope, cell))
        except SealwaxError as error:
            error._name(str(cell))
            raise

    def process_bind_param(self, value: Any, dialect: Any) -> Optional[bytes]:
        """Lets through what `_statements` sealed, because only a statement knows the row."""
        if value is None or isinstance(value, Envelope):
            return value
        raise SealedColumnError(
            f"{self._named} was given a value in a statement that does not say of which row: use "
            "the attributes of mapped objects, or rows as parameters that have the primary key"
        )

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any]:
        """Reads envelopes as they are, also text that somebody put in their place."""

        def process(value: Any) -> Optional[SealedValue]:
            if value is None:
                return None
            return SealedValue(value if isinstance(value, str) else bytes(value))

        return process

    def compare_values(self, x: Any, y: Any) -> bool:
        """Whether an UPDATE may be left out: only if both seal the same bytes."""
        try:
            return x is y or self._codec.pack(x) == self._codec.pack(y)
        except SealwaxError:
            return False

    class comparator_factory(types.TypeDecorator.Comparator[Any]):  # noqa: N801
        """Compares with NULL only."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            """Refuses what would compare envelopes, which are different each time."""
            is_null_test = op in _NULL_TESTS and (other[0] is None or _is_null(other[0]))
            if not is_null_test:
                name = getattr(self.type, "_named", "a sealed column")
                raise SealedColumnError(
                    f"{name} cannot be compared, sorted or computed with ({op.__name__}): the "
                    "database has envelopes, which differ for equal values"
                )
            return super().operate(op, *other, **options)

        reverse_operate = operate


_NULL_TESTS = (operators.eq, operators.ne, operators.is_, operators.is_not)


def _is_null(value: Any) -> bool:
    return getattr(value, "__visit_name__", None) == "null"


def listen() -> None:
    """Has every column with this type get its name."""
    event.listen(Column, "after_parent_attach", _name)


def _name(column: Any, table: Any) -> None:
    """Has errors name the column: each one has a type of its own."""
    if isinstance(column.type, Sealed):
        column.type = column.type.copy()
        column.type._named = f"{table.name}.{column.name}"
