"""Somebody who writes to the database moves, cuts and replaces values by its own tools."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid

import pytest
import sealwax

sa = pytest.importorskip("sqlalchemy")

from sqlalchemy.orm import Session  # noqa: E402

from . import clinic  # noqa: E402
from .clinic import KEYS, Patient, Visit  # noqa: E402

ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)
FOREIGN = "key commitment mismatch: wrong key, wrong associated data or another object's header"


@pytest.fixture
def patients(session):
    session.add_all(
        [Patient(id=ONE, name="Ada", notes="a"), Patient(id=TWO, name="Eve", notes="e")]
    )
    session.flush()
    session.add(Visit(id=ONE, patient_id=ONE, reason="cough"))
    session.commit()
    return session


def key_text(engine, key):
    """A UUID as the database has it."""
    return key.hex if engine.dialect.name == "sqlite" else str(key)


def refusal(session, entity=Patient, key=ONE):
    session.expunge_all()
    with pytest.raises(sealwax.SealwaxError) as caught:
        session.get(entity, key)
    return type(caught.value), str(caught.value)


MOVES = {
    "to another row": (
        "UPDATE patients SET name = (SELECT name FROM patients WHERE id = :two) WHERE id = :one"
    ),
    "to another column": "UPDATE patients SET name = notes WHERE id = :one",
    "from another table": (
        "UPDATE patients SET name = (SELECT reason FROM visits WHERE id = :one) WHERE id = :one"
    ),
}


@pytest.mark.parametrize("move", MOVES)
def test_a_value_that_was_moved_does_not_open(patients, engine, raw, move):
    names = {"one": key_text(engine, ONE), "two": key_text(engine, TWO)}
    statement = MOVES[move]
    assert raw(statement, **{n: v for n, v in names.items() if f":{n}" in statement}) == 1
    kind, message = refusal(patients)
    assert kind is sealwax.AuthenticationError
    assert message == f"{FOREIGN}: 'patients.name where id = {ONE}'"
    assert patients.get(Patient, TWO).name == "Eve"


def test_rows_that_swap_their_keys_do_not_open(patients, engine, raw):
    for old, new in ((ONE, uuid.UUID(int=9)), (TWO, ONE)):
        names = {"old": key_text(engine, old), "new": key_text(engine, new)}
        if old == ONE:
            raw("DELETE FROM visits")
        raw("UPDATE patients SET id = :new WHERE id = :old", **names)
    kind, message = refusal(patients)
    assert (kind, message) == (
        sealwax.AuthenticationError,
        f"{FOREIGN}: 'patients.name where id = {ONE}'",
    )


def test_a_value_of_another_database_does_not_open(patients, engine, raw, monkeypatch):
    """The context names the database; the keys may be the same."""
    elsewhere = sealwax.columns.ColumnKeys(clinic.KEY, context={"database": "hospital"})
    cell = sealwax.columns.Cell("patients", "name", {"id": ONE})
    value = elsewhere.seal(sealwax.columns.TEXT.pack("Mallory"), cell)
    raw("UPDATE patients SET name = :value WHERE id = :one", value=value, one=key_text(engine, ONE))
    kind, message = refusal(patients)
    assert kind is sealwax.ContextMismatchError
    assert message == (
        'the encryption context lacks a required pair: "database" must be "clinic" and is '
        f"\"hospital\": 'patients.name where id = {ONE}'"
    )


CHANGES = {
    "cut": (lambda value: value[:-1], sealwax.AuthenticationError),
    "cut in the header": (lambda value: value[:20], sealwax.TruncatedError),
    "emptied": (lambda value: b"", sealwax.TruncatedError),
    "no envelope": (lambda value: b"Mallory" * 40, sealwax.FormatError),
    "a flipped bit": (
        lambda value: value[:-1] + bytes([value[-1] ^ 1]),
        sealwax.AuthenticationError,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_value_does_not_open(patients, engine, raw, change):
    value = bytes(raw("SELECT name FROM patients WHERE id = :one", one=key_text(engine, ONE))[0][0])
    changed, kind = CHANGES[change]
    raw(
        "UPDATE patients SET name = :v WHERE id = :one", v=changed(value), one=key_text(engine, ONE)
    )
    found, message = refusal(patients)
    assert found is kind
    assert message.endswith(f": 'patients.name where id = {ONE}'")


def test_text_in_place_of_an_envelope_does_not_open(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/x.db")
    clinic.Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Patient(id=ONE, name="Ada"))
        session.commit()
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE patients SET name = 'Mallory'"))
    with Session(engine) as session:
        kind, message = refusal(session)
    assert (kind, message) == (
        sealwax.FormatError,
        f"the value is text, and an envelope is bytes: 'patients.name where id = {ONE}'",
    )


def test_an_older_value_of_the_same_row_opens(patients, engine, raw):
    """No column can notice it: the guide says so."""
    old = raw("SELECT name FROM patients WHERE id = :one", one=key_text(engine, ONE))[0][0]
    patients.get(Patient, ONE).name = "Grace"
    patients.commit()
    raw("UPDATE patients SET name = :old WHERE id = :one", old=old, one=key_text(engine, ONE))
    patients.expunge_all()
    assert patients.get(Patient, ONE).name == "Ada"


def test_a_deleted_value_reads_as_null(patients, engine, raw):
    """NULL is not sealed: a column that must have a value says NOT NULL."""
    raw("UPDATE patients SET name = NULL WHERE id = :one", one=key_text(engine, ONE))
    patients.expunge_all()
    assert patients.get(Patient, ONE).name is None


def test_without_the_key_nothing_opens(patients, monkeypatch):
    monkeypatch.setattr(KEYS, "_keys", sealwax.LocalKey.generate("other"))
    KEYS.clear()
    kind, message = refusal(patients)
    monkeypatch.undo()
    KEYS.clear()
    assert (kind, message) == (
        sealwax.NoMatchingKeyError,
        "no configured key matches a wrapped key of this envelope, which needs local clinic; "
        f"given: local other: 'patients.name where id = {ONE}'",
    )


def test_no_tool_of_the_database_sees_a_value(patients, url, tmp_path):
    """What `pg_dump` and a copy of the file have."""
    if url.startswith("sqlite"):
        dump = (tmp_path / "clinic.db").read_bytes()
    else:
        folder, name = url.rpartition("host=")[2], url.split("/")[3].split("?")[0]
        command = ["pg_dump", "-h", folder, "-U", "tests", "--inserts", name]
        dump = subprocess.run(command, check=True, capture_output=True).stdout
    for value in (b"Ada", b"cough", b"Ada".hex().encode(), b"cough".hex().encode()):
        assert value not in dump
    assert b"SEALWAX" in dump or b"SEALWAX".hex().encode() in dump


def test_a_log_of_statements_has_no_value(engine, caplog):
    caplog.set_level("DEBUG", logger="sqlalchemy.engine")
    with Session(engine) as session:
        session.add(Patient(name="s3cret-name"))
        session.commit()
        assert session.query(Patient).one().name == "s3cret-name"
    assert "INSERT INTO patients" in caplog.text
    assert "s3cret-name" not in caplog.text


def test_the_audit_log_names_the_cell_and_no_value(session, events):
    KEYS.clear()
    session.add(Patient(id=ONE, name="s3cret-name"))
    session.commit()
    first = events[0].event
    assert (first.operation, first.object_name) == ("wrap", f"patients.name where id = {ONE}")
    assert "s3cret-name" not in "".join(map(repr, (record.event for record in events)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_seals_and_opens(patients):
    cell = sealwax.columns.Cell("t", "c", {"id": 1})
    sealed = KEYS.seal(b"tide", cell)
    child = os.fork()
    if child == 0:
        fine = KEYS.open(sealed, cell) == b"tide" and KEYS.open(KEYS.seal(b"x", cell), cell) == b"x"
        os._exit(0 if fine and KEYS.stats["open"]["misses"] == 2 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_importing_sealwax_imports_no_sqlalchemy():
    code = "import sealwax, sealwax.columns, sys; sys.exit('sqlalchemy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
