"""The databases that the tests run on: SQLite, and PostgreSQL in a server of its own."""

from __future__ import annotations

import uuid

import pytest

sa = pytest.importorskip("sqlalchemy")
pytest.importorskip("psycopg")

from sqlalchemy.orm import Session  # noqa: E402

from . import clinic  # noqa: E402
from .postgres import postgres  # noqa: E402


@pytest.fixture(scope="session")
def server():
    with postgres() as folder:
        yield folder


@pytest.fixture(scope="session")
def databases(server):
    """Makes new databases of PostgreSQL, all gone with the server."""
    engine = sa.create_engine(pg_url(server, "postgres"), isolation_level="AUTOCOMMIT")

    def make():
        name = f"t{uuid.uuid4().hex}"
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        return pg_url(server, name)

    yield make
    engine.dispose()


def pg_url(folder, name):
    return f"postgresql+psycopg://tests@/{name}?host={folder}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/clinic.db"
    return request.getfixturevalue("databases")()


@pytest.fixture
def engine(url):
    made = sa.create_engine(url)
    clinic.Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine):
    with Session(engine) as made:
        yield made


@pytest.fixture
def raw(engine):
    """Runs SQL as somebody without the library."""

    def run(text, **parameters):
        with engine.begin() as connection:
            result = connection.execute(sa.text(text), parameters)
            return result.all() if result.returns_rows else result.rowcount

    return run
