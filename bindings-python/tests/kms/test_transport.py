"""Transport: TLS 1.2 or newer, certificates and host names checked, never clear text."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sealwax
from sealwax import kms

from .servers import aws
from .servers.azure import Credential, KeyVault
from .servers.certificates import Authority
from .servers.gcp import CloudKms
from .servers.http import HttpServer, Response

ARN = "arn:aws:kms:us-east-1:123456789012:key/0000"
GCP_KEY = "projects/p/locations/l/keyRings/r/cryptoKeys/k"
CONTEXT = {"tenant": "acme"}

Maker = Callable[[str, str], Any]


@pytest.fixture(autouse=True)
def no_challenge_of_another_server() -> None:
    """Azure's client keeps challenges by host and port, and ports come round again."""
    challenges = sys.modules.get("azure.keyvault.keys._shared.http_challenge_cache")
    if challenges is not None:
        challenges.clear()


def aws_kms(url: str, trust: Any) -> Any:
    return kms.AwsKms(ARN, endpoint_url=url, verify=trust, timeout=10, **aws.OPTIONS)


def vault(url: str, trust: Any) -> Any:
    return kms.VaultTransit("key", url=url, token="t", verify=trust, timeout=10)


def azure(url: str, trust: str) -> Any:
    return kms.AzureKeyVault(f"{url}/keys/key", Credential(), verify=trust, timeout=10)


def gcp(url: str, trust: str) -> Any:
    from google.auth.credentials import AnonymousCredentials

    with open(trust, "rb") as file:
        roots = file.read()
    credentials = AnonymousCredentials()
    return kms.GcpKms(
        GCP_KEY, endpoint=url, credentials=credentials, root_certificates=roots, timeout=10
    )


MAKERS = {"aws": aws_kms, "vault": vault, "azure": azure, "gcp": gcp}


class Handshakes(HttpServer):
    """A server that says what its TLS library thinks of the clients."""

    def answer(self, request: Any) -> Response:
        return Response(418, b"{}")


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[Handshakes]:
    context.set_alpn_protocols(["h2", "http/1.1"])
    with Handshakes(context) as server:
        yield server


@pytest.mark.parametrize("kind", ["self_signed", "expired", "wrong_host", "tls11"])
@pytest.mark.parametrize("name", MAKERS)
def test_a_bad_server_is_refused(authority: Authority, name: str, kind: str) -> None:
    with serving(authority.context(kind)) as server:
        provider = MAKERS[name](server.url, str(authority.file))
        with pytest.raises(kms.TlsError):
            provider.wrap(bytearray(32), CONTEXT)
        assert server.requests == []
        # botocore and gRPC look at the name after the handshake, and then say nothing more.
        assert server.handshakes == 0 or kind == "wrong_host"


@pytest.mark.parametrize("name", ["aws", "vault", "azure"])
def test_a_good_server_is_not(authority: Authority, name: str) -> None:
    """The same server with a good certificate is spoken to: the refusals are for what they say."""
    with serving(authority.context("good")) as server:
        provider = MAKERS[name](server.url, str(authority.file))
        with pytest.raises(kms.KmsError) as caught:
            provider.wrap(bytearray(32), CONTEXT)
        assert not isinstance(caught.value, kms.TlsError)
        assert server.requests != []
        assert server.handshakes > 0


def test_google_over_tls(authority: Authority) -> None:
    server = CloudKms(tls=authority.issue("good"))
    try:
        server.create_key("k")
        with open(authority.file, "rb") as file:
            roots = file.read()
        from google.auth.credentials import AnonymousCredentials

        provider = kms.GcpKms(
            server.create_key("key"),
            endpoint=server.url,
            credentials=AnonymousCredentials(),
            root_certificates=roots,
        )
        envelope = sealwax.encrypt(b"tide table", provider)
        assert sealwax.decrypt(envelope, provider) == b"tide table"
    finally:
        server.stop()


@pytest.mark.parametrize("name", ["aws", "vault"])
def test_a_redirect_to_clear_text_is_not_followed(authority: Authority, name: str) -> None:
    with serving(authority.context("good")) as server:
        server.fault = Response(307, b"", {"Location": "http://kms.example.org/"})
        provider = MAKERS[name](server.url, str(authority.file))
        with pytest.raises(kms.KmsError):
            provider.wrap(bytearray(32), CONTEXT)


