"""The examples of docs/keys.md."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path
from typing import Any

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


def examples_run(module: Any, **given: Any) -> tuple[int, int]:
    """How many examples of a module's own names failed, and how many there are."""
    runner = doctest.DocTestRunner()
    # Public names say that they belong to the package.
    own = (module.__name__, module.__package__)
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) in own and callable(value):
            for example in doctest.DocTestFinder().find(
                value, name, module=False, globs={**vars(module), **given}
            ):
                runner.run(example)
    return runner.failures, runner.tries


@pytest.mark.xdist_group("s3")
def test_the_bucket(store: str) -> None:
    bucket = import_module("sealwax.s3._bucket")
    assert examples_run(bucket, client=aws.client(store, "s3")) == (0, 5)


@pytest.mark.parametrize("name", ["aws", "gcp", "vault", "_travel"])
def test_the_examples_of_a_provider(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert examples_run(import_module(f"sealwax.kms.{name}")) == (0, 1)
