"""Sealed columns against plain ones: rows per second in SQLite and PostgreSQL, bytes per value.

Run `python columns.py` in this folder; it needs `sealwax[sqlalchemy]`, `psycopg` and PostgreSQL
of Debian. That does not wait for the disk, so that the processor is compared. The key is in
the process; the calls that a KMS would get are counted.
"""

from __future__ import annotations

import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sealwax
import sqlalchemy as sa
from sealwax.columns import ColumnKeys
from sealwax.sqlalchemy import Sealed, rewrap_table
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from columns.postgres import postgres

ROWS = 20_000
OLD, NEW = sealwax.LocalKey.generate("old"), sealwax.LocalKey.generate("new")
KEYS = ColumnKeys(OLD)


class Base(DeclarativeBase):
    pass


class Plain(Base):
    __tablename__ = "plain"
    id = mapped_column(sa.Uuid(), primary_key=True, default=uuid.uuid4)
    name = mapped_column(sa.String())


class SealedRow(Base):
    __tablename__ = "sealed"
    id = mapped_column(sa.Uuid(), primary_key=True, default=uuid.uuid4)
    name = mapped_column(Sealed(sa.String(), keys=KEYS))


def insert(engine: Any, kind: Any) -> None:
    with Session(engine) as session:
        session.add_all([kind(name=f"patient number {number}") for number in range(ROWS)])
        session.commit()


def load(engine: Any, kind: Any) -> None:
    with Session(engine) as session:
        assert len(session.scalars(sa.select(kind)).all()) == ROWS


def update(engine: Any, kind: Any) -> None:
    with Session(engine) as session:
        for number, row in enumerate(session.scalars(sa.select(kind))):
            row.name = f"somebody else {number}"
        session.commit()


@contextmanager
def engines() -> Iterator[dict[str, Any]]:
    """An empty database of each kind."""
    with tempfile.TemporaryDirectory() as folder, postgres() as socket:
        urls = {
            "SQLite": f"sqlite:///{folder}/bench.db",
            "PostgreSQL": f"postgresql+psycopg://tests@/postgres?host={socket}",
        }
        made = {name: sa.create_engine(url) for name, url in urls.items()}
        for engine in made.values():
            Base.metadata.create_all(engine)
        yield made
        for engine in made.values():
            engine.dispose()


def rate(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return ROWS / (time.perf_counter() - start)


def compare(name: str, engine: Any) -> None:
    """Prints the rows of one database."""
    KEYS.clear()
    for work in (insert, load, update):
        plain, sealed = (rate(lambda: work(engine, kind)) for kind in (Plain, SealedRow))  # noqa: B023
        ratio = sealed / plain
        print(f"| {name} | {work.__name__} | {plain:,.0f} | {sealed:,.0f} | {ratio:.2f} |")
    calls = KEYS.stats["seal"]["misses"] + KEYS.stats["open"]["misses"]
    again = rate(lambda: rewrap_table(engine, SealedRow, old=OLD, new=NEW))
    print(f"| {name} | rewrap_table | | {again:,.0f} | |")
    print(f"{name}: {calls} calls of the KMS in all", file=sys.stderr)


def size(engine: Any) -> float:
    """Bytes of an envelope beyond those of its text."""
    with engine.connect() as connection:
        query = "SELECT AVG(LENGTH(sealed.name)) FROM sealed"
        stored = float(connection.scalar(sa.text(query)))
        plain = float(connection.scalar(sa.text("SELECT AVG(LENGTH(plain.name)) FROM plain")))
    return stored - plain


if __name__ == "__main__":
    print("| database | work | plain, rows/s | sealed, rows/s | ratio |\n|---|---|--:|--:|--:|")
    with engines() as made:
        for name, engine in made.items():
            compare(name, engine)
        print(f"bytes beyond the text: {size(made['SQLite']):.0f}", file=sys.stderr)
