"""A run that is stopped or killed at any moment can resume, with the same result."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
import sealwax
from sealwax import bulk

from .conftest import contents

COUNT = 400

PROGRAM = """
import itertools, os, random, sys, threading, sealwax
from sealwax import bulk
from sealwax.bulk import _transfer
operation, source, target, hidden, jobs, last = sys.argv[1:]

# The kernel ends this process some milliseconds after its `last` object was begun.
count, run = itertools.count(1), _transfer.Transfer.run
def counted(*arguments):
    if next(count) == int(last):
        wait = random.random() * 0.005
        threading.Timer(wait, os.kill, (os.getpid(), 9)).start()
    return run(*arguments)
_transfer.Transfer.run = counted
key = sealwax.LocalKey.from_hex("07" * 32)
getattr(bulk, operation)(
    source, target, keys=key, resume=True, hidden_names=hidden == "True", jobs=int(jobs)
)
"""
KEY = sealwax.LocalKey.from_hex("07" * 32)


def start(operation, source, target, *, hidden=False, jobs=4, last=0):
    words = [operation, str(source), str(target), str(hidden), str(jobs), str(last)]
    return subprocess.Popen([sys.executable, "-c", PROGRAM, *words])


@pytest.fixture
def many(tree):
    """Small files, and a few that take a while."""
    big = os.urandom(1 << 20) * 4
    tree.write({f"{n % 7}/{n}": b"%d" % n * (n % 50) for n in range(COUNT)})
    tree.write({f"big/{n}": big + b"%d" % n for n in range(4)})
    return tree


def killed(operation, source, target, *, hidden=False):
    """Has runs killed at random objects, each of which goes on; lets the next one end."""
    for number in range(4):
        child = start(operation, source, target, hidden=hidden, last=random.randint(1, COUNT // 5))
        code = child.wait(60)
        assert code == -signal.SIGKILL or (number > 0 and code == 0)
    assert start(operation, source, target, hidden=hidden).wait(60) == 0


@pytest.mark.parametrize("hidden", [False, True])
def test_killed_runs_go_on(many, hidden):
    files = contents(many.plain)
    killed("encrypt", many.plain, many.sealed, hidden=hidden)
    sealed = contents(many.sealed)
    assert len(sealed) == len(files)
    report = bulk.verify(many.sealed, keys=KEY)
    assert (report.done, report.failed) == (len(files), 0)
    killed("decrypt", many.sealed, many.back, hidden=hidden)
    assert contents(many.back) == files


def test_what_was_done_before_a_kill_is_not_done_again(many):
    child = start("encrypt", many.plain, many.sealed, jobs=1)
    deadline = time.monotonic() + 60
    while not (many.sealed / "big").exists() and time.monotonic() < deadline:
        time.sleep(0.001)
    child.kill()
    child.wait()
    (journal,) = (many.folder / "state" / "sealwax").glob("*.journal")
    with closing(sqlite3.connect(journal)) as database:
        rows = database.execute("SELECT target_name, target FROM items WHERE state = 1")
        done = {os.fsdecode(name): target for name, target in rows}
    before = {name: (many.sealed / name).read_bytes() for name in done}
    report = bulk.encrypt(many.plain, many.sealed, keys=KEY, resume=True)
    assert report.unchanged == len(done)
    assert report.done == COUNT + 7 - len(done)
    assert {name: (many.sealed / name).read_bytes() for name in done} == before


@pytest.mark.parametrize("content", [b"somebody else's", b""])
def test_what_appeared_while_no_run_was_on_is_not_replaced(tree, content):
    """The journal knows only that the object was begun."""
    report = bulk.encrypt(tree.plain, tree.sealed, keys=KEY)
    with closing(sqlite3.connect(report.journal, isolation_level=None)) as database:
        database.execute("UPDATE items SET state = 0, target = NULL, source = NULL")
        database.execute("UPDATE job SET value = 'no' WHERE field = 'finished'")
    (tree.sealed / "a.csv").write_bytes(content)
    report = bulk.encrypt(tree.plain, tree.sealed, keys=KEY, resume=True)
    assert [(each.name, each.code) for each in report.failures] == [("a.csv", "ALREADY_EXISTS")]
    assert (tree.sealed / "a.csv").read_bytes() == content
    assert report.done == 2


KILLED = """
import os, sys, sealwax
from sealwax import bulk
from sealwax.bulk import _worker
_worker.Worker.run = lambda self, items: os._exit(9)
hidden = sys.argv[3] == "True"
key = sealwax.LocalKey.from_hex("07" * 32)
bulk.decrypt(sys.argv[1], sys.argv[2], keys=key, hidden_names=hidden)
"""


@pytest.mark.parametrize("hidden", [False, True])
def test_what_was_there_before_a_killed_run_is_not_replaced(tree, hidden):
    """Files of the same lengths, and the run was killed before it worked on any."""
    options = {"keys": KEY, "hidden_names": hidden}
    bulk.encrypt(tree.plain, tree.sealed, **options)
    shutil.copytree(tree.plain, tree.back)
    (tree.back / "a.csv").write_bytes(b"two")
    before = contents(tree.back)
    words = [str(tree.sealed), str(tree.back), str(hidden)]
    assert subprocess.run([sys.executable, "-c", KILLED, *words]).returncode == 9
    report = bulk.decrypt(tree.sealed, tree.back, resume=True, **options)
    assert contents(tree.back) == before
    assert {each.code for each in report.failures} == {"ALREADY_EXISTS"}
    assert report.failed == (1 if hidden else 3)


def test_an_interrupted_run_is_not_forgotten(tree):
    report = bulk.encrypt(tree.plain, tree.sealed, keys=KEY)
    with closing(sqlite3.connect(report.journal, isolation_level=None)) as database:
        database.execute("UPDATE job SET value = 'no' WHERE field = 'finished'")
    with pytest.raises(sealwax.InvalidStateError, match="its run was interrupted: go on with it"):
        bulk.encrypt(tree.plain, tree.sealed, keys=KEY)
    assert bulk.encrypt(tree.plain, tree.sealed, keys=KEY, resume=True).unchanged == 3


def test_a_journal_is_of_one_job(tree):
    journal = tree.folder / "j"
    bulk.encrypt(tree.plain, tree.sealed, keys=KEY, journal=journal)
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    with pytest.raises(sealwax.InvalidStateError, match="it is of another job"):
        bulk.decrypt(tree.sealed, tree.back, keys=KEY, journal=journal)


def test_a_journal_that_is_none(tree):
    journal = tree.folder / "j"
    journal.write_bytes(b"not a database at all" * 100)
    with pytest.raises(sealwax.InvalidStateError, match=r"it cannot be read \(.*\); delete it"):
        bulk.encrypt(tree.plain, tree.sealed, keys=KEY, journal=journal)


def test_two_runs_at_once(many):
    held = threading.Event()
    went_on = threading.Event()

    def wait(report, moved, totals):
        held.set()
        went_on.wait(60)

    first = threading.Thread(
        target=lambda: bulk.encrypt(many.plain, many.sealed, keys=KEY, progress=wait)
    )
    first.start()
    try:
        assert held.wait(60)
        with pytest.raises(sealwax.InvalidStateError, match="another run uses it"):
            bulk.encrypt(many.plain, many.sealed, keys=KEY, resume=True)
    finally:
        went_on.set()
        first.join()


def test_progress_cancels(many):
    with pytest.raises(sealwax.CancelledError, match="cancelled by the progress callback"):
        bulk.encrypt(many.plain, many.sealed, keys=KEY, progress=lambda *_: False, jobs=1)
    assert not list(many.sealed.rglob(".*"))
    report = bulk.encrypt(many.plain, many.sealed, keys=KEY, resume=True)
    assert report.is_complete
    assert len(contents(many.sealed)) == COUNT + 7


def test_progress_tells_the_totals(many):
    told = []
    bulk.encrypt(
        many.plain, many.sealed, keys=KEY, progress=lambda *now: told.append((now[1], now[2]))
    )
    moved, totals = told[-1]
    size = sum(map(len, contents(many.plain).values()))
    assert moved == size
    assert totals.bytes <= size


def test_a_source_that_changes_fails_alone(tree, monkeypatch):
    """A file that is written to while it is read has no one content."""
    from sealwax.bulk import _transfer

    encrypt_file = _transfer.encrypt_file

    def changing(source, *arguments, **options):
        if source.endswith("a.csv"):
            inner = options["progress"]

            def report(done, total):
                with open(source, "ab") as file:
                    file.write(b"more")
                return inner(done, total)

            options["progress"] = report
        return encrypt_file(source, *arguments, **options)

    monkeypatch.setattr(_transfer, "encrypt_file", changing)
    report = bulk.encrypt(tree.plain, tree.sealed, keys=KEY)
    assert [each.name for each in report.failures] == ["a.csv"]
    assert not (tree.sealed / "a.csv").exists()
    assert report.done == 2


def test_a_full_disk_fails_what_does_not_fit(tmp_path, tree):
    """The file system of the target has room for one of three."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root can mount a file system")
    try:
        report = bulk.encrypt(tree.plain, small / "sealed", keys=KEY)
        assert [(each.name, each.reason) for each in report.failures] == [
            ("2026/07/c.bin", os.strerror(28))
        ]
        assert sorted(contents(small)) == ["sealed/2026/b.csv", "sealed/a.csv"]
    finally:
        subprocess.run(["umount", small], check=True)
