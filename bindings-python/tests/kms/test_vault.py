"""Cases specific to Vault and OpenBao."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import sealwax
from sealwax import kms

from .servers.http import Proxy
from .servers.openbao import OpenBao

CONTEXT = {"tenant": "acme", "purpose": "tests"}


def sent(proxy: Proxy) -> list[tuple[str, dict[str, Any]]]:
    """What was asked since the last time."""
    return [(request.path, json.loads(request.body)) for request in proxy.take()]


def test_what_is_asked(bao: OpenBao, bao_proxy: Proxy) -> None:
    bao.create_key("first")
    bao.create_key("second", derived=True)
    options = {"url": bao_proxy.url, "token": bao.token}
    first = kms.VaultTransit("first", **options)
    second = kms.VaultTransit("second", derived=True, **options)
    envelope = sealwax.encrypt(b"tide table", [first, second], context=CONTEXT)
    bound = base64.b64encode(sealwax.canonical_context(CONTEXT)).decode()
    made, wrapped, checked = sent(bao_proxy)
    assert made == ("/v1/transit/datakey/plaintext/first", {"bits": 256, "associated_data": bound})
    assert wrapped[0] == "/v1/transit/encrypt/second"
    assert wrapped[1]["context"] == bound
    assert checked[0] == wrapped[0]  # Once: whether it can do without a context.
    assert list(checked[1]) == ["plaintext"] != wrapped[1]["plaintext"]
    sealwax.decrypt(envelope, second)
    ((path, fields),) = sent(bao_proxy)
    assert path == "/v1/transit/decrypt/second"
    assert fields["context"] == bound


def test_versions(bao: OpenBao) -> None:
    bao.create_key("versions")
    key = kms.VaultTransit("versions", url=bao.url, token=bao.token)
    old = sealwax.encrypt(b"tide table", key, context=CONTEXT)
    bao.client().secrets.transit.rotate_key("versions")
    new = sealwax.rewrap(old, old=key, new=key)
    blobs = [sealwax.inspect(each).wrapped_keys[0].wrapped_dek for each in (old, new)]
    assert [blob[:9] for blob in blobs] == [b"vault:v1:", b"vault:v2:"]
    assert sealwax.decrypt(old, key) == sealwax.decrypt(new, key) == b"tide table"
    bao.client().secrets.transit.update_key_configuration("versions", min_decryption_version=2)
    assert sealwax.decrypt(new, key) == b"tide table"
    with pytest.raises(sealwax.ProviderError) as caught:
        sealwax.decrypt(old, key)
    assert type(caught.value.__cause__) is kms.KeyDisabledError


@pytest.mark.parametrize("derived", [False, True])
def test_rewrap_of_a_wrapped_key(bao: OpenBao, bao_proxy: Proxy, derived: bool) -> None:
    name = f"rewrap-{derived}"
    bao.create_key(name, derived=derived)
    key = kms.VaultTransit(name, url=bao_proxy.url, token=bao.token, derived=derived)
    dek, wrapped = key.generate(CONTEXT)
    bao.client().secrets.transit.rotate_key(name)
    sent(bao_proxy)
    newest = key.rewrap(wrapped, CONTEXT)
    operations = ["rewrap"] if derived else ["decrypt", "encrypt"]
    assert [path.split("/")[3] for path, _ in sent(bao_proxy)] == operations
    assert newest.wrapped_dek.startswith(b"vault:v2:")
    assert key.unwrap(newest, CONTEXT) == dek


def test_least_privilege(bao: OpenBao) -> None:
    bao.create_key("narrow")
    writer = bao.token_for("transit/datakey/plaintext/narrow")
    reader = bao.token_for("transit/decrypt/narrow")
    keys = {
        name: kms.VaultTransit("narrow", url=bao.url, token=token)
        for name, token in (("writer", writer), ("reader", reader))
    }
    envelope = sealwax.encrypt(b"tide table", keys["writer"], context=CONTEXT)
    assert sealwax.decrypt(envelope, keys["reader"]) == b"tide table"
    for call, name in ((sealwax.decrypt, "writer"), (sealwax.encrypt, "reader")):
        with pytest.raises(sealwax.ProviderError) as caught:
            call(envelope, keys[name])
        assert type(caught.value.__cause__) is kms.AccessDeniedError


def test_mounts_and_key_ids(bao: OpenBao) -> None:
    client = bao.client()
    client.sys.enable_secrets_engine("transit", path="tenants/acme")
    client.secrets.transit.create_key("orders", mount_point="tenants/acme")
    options = {"url": bao.url, "token": bao.token, "mount_point": "tenants/acme"}
    key = kms.VaultTransit("orders", **options)
    assert key.key_id == "tenants/acme/keys/orders"
    assert sealwax.decrypt(sealwax.encrypt(b"tide table", key), key) == b"tide table"
    named = kms.VaultTransit("orders", key_id="vault.example.org/orders", **options)
    envelope = sealwax.encrypt(b"tide table", named)
    assert sealwax.inspect(envelope).wrapped_keys[0].key_id == "vault.example.org/orders"
    with pytest.raises(sealwax.NoMatchingKeyError):
        sealwax.decrypt(envelope, key)


def test_settings_of_the_environment(bao: OpenBao, monkeypatch: pytest.MonkeyPatch) -> None:
    bao.create_key("environment")
    monkeypatch.setenv("VAULT_ADDR", bao.url)
    monkeypatch.setenv("VAULT_TOKEN", bao.token)
    key = kms.VaultTransit("environment")
    assert sealwax.decrypt(sealwax.encrypt(b"tide table", key), key) == b"tide table"


def test_a_client_of_the_host(bao: OpenBao) -> None:
    bao.create_key("brought")
    key = kms.VaultTransit("brought", bao.client())
    assert sealwax.decrypt(sealwax.encrypt(b"tide table", key), key) == b"tide table"


def test_arguments() -> None:
    for wrong in ("", "a/b", "..", "a?b", "a#b", "a b", "a%2fb", "a\nb", None, 7):
        with pytest.raises(sealwax.InvalidArgumentError):
            kms.VaultTransit(wrong, url="http://localhost:1")  # type: ignore[arg-type]
        with pytest.raises(sealwax.InvalidArgumentError):
            kms.VaultTransit("a", mount_point=f"{wrong}/..", url="http://localhost:1")


def test_a_derived_key_is_one(bao_proxy: Proxy, bao: OpenBao) -> None:
    bao.create_key("is-derived", derived=True)
    key = kms.VaultTransit("is-derived", url=bao_proxy.url, token=bao.token, derived=True)
    for calls in (2, 1):
        sealwax.encrypt(b"", key, context=CONTEXT)
        assert len(bao_proxy.take()) == calls


def test_a_key_that_is_not_derived_binds_no_context(
    bao: OpenBao, bao_proxy: Proxy, audited: Any
) -> None:
    bao.create_key("underived")
    options: Any = {"url": bao_proxy.url, "token": bao.token}
    other = sealwax.LocalKey.generate()
    key = kms.VaultTransit("underived", derived=True, **options)
    for keys in (key, [other, key]):
        with pytest.raises(sealwax.ProviderError, match="not a derived key") as caught:
            sealwax.encrypt(b"", keys, context=CONTEXT)
        assert isinstance(caught.value.__cause__, sealwax.InvalidArgumentError)
    assert [event.outcome for event in audited()] == ["failed", "ok", "failed"]
    # What was written before anybody asked still opens.
    wrapped = key._wrapped(key._call("encrypt", CONTEXT, plaintext="AA" * 21 + "A="))
    assert len(key.unwrap(wrapped, CONTEXT)) == 32


def test_a_policy_that_insists_on_a_context(bao: OpenBao) -> None:
    """There is nothing to find out then."""
    client = bao.client()
    bao.create_key("strict", derived=True)
    rule = 'capabilities = ["update"] required_parameters = ["context"]'
    rules = f'path "transit/datakey/plaintext/strict" {{ {rule} }}'
    client.sys.create_or_update_policy("strict", rules)
    token = client.auth.token.create(policies=["strict"])["auth"]["client_token"]
    key = kms.VaultTransit("strict", url=bao.url, token=token, derived=True)
    envelope = sealwax.encrypt(b"tide table", key, context=CONTEXT)
    owner = kms.VaultTransit("strict", url=bao.url, token=bao.token, derived=True)
    assert sealwax.decrypt(envelope, owner) == b"tide table"


def test_a_derived_key_that_is_not_said_to_be_one(bao: OpenBao) -> None:
    bao.create_key("unsaid", derived=True)
    with pytest.raises(sealwax.ProviderError, match="needs derived=True"):
        sealwax.encrypt(b"", kms.VaultTransit("unsaid", url=bao.url, token=bao.token))
