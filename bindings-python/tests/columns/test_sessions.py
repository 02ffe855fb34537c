"""Sessions: sealed attributes are like others, whichever way an object is loaded or written."""

from __future__ import annotations

import copy
import datetime
import decimal
import pickle
import uuid

import pytest
import sealwax

sa = pytest.importorskip("sqlalchemy")

from sealwax.sqlalchemy import open_value  # noqa: E402
from sqlalchemy import orm  # noqa: E402

from .clinic import KEYS, Blood, Doctor, Letter, Level, Patient, Person, Result, Visit  # noqa: E402

VALUES = {
    "text": "Ada \N{SNOWMAN}",
    "raw": bytes(range(256)),
    "number": -(2**80),
    "flag": False,
    "real": 0.1,
    "amount": decimal.Decimal("12345678901234567890.123456"),
    "moment": datetime.datetime(
        2026, 3, 29, 2, 30, 0, 1, datetime.timezone(datetime.timedelta(hours=5, minutes=45))
    ),
    "day": datetime.date(1815, 12, 10),
    "hour": datetime.time(23, 59, 59, 999_999),
    "token": uuid.UUID(int=7),
    "data": {"a": [1, 2.5, None, True, {"b": "\N{SNOWMAN}"}]},
    "blood": Blood.B,
    "choice": "left",
}


def test_values_of_every_type_come_back_as_they_were(session, raw):
    session.add(Result(id=1, **VALUES))
    session.add(Result(id=2, **dict.fromkeys(VALUES)))
    session.commit()
    for name, value in VALUES.items():
        found = getattr(session.get(Result, 1), name)
        assert (name, type(found), found) == (name, type(value), value)
        assert getattr(session.get(Result, 2), name) is None
    assert session.get(Result, 1).moment.isoformat() == VALUES["moment"].isoformat()
    stored = raw("SELECT * FROM results WHERE id = 1")[0]
    assert all(bytes(value).startswith(b"SEALWAX\x01") for value in stored[1:])
    assert raw("SELECT * FROM results WHERE id = 2")[0] == (2,) + (None,) * len(VALUES)


def test_a_changed_attribute_is_sealed_anew_and_others_stay(session, raw):
    patient = Patient(name="Ada", notes="n", ward="A")
    session.add(patient)
    session.commit()
    before = raw("SELECT name, notes FROM patients")[0]
    patient.name = "Grace"
    session.commit()
    after = raw("SELECT name, notes FROM patients")[0]
    assert (patient.name, patient.notes) == ("Grace", "n")
    assert before.name != after.name and before.notes == after.notes
    patient.name = None
    session.commit()
    assert raw("SELECT name FROM patients")[0].name is None and patient.name is None


def test_setting_an_equal_value_writes_nothing(session, raw):
    session.add(Patient(name="Ada"))
    session.commit()
    before = raw("SELECT name FROM patients")
    patient = session.query(Patient).one()
    assert patient.name == "Ada"
    patient.name = "".join(["A", "da"])
    session.commit()
    assert raw("SELECT name FROM patients") == before


def test_equal_numbers_of_other_digits_are_written(session):
    session.add(Result(id=1, amount=decimal.Decimal("1.0")))
    session.commit()
    result = session.get(Result, 1)
    assert str(result.amount) == "1.0"
    result.amount = decimal.Decimal("1.00")
    session.commit()
    assert str(result.amount) == "1.00"


def test_refresh_expire_and_rollback_read_again(session):
    patient = Patient(name="Ada", notes="n")
    session.add(patient)
    session.commit()
    patient.name = "lost"
    session.rollback()
    assert patient.name == "Ada"
    session.expire(patient, ["name"])
    assert patient.name == "Ada"
    patient.name = "lost"
    session.refresh(patient)
    assert patient.name == "Ada"
    session.refresh(patient, ["name"])
    assert patient.name == "Ada"


