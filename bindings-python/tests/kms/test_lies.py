"""A KMS that reports success with an invalid response."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sealwax
from sealwax import ErrorCode, kms

from .backends import BACKENDS, changed
from .servers import aws
from .servers.azure import Credential, KeyVault
from .servers.certificates import Authority
from .servers.gcp import CloudKms
from .servers.http import Proxy, Request, Response
from .servers.openbao import OpenBao

CONTEXT = {"tenant": "acme"}


def flip(data: bytes, at: int = -1) -> bytes:
    """The same with one bit changed."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def code_of(call: Any, *arguments: Any) -> ErrorCode:
    """The code of what a call raises."""
    with pytest.raises(sealwax.SealwaxError) as caught:
        call(*arguments)
    return caught.value.code


def test_a_wrong_key_with_success_opens_nothing(ministack: str, tmp_path: Path) -> None:
    """Ministack unwraps whatever it is given. The header's MAC and the commitment do not."""
    provider = kms.AwsKms(aws.create_key(ministack), endpoint_url=ministack, **aws.OPTIONS)
    envelope = sealwax.encrypt(b"tide table" * 9999, provider, context=CONTEXT)
    (key,) = sealwax.inspect(envelope).wrapped_keys
    lie = flip(key.wrapped_dek)
    dek = provider.unwrap(sealwax.WrappedKey(key.key_id, lie), CONTEXT)
    assert dek != provider.unwrap(sealwax.WrappedKey(key.key_id, key.wrapped_dek), CONTEXT)
    path = tmp_path / "sealed"
    path.write_bytes(envelope.replace(key.wrapped_dek, lie))
    code = code_of(sealwax.decrypt_file, path, tmp_path / "plain", provider)
    assert code == ErrorCode.HEADER_AUTHENTICATION
    assert not (tmp_path / "plain").exists()


def test_the_next_provider_opens_what_a_liar_does_not(roto_proxy: Proxy) -> None:
    arn = aws.create_key(roto_proxy.url)
    liar = kms.AwsKms(arn, endpoint_url=roto_proxy.url, **aws.OPTIONS)
    honest = sealwax.LocalKey.generate()
    envelope = sealwax.encrypt(b"tide table", [liar, honest])
    lie = base64.b64encode(bytes(32)).decode()
    roto_proxy.change = changed(lambda answer: answer.update(Plaintext=lie))
    assert sealwax.decrypt(envelope, [liar, honest]) == b"tide table"
    assert code_of(sealwax.decrypt, envelope, liar) == ErrorCode.HEADER_AUTHENTICATION


@pytest.mark.parametrize("name", ["openbao", "roto-aws", "gcp", "azure-rsa"])
def test_a_wrong_key_of_any_kms(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, audited: Any
) -> None:
    """Success, the right length, checksums that fit, and another key: nothing opens, or is left."""
    backend: Any = BACKENDS[name](request.getfixturevalue)
    try:
        provider = backend.provider()
        path = tmp_path / "sealed"
        path.write_bytes(sealwax.encrypt(b"tide table" * 9999, provider, context=CONTEXT))
        backend.lie(bytes(range(32)))
        code = code_of(sealwax.decrypt_file, path, tmp_path / "plain", provider)
    finally:
        backend.close()
    assert code == ErrorCode.HEADER_AUTHENTICATION
    assert not (tmp_path / "plain").exists()
    assert [event.outcome for event in audited()] == ["ok", "ok"]  # The KMS says so.


def test_aws_used_another_key(roto_proxy: Proxy) -> None:
    arn = aws.create_key(roto_proxy.url)
    provider = kms.AwsKms(arn, endpoint_url=roto_proxy.url, **aws.OPTIONS)
    wrapped = provider.wrap(bytearray(32), CONTEXT)
    roto_proxy.change = changed(lambda answer: answer.update(KeyId=f"{arn}0"))
    for call in (
        lambda: provider.generate(CONTEXT),
        lambda: provider.wrap(bytearray(32), CONTEXT),
        lambda: provider.unwrap(wrapped, CONTEXT),
    ):
        with pytest.raises(kms.MisbehavedError, match="was asked for"):
            call()


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_key_of_another_length(roto_proxy: Proxy, bao: OpenBao, length: int) -> None:
    dek = base64.b64encode(bytes(length)).decode()
    arn = aws.create_key(roto_proxy.url)
    provider: Any = kms.AwsKms(arn, endpoint_url=roto_proxy.url, **aws.OPTIONS)
    envelope = sealwax.encrypt(b"", provider)
    roto_proxy.change = changed(lambda answer: answer.update(Plaintext=dek))
    assert code_of(sealwax.encrypt, b"", provider) == ErrorCode.PROVIDER_FAILED
    assert code_of(sealwax.decrypt, envelope, provider) == ErrorCode.PROVIDER_FAILED
    bao.create_key("lengths")
    with Proxy(bao.url) as proxy:
        provider = kms.VaultTransit("lengths", url=proxy.url, token=bao.token)
        wrapped = provider.wrap(bytearray(32), CONTEXT)
        proxy.change = changed(lambda answer: answer["data"].update(plaintext=dek))
        with pytest.raises(kms.MisbehavedError, match=f"{length} bytes"):
            provider.generate(CONTEXT)
        with pytest.raises(kms.MisbehavedError, match=f"{length} bytes"):
            provider.unwrap(wrapped, CONTEXT)


