"""Fixtures: the servers of the thorough suite and their backends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..backends import Backend
from ..servers import aws
from ..servers.certificates import Authority
from ..servers.kmip import Kmip, kmip
from ..servers.kryoptic import Kryoptic
from ..servers.tpm import Tpm, tpm
from .backends import BACKENDS

sys.path.insert(0, str(Path(__file__).parents[3] / "examples"))  # The host's own providers.


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """Moto's address."""
    with aws.moto() as url:
        yield url


@pytest.fixture(scope="session")
def local_kms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """local-kms's address."""
    if "SEALWAX_LOCAL_KMS" not in os.environ:
        pytest.skip("local-kms could not be built on this machine")
    with aws.local_kms(tmp_path_factory.mktemp("local-kms")) as url:
        yield url


@pytest.fixture(scope="session")
def swtpm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tpm]:
    """A TPM."""
    with tpm(tmp_path_factory.mktemp("tpm")) as made:
        yield made


@pytest.fixture(scope="session")
def pykmip(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Kmip]:
    """A KMIP server."""
    with kmip(tmp_path_factory.mktemp("kmip"), authority) as made:
        yield made


@pytest.fixture(scope="session")
def kryoptic(tmp_path_factory: pytest.TempPathFactory) -> Kryoptic:
    """Kryoptic with the token `t1`."""
    if not Kryoptic.module:
        pytest.skip("Kryoptic could not be built on this machine")
    tokens = Kryoptic(tmp_path_factory.mktemp("kryoptic"))
    tokens.init_token("t1")
    return tokens


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each KMS in turn, with a new key."""
    made = BACKENDS[request.param](request.getfixturevalue)
    yield made
    made.close()
