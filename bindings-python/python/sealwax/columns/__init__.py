"""Values of database columns: sealed one by one, under few data keys, each bound to its cell.

`sealwax.sqlalchemy` uses this module; use it yourself with another database layer.

>>> import sealwax
>>> from sealwax.columns import TEXT, Cell, ColumnKeys
>>> keys = ColumnKeys(sealwax.LocalKey.generate("clinic"))
>>> cell = Cell("patients", "name", {"id": 7})
>>> sealed = keys.seal(TEXT.pack("Ada"), cell)
>>> TEXT.unpack(keys.open(sealed, cell))
'Ada'
>>> try:
...     keys.open(sealed, Cell("patients", "name", {"id": 8}))
... except sealwax.AuthenticationError as error:
...     print(error.code, "in", error.filename)
commitment_mismatch in patients.name where id = 8
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._public import load_part as _load_part

if TYPE_CHECKING:
    from ._cell import Cell, KeyValue
    from ._codecs import (
        BOOL,
        BYTES,
        DATE,
        DATETIME,
        DECIMAL,
        FLOAT,
        INT,
        JSON,
        TEXT,
        TIME,
        UUID,
        Codec,
        enum_codec,
    )
    from ._keys import ColumnKeys

_CODECS = (
    "BOOL",
    "BYTES",
    "DATE",
    "DATETIME",
    "DECIMAL",
    "FLOAT",
    "INT",
    "JSON",
    "TEXT",
    "TIME",
    "UUID",
    "Codec",
    "enum_codec",
)
_MODULES = {
    "Cell": "._cell",
    "ColumnKeys": "._keys",
    "KeyValue": "._cell",
    **dict.fromkeys(_CODECS, "._codecs"),
}

__all__ = [
    "BOOL",
    "BYTES",
    "DATE",
    "DATETIME",
    "DECIMAL",
    "FLOAT",
    "INT",
    "JSON",
    "TEXT",
    "TIME",
    "UUID",
    "Cell",
    "Codec",
    "ColumnKeys",
    "KeyValue",
    "enum_codec",
]


def __getattr__(name: str) -> Any:
    return _load_part(__name__, _MODULES, name)


def __dir__() -> list[str]:
    return __all__
