"""The command line, used by people and scripts."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess

import pytest
import sealwax

from commandline import on_terminal, python_path, run

pytestmark = pytest.mark.usefixtures("folder")


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
    run("decrypt", "--key", "file:k#default", "-c", "a=b=c", "plain.sealwax")
    assert (folder / "plain").read_bytes() == blob
    run("decrypt", "plain.sealwax", "-qk", "k", "--output=other")
    assert (folder / "other").read_bytes() == blob
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
    assert b"the standard input: 2,400,000 bytes" in run("verify", "-kk", "-", data=sealed).stderr
    assert json.loads(run("inspect", "--json", "-", data=sealed).stdout)["suite"] == 1


def test_what_is_short_needs_no_padding(keyfile):
    sealed = run("encrypt", "--key", "k", "-", data=b"x").stdout
    assert sealwax.inspect(sealed).padding_len == 0 and len(sealed) < 400
    assert run("decrypt", "--key", "k", "-", data=sealed).stdout == b"x"
    empty = run("encrypt", "--key", "k", "-").stdout
    assert run("decrypt", "--key", "k", "-", data=empty).stdout == b""


def test_modes(folder, keyfile):
    (folder / "plain").write_bytes(b"x")
    (folder / "target").write_bytes(b"y")
    (folder / "target").chmod(0o640)
    run("encrypt", "--key", "k", "plain", "-o", "target", "--force")
    assert stat.S_IMODE((folder / "target").stat().st_mode) == 0o640
    sealed = (folder / "target").read_bytes()
    run("decrypt", "--key", "k", "-", "-o", "target", "--force", data=sealed)
    assert stat.S_IMODE((folder / "target").stat().st_mode) == 0o640
    assert (folder / "target").read_bytes() == b"x"


def test_rewrap(folder, keyfile):
    run("keygen", "k2")
    (folder / "plain").write_bytes(bytes(2_000_000))
    run("encrypt", "--key", "k", "plain")
    run("rewrap", "--old", "k", "--new", "k2#two", "--add", "plain.sealwax")
    assert len(sealwax.inspect("plain.sealwax").wrapped_keys) == 2
    run("rewrap", "--old", "k", "--new", "k2#two", "plain.sealwax")
    run("verify", "--key", "k2#two", "plain.sealwax")
    run("verify", "--key", "k", "plain.sealwax", expect=5)


def test_rewrap_skips_what_is_done_but_not_by_the_name_alone(folder, keyfile):
    run("keygen", "k2")
    (folder / "plain").write_bytes(b"x")
    run("encrypt", "--key", "k", "plain")
    # Both keys are called `default`.
    assert b": rewrapped" in run("rewrap", "--old", "k", "--new", "k2", "plain.sealwax").stderr
    before = (folder / "plain.sealwax").read_bytes()
    again = run("rewrap", "--old", "k", "--new", "k2", "plain.sealwax")
    assert b"plain.sealwax: under these keys already" in again.stderr
    assert (folder / "plain.sealwax").read_bytes() == before
    run("rewrap", "--old", "k2", "--new", "k#other", "--add", "plain.sealwax")
    assert b"already" in run("rewrap", "--old=k2", "--new=k2", "--add", "plain.sealwax").stderr
    assert b": rewrapped" in run("rewrap", "--old=k2", "--new=k2", "plain.sealwax").stderr
    run("verify", "--key", "k#other", "plain.sealwax", expect=5)


def test_rewrap_as_a_filter(keyfile, blob):
    run("keygen", "k2")
    sealed = run("encrypt", "--key", "k", "-", data=blob).stdout
    rewrapped = run("rewrap", "--old", "k", "--new", "k2#two", "-", data=sealed).stdout
    assert [key.key_id for key in sealwax.inspect(rewrapped).wrapped_keys] == ["two"]
    assert run("decrypt", "--key", "k2#two", "-", data=rewrapped).stdout == blob
    assert run("rewrap", "--old", "k", "--new", "k2#two", "-", data=rewrapped).stdout == rewrapped
    assert run("rewrap", "--old", "k2", "--new", "k#x", "-", data=sealed, expect=5).stdout == b""


def test_one_key_of_several_may_be_missing_if_that_is_said(folder, keyfile):
    pytest.importorskip("hvac")
    keys = ["--key", "k", "--key", "vault:orders"]
    nowhere = {"VAULT_ADDR": "http://127.0.0.1:9", "VAULT_TOKEN": "a-token"}
    (folder / "plain").write_bytes(b"x")
    failed = run("encrypt", *keys, "plain", expect=5, env=nowhere)
    assert b"vault-transit" in failed.stderr and b"127.0.0.1" in failed.stderr
    assert not (folder / "plain.sealwax").exists()
    told = run("encrypt", *keys, "--no-require-all", "plain", env=nowhere).stderr
    assert told.startswith(b"sealwax: warning: written without a key of vault-transit")
    run("verify", "--key", "k", "plain.sealwax")


def test_quiet_and_verbose(folder, keyfile):
    (folder / "plain").write_bytes(b"x")
    assert run("encrypt", "--key", "k", "plain").stderr == b""
    assert run("verify", "--key", "k", "--quiet", "plain.sealwax").stderr == b""
    told = run("decrypt", "-v", "--key", "k", "plain.sealwax", "back").stderr.decode()
    assert "plain.sealwax -> back" in told and "unwrap by local with default: ok" in told


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(folder, shell):
    script = run("completion", shell).stdout.decode()
    assert "output-dir" in script and "vault:" in script
    run("completion", "tcsh", expect=2)
    if shutil.which(shell) is not None:
        (folder / "script").write_text(script)
        checked = subprocess.run([shell, "-n", "script"], capture_output=True)
        assert (checked.returncode, checked.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("sealwax in", "inspect"),
        ("sealwax encrypt --for", "--force"),
        ("sealwax encrypt --key k --output-dir sub", "subfolder"),
        ("sealwax encrypt --key va", "vault:"),
        ("sealwax verify pla", "plain"),
        ("sealwax completion fi", "fish"),
        ("sealwax encrypt --metadata pla", ""),
    ],
)
def test_completion_in_bash(folder, words, found):
    (folder / "plain").touch()
    (folder / "subfolder").mkdir()
    script = run("completion", "bash").stdout.decode()
    each = words.split()
    ask = f'COMP_WORDS=({words}); COMP_CWORD={len(each) - 1}; _sealwax; echo "${{COMPREPLY[*]}}"'
    answer = subprocess.run(["bash", "-uc", script + ask], capture_output=True, check=True)
    assert answer.stdout.decode().strip() == found and answer.stderr == b""


def test_a_terminal_gets_a_bar_and_no_binary_data(folder, keyfile, blob):
    (folder / "plain").write_bytes(blob)
    code, shown = on_terminal("encrypt", "--key", "k", "plain", "-")
    assert code == 2 and b"terminal" in shown and b"SEALWAX" not in shown
    code, shown = on_terminal("encrypt", "--key", "k", "plain", "sealed")
    assert code == 0 and b"encrypting" in shown
    code, shown = on_terminal("encrypt", "-q", "--key", "k", "plain", "other")
    assert (code, shown) == (0, b"")
    code, shown = on_terminal("verify", "--key", "k", "sealed")
    assert code == 0 and b"of 2.3 MiB" in shown and shown.endswith(b"authentic\r\n")


def test_help_is_for_people(folder):
    output = run("--help").stdout.decode()
    assert (
        "Exit codes" in output and "verify" in output and max(map(len, output.split("\n"))) <= 120
    )
    assert run("help").stdout.decode() == output
    assert run("help", "encrypt").stdout == run("encrypt", "--help").stdout
    assert b"--output-dir FOLDER" in run("encrypt", "--help").stdout
    assert run("--version").stdout.decode() == f"sealwax {sealwax.__version__}\n"
    narrow = run("rewrap", "-h", env={"COLUMNS": "50"}).stdout.decode()
    assert max(map(len, narrow.split("\n"))) <= 50


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "a command is missing; --help lists them"),
        (["encypt"], "there is no command encypt; did you mean encrypt?"),
        (["encrypt", "--forse", "x"], "encrypt has no option --forse; did you mean --force?"),
        (["encrypt", "-x"], "encrypt has no option -x"),
        (["encrypt", "x", "--key"], "--key needs a SPEC"),
        (["encrypt", "x", "--force=1"], "--force takes no value"),
        (["encrypt", "-o", "a", "-o", "b", "x"], "-o is given twice"),
        (["encrypt", "x"], "--key is missing, and SEALWAX_KEY is not set"),
        (["rewrap", "--old", "k", "x"], "--new is missing"),
        (["encrypt", "--key", "k"], "SOURCE is missing"),
        (["verify", "--key", "k"], "FILE is missing"),
        (["verify", "--key", "k", ""], "the name of a file is empty"),
        (["keygen", "a", "b"], "keygen takes one FILE"),
        (["encrypt", "-kk", "-c", "a=1", "-c", "a=2", "x"], "--context names a twice"),
        (["encrypt", "-kk", "-c", "a", "x"], "--context a: this is not NAME=VALUE"),
        (
            ["encrypt", "-kk", "a", "b", "c"],
            "several sources need --output-dir FOLDER; . is the current folder",
        ),
        (["decrypt", "-kk", "a"], "a does not end in .sealwax: name the result with --output"),
        (["inspect", "--metadata", "x"], "--key is missing, and SEALWAX_KEY is not set"),
    ],
)
def test_usage_errors_say_what_to_do(words, told):
    assert run(*words, expect=2).stderr.decode() == f"sealwax: {told}\n"


def test_options_may_stand_anywhere(folder, keyfile):
    (folder / "-odd").write_bytes(b"x")
    run("encrypt", "--", "-odd", env={"SEALWAX_KEY": "k"})
    run("decrypt", "./-odd.sealwax", "--key", "k", "back", "--force")
    assert (folder / "back").read_bytes() == b"x"


def test_it_needs_nothing_but_python(folder, keyfile):
    site = "import sys\nfor name in ('click', 'rich', 'tqdm'): sys.modules[name] = None\n"
    (folder / "sitecustomize.py").write_text(site)
    run("encrypt", "--key", "k", "-", data=b"x", env=python_path(folder))
