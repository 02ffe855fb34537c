"""Output: complete, greppable, and harmless even for hostile files."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import sealwax

from commandline import KEY, environment, on_terminal, run

pytestmark = pytest.mark.usefixtures("folder", "key_file")
BIDI = "\u202egpj.exe"
LOCALES = [
    {"LC_ALL": "C"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
]


def test_inspecting_shows_no_escape_sequences(folder):
    key = sealwax.LocalKey.generate("red\x1b[31m\u2066")
    context = {"a": "[bold]\x07\n", "b\t": "\x9b1m"}
    (folder / "odd").write_bytes(sealwax.encrypt(b"x", key, context=context))
    lines = run("inspect", "odd").stdout.decode().splitlines()
    assert lines[2:] == [
        "odd\tcontext a\t[bold]\\x07\\n",
        "odd\tcontext b\\t\t\\x9b1m",
        "odd\tkey of local\tred\\x1b[31m\\u2066",
    ]
    code, shown = on_terminal("inspect", "odd")
    assert code == 0 and shown.startswith(b"\x1b[1modd\x1b[0m\r\n") and shown.count(b"\x1b") == 2
    raw = run("inspect", "--json", "odd").stdout
    assert raw.isascii() and b"\x1b" not in raw and b"\x7f" not in raw and raw.count(b"\n") == 1
    fields = json.loads(raw)
    assert fields["file"] == "odd" and fields["context"] == context
    assert fields["wrapped_keys"][0]["key_id"] == "red\x1b[31m\u2066"


def test_long_values_are_not_cut(folder):
    (folder / "long").write_bytes(sealwax.encrypt(b"x", KEY, context={"a": "v" * 3_000}))
    lines = run("inspect", "long", env={"COLUMNS": "80"}).stdout.decode().splitlines()
    assert "long\tcontext a\t" + "v" * 3_000 in lines
    code, shown = on_terminal("inspect", "long")
    assert code == 0 and b"v" * 3_000 in shown


@pytest.mark.parametrize("name", ["red\x1b[31m", "two\nlines", BIDI, "\x9b31m", "\u2028"])
def test_names_of_files_cannot_steer_a_terminal(folder, name):
    (folder / name).write_bytes(sealwax.encrypt(b"x", KEY))
    (folder / "plain").write_bytes(b"plain text")
    for words, code in (
        (["inspect", name], 0),
        (["verify", "--key", "k", name], 0),
        (["rewrap", "--old", "k", "--new", "k", name], 0),
        (["decrypt", "--key", "k", "plain", "-", "-v"], 4),
        (["decrypt", "--key", "k", name, name + "/x"], 7),
        (["encrypt", "--key", name, "plain", "-"], 5),
        (["encrypt", "--key", "k", "-c", name, "plain", "-"], 2),
        (["encrypt", "--key", f"env:{name}", "plain", "-"], 2),
        ([name], 2),
        (["encrypt", f"--{name}"], 2),
    ):
        result = run(*words, expect=code)
        shown = (result.stdout + result.stderr).decode()
        assert all(line.isprintable() for line in shown.replace("\t", "").split("\n")), shown
    code, shown = on_terminal("verify", "--key", "k", name)
    assert code == 0 and name.encode() not in shown


@pytest.mark.parametrize("env", [{}, *LOCALES], ids=str)
def test_names_that_are_no_utf_8(env):
    name = b"caf\xe9"
    with open(name, "wb") as file:
        file.write(b"x")
    run("encrypt", "--key", "k", name, env=env)
    assert (
        b"caf\\xe9.sealwax: 1 bytes"
        in run("verify", "--key", "k", name + b".sealwax", env=env).stderr
    )
    run("inspect", name + b".sealwax", env=env)
    json.loads(run("inspect", "--json", name + b".sealwax", env=env).stdout)
    run("decrypt", "--key", "k", name + b".sealwax", b"back\xff", env=env)
    assert b"caf\\xe9: " in run("verify", "--key", "k", name, env=env, expect=4).stderr
    for option in ("--metadata", "--context", "--associated-data"):
        told = run("encrypt", "--key", "k", option, b"a=\xff", name, "-", env=env, expect=2).stderr
        assert told == f"sealwax: {option}: this is not UTF-8\n".encode()
    run("encrypt", "--key", b"\xff", name, "-", env=env, expect=7)
    run("encrypt", "--key", b"k#\xff", name, "-", env=env, expect=2)
    run(b"\xff", env=env, expect=2)
    run("inspect", b"--\xff", env=env, expect=2)


@pytest.mark.parametrize("env", LOCALES, ids=str)
def test_text_is_utf_8_in_every_locale(env):
    words = ["--key", "k", "--context", "straße=grün", "--metadata", "ü", "--associated-data", "ä"]
    sealed = run("encrypt", *words, "-", data=b"x", env=env).stdout
    assert sealwax.inspect(sealed).context == {"straße": "grün"}
    assert sealwax.decrypt(sealed, KEY, associated_data="ä".encode()) == b"x"
    header = bytes(sealwax.inspect(sealed))
    assert sealwax.DecryptHandle(header, KEY).metadata == "ü".encode()
    named = run("encrypt", "--key", "k#schlüssel", "-", data=b"x", env=env).stdout
    assert sealwax.inspect(named).wrapped_keys[0].key_id == "schlüssel"
    shown = run("inspect", "-", data=named, env=env).stdout.decode()
    assert "schlüssel" in shown or "schl\\xfcssel" in shown


def test_a_command_imports_what_it_uses_only(folder):
    (folder / "s").write_bytes(sealwax.encrypt(b"x", KEY))
    for words in (["--help"], ["inspect", "s"], ["decrypt", "--key", "k", "s", "-"]):
        result = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "sealwax", *words],
            capture_output=True,
            env=environment(),
            check=True,
        )
        imported = {line.split(b"|")[-1].strip() for line in result.stderr.splitlines()}
        for heavy in (
            b"logging",
            b"argparse",
            b"dataclasses",
            b"inspect",
            b"asyncio",
            b"json",
            b"ssl",
        ):
            assert heavy not in imported, (words, heavy)
        assert os.fsencode("sealwax.cli._main") in imported
