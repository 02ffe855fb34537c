"""What a sealed column cannot do is refused, and never wrong in silence; no error has a value."""

from __future__ import annotations

import uuid

import pytest
import sealwax

sa = pytest.importorskip("sqlalchemy")

from sealwax.columns import ColumnKeys  # noqa: E402
from sealwax.sqlalchemy import Sealed, SealedColumnError  # noqa: E402
from sqlalchemy import orm  # noqa: E402
from sqlalchemy.dialects import postgresql, sqlite  # noqa: E402

from .clinic import KEY, KEYS, Letter, Patient, Result, Visit  # noqa: E402

TABLE = Patient.__table__
OTHER = orm.aliased(Patient)

COMPARED = (
    "patients.name cannot be compared, sorted or computed with ({}): the database has envelopes, "
    "which differ for equal values"
)
SORTED = (
    "patients.name cannot be sorted or grouped by: the database has envelopes, which differ for "
    "equal values"
)
VALUES = (
    "patients.name is sealed and cannot be in values() or set_: the statement does not say of "
    "which row; give rows as parameters, with the primary key"
)
NO_ROW = (
    "patients.name was given a value in a statement that does not say of which row: use the "
    "attributes of mapped objects, or rows as parameters that have the primary key"
)
UPSERT = (
    "patients has sealed columns, and an upsert may write to a row with another key: select the "
    "row, then insert or update"
)
STATEMENTS = {
    "equal": (lambda: sa.select(Patient).where(Patient.name == "s3cret"), COMPARED.format("eq")),
    "filter_by": (lambda: sa.select(Patient).filter_by(name="s3cret"), COMPARED.format("eq")),
    "alias": (lambda: sa.select(OTHER).where(OTHER.name == "s3cret"), COMPARED.format("eq")),
    "reversed": (lambda: sa.select(Patient).where(TABLE.c.name > "s3cret"), COMPARED.format("gt")),
    "in": (
        lambda: sa.select(Patient).where(Patient.name.in_(["s3cret"])),
        COMPARED.format("in_op"),
    ),
    "like": (lambda: sa.select(Patient).where(Patient.name.like("s%")), COMPARED.format("like_op")),
    "another column": (
        lambda: sa.select(Patient).where(Patient.name == Patient.ward),
        COMPARED.format("eq"),
    ),
    "concatenated": (lambda: sa.select(Patient.name + "s3cret"), COMPARED.format("add")),
    "descending": (
        lambda: sa.select(Patient).order_by(Patient.name.desc()),
        COMPARED.format("desc_op"),
    ),
    "order by": (lambda: sa.select(Patient).order_by(Patient.name), SORTED),
    "order by desc()": (
        lambda: sa.select(Patient).order_by(sa.desc(TABLE.c.name)),
        COMPARED.format("desc_op"),
    ),
    "group by": (lambda: sa.select(Patient.name).group_by(Patient.name), SORTED),
    "order by a name": (lambda: sa.select(Patient).order_by("name"), SORTED),
    "order by a name descending": (lambda: sa.select(Patient).order_by(sa.desc("name")), SORTED),
    "order of a window": (
        lambda: sa.select(sa.func.row_number().over(order_by=Patient.name)),
        SORTED,
    ),
    "partition of a window": (
        lambda: sa.select(sa.func.count().over(partition_by=TABLE.c.name)),
        SORTED,
    ),
    "order of a subquery": (
        lambda: sa.select(Patient).where(
            Patient.id.in_(sa.select(TABLE.c.id).order_by(TABLE.c.name).limit(1))
        ),
        SORTED,
    ),
    "order of a union": (
        lambda: sa.union_all(sa.select(TABLE.c.name), sa.select(TABLE.c.name)).order_by("name"),
        SORTED,
    ),
    "update all": (lambda: sa.update(Patient).values(name="s3cret"), VALUES),
    "update one": (
        lambda: sa.update(Patient).where(Patient.ward == "A").values(name="s3cret"),
        VALUES,
    ),
    "update by expression": (lambda: sa.update(TABLE).values(name=TABLE.c.ward), VALUES),
    "ordered values": (lambda: sa.update(TABLE).ordered_values((TABLE.c.name, "s3cret")), VALUES),
    "insert values": (lambda: sa.insert(TABLE).values(id=uuid.uuid4(), name="s3cret"), VALUES),
    "insert many values": (
        lambda: sa.insert(TABLE).values([{"id": uuid.uuid4(), "name": "s3cret"}]),
        NO_ROW,
    ),
    "insert from select": (
        lambda: sa.insert(TABLE).from_select(["id", "name"], sa.select(TABLE.c.id, TABLE.c.name)),
        "patients has sealed columns, and INSERT from SELECT moves rows",
    ),
    "literal": (lambda: sa.select(sa.literal("s3cret", TABLE.c.name.type)), NO_ROW),
    "move a row": (
        lambda: sa.update(TABLE).values(id=uuid.uuid4()),
        "the primary key patients.id cannot change, because the sealed columns of the row are "
        "bound to it: insert a new row, and delete the old one",
    ),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_that_would_be_wrong_is_refused(session, name):
    statement, message = STATEMENTS[name]
    with pytest.raises(SealedColumnError) as caught:
        session.execute(statement())
    assert str(caught.value) == message


def test_an_upsert_is_refused(session):
    dialect = {"postgresql": postgresql, "sqlite": sqlite}[session.bind.dialect.name]
    statement = dialect.insert(TABLE)
    update = statement.on_conflict_do_update(
        index_elements=["id"], set_={"name": statement.excluded.name}
    )
    row = {"id": uuid.uuid4(), "name": "s3cret"}
    with pytest.raises(SealedColumnError) as caught:
        session.connection().execute(update, row)
    assert str(caught.value) == UPSERT
    session.connection().execute(statement.on_conflict_do_nothing(), [row, row])
    assert session.query(Patient).one().name == "s3cret"


def test_an_old_query_that_updates_is_refused(session):
    with pytest.raises(SealedColumnError) as caught:
        session.query(Patient).update({"name": "s3cret"})
    assert str(caught.value) == VALUES


def test_an_expression_of_sql_as_attribute_is_refused(session):
    patient = Patient(ward="A")
    session.add(patient)
    session.flush()
    patient.name = sa.func.upper("s3cret")
    with pytest.raises(SealedColumnError) as caught:
        session.flush()
    assert str(caught.value) == VALUES


def test_a_row_without_its_key_is_refused(session):
    session.add(Letter(body="s3cret"))
    with pytest.raises(SealedColumnError) as caught:
        session.flush()
    assert str(caught.value) == (
        "the sealed columns of letters are bound to its primary key, and the row has no id: the "
        "program must make it, for instance by default=uuid.uuid4; if the database makes it, "
        "insert the row first, and then set the sealed attributes"
    )


@pytest.mark.parametrize(
    "where",
    [
        lambda c: c.ward == "A",
        lambda c: sa.or_(c.id == uuid.UUID(int=1), c.ward == "A"),
        lambda c: c.id != uuid.UUID(int=1),
    ],
)
def test_an_update_that_does_not_say_the_row_is_refused(session, where):
    with pytest.raises(SealedColumnError) as caught:
        session.connection().execute(sa.update(TABLE).where(where(TABLE.c)), {"name": "s3cret"})
    assert str(caught.value) == (
        "patients: an UPDATE of sealed columns (name) must say the row: its WHERE has no equality "
        "of the primary key (id)"
    )


def test_the_key_of_another_table_says_nothing_of_the_row(session):
    other = Visit.__table__
    statement = sa.update(TABLE).where(
        other.c.id == uuid.UUID(int=1), other.c.patient_id == TABLE.c.id
    )
    with pytest.raises(SealedColumnError):
        session.connection().execute(statement, {"name": "s3cret"})


def test_a_key_of_another_type_than_is_read_is_refused(session):
    with pytest.raises(sealwax.InvalidTypeError) as caught:
        session.execute(sa.insert(Result), [{"id": "7", "text": "s3cret"}])
    assert str(caught.value) == (
        "results.id must be int, and the value is of type str: sealed columns are bound to the key "
        "as it is read"
    )


def test_a_changed_key_of_an_object_is_refused(session):
    patient = Patient(name="Ada")
    session.add(patient)
    session.commit()
    patient.id = uuid.uuid4()
    with pytest.raises(SealedColumnError, match=r"the primary key patients\.id cannot change"):
        session.flush()


def test_a_value_of_another_type_is_refused_with_its_cell(session):
    session.add(Result(id=7, number="s3cret"))
    with pytest.raises(sealwax.InvalidTypeError) as caught:
        session.flush()
    assert str(caught.value) == (
        "the column takes int, and the value is of type str: 'results.number where id = 7'"
    )


def test_an_unopened_value_is_not_written(session):
    session.add(Patient(name="Ada"))
    session.commit()
    value = session.scalar(sa.select(Patient.name))
    session.add(Patient(name=value))
    with pytest.raises(sealwax.InvalidTypeError, match="the value is of type SealedValue"):
        session.flush()


DEFINITIONS = {
    "no primary key": (
        lambda: [sa.Column("name", Sealed(sa.String(), keys=KEYS))],
        "notes has sealed columns and no primary key",
    ),
    "a key that a database pads": (
        lambda: [
            sa.Column("id", sa.CHAR(8), primary_key=True),
            sa.Column("name", Sealed(sa.String, keys=KEYS)),
        ],
        "the sealed columns of notes are bound to its primary key, and id is of type "
        "CHAR(length=8): it must be of a type that a database returns as it was stored, "
        "such as Uuid, Integer or String",
    ),
    "unique": (
        lambda: [key_column(), sa.Column("name", Sealed(sa.String, keys=KEYS), unique=True)],
        "notes.name is sealed and has unique: the envelopes of equal values differ, so it would do "
        "nothing",
    ),
    "an index": (
        lambda: [
            key_column(),
            sa.Column("name", Sealed(sa.String, keys=KEYS)),
            sa.Index("i", "name"),
        ],
        "notes.name is sealed and has Index: the envelopes of equal values differ, so it would do "
        "nothing",
    ),
    "a default of the server": (
        lambda: [key_column(), sa.Column("name", Sealed(sa.String, keys=KEYS), server_default="x")],
        "notes.name is sealed and has server_default: give the value",
    ),
}


def key_column():
    return sa.Column("id", sa.Uuid(), primary_key=True)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_table_in_which_a_sealed_column_would_do_harm_is_refused(name):
    columns, message = DEFINITIONS[name]
    table = sa.Table("notes", sa.MetaData(), *columns())
    with (
        pytest.raises(SealedColumnError) as caught,
        sa.create_engine("sqlite://").begin() as connection,
    ):
        connection.execute(sa.insert(table), {"id": uuid.uuid4(), "name": "s3cret"})
    assert str(caught.value) == message


def test_a_type_without_exact_values_is_refused():
    with pytest.raises(sealwax.InvalidTypeError) as caught:
        Sealed(sa.Interval(), keys=KEY)
    assert str(caught.value) == (
        "Sealed takes Enum, String, LargeBinary, Boolean, Integer, Float, Numeric, DateTime, Date, "
        "Time, Uuid, JSON; it does not take Interval"
    )


def test_options_belong_to_shared_keys():
    with pytest.raises(sealwax.InvalidTypeError) as caught:
        Sealed(sa.String(), keys=ColumnKeys(KEY), max_age=1.0)
    assert str(caught.value) == "give the options to ColumnKeys, which several columns share"


def test_a_failing_kms_is_named_with_the_cell_and_nothing_is_written(tmp_path, broken_kms):
    table = sa.Table(
        "notes",
        sa.MetaData(),
        key_column(),
        sa.Column("name", Sealed(sa.String(), keys=broken_kms)),
    )
    engine = sa.create_engine("sqlite://")
    table.create(engine)
    with pytest.raises(sealwax.ProviderError) as caught, engine.begin() as connection:
        connection.execute(sa.insert(table), {"id": uuid.UUID(int=7), "name": "s3cret"})
    assert str(caught.value).endswith(
        ": 'notes.name where id = 00000000-0000-0000-0000-000000000007'"
    )
    assert "s3cret" not in str(caught.value)
    with engine.begin() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0
