"""An object under AWS KMS, OpenBao and a token: sealed in Python, opened in JavaScript and in C."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sealwax
from sealwax import kms

from ..servers import aws
from ..servers.openbao import OpenBao
from ..servers.softhsm import MODULE, PIN, SoftHsm

CONTEXT = {"tenant": "acme", "purpose": "tests"}
TEXT = "high water 18:42\n" * 5000
ROOT = Path(__file__).parents[4]
SCRIPTS = ROOT / "bindings-wasm" / "tests" / "cross"


class Keys(NamedTuple):
    """One key in each KMS."""

    aws: kms.AwsKms
    transit: kms.VaultTransit
    token: kms.Pkcs11
    told: dict[str, Any]
    """What JavaScript needs to know of the first two."""


@pytest.fixture(scope="module")
def keys(roto: str, bao: OpenBao, hsm: SoftHsm) -> Keys:
    bao.create_key("cross")
    hsm.create_aes_key("t1", "cross")
    arn = aws.create_key(roto)
    names = {"accessKeyId": "aws_access_key_id", "secretAccessKey": "aws_secret_access_key"}
    credentials = {name: aws.OPTIONS[ours] for name, ours in names.items()}
    return Keys(
        kms.AwsKms(arn, endpoint_url=roto, **aws.OPTIONS),
        kms.VaultTransit("cross", url=bao.url, token=bao.token),
        kms.Pkcs11("t1", "cross", pin=PIN, module=MODULE),
        {
            "context": CONTEXT,
            "text": TEXT,
            "transit": {"name": "cross", "url": bao.url, "token": bao.token},
            "aws": {"arn": arn, "url": roto, "credentials": credentials},
        },
    )


@pytest.fixture(scope="module")
def sealed(keys: Keys) -> bytes:
    providers = [keys.aws, keys.transit, keys.token]
    envelope = sealwax.encrypt(TEXT.encode(), providers, context=CONTEXT)
    names = [key.provider_id for key in sealwax.inspect(envelope).wrapped_keys]
    assert names == ["aws-kms", "vault-transit", "pkcs11"]
    return envelope


def script(name: str, keys: Keys, sealed: bytes) -> Any:
    """What a script prints."""
    told = json.dumps({**keys.told, "sealed": b64encode(sealed).decode()})
    command = ["node", str(SCRIPTS / name)]
    ran = subprocess.run(command, input=told, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_node(keys: Keys, sealed: bytes) -> None:
    """Both network providers of JavaScript open it; what they seal opens in Python."""
    answer = script("node.mjs", keys, sealed)
    assert answer["opened"] == {"transit": TEXT, "aws": TEXT}
    made = b64decode(answer["made"])
    for provider in (keys.transit, keys.aws):
        assert sealwax.decrypt(made, provider, context=CONTEXT) == TEXT.encode()


def test_chromium(keys: Keys, sealed: bytes) -> None:
    """The page itself asks OpenBao."""
    assert script("chromium.mjs", keys, sealed) == {"text": TEXT, "problems": []}


def test_c(keys: Keys, sealed: bytes, tmp_path: Path) -> None:
    """The token is asked by examples/pkcs11_provider.c, and the other way round."""
    sys.path.append(str(ROOT / "bindings-c/tests/programs"))
    from programs import compiled_for_token

    program = compiled_for_token(tmp_path / "hsm_file", "hsm_file")

    def hsm_file(mode: str, source: Path, target: Path) -> None:
        command = [program, mode, MODULE, "t1", "cross", str(source), str(target)]
        ran = subprocess.run(
            command, env={**os.environ, "PKCS11_PIN": PIN}, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr

    path = tmp_path / "python.sealwax"
    path.write_bytes(sealed)
    hsm_file("decrypt", path, tmp_path / "c.txt")
    assert (tmp_path / "c.txt").read_text() == TEXT
    hsm_file("encrypt", tmp_path / "c.txt", tmp_path / "c.sealwax")
    assert sealwax.decrypt_file(tmp_path / "c.sealwax", tmp_path / "py.txt", keys.token) > 0
    assert (tmp_path / "py.txt").read_text() == TEXT
