"""Mappings that name, change and count their columns in other ways than the plain ones."""

from __future__ import annotations

import pytest
import sealwax

sa = pytest.importorskip("sqlalchemy")

from sealwax.columns import ColumnKeys  # noqa: E402
from sealwax.sqlalchemy import Sealed  # noqa: E402
from sqlalchemy.ext.mutable import MutableDict  # noqa: E402
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column  # noqa: E402

KEYS = ColumnKeys(sealwax.LocalKey.generate())


class Base(DeclarativeBase):
    pass


class Note(Base):
    """Attributes have other names than columns, and rows have versions."""

    __tablename__ = "notes"
    key = mapped_column("pk", sa.Integer(), primary_key=True, autoincrement=False)
    text = mapped_column("full_text", Sealed(sa.String(), keys=KEYS), default="none yet")
    data = mapped_column(MutableDict.as_mutable(Sealed(sa.JSON(), keys=KEYS)))
    version = mapped_column(sa.Integer(), nullable=False)
    __mapper_args__ = {"version_id_col": version}


@pytest.fixture
def session():
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as made:
        made.add(Note(key=1, data={"pulse": [61]}))
        made.commit()
        yield made


def test_a_default_is_sealed(session):
    assert session.get(Note, 1).text == "none yet"


def test_a_column_of_another_name_is_read_and_written(session):
    note = session.get(Note, 1)
    note.text = "tide"
    session.commit()
    assert (note.text, note.version) == ("tide", 2)
    session.execute(sa.insert(Note), [{"key": 2, "text": "more", "version": 1}])
    assert session.get(Note, 2).text == "more"


def test_a_change_inside_of_a_mutable_value_is_written(session):
    note = session.get(Note, 1)
    note.data["height"] = 170
    session.commit()
    session.expire_all()
    assert type(note.data) is MutableDict
    assert note.data == {"pulse": [61], "height": 170}


def test_a_lost_version_is_noticed(session):
    note = session.get(Note, 1)
    session.connection().execute(sa.text("UPDATE notes SET version = 7"))
    note.text = "late"
    with pytest.raises(sa.orm.exc.StaleDataError):
        session.flush()
