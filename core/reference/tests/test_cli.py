"""The command line, as the tests of other languages call it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KEY = ["--kek", "00" * 32, "--key-id", "kek-1"]
NEW = ["--new-kek", "11" * 32, "--new-key-id", "kek-2"]


@pytest.fixture
def call(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}

    def run(*arguments, code=0, name=""):
        done = subprocess.run(
            [sys.executable, "-m", "sealwax_reference", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        last = done.stderr.splitlines()[-1:] or [""]
        assert (done.returncode, last) == (code, [name])
        return done.stdout

    return run


def test_commands(call, tmp_path):
    (tmp_path / "plain").write_bytes(b"x" * 20000)
    options = ["--context", "tenant=acme", "--aad", "00ff"]
    metadata = ["--metadata", "0102", "--padding", "4096"]
    call("encrypt", "plain", "sealed", *KEY, *options, *metadata)
    facts = json.loads(call("inspect", "sealed"))
    assert (facts["header_len"], facts["context"]) == (4096, [["tenant", "acme"]])
    call("rewrap", "sealed", "sealed", *KEY, *NEW)
    call("decrypt", "sealed", "out", *KEY, *options, code=40, name="no_matching_key")
    assert not (tmp_path / "out").exists()
    key = ["--kek", "11" * 32, "--key-id", "kek-2"]
    call("decrypt", "sealed", "out", *key, *options, "--metadata-out", "meta")
    assert (tmp_path / "out").read_bytes() == b"x" * 20000
    assert (tmp_path / "meta").read_bytes() == b"\1\2"
    assert call("decrypt", "sealed", "-", *key, *options, "--range", "19990:") == "x" * 10
    call("decrypt", "sealed", "out", *key, "--aad", "00", code=43, name="commitment_mismatch")


def test_detached_header_in_the_text_form(call, tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    detached = ["--detached-header", "header", "--text"]
    call("encrypt", "plain", "body", *KEY, *detached)
    assert (tmp_path / "header").read_text().startswith("sealwax1.")
    call("decrypt", "body", "out", *KEY, *detached)
    assert (tmp_path / "out").read_bytes() == b""


def test_batch_prints_a_code_for_each_line(call, tmp_path):
    (tmp_path / "plain").write_bytes(b"text")
    lines = [["encrypt", "plain", "sealed", *KEY], ["decrypt", "sealed", "out", *KEY]]
    lines += [["inspect", "plain"], ["inspect", "absent"]]
    (tmp_path / "batch").write_text("\n".join("\t".join(line) for line in lines))
    printed = [line.split("\t")[:2] for line in call("batch", "batch").splitlines()]
    assert printed == [["0", "ok"], ["0", "ok"], ["20", "bad_magic"], ["80", "io"]]


def test_misuse(call):
    call("encrypt", code=1, name="invalid_argument")
    call("encrypt", "absent", "out", *KEY, code=80, name="io")
