"""Messages of a KMS: compared whole if codes do not suffice, and escaped when shown."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import sealwax
from sealwax import kms

from . import faults
from .servers import aws
from .servers.azure import Credential, KeyVault
from .servers.certificates import Authority
from .servers.gcp import CloudKms, Failure
from .servers.http import Drip, HttpServer, Proxy, Response
from .servers.openbao import OpenBao
from .servers.process import Port

ARN = "arn:aws:kms:us-east-1:123456789012:key/0000"
CONTEXT = {"tenant": "acme"}
TOKEN = "t0ken"
HOSTILE = "a\x1b[2J\r\nINFO all is well\u202e"


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with HttpServer() as made:
        yield made


@pytest.fixture
def cloud() -> Iterator[CloudKms]:
    made = CloudKms()
    yield made
    made.stop()


def vault(server: Any, **options: Any) -> Any:
    return kms.VaultTransit("orders", **{"url": server.url, "token": TOKEN, **options})


def aws_kms(server: Any) -> Any:
    return kms.AwsKms(ARN, endpoint_url=server.url, **aws.OPTIONS)


def azure(server: Any, authority: Authority) -> Any:
    options: Any = {"verify": str(authority.file), "verify_challenge_resource": False}
    return kms.AzureKeyVault(f"{server.url}/keys/key", Credential(), self_test=False, **options)


def kind_of(call: Any) -> type[BaseException]:
    """What a provider raises."""
    with pytest.raises((kms.KmsError, sealwax.KeyUnwrapError)) as caught:
        call()
    return caught.type


def unwrap(provider: Any) -> Any:
    return provider.unwrap(sealwax.WrappedKey(provider.key_id, b"vault:v1:x"), CONTEXT)


@pytest.mark.parametrize("name", ["sealed", "token.expired", "invalid-ciphertext"])
def test_a_denial_is_none_other_for_a_name(bao: OpenBao, name: str, audited: Any) -> None:
    """The server's URL, the mount and the key all have the word in them."""
    client = bao.client()
    client.sys.enable_secrets_engine("transit", path=f"mount/{name}")
    client.secrets.transit.create_key(name, mount_point=f"mount/{name}")
    options: Any = {"url": bao.url, "mount_point": f"mount/{name}"}
    envelope = sealwax.encrypt(b"", kms.VaultTransit(name, token=bao.token, **options))
    denied = kms.VaultTransit(name, token=bao.token_for("transit/decrypt/x"), **options)
    for call in (sealwax.encrypt, sealwax.decrypt):
        with pytest.raises(sealwax.ProviderError) as caught:
            call(envelope, denied)
        assert type(caught.value.__cause__) is kms.AccessDeniedError
    assert [event.outcome for event in audited()[1:]] == ["denied", "denied"]
    missing = kms.VaultTransit(name, url=bao.url, token=bao.token, mount_point="sealed")
    assert kind_of(lambda: unwrap(missing)) is kms.KeyNotFoundError


