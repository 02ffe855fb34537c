"""A table gets new wrapped keys, while others write to it."""

from __future__ import annotations

import datetime
import decimal
import threading
import uuid

import pytest
import sealwax

sa = pytest.importorskip("sqlalchemy")

from sealwax.columns import TEXT, Cell, ColumnKeys  # noqa: E402
from sealwax.sqlalchemy import Sealed, SealedColumnError, open_value, rewrap_table  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from .clinic import KEY, KEYS, Level, Patient  # noqa: E402

NEW = sealwax.LocalKey.generate("new")


@pytest.fixture
def with_new(monkeypatch):
    """From now on, there is no key but the new one."""

    def change(*keys):
        monkeypatch.setattr(KEYS, "_keys", keys or (NEW,))
        KEYS.clear()

    yield change
    monkeypatch.undo()
    KEYS.clear()


@pytest.fixture
def table(session):
    KEYS.clear()
    session.add_all([Patient(name=f"n{i}", notes=None if i % 2 else f"m{i}") for i in range(100)])
    session.commit()
    KEYS.clear()
    session.add_all([Patient(name=f"n{i}") for i in range(100, 120)])
    session.commit()
    session.expunge_all()
    return session


def names(session):
    session.expunge_all()
    return sorted(int(patient.name[1:]) for patient in session.query(Patient))


class Counting:
    """A key that counts how often it is used."""

    provider_id = "local"

    def __init__(self, key):
        self._key, self.calls = key, 0

    def accepts(self, key_id):
        return self._key.accepts(key_id)

    def wrap(self, dek, context):
        self.calls += 1
        return self._key.wrap(dek, context)

    def unwrap(self, wrapped, context):
        self.calls += 1
        return self._key.unwrap(wrapped, context)


def test_a_table_opens_with_the_new_key_alone(table, engine, with_new):
    old, new = Counting(KEY), Counting(NEW)
    report = rewrap_table(engine, Patient, old=old, new=new, batch=7)
    assert (report.rows, report.rewrapped, report.conflicts, report.failures) == (120, 170, 0, 0)
    assert (report.data_keys, old.calls, new.calls) == (2, 2, 2)
    with_new()
    assert names(table) == list(range(120))
    assert sorted(p.notes for p in table.query(Patient) if p.notes)[0] == "m0"


def test_a_dry_run_changes_nothing(table, engine, raw):
    before = sorted(map(str, raw("SELECT * FROM patients")))
    report = rewrap_table(engine, Patient.__table__, old=KEY, new=NEW, dry_run=True)
    assert (report.rows, report.rewrapped, report.data_keys) == (120, 170, 2)
    assert sorted(map(str, raw("SELECT * FROM patients"))) == before


def test_only_the_named_columns_change(table, engine, with_new):
    assert rewrap_table(engine, Patient, old=KEY, new=NEW, columns=["notes"]).rewrapped == 50
    with_new()
    with pytest.raises(sealwax.NoMatchingKeyError):
        names(table)
    with pytest.raises(sealwax.InvalidTypeError) as caught:
        rewrap_table(engine, Patient, old=KEY, new=NEW, columns=["ward"])
    assert str(caught.value) == "patients has no sealed column ward"


def test_add_keeps_the_old_key(table, engine, with_new):
    rewrap_table(engine, Patient, old=KEY, new=NEW, add=True)
    assert names(table) == list(range(120))
    with_new()
    assert names(table) == list(range(120))


def test_an_interrupted_run_goes_on_where_it_stopped(table, engine, with_new):
    class StopError(Exception):
        pass

    seen = []

    def stop(report):
        seen.append(report)
        if report.rows >= 50:
            raise StopError

    with pytest.raises(StopError):
        rewrap_table(engine, Patient, old=KEY, new=NEW, batch=10, progress=stop)
    assert seen[-1].rows == 50
    rest = rewrap_table(engine, Patient, old=KEY, new=NEW, batch=10, after=seen[-1].last)
    assert rest.rows == 70
    with_new()
    assert names(table) == list(range(120))


def test_a_run_may_be_repeated_with_both_keys(table, engine, with_new):
    rewrap_table(engine, Patient, old=KEY, new=NEW)
    report = rewrap_table(engine, Patient, old=[KEY, NEW], new=NEW)
    assert (report.rewrapped, report.failures) == (170, 0)
    with_new()
    assert names(table) == list(range(120))


def test_a_failing_kms_says_how_far_it_came(table, engine, broken_kms):
    with pytest.raises(sealwax.ProviderError) as caught:
        rewrap_table(engine, Patient, old=KEY, new=broken_kms)
    assert (caught.value.report.rows, caught.value.report.last) == (0, None)


