"""The command line with keys of KMSs, tokens and key pairs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sealwax
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .servers import aws
from .servers.openbao import OpenBao
from .servers.softhsm import SoftHsm

DATA = b"tide table"


def run(*arguments: Any, data: bytes = DATA, expect: int = 0, **environment: str) -> Any:
    """Runs the command line in a process of its own, with this environment besides."""
    command = [sys.executable, "-m", "sealwax", *map(str, arguments)]
    env = {**os.environ, **environment}
    result = subprocess.run(command, input=data, capture_output=True, env=env)
    assert result.returncode == expect, result
    assert b"Traceback" not in result.stderr
    return result


def there_and_back(spec: str, **environment: str) -> sealwax.WrappedKey:
    """Encrypts and decrypts a pipe; returns the wrapped key."""
    sealed = run("encrypt", "--key", spec, "--context", "tenant=acme", "-", **environment).stdout
    assert run("decrypt", "--key", spec, "-", data=sealed, **environment).stdout == DATA
    (key,) = sealwax.inspect(sealed).wrapped_keys
    return key


@pytest.fixture
def vault(bao: OpenBao) -> dict[str, str]:
    """How the command finds OpenBao, which has the key `cli`."""
    bao.create_key("cli")
    return {"VAULT_ADDR": bao.url, "VAULT_TOKEN": bao.token}


def test_openbao(vault: dict[str, str]) -> None:
    for spec in ("vault:cli", "vault:transit/cli"):
        key = there_and_back(spec, **vault)
        assert (key.provider_id, key.key_id) == ("vault-transit", "transit/keys/cli")
    assert there_and_back("vault:cli#mine", **vault).key_id == "mine"
    abroad = {"VAULT_ADDR": "http://vault.example.org"}
    refused = run("encrypt", "--key", "vault:cli", "-", expect=5, **abroad)
    assert b"keys go over https" in refused.stderr


def test_aws(roto: str) -> None:
    arn = aws.create_key(roto)
    environment = {
        "AWS_ENDPOINT_URL_KMS": roto,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    key = there_and_back(f"aws:{arn}", **environment)
    assert (key.provider_id, key.key_id) == ("aws-kms", arn)
    named = run("encrypt", "--key", f"aws:{arn}#mine", "-", expect=2, **environment)
    assert b"leave #mine out" in named.stderr
    run("encrypt", "--key", "aws:alias/orders", "-", expect=5, **environment)


def test_token(hsm: SoftHsm, tmp_path: Path) -> None:
    hsm.create_aes_key("t1", "cli")
    environment = {"PKCS11_MODULE": hsm.module}
    uri = "pkcs11:token=t1;object=cli"
    key = there_and_back(uri, PKCS11_PIN=hsm.pin, **environment)
    assert (key.provider_id, key.key_id) == ("pkcs11", uri)
    pin = tmp_path / "pin+1"  # a plus is a plus: this is a URI and no form
    pin.write_text(f"{hsm.pin}\n")
    there_and_back(f"{uri}?pin-source=file:{pin}&module-path={hsm.module}")
    assert b"PKCS11_PIN" in run("encrypt", "--key", uri, "-", expect=2, **environment).stderr
    assert b"object=LABEL" in run("encrypt", "--key", "pkcs11:token=t1", "-", expect=2).stderr


def test_recovery_key(vault: dict[str, str], tmp_path: Path) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (tmp_path / "private.pem").write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (tmp_path / "public.pem").write_bytes(
        private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    keys = ("--key", "vault:cli", "--key", f"rsa:{tmp_path / 'public.pem'}")
    sealed = run("encrypt", *keys, "-", **vault).stdout
    assert (
        run("decrypt", "--key", f"rsa:{tmp_path / 'private.pem'}", "-", data=sealed).stdout == DATA
    )
    run("decrypt", "--key", f"rsa:{tmp_path / 'public.pem'}", "-", data=sealed, expect=5)


def test_a_key_that_cannot_be_had(vault: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "k").write_text("00" * 32)
    down = {**vault, "VAULT_TOKEN": "wrong"}
    keys = ("--key", "vault:cli", "--key", tmp_path / "k")
    refused = run("encrypt", *keys, "-", expect=5, **down)
    assert refused.stdout == b"" and b"vault-transit" in refused.stderr
    went_on = run("encrypt", *keys, "--no-require-all", "-", **down)
    assert b"vault-transit" in went_on.stderr, "a person is told of the key that is missing"
    (key,) = sealwax.inspect(went_on.stdout).wrapped_keys
    assert key.provider_id == "local"
