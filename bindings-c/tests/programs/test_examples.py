"""The examples, as a user compiles and runs them."""

from __future__ import annotations

import pytest

from programs import (
    EXAMPLES,
    PREFIX,
    attempt,
    build_example_project,
    compiled,
    compiled_for_token,
    run,
)

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
"""The PKCS #11 token in software, where Debian has it."""


def test_files_with_a_local_key(tmp_path):
    program = compiled(tmp_path / "encrypt_file", EXAMPLES / "encrypt_file.c")
    (tmp_path / "key").write_text("0f" * 32)
    plain = b"\7" * 5_000_000  # more than a run of chunks, so that the bar moves
    (tmp_path / "plain").write_bytes(plain)
    assert "100 %" in run(program, "encrypt", "key", "plain", "sealed", cwd=tmp_path)
    run(program, "decrypt", "key", "sealed", "again", cwd=tmp_path)
    assert (tmp_path / "again").read_bytes() == plain
    refused = attempt(program, "decrypt", "key", "plain", "never", cwd=tmp_path)
    assert refused.returncode != 0 and "bad_magic" in refused.stdout
    assert not (tmp_path / "never").exists()


@pytest.fixture
def token(tmp_path, monkeypatch):
    """A new token with the label `sealwax`."""
    (tmp_path / "tokens").mkdir()
    config = tmp_path / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    pins = ["--pin", "1234", "--so-pin", "5678"]
    run("softhsm2-util", "--init-token", "--free", "--label", "sealwax", *pins)


@pytest.mark.usefixtures("token")
def test_a_message_with_a_key_that_stays_in_a_token(tmp_path):
    program = compiled_for_token(tmp_path / "hsm", "hsm")
    for _ in ("the key is made", "the key is found"):
        told = run(program, MODULE, "sealwax", "1234", "kek 1")
        assert "decrypted: high water" in told and "another context:" in told
    refused = attempt(program, MODULE, "sealwax", "9999", "kek 1")
    assert refused.returncode != 0 and "the login failed" in refused.stdout


@pytest.mark.usefixtures("token")
def test_a_file_with_a_key_that_stays_in_a_token(tmp_path, monkeypatch):
    run(compiled_for_token(tmp_path / "hsm", "hsm"), MODULE, "sealwax", "1234", "kek 1")
    program = compiled_for_token(tmp_path / "hsm_file", "hsm_file")
    monkeypatch.setenv("PKCS11_PIN", "1234")
    plain, sealed, again = EXAMPLES / "hsm_file.c", tmp_path / "sealed", tmp_path / "again"
    run(program, "encrypt", MODULE, "sealwax", "kek 1", plain, sealed)
    run(program, "decrypt", MODULE, "sealwax", "kek 1", sealed, again)
    assert again.read_bytes() == plain.read_bytes()
    # The name by which the Python package looks for the key.
    assert b"pkcs11:token=sealwax;object=kek%201" in sealed.read_bytes()


def test_cpp_on_several_threads(tmp_path):
    program = compiled(tmp_path / "parallel", EXAMPLES / "parallel.cpp")
    assert "read 1000 bytes" in run(program, "32")


def test_a_cmake_project_elsewhere(tmp_path):
    build_example_project(tmp_path, PREFIX)
