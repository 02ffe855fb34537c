"""The examples of docs/keys.md."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .servers import aws
from .servers.openbao import OpenBao
from .servers.softhsm import SoftHsm


@pytest.mark.xdist_group("s3")
def test_the_examples(bao: OpenBao, store: str, hsm: SoftHsm) -> None:
    bao.create_key("orders")
    hsm.create_aes_key("t1", "page")
    key = rsa.generate_private_key(65537, 2048)
    given = {
        "client": aws.client(store, "s3"),
        "vault_url": bao.url,
        "vault_token": bao.token,
        "pin": hsm.pin,
        "module": hsm.module,
        "private_pem": key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        "public_pem": key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
    }
    page = Path(__file__).parents[2] / "docs" / "keys.md"
    result = doctest.testfile(str(page), module_relative=False, globs=given)
    assert result.failed == 0
    assert result.attempted > 15


@pytest.mark.xdist_group("s3")
def test_the_bucket(store: str) -> None:
    given = {"client": aws.client(store, "s3")}
    result = doctest.testmod(import_module("sealwax.s3._bucket"), extraglobs=given)
    assert (result.failed, result.attempted) == (0, 5)


@pytest.mark.parametrize("name", ["aws", "azure", "gcp", "pkcs11", "rsa", "vault", "_travel"])
def test_the_examples_of_a_provider(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert doctest.testmod(import_module(f"sealwax.kms.{name}")).failed == 0
