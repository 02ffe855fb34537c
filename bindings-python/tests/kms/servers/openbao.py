"""OpenBao with its transit engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from .process import Port, Process, answers, program


class OpenBao(NamedTuple):
    """A running server."""

    url: str
    token: str

    def client(self, token: str = "") -> Any:
        """A client for the tests' own use, not that of a provider."""
        import hvac

        return hvac.Client(url=self.url, token=token or self.token)

    def create_key(self, name: str, **fields: Any) -> None:
        """Makes a transit key."""
        self.client().secrets.transit.create_key(name, **fields)

    def token_for(self, *paths: str) -> str:
        """A token that may use these paths and nothing else."""
        client = self.client()
        rules = "".join(
            f'path "{path}" {{ capabilities = ["update", "read"] }}\n' for path in paths
        )
        name = f"policy-{abs(hash(paths))}"
        client.sys.create_or_update_policy(name, rules)
        token: str = client.auth.token.create(policies=[name])["auth"]["client_token"]
        return token


@contextmanager
def openbao() -> Iterator[OpenBao]:
    """A server with its data in memory and the transit engine on."""
    port, token = Port(), "root"
    command = [program("bao"), "server", "-dev", "-dev-no-store-token"]
    command += [f"-dev-root-token-id={token}", f"-dev-listen-address=127.0.0.1:{port}"]
    # It answers before it is unsealed, but not with 200.
    with Process(command, answers(port, "/v1/sys/health", 200), port=port):
        server = OpenBao(port.url, token)
        server.client().sys.enable_secrets_engine("transit")
        yield server