def test_a_failed_flush_leaves_values_and_no_envelopes(session):
    first = Patient(name="Ada")
    session.add(first)
    session.commit()
    twin = Patient(id=first.id, name="Twin")
    session.expunge_all()
    session.add(twin)
    with pytest.raises(sa.exc.IntegrityError) as caught:
        session.flush()
    session.rollback()
    assert twin.name == "Twin"
    assert "Twin" not in str(caught.value)


def test_deferred_attributes_are_opened_when_they_are_read(session):
    session.add(Patient(name="Ada", notes="long"))
    session.commit()
    session.expunge_all()
    patient = session.query(Patient).one()
    assert "notes" not in patient.__dict__
    assert patient.notes == "long"
    session.expunge_all()
    patient = session.query(Patient).options(orm.load_only(Patient.ward)).one()
    assert "name" not in patient.__dict__
    assert patient.name == "Ada"


@pytest.mark.parametrize(
    "option", [orm.selectinload, orm.joinedload, orm.subqueryload, orm.lazyload]
)
def test_relationships_load_opened_objects(session, option):
    session.add(Patient(name="Ada", visits=[Visit(reason="a"), Visit(reason="b")]))
    session.commit()
    session.expunge_all()
    patient = session.query(Patient).options(option(Patient.visits)).one()
    assert sorted(visit.reason for visit in patient.visits) == ["a", "b"]
    assert patient.visits[0].patient.name == "Ada"


def test_merge_takes_values_from_a_detached_object(session):
    patient = Patient(name="Ada")
    session.add(patient)
    session.commit()
    session.refresh(patient)
    session.expunge(patient)
    patient.name = "Grace"
    merged = session.merge(patient)
    session.commit()
    assert merged.name == "Grace"
    session.expunge_all()
    detached = copy.copy(merged.id)
    assert session.get(Patient, detached).name == "Grace"


def test_a_pickled_object_has_its_values_and_no_key(session):
    session.add(Patient(name="Ada"))
    session.commit()
    patient = session.query(Patient).one()
    data = pickle.dumps(patient)
    found = pickle.loads(data)
    assert found.name == "Ada"
    assert b"ColumnKeys" not in data and b"LocalKey" not in data
    with pytest.raises(sealwax.InvalidTypeError) as caught:
        pickle.dumps(Patient.__table__.c.name.type)
    assert str(caught.value) == "keys of columns are not pickled: make them in every process"


def test_bulk_writes_and_rows_as_parameters_are_sealed(session, raw):
    ids = [uuid.uuid4() for _ in range(4)]
    session.bulk_insert_mappings(Patient, [{"id": ids[0], "name": "0"}])
    session.bulk_save_objects([Patient(id=ids[1], name="1")])
    session.execute(sa.insert(Patient), [{"id": ids[2], "name": "2"}, {"id": ids[3], "name": "3"}])
    session.execute(sa.update(Patient), [{"id": ids[0], "name": "00"}])
    session.bulk_update_mappings(Patient, [{"id": ids[1], "name": "11"}])
    table = Patient.__table__
    session.connection().execute(
        sa.update(table).where(table.c.id == ids[2], table.c.ward.is_(None)), {"name": "22"}
    )
    session.connection().execute(
        sa.update(table).where(table.c.id == sa.bindparam("row")), [{"row": ids[3], "name": "33"}]
    )
    session.commit()
    assert [session.get(Patient, key).name for key in ids] == ["00", "11", "22", "33"]
    assert all(len(row.name) > 200 for row in raw("SELECT name FROM patients"))


def test_a_default_key_is_made_for_rows_without_one(session):
    session.execute(sa.insert(Patient), [{"name": "a"}, {"name": "b"}])
    found = session.scalars(
        sa.insert(Patient).returning(Patient), [{"name": "c"}, {"name": "d"}]
    ).all()
    assert sorted(patient.name for patient in found) == ["c", "d"]
    session.commit()
    assert sorted(patient.name for patient in session.query(Patient)) == ["a", "b", "c", "d"]


