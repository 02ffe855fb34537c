"""Fixtures: the servers of a session, and a backend for each KMS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .backends import BACKENDS, Backend
from .servers import aws
from .servers.azure import KeyVault
from .servers.certificates import Authority
from .servers.gcp import CloudKms
from .servers.http import Proxy
from .servers.openbao import OpenBao, openbao
from .servers.seaweed import seaweed
from .servers.softhsm import SoftHsm


@pytest.fixture(scope="session")
def bao() -> Iterator[OpenBao]:
    """OpenBao."""
    with openbao() as server:
        yield server


@pytest.fixture(scope="session")
def roto() -> Iterator[str]:
    """roto-aws's address."""
    with aws.roto() as url:
        yield url


@pytest.fixture(scope="session")
def ministack() -> Iterator[str]:
    """Ministack's address."""
    with aws.ministack() as url:
        yield url


@pytest.fixture(scope="session")
def store(bao: OpenBao, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """SeaweedFS's address; it has the bucket `tides`, and OpenBao's key `store` for SSE-KMS."""
    bao.create_key("store")
    with seaweed(tmp_path_factory.mktemp("seaweed"), bao) as url:
        aws.client(url, "s3").create_bucket(Bucket="tides")
        yield url


@pytest.fixture(scope="session")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> SoftHsm:
    """SoftHSM2 with the token `t1`."""
    tokens = SoftHsm(tmp_path_factory.mktemp("softhsm"))
    tokens.init_token("t1")
    return tokens


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who signs the certificates."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def cloud_kms() -> Iterator[CloudKms]:
    """Our Google Cloud KMS."""
    server = CloudKms()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def key_vault(authority: Authority) -> Iterator[KeyVault]:
    """Our Azure Key Vault."""
    with KeyVault(authority.context()) as server:
        yield server


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each KMS in turn, with a new key."""
    made = BACKENDS[request.param](request.getfixturevalue)
    yield made
    made.close()


@pytest.fixture
def bao_proxy(bao: OpenBao) -> Iterator[Proxy]:
    """A proxy before OpenBao."""
    with Proxy(bao.url) as proxy:
        yield proxy


@pytest.fixture
def roto_proxy(roto: str) -> Iterator[Proxy]:
    """A proxy before roto-aws."""
    with Proxy(roto) as proxy:
        yield proxy


@pytest.fixture
def audited(caplog: pytest.LogCaptureFixture) -> Any:
    """The audit events so far, as a function."""
    caplog.set_level("INFO", logger="sealwax.audit")

    def events() -> list[Any]:
        return [record.event for record in caplog.records if record.name == "sealwax.audit"]

    return events


@pytest.fixture
def envelope_path(tmp_path: Path) -> Path:
    """Where a test may write an envelope."""
    return tmp_path / "object.sealwax"
