"""Keys on the command line: where they come from, and the key files that it creates."""

from __future__ import annotations

import os
import stat
import subprocess

import pytest
import sealwax

from commandline import COMMAND, HEX, KEY, python_path, run


@pytest.fixture(autouse=True)
def home(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))


@pytest.fixture
def sealed(folder):
    envelope = sealwax.encrypt(b"x", KEY)
    (folder / "sealed").write_bytes(envelope)
    return envelope


def keyfile(name, content=HEX, mode=0o600):
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with open(descriptor, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    os.chmod(name, mode)


def test_a_new_key(folder):
    run("keygen", "k")
    assert stat.S_IMODE((folder / "k").stat().st_mode) == 0o600
    old = (folder / "k").read_text()
    assert len(bytes.fromhex(old)) == 32
    told = run("keygen", "k", expect=3).stderr
    assert told == b"sealwax: k: exists already; --force replaces it\n"
    assert (folder / "k").read_text() == old
    run("keygen", "--force", "k")
    assert (folder / "k").read_text() != old
    assert stat.S_IMODE((folder / "k").stat().st_mode) == 0o600
    assert len(bytes.fromhex(run("keygen", "-").stdout.decode())) == 32
    assert sorted(os.listdir()) == ["k"]


def test_a_new_key_is_private_whatever_it_replaces(folder):
    keyfile("k", mode=0o644)
    run("keygen", "--force", "k")
    assert stat.S_IMODE((folder / "k").stat().st_mode) == 0o600


def test_the_old_key_stays_until_the_new_one_is_safe(folder):
    """On a disk that is full, or where nothing can be made, nothing changes."""
    keyfile("k")
    no_room = f"ulimit -f 0; exec {' '.join(COMMAND)} keygen --force k"
    result = subprocess.run(["bash", "-c", no_room], capture_output=True)
    assert result.returncode == 7 and b"sealwax: k: " in result.stderr
    assert (folder / "k").read_text() == HEX
    assert sorted(os.listdir()) == ["k"]
    no_room = no_room.replace("--force k", "other")
    assert subprocess.run(["bash", "-c", no_room], capture_output=True).returncode == 7
    assert sorted(os.listdir()) == ["k"]


def test_places(folder, sealed):
    keyfile("k")
    keyfile("k with space")
    for spec in (
        "k",
        "file:k",
        "file:k#default",
        "~/k",
        "file:~/k",
        f"file:{folder}/k",
        "k with space",
    ):
        assert run("decrypt", "--key", spec, "sealed", "-").stdout == b"x"
    assert run("decrypt", "--key", "-", "sealed", "-", data=HEX.encode()).stdout == b"x"
    assert run("decrypt", "--key", "-#default", "sealed", "-", data=bytes([7]) * 32).stdout == b"x"
    env = {"KEK": f"# mine\n{HEX}\n"}
    assert run("decrypt", "--key", "env:KEK", "sealed", "-", env=env).stdout == b"x"
    mine = run("encrypt", "--key", "env:KEK#mine", "-", data=b"x", env=env).stdout
    assert sealwax.inspect(mine).wrapped_keys[0].key_id == "mine"


def test_the_environment_names_keys(folder, sealed):
    keyfile("k")
    keyfile("k2", "08" * 32)
    env = {"SEALWAX_KEY": "k2\nfile:~/k"}
    assert run("decrypt", "sealed", "-", env=env).stdout == b"x"
    both = run("encrypt", "-", data=b"y", env={"SEALWAX_KEY": "k\nk2#two\n"}).stdout
    assert len(sealwax.inspect(both).wrapped_keys) == 2
    run("decrypt", "--key", "k2", "sealed", "-", env=env, expect=5)  # an option goes before it
    run("rewrap", "--new", "k2#two", "sealed", env={"SEALWAX_KEY": "k"})
    run("verify", "sealed", env={"SEALWAX_KEY": "k2#two"})


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + HEX.encode() + b"\r\n",
        f"# of the backups\n\n{HEX}\n".encode(),
        b"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        bytes([7]) * 32,
    ],
)
def test_key_files_as_people_edit_them(sealed, content):
    keyfile("k", content)
    assert run("decrypt", "--key", "k", "sealed", "-").stdout == b"x"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HEX.encode("utf-16"), "the key file is in UTF-16: save it as UTF-8"),
        (
            HEX[:32],
            "32 characters of text are no key of 32 bytes: that has 64 hex digits, or 43 of base64",
        ),
        (f"{HEX}\n{HEX}\n", "a key file has one line with a key, and comments behind #"),
        (b"", "a key is 32 bytes: raw, 64 hex digits, or base64"),
        pytest.param(bytes(70_000), "a key file has 65,536 bytes at most", id="too long"),
    ],
)
def test_key_files_that_are_none(sealed, content, told):
    keyfile("k", content)
    shown = run("decrypt", "--key", "k", "sealed", "-", expect=5).stderr.decode()
    assert shown.startswith("sealwax: --key k: ") and shown.endswith(f"{told}\n")
    assert HEX[:32] not in shown