@pytest.mark.parametrize(
    "make",
    [
        lambda url: aws_kms(url, None),
        lambda url: vault(url, None),
        lambda url: kms.GcpKms(GCP_KEY, endpoint=url),
    ],
    ids=["aws", "vault", "gcp"],
)
@pytest.mark.parametrize(
    "url", ["http://kms.example.org", "http://10.0.0.1:8200", "ftp://localhost", "localhost:8200"]
)
def test_clear_text_is_for_this_machine_only(make: Callable[[str], Any], url: str) -> None:
    with pytest.raises((kms.InsecureTransportError, ValueError)):
        make(url)


@pytest.mark.parametrize("url", ["localhost:8200", "127.0.0.1:8200", "kms.example.org", "https:"])
def test_an_address_without_a_scheme_is_told_to_have_one(url: str) -> None:
    with pytest.raises(kms.InsecureTransportError) as caught:
        vault(url, None)
    assert str(caught.value) == (
        "an address without a scheme is refused: it begins with https://, or with http:// where it "
        "is a loopback address"
    )


@pytest.mark.parametrize("name", MAKERS)
def test_an_address_has_no_password(name: str, authority: Authority) -> None:
    """Errors and logs name addresses."""
    with pytest.raises(kms.InsecureTransportError, match="is refused") as caught:
        MAKERS[name]("https://user:hunter2@kms.example.org", str(authority.file))
    assert "hunter2" not in str(caught.value)


def test_azure_is_never_clear_text() -> None:
    with pytest.raises(sealwax.InvalidArgumentError):
        azure("http://localhost:1", "trust.pem")


def test_a_client_that_checks_nothing_is_refused() -> None:
    import boto3
    import hvac

    url = "https://kms.example.org"
    client = boto3.client("kms", "us-east-1", endpoint_url=url, verify=False, **aws.OPTIONS)
    for make in (
        lambda: kms.AwsKms(ARN, client),
        lambda: kms.AwsKms(ARN, endpoint_url=url, verify=False, **aws.OPTIONS),
        lambda: kms.VaultTransit("key", hvac.Client(url=url, token="t", verify=False)),
        lambda: kms.VaultTransit("key", url=url, token="t", verify=False),
        lambda: kms.VaultTransit("key", url=url, token="t", verify=""),
        lambda: kms.AzureKeyVault(f"{url}/keys/key", Credential(), verify=False),
        lambda: kms.AzureKeyVault(f"{url}/keys/key", Credential(), connection_verify=False),
    ):
        with pytest.raises(kms.InsecureTransportError):
            make()


def test_clients_of_the_host_are_looked_at_too() -> None:
    import boto3
    import hvac

    url = "http://kms.example.org"
    client = boto3.client("kms", "us-east-1", endpoint_url=url, **aws.OPTIONS)
    with pytest.raises(kms.InsecureTransportError):
        kms.AwsKms(ARN, client)
    with pytest.raises(kms.InsecureTransportError):
        kms.VaultTransit("key", hvac.Client(url=url, token="t"))


def test_host_clients_against_bad_servers(authority: Authority) -> None:
    """What the host brings keeps to the rules by its own libraries."""
    import boto3
    import hvac

    trust = str(authority.file)
    for kind in ("self_signed", "expired", "wrong_host", "tls11"):
        with serving(authority.context(kind)) as server:
            options: Any = {"endpoint_url": server.url, "verify": trust, **aws.OPTIONS}
            providers = [
                kms.AwsKms(ARN, boto3.client("kms", "us-east-1", **options)),
                kms.VaultTransit("key", hvac.Client(url=server.url, token="t", verify=trust)),
            ]
            for provider in providers:
                with pytest.raises(kms.TlsError):
                    provider.wrap(bytearray(32), CONTEXT)
            assert server.requests == []


def test_real_vault_over_tls(authority: Authority, key_vault: KeyVault, bao: Any) -> None:
    from .servers.http import Proxy

    bao.create_key("tls")
    with Proxy(bao.url, authority.context("good")) as proxy:
        provider = kms.VaultTransit(
            "tls", url=proxy.url, token=bao.token, verify=str(authority.file)
        )
        envelope = sealwax.encrypt(b"tide table", provider, context=CONTEXT)
        assert sealwax.decrypt(envelope, provider) == b"tide table"
        assert len(proxy.take()) == 2


def test_the_old_server_works_for_who_speaks_it(authority: Authority) -> None:
    """The refusals of TLS 1.1 above are not because that server is broken."""
    import socket

    context = ssl.create_default_context(cafile=str(authority.file))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    with serving(authority.context("tls11")) as server:
        with socket.create_connection(("localhost", server.port)) as connection:
            with context.wrap_socket(connection, server_hostname="localhost") as secured:
                assert secured.version() == "TLSv1.1"
