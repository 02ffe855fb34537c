"""Cases specific to the providers in examples/."""

from __future__ import annotations

from typing import Any

import pytest
import sealwax
from sealwax import kms

from ..servers.certificates import Authority
from ..servers.kmip import Kmip
from ..test_transport import serving
from .backends import Tpm


@pytest.mark.parametrize("kind", ["self_signed", "expired", "wrong_host", "tls11"])
def test_kmip_refuses_a_bad_server(authority: Authority, pykmip: Kmip, kind: str) -> None:
    from kmip_provider import KmipKey

    with serving(authority.context(kind)) as server:
        with pytest.raises(kms.TlsError):
            KmipKey(
                "1",
                host="localhost",
                port=server.port,
                identity=pykmip.identity,
                trust=pykmip.trust,
            )
        assert server.requests == []


def test_kmip_needs_the_clients_certificate(authority: Authority, pykmip: Kmip) -> None:
    """One that the server's authority did not sign is nobody."""
    from kmip_provider import KmipKey

    with pytest.raises(kms.KmsError):
        key = KmipKey(
            "1",
            host="localhost",
            port=pykmip.port,
            identity=str(authority.issue("self_signed")),
            trust=pykmip.trust,
        )
        key.wrap(bytearray(32), {})  # With TLS 1.3 the refusal comes with the first answer.


def test_a_tpm_beside_a_recovery_key(request: pytest.FixtureRequest) -> None:
    """A TPM is lost with its machine: another key of the same object opens it."""
    backend: Any = Tpm(request.getfixturevalue)
    recovery = sealwax.LocalKey.generate("recovery")
    envelope = sealwax.encrypt(b"tide table", [backend.provider(), recovery])
    backend.close()
    with pytest.raises(sealwax.ProviderError):
        sealwax.decrypt(envelope, backend.provider())
    assert sealwax.decrypt(envelope, [backend.provider(), recovery]) == b"tide table"