VAULT_WORDS = [
    (403, "policy 'invalid token' forbids invalid ciphertext", kms.AccessDeniedError),
    (403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n", kms.CredentialsError),
    (400, "missing client token", kms.CredentialsError),
    (400, "no key is called message authentication failed", kms.KmsError),
    (400, "encryption key not found", kms.KeyNotFoundError),
    (400, "the tenant encryption key not found is unknown", kms.KmsError),
    (404, "no handler for route 'sealed/decrypt/invalid token'", kms.KeyNotFoundError),
    (500, "the disk of soft-deleted is full", kms.UnavailableError),
    (503, "Vault is sealed", kms.UnavailableError),
    (400, "cipher: message authentication failed", sealwax.KeyUnwrapError),
    (400, "chacha20poly1305: message authentication failed", sealwax.KeyUnwrapError),
    (400, "invalid ciphertext: no prefix", sealwax.KeyUnwrapError),
    (400, "invalid ciphertext length", sealwax.KeyUnwrapError),
]


@pytest.mark.parametrize(("status", "said", "kind"), VAULT_WORDS)
def test_words_of_vault(server: HttpServer, status: int, said: str, kind: Any) -> None:
    server.fault = faults.vault(status, said)
    assert kind_of(lambda: unwrap(vault(server))) is kind


AWS_WORDS = [
    ("AccessDeniedException", "user/Signature expired: is pending deletion", kms.AccessDeniedError),
    ("InvalidSignatureException", "The user Signature expired: is nobody", kms.CredentialsError),
    ("InvalidSignatureException", "Signature expired: 1 is now earlier than 2", kms.ClockSkewError),
    ("InvalidSignatureException", "Signature not yet current: 2", kms.ClockSkewError),
    ("KMSInvalidStateException", f"{ARN} is pending deletion.", kms.KeyPendingDeletionError),
    ("KMSInvalidStateException", "x is pending replica deletion.", kms.KeyPendingDeletionError),
    ("KMSInvalidStateException", "alias/deleted is Disabled.", kms.KeyDisabledError),
    ("DisabledException", "alias/delete-me is disabled.", kms.KeyDisabledError),
    ("InvalidCiphertextException", "", sealwax.KeyUnwrapError),
]


@pytest.mark.parametrize(("code", "said", "kind"), AWS_WORDS)
def test_words_of_aws(server: HttpServer, code: str, said: str, kind: Any) -> None:
    server.fault = faults.aws(code, said)
    assert kind_of(lambda: unwrap(aws_kms(server))) is kind


def test_what_aws_quotes_of_a_request_is_not_shown(server: HttpServer) -> None:
    """Among it is the session token."""
    said = "The signature does not match.\n\nThe Canonical String for this request should have been"
    server.fault = faults.aws("InvalidSignatureException", f"{said} 'x-amz-security-token:s3cret'")
    with pytest.raises(sealwax.ProviderError) as caught:
        sealwax.encrypt(b"", aws_kms(server))
    shown = "".join(traceback.format_exception(None, caught.value, caught.value.__traceback__))
    assert "The signature does not match." in str(caught.value)
    assert "s3cret" not in shown


NAME = "projects/p/locations/l/keyRings/r/cryptoKeys"
STATE = "is not enabled, current state is:"
GOOGLE_WORDS = [
    ("FAILED_PRECONDITION", f"{NAME}/DESTROYED {STATE} DISABLED.", kms.KeyDisabledError),
    ("FAILED_PRECONDITION", f"{NAME}/DISABLED has no primary version", kms.KmsError),
    ("FAILED_PRECONDITION", f"{NAME}/k {STATE} DESTROYED.", kms.KeyPendingDeletionError),
    ("INVALID_ARGUMENT", f"{NAME}/my_crc32c: the ciphertext is invalid", sealwax.KeyUnwrapError),
    ("INVALID_ARGUMENT", "The sum in field ciphertext_crc32c did not match", kms.MisbehavedError),
    ("UNAVAILABLE", f"{NAME}/certificate_verify_failed", kms.UnavailableError),
    ("UNAVAILABLE", f"{NAME}/x getting metadata from plugin failed", kms.UnavailableError),
    ("PERMISSION_DENIED", f"Ssl handshake with {NAME}/k", kms.AccessDeniedError),
]


@pytest.mark.parametrize(("status", "said", "kind"), GOOGLE_WORDS)
def test_words_of_google(cloud: CloudKms, status: str, said: str, kind: Any) -> None:
    cloud.fault = Failure(grpc.StatusCode[status], said)
    timeout = faults.TIMEOUT if status == "UNAVAILABLE" else faults.PATIENT
    provider = kms.GcpKms(cloud.create_key("k"), endpoint=cloud.url, timeout=timeout)
    assert kind_of(lambda: unwrap(provider)) is kind


def test_a_detail_of_google_says_the_state() -> None:
    from google.api_core import exceptions
    from google.rpc import error_details_pb2
    from sealwax.kms._gcp_errors import translated

    kinds = {"KEY_DESTROYED": kms.KeyPendingDeletionError, "KEY_DISABLED": kms.KeyDisabledError}
    for word, kind in kinds.items():
        detail = error_details_pb2.PreconditionFailure()
        detail.violations.add(type=word, subject=NAME)
        error = exceptions.FailedPrecondition("in other words", details=[detail])
        with pytest.raises(kind):
            with translated(NAME, "decrypt"):
                raise error


def test_words_of_a_token() -> None:
    import pkcs11
    from sealwax.kms._pkcs11_errors import raise_failure

    exceptions = pkcs11.exceptions
    for error, kind in (
        (exceptions.PKCS11Error("Unmapped error code 0x68"), kms.AccessDeniedError),
        (exceptions.PKCS11Error("Unmapped error code 0x680"), kms.KmsError),
        (exceptions.NoSuchKey("No key called Unmapped error code 0x68"), kms.KeyNotFoundError),
    ):
        with pytest.raises(kms.KmsError) as caught:
            raise_failure(error, "key", "token", rejected=False)
        assert caught.type is kind


@pytest.mark.parametrize("name", ["vault", "aws", "azure", "google"])
def test_what_a_server_says_moves_no_cursor(
    name: str, server: HttpServer, cloud: CloudKms, authority: Authority, audited: Any
) -> None:
    """Not in the error, its causes or the log; and the key that was to wrap is named."""
    with KeyVault(authority.context()) as key_vault:
        key_vault.fault = faults.azure(403, HOSTILE)
        server.fault = {
            "vault": faults.vault(403, HOSTILE),
            "aws": faults.aws("AccessDeniedException", HOSTILE),
        }.get(name)
        cloud.fault = Failure(grpc.StatusCode.PERMISSION_DENIED, HOSTILE)
        provider = {
            "vault": lambda: vault(server),
            "aws": lambda: aws_kms(server),
            "azure": lambda: azure(key_vault, authority),
            "google": lambda: kms.GcpKms(cloud.create_key("k"), endpoint=cloud.url),
        }[name]()
        with pytest.raises(sealwax.ProviderError) as caught:
            sealwax.encrypt(b"", provider)
    assert f"{provider.provider_id} {provider.key_id}: AccessDeniedError: " in str(caught.value)
    assert "INFO all is well" in str(caught.value)
    shown = "".join(traceback.format_exception(None, caught.value, caught.value.__traceback__))
    assert "\x1b" not in shown and "\u202e" not in shown and "\nINFO" not in shown
    (event,) = audited()
    assert (event.key_id, event.outcome) == (provider.key_id, "denied")


def test_a_server_cannot_have_its_token_shown(server: HttpServer) -> None:
    server.fault = faults.vault(403, f"you sent {TOKEN}")
    with pytest.raises(sealwax.ProviderError) as caught:
        sealwax.encrypt(b"", vault(server))
    shown = "".join(traceback.format_exception(None, caught.value, caught.value.__traceback__))
    assert "you sent (token)" in str(caught.value) and TOKEN not in shown


@pytest.mark.parametrize("token", ["s3cret\n", " s3cret", "s3\x1bcret", "s3crét", "s3 cret"])
def test_a_token_that_is_none_is_not_shown(server: HttpServer, token: str) -> None:
    """Such as one from a file, with its line break: the HTTP library would quote it."""
    for given in (token, lambda: token):
        with pytest.raises(sealwax.ProviderError) as caught:
            sealwax.encrypt(b"", vault(server, token=given))
        shown = "".join(traceback.format_exception(None, caught.value, caught.value.__traceback__))
        assert isinstance(caught.value.__cause__, kms.CredentialsError)
        assert token.strip() not in shown
    assert server.requests == []


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("VAULT_ADDR", "VAULT_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "CLOUDSDK_CONFIG"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    port = Port()
    cases = [
        (lambda: kms.AwsKms(ARN), "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        (lambda: kms.GcpKms(f"{NAME}/k"), "GOOGLE_APPLICATION_CREDENTIALS is not set"),
        (lambda: kms.VaultTransit("k", url=port.url, timeout=1), str(port.number)),
        (lambda: kms.GcpKms(f"{NAME}/k", endpoint=port.url, timeout=1), port.url),
        (lambda: kms.AwsKms(ARN, endpoint_url=port.url, timeout=1, **aws.OPTIONS), port.url),
    ]
    for make, said in cases:
        with pytest.raises(sealwax.ProviderError, match=said):
            sealwax.encrypt(b"", make())
    monkeypatch.setattr("hvac.v1.DEFAULT_URL", port.url)
    with pytest.raises(sealwax.ProviderError, match="VAULT_ADDR is not set"):
        sealwax.encrypt(b"", kms.VaultTransit("k", timeout=1))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "absent.json"))
    with pytest.raises(sealwax.ProviderError, match="absent.json"):
        sealwax.encrypt(b"", kms.GcpKms(f"{NAME}/k"))


def test_no_token_at_all(bao: OpenBao, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.delenv("VAULT_TOKEN", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(sealwax.ProviderError, match="VAULT_TOKEN is not set") as caught:
        sealwax.encrypt(b"", kms.VaultTransit("k", url=bao.url))
    assert type(caught.value.__cause__) is kms.CredentialsError


def json(body: bytes) -> Response:
    return Response(200, body, {"Content-Type": "application/json", "x-amzn-RequestId": "r"})


NONSENSE = [b"[]", b"7", b'"x"', b"null", b'{"data": 7}', b'{"data": {}}', b'{"value": 7}', b"{"]
NONSENSE += [b'{"data": {"plaintext": 7, "ciphertext": 7}}', b'{"data": {"plaintext": "***"}}']
NONSENSE += [b'{"value": "*", "kid": 7}', b'{"KeyId": "%s"}' % ARN.encode(), b'{"Plaintext": ""}']


@pytest.mark.parametrize("body", NONSENSE)
@pytest.mark.parametrize("name", ["vault", "aws", "azure"])
def test_success_and_nonsense(
    name: str, server: HttpServer, authority: Authority, body: bytes
) -> None:
    with KeyVault(authority.context()) as key_vault:
        key_vault.fault = server.fault = json(body)
        provider = {
            "vault": lambda: vault(server),
            "aws": lambda: aws_kms(server),
            "azure": lambda: azure(key_vault, authority),
        }[name]()
        for call in (lambda: provider.wrap(bytearray(32), CONTEXT), lambda: unwrap(provider)):
            assert kind_of(call) is kms.MisbehavedError


@pytest.mark.parametrize("body", [b"[]", b"7", b'{"errors": 7}', b'{"errors": [7, null]}', b"\xff"])
def test_a_refusal_and_nonsense(server: HttpServer, authority: Authority, body: bytes) -> None:
    refusal = Response(403, body, {"Content-Type": "application/json"})
    with KeyVault(authority.context()) as key_vault:
        key_vault.fault = server.fault = refusal
        for provider in (vault(server), aws_kms(server), azure(key_vault, authority)):
            for call in (lambda: provider.wrap(bytearray(32), CONTEXT), lambda: unwrap(provider)):
                assert issubclass(kind_of(call), kms.KmsError)


@pytest.mark.parametrize("name", ["vault", "azure"])
def test_an_answer_that_drips(
    name: str, bao_proxy: Proxy, bao: OpenBao, authority: Authority
) -> None:
    """The time-out is for all of it, and not for each byte."""
    bao.create_key("drips")
    with KeyVault(authority.context()) as key_vault:
        key_id = key_vault.create_key("key")
        options: Any = {"verify": str(authority.file), "verify_challenge_resource": False}
        provider = {
            "vault": lambda: kms.VaultTransit(
                "drips", url=bao_proxy.url, token=bao.token, timeout=2
            ),
            "azure": lambda: kms.AzureKeyVault(
                key_id, Credential(), self_test=False, timeout=2, **options
            ),
        }[name]()
        bao_proxy.fault = key_vault.fault = Drip(0.5)
        start = time.monotonic()
        assert kind_of(lambda: provider.wrap(bytearray(32), CONTEXT)) is kms.KmsTimeoutError
        assert time.monotonic() - start < 30  # A byte at a time it would be minutes.


@pytest.mark.parametrize("name", ["vault", "azure"])
def test_an_answer_that_does_not_end(name: str, server: HttpServer, authority: Authority) -> None:
    with KeyVault(authority.context()) as key_vault:
        body = b'{"data": {"plaintext": "' + bytes(2 * 1024 * 1024)
        server.fault = key_vault.fault = json(body)
        provider = vault(server) if name == "vault" else azure(key_vault, authority)
        assert kind_of(lambda: unwrap(provider)) is kms.MisbehavedError


@pytest.mark.parametrize("name", ["vault", "aws", "azure"])
def test_headers_without_end(name: str, server: HttpServer, authority: Authority) -> None:
    with KeyVault(authority.context()) as key_vault:
        server.fault = key_vault.fault = Response(200, b"{}", {"X-Long": "x" * 100_000})
        provider = {
            "vault": lambda: vault(server),
            "aws": lambda: aws_kms(server),
            "azure": lambda: azure(key_vault, authority),
        }[name]()
        assert kind_of(lambda: unwrap(provider)) is kms.UnavailableError


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("name", ["vault", "aws", "azure"])
def test_a_redirect_to_nowhere(
    name: str, status: int, server: HttpServer, authority: Authority
) -> None:
    """In clear text to another machine, for ever, or to what is no address: an error, in time."""
    with KeyVault(authority.context()) as key_vault:
        for place in ("http://kms.example.org/", "/again", "nonsense://x", ""):
            server.fault = key_vault.fault = Response(status, b"", {"Location": place})
            provider = {
                "vault": lambda: vault(server),
                "aws": lambda: aws_kms(server),
                "azure": lambda: azure(key_vault, authority),
            }[name]()
            assert issubclass(kind_of(lambda: unwrap(provider)), kms.KmsError)
