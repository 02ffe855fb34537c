"""Sealed columns of SQLAlchemy: the database stores envelopes, and the program sees values.

>>> import uuid, sealwax
>>> from sqlalchemy import String, Uuid, create_engine
>>> from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
>>> from sealwax.sqlalchemy import Sealed
>>> key = sealwax.LocalKey.generate("clinic")
>>> class Base(DeclarativeBase): pass
>>> class Patient(Base):
...     __tablename__ = "patients"
...     id = mapped_column(Uuid(), primary_key=True, default=uuid.uuid4)
...     name = mapped_column(Sealed(String(), keys=key))
>>> engine = create_engine("sqlite://")
>>> Base.metadata.create_all(engine)
>>> with Session(engine) as session:
...     session.add(Patient(name="Ada"))
...     session.commit()
...     session.query(Patient).one().name
'Ada'

An envelope is bound to its table, column and primary key, so a value that somebody moved to another
row does not open.
"""

from __future__ import annotations

from .._public import publish as _publish
from . import _loading, _sorting, _statements, _type
from ._errors import SealedColumnError
from ._opening import open_value
from ._rewrap import FailedValue, RewrapReport, rewrap_table
from ._type import Sealed, SealedValue

__all__ = [
    "FailedValue",
    "RewrapReport",
    "Sealed",
    "SealedColumnError",
    "SealedValue",
    "open_value",
    "rewrap_table",
]

_publish(globals())
_type.listen()
_statements.listen()
_sorting.listen()
_loading.listen()
