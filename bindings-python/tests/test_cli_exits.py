"""Every exit code of the documented table, with its message."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
import sealwax
from sealwax.cli._exits import TABLE

from commandline import python_path, run, start

DOCUMENT = Path(__file__).parents[1] / "docs/command-line.md"


@pytest.fixture(autouse=True)
def plain(folder, key_file):
    (folder / "plain").write_bytes(bytes(100_000))


@pytest.fixture
def sealed(folder):
    run("encrypt", "--key", "k", "plain")
    return (folder / "plain.sealwax").read_bytes()


def test_the_table_is_documented():
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert [(int(code), meaning) for code, meaning in rows] == list(TABLE)
    shown = " ".join(run("--help").stdout.decode().split())
    assert all(f"{code} {meaning}" in shown for code, meaning in TABLE)


def test_0_done(sealed):
    run("verify", "--key", "k", "plain.sealwax")


def test_1_a_fault_of_the_program(folder):
    fault = "import sealwax.cli._commands as it\nit.keygen = lambda call: 1 // 0\n"
    (folder / "sitecustomize.py").write_text(fault)
    told = run("keygen", "x", expect=1, env=python_path(folder)).stderr
    assert told == (
        b"sealwax: a bug in this program: ZeroDivisionError: "
        b"integer division or modulo by zero; -v shows where\n"
    )
    child = start("keygen", "-v", "x", env=python_path(folder))
    assert b"sitecustomize.py" in child.communicate()[1] and child.returncode == 1


def test_2_wrong_usage():
    run("encrypt", expect=2)


def test_3_refused(folder, sealed):
    told = run("encrypt", "--key", "k", "plain", expect=3).stderr
    assert told == b"sealwax: plain.sealwax: exists already; --force replaces it\n"
    told = run("encrypt", "--key", "k", "-", "plain.sealwax", data=b"x", expect=3).stderr
    assert told == b"sealwax: plain.sealwax: exists already; --force replaces it\n"
    told = run("decrypt", "--key", "k", "plain.sealwax", expect=3).stderr
    assert told == b"sealwax: plain: exists already; --force replaces it\n"
    told = run("decrypt", "--key", "k", "-", "plain", data=sealed, expect=3).stderr
    assert told == b"sealwax: plain: exists already; --force replaces it\n"
    told = run("keygen", "k", expect=3).stderr
    assert told == b"sealwax: k: exists already; --force replaces it\n"
    assert (folder / "plain.sealwax").read_bytes() == sealed
    run("encrypt", "--key", "k", "--force", "plain")


def test_4_no_envelope(folder):
    told = run("decrypt", "--key", "k", "plain", "x", expect=4).stderr
    assert told.startswith(b"sealwax: plain: ")
    assert run("inspect", "plain", expect=4).stderr == told
    told = run("decrypt", "--key", "k", "-", data=b"something else", expect=4).stderr
    assert told.startswith(b"sealwax: the standard input: ")
    assert not (folder / "x").exists()


def test_5_no_key(folder, sealed):
    (folder / "k2").write_text("08" * 32)
    (folder / "k2").chmod(0o600)
    for key in ("k2", "k#other"):
        told = run("decrypt", "--key", key, "plain.sealwax", "x", expect=5).stderr
        assert told.startswith(b"sealwax: plain.sealwax: ")
    run("decrypt", "--key", "k", "--context", "a=b", "plain.sealwax", "x", expect=5)
    run("decrypt", "--key", "k", "--associated-data", "x", "-", data=sealed, expect=5)
    assert not (folder / "x").exists()


def test_6_modified(folder, sealed):
    changed = bytearray(sealed)
    changed[-20] ^= 1
    (folder / "changed").write_bytes(changed)
    for words in (["verify", "--key", "k", "changed"], ["decrypt", "--key", "k", "changed", "x"]):
        told = run(*words, expect=6).stderr
        assert told == b"sealwax: changed: chunk 6 is not authentic: modified or cut\n"
    run("verify", "--key", "k", "-", data=bytes(changed), expect=6)
    assert not (folder / "x").exists()


def test_7_reading_or_writing_failed(folder, sealed):
    told = run("decrypt", "--key", "k", "missing", "x", expect=7).stderr
    assert told == b"sealwax: missing: No such file or directory\n"
    told = run("encrypt", "--key", "missing.key", "plain", "x", expect=7).stderr
    assert told == b"sealwax: missing.key: No such file or directory\n"
    told = run("encrypt", "--key", "k", "plain", "no/x", expect=7).stderr
    assert told == b"sealwax: no: there is no such folder\n"
    told = run("inspect", ".", expect=7).stderr
    assert told == b"sealwax: .: is a directory, not a file\n"
    told = run("encrypt", "--key", "k", "plain", ".", expect=7).stderr
    assert told == b"sealwax: .: is a directory; --output-dir puts results there\n"
    told = run("keygen", ".", expect=7).stderr
    assert told == b"sealwax: .: is a directory; name a file in it\n"
    with open("/dev/full", "wb") as full:
        for words in (["decrypt", "--key", "k", "plain.sealwax", "-"], ["--help"], ["keygen", "-"]):
            told = run(*words, stdout=full, expect=7).stderr
            assert told == b"sealwax: the standard output: No space left on device\n"
        told = run("inspect", "plain.sealwax", stdout=full, expect=7).stderr
        assert told == b"sealwax: the standard output: No space left on device\n"


@pytest.mark.parametrize(
    ("number", "code", "told"),
    [
        (signal.SIGHUP, 129, b"sealwax: stopped by SIGHUP\n"),
        (signal.SIGINT, 130, b"sealwax: interrupted\n"),
        (signal.SIGTERM, 143, b"sealwax: stopped by SIGTERM\n"),
    ],
)
def test_128_and_a_signal(folder, number, code, told):
    os.mkfifo("key")
    child = start("encrypt", "--key", "key", "-", "out")
    with open("key", "w") as key:  # it waits here until the program has come so far
        key.write("07" * 32)
    child.send_signal(number)
    assert child.wait(60) == code
    assert child.stderr.read() == told
    assert sorted(os.listdir()) == ["k", "key", "plain"]


def test_141_a_reader_that_leaves(sealed):
    for words in (["decrypt", "--key", "k", "plain.sealwax", "-"], ["inspect", "plain.sealwax"]):
        child = start(*words)
        child.stdout.close()
        assert child.wait(60) == 141 and child.stderr.read() == b""


def cuts(sealed, header_len):
    """Every length around each boundary, and some between."""
    edges = [0, 8, 12, header_len, header_len + 56, header_len + 56 + 16_400, len(sealed)]
    near = {edge + by for edge in edges for by in range(-3, 4)}
    return sorted(cut for cut in near | {*range(0, len(sealed), 9_973)} if 0 <= cut < len(sealed))


def test_a_cut_envelope_says_so(folder, sealed):
    """In one process, or the interpreter's start would take minutes."""
    lengths = cuts(sealed, sealwax.inspect(sealed).header_len)
    names = []
    for length in lengths:
        names.append(f"{length}.sealwax")
        (folder / names[-1]).write_bytes(sealed[:length])
    told = run("verify", "--key", "k", *names, expect=6).stderr.decode().splitlines()
    assert len(told) == len(names) + 1
    for name, line in zip(names, told):
        assert line.startswith(f"sealwax: {name}: ") and ("truncated" in line or "cut" in line), (
            line
        )
    assert told[-1] == f"sealwax: {len(names)} of {len(names)} files failed"


@pytest.mark.parametrize("length", [0, 5, 12, 300, 20_000, 99_999])
def test_a_cut_pipe_says_so(folder, sealed, length):
    for words in (["decrypt", "--key", "k", "-", "-"], ["decrypt", "--key", "k", "-", "out"]):
        told = run(*words, data=sealed[:length], expect=6).stderr
        assert told.startswith(b"sealwax: the standard input: ")
        assert b"truncated" in told or b"modified or cut" in told
    assert not (folder / "out").exists()
    if length < sealwax.inspect(sealed).header_len:
        run("inspect", "-", data=sealed[:length], expect=6)
