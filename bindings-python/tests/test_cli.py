"""The command line, as a person or a script uses it."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys

import pytest

import sealwax

pytest.importorskip("click")
pytest.importorskip("rich")

ENVIRONMENT = {**os.environ, "COLUMNS": "120"}


def run(*arguments, data=None, expect=0, env=None):
    result = subprocess.run(
        [sys.executable, "-m", "sealwax", *map(str, arguments)],
        input=data,
        capture_output=True,
        env={**ENVIRONMENT, **(env or {})},
    )
    assert result.returncode == expect, result
    assert b"Traceback" not in result.stderr
    return result


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def keyfile():
    run("keygen", "k")
    return "k"


def test_there_and_back(folder, keyfile, blob):
    (folder / "plain").write_bytes(blob)
    run("encrypt", "--key", "k", "--context", "a=b=c", "--metadata", "ü", "plain")
    header = sealwax.inspect("plain.sealwax")
    assert header.context == {"a": "b=c"} and header.sealed_metadata_len == 24 + 32 + 2 + 16
    run("decrypt", "--key", "k", "plain.sealwax", "back")
    assert (folder / "back").read_bytes() == blob
    (folder / "plain").unlink()
    run("decrypt", "--key", "file:k#default", "--context", "a=b=c", "plain.sealwax")
    assert (folder / "plain").read_bytes() == blob
    assert b"authentic" in run("verify", "--key", "k", "plain.sealwax").stderr


def test_pipes(keyfile, blob, folder):
    sealed = run("encrypt", "--key", "k", "-", data=blob).stdout
    assert sealwax.decrypt(sealed, sealwax.LocalKey.from_file("k")) == blob
    assert run("decrypt", "--key", "k", "-", data=sealed).stdout == blob
    run("decrypt", "--key", "k", "-", "out", data=sealed)
    assert (folder / "out").read_bytes() == blob
    run("encrypt", "--key", "k", "-", "sealed", data=blob)
    assert run("decrypt", "--key", "k", "sealed", "-").stdout == blob
    assert run("encrypt", "--key", "k", "out", "-").stdout[:7] == b"SEALWAX"
    run("verify", "--key", "k", "-", data=sealed)
    assert json.loads(run("inspect", "--json", "-", data=sealed).stdout)["suite"] == 1


def test_keys(folder, keyfile):
    assert stat.S_IMODE((folder / "k").stat().st_mode) == 0o600
    old = (folder / "k").read_text()
    run("keygen", "k", expect=3)
    assert (folder / "k").read_text() == old
    run("keygen", "--force", "k")
    assert (folder / "k").read_text() != old
    text = run("keygen", "-").stdout.decode()
    assert len(bytes.fromhex(text)) == 32
    sealed = run("encrypt", "--key", "env:KEK#mine", "-", data=b"x", env={"KEK": text}).stdout
    assert sealwax.inspect(sealed).wrapped_keys[0].key_id == "mine"
    assert run("decrypt", "--key", "env:KEK#mine", "-", data=sealed, env={"KEK": text}).stdout == b"x"
    run("decrypt", "--key", "env:NOT_SET_ANYWHERE", "-", data=sealed, expect=2)
    run("decrypt", "--key", "missing", "-", data=sealed, expect=7)


def test_exit_codes(folder, keyfile):
    run("keygen", "k2")
    (folder / "plain").write_bytes(bytes(100_000))
    run("encrypt", "--key", "k", "plain")
    run("encrypt", "--key", "k", "plain", expect=3)
    run("encrypt", "--key", "k", "--force", "plain")
    run("encrypt", "--key", "k", "-", "plain.sealwax", data=b"x", expect=3)
    run("decrypt", "--key", "k", "plain.sealwax", expect=3)
    run("decrypt", "--key", "k", "plain", "x", expect=4)
    run("inspect", "plain", expect=4)
    run("decrypt", "--key", "k2", "plain.sealwax", "x", expect=5)
    run("decrypt", "--key", "k#other", "plain.sealwax", "x", expect=5)
    run("decrypt", "--key", "k", "--context", "a=b", "plain.sealwax", "x", expect=5)
    run("decrypt", "--key", "k", "plain", expect=2)
    run("decrypt", "--key", "k", "missing", "x", expect=7)
    run("decrypt", "--context", "a", "--key", "k", "plain", "x", expect=2)
    run("nonsense", expect=2)
    sealed = (folder / "plain.sealwax").read_bytes()
    (folder / "plain.sealwax").write_bytes(sealed[:-1])
    assert b"authentic" in run("verify", "--key", "k", "plain.sealwax", expect=6).stderr
    run("decrypt", "--key", "k", "plain.sealwax", "x", expect=6)
    run("decrypt", "--key", "k", "--associated-data", "x", "-", data=sealed, expect=5)
    assert not (folder / "x").exists()


def test_inspecting_shows_no_escape_sequences(folder, keyfile):
    key = sealwax.LocalKey.generate("red\x1b[31m")
    (folder / "odd").write_bytes(sealwax.encrypt(b"x", key, context={"a": "[bold]\x07\n"}))
    output = run("inspect", "odd").stdout.decode()
    assert "\\x1b[31m" in output and "[bold]\\x07\\n" in output and "\x1b" not in output
    fields = json.loads(run("inspect", "--json", "odd").stdout)
    assert fields["file"] == "odd" and fields["context"] == {"a": "[bold]\x07\n"}
    assert fields["wrapped_keys"][0]["key_id"] == "red\x1b[31m"


def test_rewrap(folder, keyfile):
    run("keygen", "k2")
    (folder / "plain").write_bytes(bytes(2_000_000))
    run("encrypt", "--key", "k", "plain")
    run("rewrap", "--old", "k", "--new", "k2#two", "--add", "plain.sealwax")
    assert len(sealwax.inspect("plain.sealwax").wrapped_keys) == 2
    run("rewrap", "--old", "k", "--new", "k2#two", "plain.sealwax")
    run("verify", "--key", "k2#two", "plain.sealwax")
    run("verify", "--key", "k", "plain.sealwax", expect=5)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell):
    assert b"_SEALWAX_COMPLETE" in run("completion", shell).stdout
    words = {"COMP_WORDS": "sealwax in", "COMP_CWORD": "1", "_SEALWAX_COMPLETE": f"{shell}_complete"}
    if shell == "bash":
        assert b"inspect" in run(env=words).stdout


def test_a_terminal_gets_a_bar_and_no_binary_data(folder, keyfile, blob):
    (folder / "plain").write_bytes(blob)

    def on_terminal(*arguments):
        master, slave = pty.openpty()
        command = [sys.executable, "-m", "sealwax", *arguments]
        child = subprocess.Popen(command, stdout=slave, stderr=slave, stdin=slave, env=ENVIRONMENT)
        os.close(slave)
        shown = b""
        while True:
            try:
                shown += os.read(master, 10_000)
            except OSError:
                break
        os.close(master)
        return child.wait(), shown

    code, shown = on_terminal("encrypt", "--key", "k", "plain", "-")
    assert code == 2 and b"terminal" in shown and b"SEALWAX" not in shown
    code, shown = on_terminal("encrypt", "--key", "k", "plain", "sealed")
    assert code == 0 and b"encrypting" in shown


def test_what_a_reader_that_leaves_causes(folder, keyfile):
    (folder / "plain").write_bytes(bytes(5_000_000))
    run("encrypt", "--key", "k", "plain")
    command = f"{sys.executable} -m sealwax decrypt --key k plain.sealwax - | head -c 10"
    result = subprocess.run(command, shell=True, capture_output=True)
    assert result.stdout == bytes(10) and result.stderr == b""


def test_without_the_packages_it_says_what_to_install(tmp_path):
    (tmp_path / "click.py").write_text("raise ModuleNotFoundError(name='click')")
    result = run("inspect", "x", expect=2, env={"PYTHONPATH": str(tmp_path)})
    assert b"pip install 'sealwax[cli]'" in result.stderr


def test_help_documents_the_exit_codes():
    output = run("--help").stdout
    assert b"Exit codes" in output and b"verify" in output
    assert sealwax.__version__.encode() in run("--version").stdout