def test_a_primary_key_of_two_columns_binds(session):
    day = datetime.date(2026, 11, 27)
    session.add(Level(station="Cuxhaven", day=day, metres=decimal.Decimal("3.10")))
    session.commit()
    level = session.get(Level, ("Cuxhaven", day))
    level.metres += 1
    session.commit()
    assert str(level.metres) == "4.10"


def test_inherited_tables_open_each_by_its_own_key(session):
    session.add_all([Doctor(name="Grey", licence="L1"), Person(name="Plain")])
    session.commit()
    session.expunge_all()
    doctor = session.query(Doctor).one()
    assert (doctor.name, doctor.licence) == ("Grey", "L1")
    session.expunge_all()
    people = session.scalars(sa.select(Person).order_by(Person.kind)).all()
    assert [(p.name, getattr(p, "licence", None)) for p in people] == [
        ("Grey", "L1"),
        ("Plain", None),
    ]
    doctor = people[0]
    doctor.name, doctor.licence = "Green", "L2"
    session.commit()
    assert (doctor.name, doctor.licence) == ("Green", "L2")


def test_a_key_of_the_database_needs_a_second_flush(session):
    letter = Letter()
    session.add(letter)
    session.flush()
    letter.body = "Dear"
    session.commit()
    assert letter.body == "Dear"
    session.add(Letter(id=77, body="given"))
    session.commit()
    assert session.get(Letter, 77).body == "given"


def test_columns_of_a_query_are_envelopes_that_open_with_their_key(session):
    session.add(Patient(name="Ada"))
    session.commit()
    key, value = session.execute(sa.select(Patient.id, Patient.name)).one()
    assert repr(value) == f"<sealed value, {len(value.envelope)} bytes>"
    assert open_value(value, Patient.name, key) == "Ada"
    assert open_value(value, Patient.__table__.c.name, key) == "Ada"


def test_null_can_be_searched(session):
    session.add_all([Patient(name="Ada"), Patient(ward="A")])
    session.commit()
    assert session.query(Patient).filter(Patient.name.is_(None)).one().ward == "A"
    assert session.query(Patient).filter(Patient.name != None).one().name == "Ada"  # noqa: E711


def test_yield_per_streams_opened_objects(session):
    session.add_all([Patient(name=str(number)) for number in range(50)])
    session.commit()
    session.expunge_all()
    found = session.execute(sa.select(Patient).execution_options(yield_per=7)).scalars()
    assert sorted(int(patient.name) for patient in found) == list(range(50))


def test_a_thousand_rows_cost_one_wrap_and_one_unwrap(session):
    KEYS.clear()
    session.add_all([Patient(name=str(number)) for number in range(1000)])
    session.commit()
    session.expunge_all()
    assert len(session.query(Patient).all()) == 1000
    assert (KEYS.stats["seal"]["misses"], KEYS.stats["open"]["misses"]) == (1, 1)


def test_a_value_costs_its_header_and_73_bytes(session, raw):
    session.add(Patient(name="Ada"))
    session.commit()
    stored = bytes(raw("SELECT name FROM patients")[0].name)
    assert len(stored) == sealwax.inspect(stored).header_len + 73 + len("Ada")


def test_an_object_of_an_alias_or_a_subquery_is_opened(session):
    session.add(Patient(name="Ada"))
    session.commit()
    session.expunge_all()
    again = orm.aliased(Patient)
    assert session.scalars(sa.select(again)).one().name == "Ada"
    session.expunge_all()
    within = orm.aliased(Patient, sa.select(Patient).subquery())
    assert session.scalars(sa.select(within)).one().name == "Ada"
    session.expunge_all()
    text = sa.text("SELECT * FROM patients")
    assert session.scalars(sa.select(Patient).from_statement(text)).one().name == "Ada"
