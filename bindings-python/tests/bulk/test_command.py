"""`encrypt -r`, `decrypt -r` and `verify -r`, run as a user would."""

from __future__ import annotations

import json
import os
import signal

import pytest
import sealwax

from .conftest import contents
from commandline import KEY, on_terminal, python_path, run

FILES = {"plain/a.csv": b"one", "plain/2026/b.csv": b"two"}


@pytest.fixture(autouse=True)
def place(folder, key_file):
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_a_tree_goes_and_comes_back(place):
    result = run("encrypt", "-r", "plain", "sealed", "--key", "k")
    assert result.stdout == b""
    assert result.stderr.startswith(b"encrypted 2 objects, 6 B, in ")
    assert run("verify", "-r", "sealed", "--key", "k").stderr.startswith(b"verified 2 objects")
    run("decrypt", "-r", "sealed", "back", "--key", "k", "--quiet")
    assert contents(place / "back") == contents(place / "plain")
    assert sealwax.decrypt((place / "sealed" / "a.csv").read_bytes(), KEY) == b"one"


def test_exit_codes_say_what_failed(place):
    run("encrypt", "-r", "plain", "sealed", "--key", "k")
    exists = run("encrypt", "-r", "plain", "sealed", "--key", "k", expect=3)
    assert b"sealwax: a.csv: the target exists already\n" in exists.stderr
    run("encrypt", "-r", "plain", "sealed", "--key", "k", "--force")
    run("encrypt", "-r", "plain", "sealed", "--key", "k", "--continue")
    (place / "sealed" / "new").write_bytes(b"not sealed")
    assert b"sealwax: new: " in run("verify", "-r", "sealed", "--key", "k", expect=4).stderr
    (place / "sealed" / "new").unlink()
    run("keygen", "other")
    run("verify", "-r", "sealed", "--key", "other#2", expect=5)
    data = (place / "sealed" / "a.csv").read_bytes()
    (place / "sealed" / "a.csv").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    told = run("decrypt", "-r", "sealed", "back", "--key", "k", "--report", "r", expect=6)
    assert b"1 failed" in told.stderr
    (failure,) = json.loads((place / "r").read_text())["failed_objects"]
    assert (failure["name"], failure["code"]) == ("a.csv", "AUTHENTICATION")
    assert not (place / "back" / "a.csv").exists()
    run("encrypt", "-r", "nothing", "sealed2", "--key", "k", expect=7)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-r", "plain", "--key", "k"], b"encrypt -r takes a source and a target"),
        (["-r", "-", "x", "--key", "k"], b"-r is for folders and URLs; - is a pipe"),
        (["plain/a.csv", "--jobs", "2", "--key", "k"], b"--jobs is for whole folders: add -r"),
        (["-r", "plain", "x", "--jobs", "0", "--key", "k"], b"--jobs 0: this is not a number"),
        (["-r", "plain", "x", "--kms-rate", "y", "--key", "k"], b"--kms-rate y: this is not a"),
        (["-r", "plain", "x", "-d", "y", "--key", "k"], b"the target is the second argument"),
        (["-r", "plain", "x"], b"--key is missing"),
    ],
)
def test_2_wrong_usage(words, message):
    assert message in run("encrypt", *words, expect=2).stderr


def test_a_dry_run_changes_nothing(place):
    os.symlink("a.csv", place / "plain" / "link")
    result = run("encrypt", "-r", "plain", "sealed", "--dry-run", "--exclude", "2026/")
    assert sorted(result.stdout.splitlines()) == [b"a.csv", b"link  (link)"]
    assert not (place / "sealed").exists()


def test_names_are_hidden_on_request(place):
    run("encrypt", "-r", "plain", "sealed", "--key", "k", "--hidden-names")
    assert not any(b"csv" in os.fsencode(name) for name in contents(place / "sealed"))
    run("decrypt", "-r", "sealed", "back", "--key", "k", "--hidden-names")
    assert contents(place / "back") == contents(place / "plain")


def test_a_terminal_shows_how_far_it_is(place):
    for number in range(300):
        (place / "plain" / f"{number}").write_bytes(b"x" * 3000)
    code, shown = on_terminal("encrypt", "-r", "plain", "sealed", "--key", "k", "--jobs", "1")
    assert code == 0, shown
    assert b"encrypt " in shown and b" objects" in shown and b"/s" in shown


def test_hostile_names_do_not_reach_the_terminal(place):
    (place / "plain" / "a\x1b[2Jb").write_bytes(b"x")
    (place / "sealed").mkdir()
    (place / "sealed" / "a\x1b[2Jb").write_bytes(b"x")
    told = run("encrypt", "-r", "plain", "sealed", "--key", "k", expect=3).stderr
    assert b"\x1b" not in told and b"a\\x1b[2Jb: the target exists already" in told


SIGNALLED = """
import itertools, os
from sealwax.bulk import _transfer
count, run = itertools.count(1), _transfer.Transfer.run
def counted(*arguments):
    if next(count) == 100:
        os.kill(os.getpid(), %d)
    return run(*arguments)
_transfer.Transfer.run = counted
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_stops_it_and_continue_goes_on(place, number, code):
    """The signal comes while the hundredth object is worked on."""
    for count in range(300):
        (place / "plain" / f"{count}").write_bytes(b"%d" % count)
    (place / "hook").mkdir()
    (place / "hook" / "sitecustomize.py").write_text(SIGNALLED % number)
    arguments = ("encrypt", "-r", "plain", "sealed", "--key", "k", "--jobs", "2")
    told = run(*arguments, env=python_path(place / "hook"), expect=code).stderr
    assert told.count(b"\n") == 1, told
    assert 0 < len(contents(place / "sealed")) < 302
    again = run(*arguments, expect=3).stderr
    assert b"its run was interrupted: go on with it (--continue), or delete it" in again
    run(*arguments, "--continue")
    run("decrypt", "-r", "sealed", "back", "--key", "k")
    assert contents(place / "back") == contents(place / "plain")
