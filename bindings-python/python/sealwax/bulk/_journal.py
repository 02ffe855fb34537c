"""The journal of a job, from which an interrupted run resumes.

It is a database of SQLite: the next run has to look up each of millions of names, which workers
finish in any order, without holding them in memory; and SQLite survives a kill at any moment. It
holds names, sizes, ETags and reasons, and no key. Its owner alone can read it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import sha256

from .._errors import InvalidStateError
from .._text import printable
from ._model import Item, Outcome, Record, State

_VERSION = "1"

_TABLES = """
CREATE TABLE IF NOT EXISTS job (field TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS items (
    name BLOB PRIMARY KEY, state INTEGER, source TEXT, target_name BLOB, target TEXT,
    read INTEGER, written INTEGER, reason TEXT, code TEXT
) WITHOUT ROWID;
"""

_RECORD = """
INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET
    state = excluded.state, read = excluded.read, written = excluded.written,
    reason = excluded.reason, code = excluded.code,
    source = CASE excluded.state WHEN 1 THEN excluded.source ELSE source END,
    target_name = CASE excluded.state WHEN 1 THEN excluded.target_name ELSE target_name END,
    target = CASE excluded.state WHEN 1 THEN excluded.target ELSE target END
"""


def default_path(identity: str) -> str:
    """Where the journal of a job is kept: in the user's folder for the state of programs."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    name = sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return os.path.join(base, "sealwax", f"{name}.journal")


class Journal:
    """What was begun, done, skipped and failed. One run at a time uses it."""

    def __init__(self, path: str, identity: str, *, resume: bool) -> None:
        """Opens or makes the journal of the job `identity`.

        Without `resume` it begins anew; that of an interrupted run is not thrown away. What earlier
        runs wrote stays known, so that a later one with `resume` can go on with it.
        """
        self.path, self.resumed = path, False
        os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self._database = sqlite3.connect(path, 1.0, isolation_level=None)
        try:
            self._open(identity, resume)
        except sqlite3.Error as error:
            self._database.close()
            locked = "locked" in str(error)
            why = "another run uses it" if locked else f"it cannot be read ({error}); delete it"
            raise InvalidStateError(f"the journal {printable(path)}: {why}") from error
        except BaseException:
            self._database.close()
            raise

    def _open(self, identity: str, resume: bool) -> None:
        run = self._database.execute
        run("PRAGMA locking_mode=EXCLUSIVE")
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=FULL")
        self._database.executescript(_TABLES)
        run("BEGIN EXCLUSIVE")
        run("COMMIT")
        known = dict(run("SELECT field, value FROM job"))
        if known and known.get("version") != _VERSION:
            raise self._refused("another version of Sealwax made it; delete it")
        if known and known.get("identity") != identity:
            raise self._refused(f"it is of another job: {known.get('identity')}")
        begun = run("SELECT EXISTS (SELECT 1 FROM items)").fetchone()[0]
        if begun and not resume and known.get("finished") != "yes":
            raise self._refused("its run was interrupted: go on with it (--continue), or delete it")
        self.resumed = bool(known) and resume
        if not self.resumed:
            run("DELETE FROM items WHERE target IS NULL OR target = ''")
            run("UPDATE items SET state = ?, code = ''", (State.EARLIER.value,))
        self._note(version=_VERSION, identity=identity, finished="no")

    def _refused(self, why: str) -> InvalidStateError:
        return InvalidStateError(f"the journal {printable(self.path)}: {printable(why)}")

    def _note(self, **fields: str) -> None:
        self._database.executemany("REPLACE INTO job VALUES (?, ?)", fields.items())

    def look_up(self, items: list[Item]) -> list[Item]:
        """The items, each with what an earlier run says of it."""
        if not self.resumed:
            return items
        marks = ",".join("?" * len(items))
        rows = self._database.execute(
            f"SELECT name, state, source, target_name, target FROM items WHERE name IN ({marks})",
            [_packed(item.name) for item in items],
        )
        known = {
            _unpacked(name): Record(State(state), source or "", _unpacked(at or b""), target or "")
            for name, state, source, at, target in rows
        }
        return [item._replace(before=known.get(item.name)) for item in items]

    def begin(self, items: Iterable[Item]) -> None:
        """Notes, before their work, what may have a target of this job from now on.

        A target that was there already is somebody else's, also if this run is killed.
        """
        rows = [(_packed(item.name), _packed(item.target_name)) for item in items]
        with self._at_once():
            self._database.executemany(
                "INSERT INTO items (name, state, target_name) VALUES (?, 0, ?) "
                "ON CONFLICT (name) DO UPDATE SET state = 0 "
                "WHERE state > 1 AND code != 'ALREADY_EXISTS'",
                rows,
            )

    def record(self, outcomes: Iterable[Outcome]) -> None:
        """Notes what became of items. What an earlier run wrote stays known if this one fails."""
        with self._at_once():
            self._database.executemany(_RECORD, map(_row, outcomes))

    def _at_once(self) -> _Transaction:
        return _Transaction(self._database)

    def failures(self) -> Iterator[tuple[str, str, str]]:
        """Names of what failed, with code and reason, in the order of the names."""
        return self._reasons(State.FAILED)

    def skipped(self) -> Iterator[tuple[str, str, str]]:
        """Names of what was skipped by a rule, with code and reason, in the order of the names."""
        return self._reasons(State.SKIPPED)

    def _reasons(self, state: State) -> Iterator[tuple[str, str, str]]:
        rows = self._database.execute(
            "SELECT name, code, reason FROM items WHERE state = ? ORDER BY name", (state.value,)
        )
        return ((_unpacked(name), code, reason) for name, code, reason in rows)

    def finish(self) -> None:
        """Notes that the run came to its end."""
        self._note(finished="yes")

    def close(self) -> None:
        """Gives the journal back."""
        self._database.close()


class _Transaction:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN")

    def __exit__(self, kind: object, *_: object) -> None:
        self._database.execute("COMMIT" if kind is None else "ROLLBACK")


def _row(outcome: Outcome) -> tuple[object, ...]:
    return (
        _packed(outcome.name),
        outcome.state.value,
        outcome.source,
        _packed(outcome.target_name),
        outcome.target,
        outcome.read,
        outcome.written,
        outcome.reason,
        outcome.code,
    )


def _packed(name: str) -> bytes:
    """The bytes of a name: those of files need not be UTF-8."""
    return name.encode("utf-8", "surrogateescape")


def _unpacked(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