def test_vault_says_that_it_ignores_the_context(bao: OpenBao) -> None:
    """HashiCorp Vault does so for data keys; a server that does so at all binds nothing."""
    bao.create_key("warnings")
    with Proxy(bao.url) as proxy:
        provider = kms.VaultTransit("warnings", url=proxy.url, token=bao.token)

        def warn_of_datakey(request: Request, response: Response) -> Response:
            return warn(request, response) if "datakey" in request.path else response

        warn = changed(lambda answer: answer.update(warnings=["ignored: [associated_data]"]))
        proxy.change = warn_of_datakey
        paths = [f"/v1/transit/{what}/warnings" for what in ("datakey/plaintext", "encrypt")]
        envelope = sealwax.encrypt(b"tide table", provider, context=CONTEXT)
        assert [request.path for request in proxy.take()] == paths
        sealwax.encrypt(b"tide table", provider, context=CONTEXT)
        assert [request.path for request in proxy.take()] == paths[1:]
        assert sealwax.decrypt(envelope, provider) == b"tide table"
        proxy.change = warn
        with pytest.raises(kms.MisbehavedError, match="does not bind"):
            provider.wrap(bytearray(32), CONTEXT)


@pytest.fixture
def cloud() -> Iterator[CloudKms]:
    server = CloudKms()
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("operation", "field", "value"),
    [
        ("wrap", "verified_plaintext_crc32c", False),
        ("wrap", "verified_additional_authenticated_data_crc32c", False),
        ("wrap", "ciphertext", b"another"),
        ("wrap", "ciphertext_crc32c", 1),
        ("wrap", "name", "projects/p/locations/l/keyRings/r/cryptoKeys/x/cryptoKeyVersions/1"),
        ("unwrap", "plaintext", bytes(32)),
        ("unwrap", "plaintext_crc32c", 1),
    ],
)
def test_google_checksums_and_names(
    cloud: CloudKms, operation: str, field: str, value: Any
) -> None:
    provider = kms.GcpKms(cloud.create_key("key"), endpoint=cloud.url)
    wrapped = provider.wrap(bytearray(range(32)), CONTEXT)
    cloud.change = lambda response: setattr(response, field, value)
    with pytest.raises(kms.MisbehavedError):
        if operation == "wrap":
            provider.wrap(bytearray(range(32)), CONTEXT)
        else:
            provider.unwrap(wrapped, CONTEXT)


def test_azure_sdk_wraps_hsm_keys_under_a_key_of_its_own(
    key_vault: KeyVault, authority: Authority
) -> None:
    """Why `AzureKeyVault` does not use it: what it wraps, no other client can unwrap."""
    from azure.keyvault.keys.crypto import CryptographyClient, KeyWrapAlgorithm

    key_id = key_vault.create_key("trap", "oct-HSM")
    options: Any = {
        "connection_verify": str(authority.file),
        "verify_challenge_resource": False,
        "retry_total": 0,
    }
    dek = bytes(range(32))
    sdk = CryptographyClient(key_id, Credential(), **options)
    wrapped = sdk.wrap_key(KeyWrapAlgorithm.aes_256, dek).encrypted_key
    provider = kms.AzureKeyVault(
        key_id,
        Credential(),
        algorithm="A256KW",
        verify=str(authority.file),
        verify_challenge_resource=False,
    )
    ours = provider.wrap(bytearray(dek), CONTEXT)
    assert provider.unwrap(ours, CONTEXT) == dek
    with pytest.raises(sealwax.KeyUnwrapError):
        provider.unwrap(ours._replace(wrapped_dek=wrapped), CONTEXT)


def test_azure_self_test(authority: Authority) -> None:
    """The first wrapped key is unwrapped by another client; a vault that lost it is found out."""
    with KeyVault(authority.context()) as vault:
        key_id = vault.create_key("key", "oct-HSM")
        options: Any = {"verify": str(authority.file), "verify_challenge_resource": False}
        provider = kms.AzureKeyVault(key_id, Credential(), algorithm="A256KW", **options)
        for calls in (3, 1, 1):
            sealwax.encrypt(b"", provider)
            assert len(vault.take()) == calls
        provider = kms.AzureKeyVault(key_id, Credential(), algorithm="A256KW", **options)
        vault.loses_keys = True
        with pytest.raises(sealwax.ProviderError) as caught:
            sealwax.encrypt(b"", provider)
        assert isinstance(caught.value.__cause__, sealwax.KeyUnwrapError)
