"""Faults on the way to a KMS: the exact error, in bounded time, nothing written, an audit event."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sealwax
from sealwax import ErrorCode, kms

from . import faults
from .faults import Case
from .servers import aws
from .servers.azure import Credential, KeyVault
from .servers.certificates import Authority
from .servers.gcp import CloudKms
from .servers.http import Proxy, Resetting
from .servers.openbao import OpenBao

CONTEXT = {"tenant": "acme"}


class Target(NamedTuple):
    """A provider, made with the time that it waits, and what stands in its way."""

    provider: Callable[[float], Any]
    server: Any


@pytest.fixture
def aws_target(roto_proxy: Proxy) -> Target:
    arn = aws.create_key(roto_proxy.url)

    def make(timeout: float) -> Any:
        return kms.AwsKms(arn, endpoint_url=roto_proxy.url, timeout=timeout, **aws.OPTIONS)

    return Target(make, roto_proxy)


@pytest.fixture
def vault_target(bao: OpenBao, bao_proxy: Proxy) -> Target:
    bao.create_key("faults")

    def make(timeout: float) -> Any:
        return kms.VaultTransit("faults", url=bao_proxy.url, token=bao.token, timeout=timeout)

    return Target(make, bao_proxy)


@pytest.fixture
def azure_target(authority: Authority) -> Iterator[Target]:
    with KeyVault(authority.context()) as server:
        key_id = server.create_key("faults")

        def make(timeout: float) -> Any:
            return kms.AzureKeyVault(
                key_id,
                Credential(),
                self_test=False,
                timeout=timeout,
                verify=str(authority.file),
                verify_challenge_resource=False,
            )

        yield Target(make, server)


@pytest.fixture
def gcp_target() -> Iterator[Target]:
    server = CloudKms()
    key = server.create_key("faults")
    yield Target(lambda timeout: kms.GcpKms(key, endpoint=server.url, timeout=timeout), server)
    server.stop()


def check(target: Target, case: Case, folder: Path, audited: Callable[[], list[Any]]) -> None:
    """One fault, met when a file is encrypted and when it is decrypted."""
    plain, sealed = folder / "plain", folder / "sealed"
    plain.write_bytes(b"tide table")
    sealwax.encrypt_file(plain, sealed, target.provider(faults.PATIENT), context=CONTEXT)
    target.server.take()
    target.server.fault = case.fault
    provider = target.provider(case.timeout)
    for work, source in ((sealwax.encrypt_file, plain), (sealwax.decrypt_file, sealed)):
        before, made = len(audited()), folder / f"{source.name}.out"
        if case.error is None:
            work(source, made, provider)
        else:
            check_failure(work, source, made, provider, case)
        (event,) = audited()[before:]
        assert event.outcome == outcome(case)
        assert event.notes.get("reason") == (case.error and case.error.reason)
        if case.attempts:
            assert len(target.server.take()) == case.attempts
    assert sorted(path.name for path in folder.iterdir()) == expected_files(case)


def check_failure(work: Any, source: Path, made: Path, provider: Any, case: Case) -> None:
    """The exact error, in time, and nothing at all under the name of the result."""
    start = time.monotonic()
    with pytest.raises(sealwax.ProviderError) as caught:
        work(source, made, provider)
    assert time.monotonic() - start < faults.BOUND
    assert caught.value.code == ErrorCode.PROVIDER_FAILED
    assert type(caught.value.__cause__) is case.error
    assert not made.exists()


def outcome(case: Case) -> str:
    """What the audit event says."""
    if case.error is None:
        return "ok"
    return "denied" if case.error is kms.AccessDeniedError else "failed"


def expected_files(case: Case) -> list[str]:
    """Everything in the folder afterwards."""
    made = ["plain.out", "sealed.out"] if case.error is None else []
    return sorted(["plain", "sealed", *made])


@pytest.mark.parametrize("name", faults.AWS)
def test_aws(aws_target: Target, name: str, tmp_path: Path, audited: Any) -> None:
    check(aws_target, faults.AWS[name], tmp_path, audited)


@pytest.mark.parametrize("name", faults.VAULT)
def test_vault(vault_target: Target, name: str, tmp_path: Path, audited: Any) -> None:
    check(vault_target, faults.VAULT[name], tmp_path, audited)


@pytest.mark.parametrize("name", faults.AZURE)
def test_azure(azure_target: Target, name: str, tmp_path: Path, audited: Any) -> None:
    check(azure_target, faults.AZURE[name], tmp_path, audited)


@pytest.mark.parametrize("name", faults.gcp(lambda: None))
def test_gcp(gcp_target: Target, name: str, tmp_path: Path, audited: Any) -> None:
    case = faults.gcp(gcp_target.server.hang)[name]
    check(gcp_target, case, tmp_path, audited)


def test_gcp_connections_are_reset() -> None:
    with Resetting() as server:
        key = "projects/p/locations/l/keyRings/r/cryptoKeys/k"
        provider = kms.GcpKms(key, endpoint=server.url, timeout=faults.TIMEOUT)
        start = time.monotonic()
        with pytest.raises(kms.UnavailableError):
            provider.wrap(bytearray(32), CONTEXT)
        assert time.monotonic() - start < faults.BOUND
        assert server.connections > 0


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("invalid_grant: Invalid JWT: Check your iat and exp values", kms.ClockSkewError),
        ("invalid_grant: Token has been expired or revoked.", kms.CredentialsError),
    ],
)
def test_gcp_tokens(authority: Authority, said: str, error: type[kms.KmsError]) -> None:
    """Google's clients get a token first: there a wrong clock shows."""
    from google.auth.credentials import Credentials
    from google.auth.exceptions import RefreshError

    class Refused(Credentials):  # type: ignore[misc]
        def refresh(self, request: Any) -> None:
            raise RefreshError(said)

    server = CloudKms(tls=authority.issue("good"))
    try:
        provider = kms.GcpKms(
            server.create_key("key"),
            endpoint=server.url,
            credentials=Refused(),
            root_certificates=authority.file.read_bytes(),
            timeout=faults.PATIENT,
        )
        with pytest.raises(kms.KmsError) as caught:
            provider.wrap(bytearray(32), CONTEXT)
        assert type(caught.value) is error
        assert server.requests == []
    finally:
        server.stop()


def test_nobody_listens(tmp_path: Path) -> None:
    from .servers.process import Port

    url = Port().url
    arn = "arn:aws:kms:us-east-1:123456789012:key/0000"
    key = "projects/p/locations/l/keyRings/r/cryptoKeys/k"
    providers = [
        kms.AwsKms(arn, endpoint_url=url, timeout=faults.TIMEOUT, **aws.OPTIONS),
        kms.VaultTransit("key", url=url, token="t", timeout=faults.TIMEOUT),
        kms.GcpKms(key, endpoint=url, timeout=faults.TIMEOUT),
    ]
    for provider in providers:
        start = time.monotonic()
        with pytest.raises(kms.UnavailableError):
            provider.wrap(bytearray(32), CONTEXT)
        assert time.monotonic() - start < faults.BOUND


def test_no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    provider = kms.AwsKms("arn:aws:kms:us-east-1:123456789012:key/0000")
    with pytest.raises(kms.CredentialsError):
        provider.wrap(bytearray(32), CONTEXT)
