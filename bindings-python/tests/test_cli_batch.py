"""Several files in one command: failures are named, and the rest is processed."""

from __future__ import annotations

import os

import pytest
import sealwax

from commandline import KEY, run

pytestmark = pytest.mark.usefixtures("folder", "key_file")


@pytest.fixture
def three(folder):
    """Three envelopes, the second of which was cut."""
    for name in ("a", "b", "c"):
        (folder / name).write_bytes(name.encode() * 50_000)
        (folder / f"{name}.sealwax").write_bytes(sealwax.encrypt(name.encode() * 50_000, KEY))
    os.truncate("b.sealwax", 40_000)
    return ["a.sealwax", "b.sealwax", "c.sealwax"]


def test_to_a_folder_and_back(folder, three):
    run("encrypt", "--key", "k", "-d", "new/sealed", "a", "b", "c")
    assert sorted(os.listdir("new/sealed")) == three
    sealed = [f"new/sealed/{name}" for name in three]
    run("decrypt", "--key", "k", *sealed, "--output-dir", "back")
    assert all(
        (folder / "back" / name).read_bytes() == (folder / name).read_bytes() for name in "abc"
    )
    told = run("encrypt", "--key", "k", "-d", "new/sealed", "a", expect=3).stderr
    assert told == b"sealwax: new/sealed/a.sealwax: exists already; --force replaces it\n"


def test_one_that_fails_does_not_keep_it_from_the_others(folder, three):
    told = run("decrypt", "--key", "k", *three, "-d", "out", expect=6).stderr.decode().splitlines()
    assert sorted(os.listdir("out")) == ["a", "c"]
    assert len(told) == 2 and told[0].startswith("sealwax: b.sealwax: ")
    assert told[1] == "sealwax: 1 of 3 files failed"
    told = run("verify", "--key", "k", *three, expect=6).stderr.decode().splitlines()
    assert [line.split(":")[0] for line in told] == ["a.sealwax", "sealwax", "c.sealwax", "sealwax"]
    told = run("verify", "--key", "k", "--fail-fast", *three, expect=6).stderr.decode()
    assert "c.sealwax" not in told


def test_the_code_is_that_of_the_first_failure_but_for_data_that_is_not_whole(three):
    run("verify", "--key", "k", "missing", "a", "c.sealwax", expect=7)
    run("verify", "--key", "k", "a", "missing", expect=4)
    run("verify", "--key", "k", "missing", "a", "b.sealwax", expect=6)


def test_inspect_shows_what_there_is(three):
    result = run("inspect", "a", *three, "missing", expect=4)
    names = {line.split(b"\t")[0] for line in result.stdout.splitlines()}
    assert names == {b"a.sealwax", b"b.sealwax", b"c.sealwax"}
    assert result.stderr.endswith(b"sealwax: 2 of 5 files failed\n")


def test_rewrap_goes_on(folder, three):
    (folder / "k2").write_text("08" * 32)
    (folder / "k2").chmod(0o600)
    names = ["a", *three, "missing"]
    told = run("rewrap", "--old", "k", "--new", "k2#two", *names, expect=4).stderr.decode()
    assert told.count(": rewrapped\n") == 3 and told.endswith("sealwax: 2 of 5 files failed\n")
    told = run("rewrap", "--old", "k", "--new", "k2#two", *three).stderr.decode()
    assert told.count(": under these keys already\n") == 3


def test_rewrap_leaves_no_old_key_where_a_new_one_is_named_twice(folder):
    other = sealwax.LocalKey(bytes([8]) * 32, "default")
    (folder / "k2").write_text("08" * 32)
    (folder / "k2").chmod(0o600)
    (folder / "both").write_bytes(sealwax.encrypt(b"data", [KEY, other]))
    twice = ["--old", "k", "--new", "k2", "--new", "./k2"]
    assert run("rewrap", *twice, "both").stderr == b"both: rewrapped\n"
    assert sealwax.decrypt((folder / "both").read_bytes(), other) == b"data"
    with pytest.raises(sealwax.KeyUnwrapError):
        sealwax.decrypt((folder / "both").read_bytes(), KEY)
    assert len(sealwax.inspect("both").wrapped_keys) == 1
    assert run("rewrap", *twice, "both").stderr == b"both: under these keys already\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["a", "sub/a"], "two sources would become out/a.sealwax"),
        (["a", "-"], "- has no name for --output-dir; use --output"),
        (["a", "-o", "x"], "--output and --output-dir exclude each other"),
    ],
)
def test_what_cannot_go_to_a_folder(words, told):
    result = run("encrypt", "--key", "k", "-d", "out", *words, expect=2)
    assert result.stderr.decode() == f"sealwax: {told}\n" and not os.path.exists("out")


def test_a_second_source_is_not_taken_for_a_target(folder, three):
    """`encrypt --force *.csv` where there are two of them."""
    told = run("encrypt", "--key", "k", "--force", "a", "b", expect=3).stderr
    assert told.startswith(b"sealwax: b exists and is no envelope: --output b replaces it")
    assert (folder / "b").read_bytes() == b"b" * 50_000
    told = run("decrypt", "--key", "k", "--force", "a.sealwax", "c.sealwax", expect=3).stderr
    assert b"c.sealwax exists and is an envelope" in told
    run("decrypt", "--key", "k", "--force", "a.sealwax", "--output", "c.sealwax")
    run("encrypt", "--key", "k", "--force", "a", "a.sealwax")
    run("decrypt", "--key", "k", "--force", "a.sealwax", "b")
    assert (folder / "b").read_bytes() == b"a" * 50_000


def test_results_that_nobody_waited_for(folder, three):
    run("encrypt", "--no-sync", "--key", "k", "a", "b", "c", "--output-dir", "sealed")
    run("encrypt", "--no-sync", "--key", "k", "-", "sealed/d.sealwax", data=b"d" * 50_000)
    names = [f"sealed/{name}.sealwax" for name in "abcd"]
    run("decrypt", "--no-sync", "--key", "k", *names, "--output-dir", "back")
    back = {name: (folder / "back" / name).read_bytes() for name in "abcd"}
    assert back == {name: name.encode() * 50_000 for name in "abcd"}