def test_values_that_cannot_be_rewrapped_are_reported(table, engine, raw):
    key = table.scalars(sa.select(Patient.id)).first()
    text = key.hex if engine.dialect.name == "sqlite" else str(key)
    raw("UPDATE patients SET name = :v WHERE id = :id", v=b"Mallory", id=text)
    foreign = ColumnKeys(sealwax.LocalKey.generate("foreign"))
    other = table.scalars(sa.select(Patient.id).where(Patient.id != key)).first()
    text = other.hex if engine.dialect.name == "sqlite" else str(other)
    value = foreign.seal(TEXT.pack("x"), Cell("patients", "name", {"id": other}))
    raw("UPDATE patients SET name = :v WHERE id = :id", v=value, id=text)
    report = rewrap_table(engine, Patient, old=KEY, new=NEW)
    assert (report.rows, report.rewrapped, report.failures) == (120, 168, 2)
    assert {failed.cell for failed in report.failed} == {
        f"patients.name where id = {key}",
        f"patients.name where id = {other}",
    }
    assert any("local foreign" in failed.reason for failed in report.failed)


def test_what_others_write_meanwhile_is_not_lost(table, engine, with_new):
    """Programs that know both keys change and insert rows during the run."""
    ids = table.scalars(sa.select(Patient.id)).all()
    with_new(NEW, KEY)
    written, stop = {}, threading.Event()

    def write():
        with Session(engine) as session:
            for number in range(10_000):
                if stop.is_set():
                    break
                key = ids[number * 7 % len(ids)]
                patient = session.get(Patient, key)
                patient.name = f"n{1000 + number}"
                session.commit()
                written[key] = patient.name

    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    thread = threading.Thread(target=write)
    thread.start()
    try:
        reports = [
            rewrap_table(engine, Patient, old=[KEY, NEW], new=NEW, batch=5) for _ in range(5)
        ]
    finally:
        stop.set()
        thread.join()
    assert written and all(report.failures == 0 for report in reports)
    with_new()
    table.expunge_all()
    assert {key: table.get(Patient, key).name for key in written} == written
    assert len(names(table)) == 120


def test_a_value_that_changed_after_it_was_read_is_read_again(table, engine, with_new):
    """Another program writes between the reading and the writing of a batch, with the old key."""
    key = table.scalars(sa.select(Patient.id)).first()
    table.commit()

    def change():
        with Session(engine) as session:
            session.get(Patient, key).name = "n777"
            session.commit()

    done = []

    class Provider(Counting):
        def wrap(self, dek, context):
            if not done:
                done.append(1)
                change()
            return super().wrap(dek, context)

    report = rewrap_table(engine, Patient, old=KEY, new=Provider(NEW), batch=1000)
    assert (report.conflicts, report.failures) == (1, 0)
    assert report.rewrapped == 170
    with_new()
    table.expunge_all()
    assert table.get(Patient, key).name == "n777"


def test_a_deleted_row_is_no_failure(table, engine, with_new):
    key = table.scalars(sa.select(Patient.id)).first()
    table.commit()

    class Provider(Counting):
        def wrap(self, dek, context):
            with Session(engine) as session:
                patient = session.get(Patient, key)
                if patient:
                    session.delete(patient)
                    session.commit()
            return super().wrap(dek, context)

    report = rewrap_table(engine, Patient, old=KEY, new=Provider(NEW))
    assert report.failures == 0 and report.conflicts >= 1
    with_new()
    assert len(names(table)) == 119


def test_a_table_with_two_key_columns_is_paged(session, engine, with_new):
    for station in ("a", "b", "c"):
        for day in range(1, 8):
            session.add(
                Level(station=station, day=datetime.date(2026, 1, day), metres=decimal.Decimal(day))
            )
    session.commit()
    report = rewrap_table(engine, Level, old=KEY, new=NEW, batch=4)
    assert (report.rows, report.rewrapped) == (21, 21)
    assert report.last == ("c", datetime.date(2026, 1, 7))
    with_new()
    session.expunge_all()
    assert sum(level.metres for level in session.query(Level)) == 84


def test_a_table_without_sealed_columns_is_refused(engine):
    table = sa.Table("plain", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    with pytest.raises(SealedColumnError) as caught:
        rewrap_table(engine, table, old=KEY, new=NEW)
    assert str(caught.value) == "plain has no sealed columns"


def test_a_renamed_table_keeps_its_place(engine, raw):
    old = sa.Table(
        "old",
        sa.MetaData(),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("a", Sealed(sa.String(), keys=KEYS)),
    )
    new = sa.Table(
        "new",
        sa.MetaData(),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("b", Sealed(sa.String(), keys=KEYS, place=("old", "a"))),
    )
    key = uuid.uuid4()
    old.create(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(old), {"id": key, "a": "Ada"})
    raw("ALTER TABLE old RENAME TO new")
    raw("ALTER TABLE new RENAME COLUMN a TO b")
    with engine.begin() as connection:
        assert open_value(connection.scalar(sa.select(new.c.b)), new.c.b, key) == "Ada"
