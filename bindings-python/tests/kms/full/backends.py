"""Backends for the KMSs of the thorough suite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sealwax import kms

from ..backends import Backend, Fixtures, Hsm, HsmKeyWrap, Roto
from ..servers import aws
from ..servers.tpm import KINDS


class Moto(Roto):
    """AWS KMS as moto plays it; it rotates on demand, under one ARN."""

    server = "moto"

    def rotate(self) -> Any:
        aws.client(self._proxy.url).rotate_key_on_demand(KeyId=self._arns[-1])
        self.calls()
        return self.provider()

    def disable(self) -> None:
        pytest.skip("moto decrypts under disabled keys, too")


class LocalKms(Roto):
    """AWS KMS as local-kms plays it."""

    server = "local_kms"


class Kryoptic(Hsm):
    """A key in a token of Kryoptic."""

    server = "kryoptic"


class KryopticKeyWrap(HsmKeyWrap):
    """The same with RFC 3394."""

    server = "kryoptic"


class KryopticRsa(Hsm):
    """A key pair in such a token, with OAEP of SHA-256, which SoftHSM2 does not have."""

    server, mechanism = "kryoptic", "rsa-oaep-sha256"
    binds_context = False

    def _create(self, label: str) -> None:
        self._hsm.create_rsa_key("t1", label)


class Counted(Backend):
    """A provider of the host's own, whose one way to its KMS is counted."""

    def __init__(self) -> None:
        super().__init__()
        self._used = 0

    def calls(self) -> int:
        used, self._used = self._used, 0
        return used

    def _counted(self, provider: Any) -> Any:
        for name in ("wrap", "unwrap"):
            setattr(provider, name, self._counting(getattr(provider, name)))
        return provider

    def _counting(self, use: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any) -> Any:
            self._used += 1
            return use(*arguments)

        return counting


class Kmip(Counted):
    """A key of PyKMIP's server, by examples/kmip_provider.py."""

    def __init__(self, fixtures: Fixtures) -> None:
        super().__init__()
        self._server = fixtures("pykmip")
        self._uid = self._server.create_key()

    def provider(self) -> Any:
        return self._counted(self._provider(self._uid))

    def provider_of_unknown_key(self) -> Any:
        return self._provider("12345")

    def rotate(self) -> Any:
        old, self._uid = self._uid, self._server.create_key()
        return [self.provider(), self._provider(old)]

    def disable(self) -> None:
        self._server.revoke(self._uid)

    def _provider(self, uid: str) -> Any:
        from kmip_provider import KmipKey

        return KmipKey(
            uid,
            host="localhost",
            port=self._server.port,
            identity=self._server.identity,
            trust=self._server.trust,
        )


class Tpm(Counted):
    """A storage key of swtpm, by examples/tpm_provider.py."""

    disabled = kms.KeyNotFoundError

    def __init__(self, fixtures: Fixtures) -> None:
        super().__init__()
        self._tpm = fixtures("swtpm")
        self._first, self._second = KINDS
        self._there: list[str] = []
        self._create(self._first)

    def provider(self) -> Any:
        return self._counted(self._provider(self._there[-1] if self._there else self._first))

    def provider_of_unknown_key(self) -> Any:
        return self._provider("0x8100ffff")

    def rotate(self) -> Any:
        self._create(self._second)
        return [self.provider(), self._provider(self._first)]

    def disable(self) -> None:
        """It knows no such state: the key is taken out."""
        self.close()

    def close(self) -> None:
        while self._there:
            self._tpm.remove_key(self._there.pop())

    def _create(self, handle: str) -> None:
        with TemporaryDirectory() as folder:
            self._tpm.create_storage_key(handle, Path(folder))
        self._there.append(handle)

    def _provider(self, handle: str) -> Any:
        from tpm_provider import TpmKey

        return TpmKey(handle, tcti=self._tpm.tcti)


BACKENDS: dict[str, Callable[[Fixtures], Backend]] = {
    "moto": Moto,
    "local-kms": LocalKms,
    "kryoptic-aes-gcm": Kryoptic,
    "kryoptic-aes-key-wrap": KryopticKeyWrap,
    "kryoptic-rsa-oaep-sha256": KryopticRsa,
    "pykmip": Kmip,
    "swtpm": Tpm,
}
