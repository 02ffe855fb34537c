"""PyKMIP's server: KMIP over TLS with client certificates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .certificates import Authority
from .process import Port, Process, program

_SETTINGS = """[server]
hostname=127.0.0.1
port={port}
certificate_path={server}
key_path={server}
ca_path={authority}
auth_suite=TLS1.2
enable_tls_client_auth=True
policy_path={folder}
database_path={folder}/keys.db
logging_level=ERROR
"""


class Kmip:
    """A running server, and how a client reaches it."""

    def __init__(self, port: int, identity: Path, trust: Path) -> None:
        self.port, self.identity, self.trust = port, str(identity), str(trust)

    def client(self) -> Any:
        """A client for the tests' own use, not that of the provider."""
        from kmip.pie.client import ProxyKmipClient

        return ProxyKmipClient(
            hostname="127.0.0.1",
            port=self.port,
            cert=self.identity,
            key=self.identity,
            ca=self.trust,
            config_file="/dev/null",
        )

    def create_key(self) -> str:
        """An active AES key's identifier."""
        from kmip.core import enums

        masks = [enums.CryptographicUsageMask.ENCRYPT, enums.CryptographicUsageMask.DECRYPT]
        with self.client() as client:
            uid: str = client.create(
                enums.CryptographicAlgorithm.AES, 256, cryptographic_usage_mask=masks
            )
            client.activate(uid)
        return uid

    def revoke(self, uid: str) -> None:
        """Deactivates a key."""
        from kmip.core import enums

        with self.client() as client:
            client.revoke(enums.RevocationReasonCode.CESSATION_OF_OPERATION, uid)


@contextmanager
def kmip(folder: Path, authority: Authority) -> Iterator[Kmip]:
    """A server with its keys below a folder."""
    port, server = Port(), authority.issue("good")
    settings = folder / "server.conf"
    settings.write_text(
        _SETTINGS.format(port=port, server=server, authority=authority.file, folder=folder)
    )
    made = Kmip(port.number, authority.issue("client"), authority.file)

    def is_ready() -> bool:
        try:
            with made.client():
                return True
        except OSError:
            return False

    command = [program("pykmip-server"), "-f", str(settings), "-l", str(folder / "server.log")]
    with Process(command, is_ready, port=port):
        yield made
