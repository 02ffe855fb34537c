"""The tables of the tests: sealed values of every type, and every kind of primary key."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from typing import Any, Optional

import sealwax
import sqlalchemy as sa
from sealwax.columns import ColumnKeys
from sealwax.sqlalchemy import Sealed
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

KEY = sealwax.LocalKey.generate("clinic")
KEYS = ColumnKeys(KEY, context={"database": "clinic"})


def sealed(type_: Any, **options: Any) -> Any:
    return mapped_column(Sealed(type_, keys=KEYS), **options)


class Blood(enum.Enum):
    A = "a"
    B = "b"


class Base(DeclarativeBase):
    pass


class Patient(Base):
    __tablename__ = "patients"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    ward: Mapped[Optional[str]]
    name: Mapped[Optional[str]] = sealed(sa.String())
    notes: Mapped[Optional[str]] = sealed(sa.Text(), deferred=True)
    visits: Mapped[list[Visit]] = relationship(back_populates="patient")


class Visit(Base):
    __tablename__ = "visits"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    patient_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("patients.id"))
    reason: Mapped[str] = sealed(sa.String())
    patient: Mapped[Patient] = relationship(back_populates="visits")


class Result(Base):
    """A value of every type, nullable."""

    __tablename__ = "results"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[Optional[str]] = sealed(sa.String(200))
    raw: Mapped[Optional[bytes]] = sealed(sa.LargeBinary())
    number: Mapped[Optional[int]] = sealed(sa.BigInteger())
    flag: Mapped[Optional[bool]] = sealed(sa.Boolean())
    real: Mapped[Optional[float]] = sealed(sa.Float())
    amount: Mapped[Optional[decimal.Decimal]] = sealed(sa.Numeric(12, 2))
    moment: Mapped[Optional[datetime.datetime]] = sealed(sa.DateTime(timezone=True))
    day: Mapped[Optional[datetime.date]] = sealed(sa.Date())
    hour: Mapped[Optional[datetime.time]] = sealed(sa.Time())
    token: Mapped[Optional[uuid.UUID]] = sealed(sa.Uuid())
    data: Mapped[Optional[Any]] = sealed(sa.JSON())
    blood: Mapped[Optional[Blood]] = sealed(sa.Enum(Blood))
    choice: Mapped[Optional[str]] = sealed(sa.Enum("left", "right", name="side"))


class Level(Base):
    """A primary key of two columns."""

    __tablename__ = "levels"
    station: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[datetime.date] = mapped_column(primary_key=True)
    metres: Mapped[decimal.Decimal] = sealed(sa.Numeric())


class Person(Base):
    __tablename__ = "people"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str]
    name: Mapped[str] = sealed(sa.String())
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}


class Doctor(Person):
    """In two tables, each with a sealed column."""

    __tablename__ = "doctors"
    id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    licence: Mapped[str] = sealed(sa.String())
    __mapper_args__ = {"polymorphic_identity": "doctor"}


class Letter(Base):
    """The database makes its keys."""

    __tablename__ = "letters"
    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[Optional[str]] = sealed(sa.Text())