def test_keys_that_others_can_read(sealed):
    keyfile("k", mode=0o640)
    told = b"sealwax: warning: k: others can read this key; chmod 600 restricts it to you\n"
    assert run("decrypt", "--key", "k", "sealed", "-").stderr == told
    assert run("decrypt", "--quiet", "--key", "k", "sealed", "-").stderr == b""
    keyfile("k", mode=0o600)
    assert run("decrypt", "--key", "k", "sealed", "-").stderr == b""


@pytest.mark.parametrize(
    ("spec", "code", "told"),
    [
        ("env:NOT_SET", 2, "--key env:NOT_SET: the environment variable NOT_SET is not set"),
        ("missing", 7, "missing: No such file or directory"),
        ("file:", 2, "--key file:: the name of the key file is missing"),
        (HEX, 2, "--key takes a reference, not the key itself: use a file"),
        ("aws:k#id", 2, "--key aws:k#id: k is the key's id: leave #id out"),
        (
            "pkcs11:token=t",
            2,
            "--key pkcs11:token=t: a PKCS #11 key is pkcs11:token=TOKEN;object=LABEL",
        ),
        (
            "pkcs11:token=t;object=o",
            2,
            "--key pkcs11:token=t;object=o: the PIN comes from PKCS11_PIN or from ?pin-source=FILE",
        ),
        ("rsa:missing.pem", 7, "missing.pem: No such file or directory"),
    ],
)
def test_what_is_wrong_with_a_key(sealed, spec, code, told):
    result = run("decrypt", "--key", spec, "sealed", "-", expect=code)
    assert result.stderr.decode() == f"sealwax: {told}\n"


def test_a_missing_package_is_named(folder, sealed):
    (folder / "hvac.py").write_text("raise ModuleNotFoundError(name='hvac')")
    env = {**python_path(folder), "VAULT_ADDR": "https://vault.example"}
    told = run("decrypt", "--key", "vault:k", "sealed", "-", expect=2, env=env).stderr.decode()
    assert "--key vault:k: " in told and "pip install 'sealwax[vault]'" in told


def test_what_a_kms_lacks_is_one_line(sealed):
    pytest.importorskip("hvac")
    env = {"VAULT_ADDR": "http://127.0.0.1:9", "VAULT_TOKEN": "a-token"}
    told = run("encrypt", "--key", "vault:orders", "sealed", expect=5, env=env).stderr.decode()
    assert told.startswith("sealwax: sealed: ") and told.count("\n") == 1
    assert "transit/keys/orders" in told and "127.0.0.1" in told
    env = {"VAULT_ADDR": "http://vault.example", "VAULT_TOKEN": "a-token"}
    told = run("encrypt", "--key", "vault:orders", "sealed", expect=5, env=env).stderr.decode()
    assert "--key vault:orders: InsecureTransportError" in told and "vault.example" in told


def test_metadata_is_shown_to_who_has_a_key(folder):
    keyfile("k")
    run("encrypt", "--key", "k", "--metadata", "from the quay\x1b[31m", "-", "s", data=b"x")
    shown = run("inspect", "--key", "k", "--metadata", "s").stdout.decode()
    assert "s\tmetadata, decrypted\tfrom the quay\\x1b[31m\n" in shown
    shown = run("inspect", "--key", "k", "--metadata", "--json", "s").stdout
    assert b'"metadata": "from the quay\\u001b[31m"' in shown
    keyfile("k2", "08" * 32)
    run("inspect", "--key", "k2", "--metadata", "s", expect=5)
    (folder / "binary").write_bytes(sealwax.encrypt(b"x", KEY, metadata=b"\xff\0"))
    shown = run("inspect", "--key", "k", "--metadata", "--json", "binary").stdout
    assert b'"metadata_base64": "/wA="' in shown
