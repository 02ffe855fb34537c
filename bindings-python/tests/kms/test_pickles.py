"""Pickles of providers: they hold names and addresses, and never credentials."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from collections.abc import Callable
from typing import Any

import boto3
import hvac
import pytest
import sealwax
from sealwax import kms

from .servers import aws
from .servers.azure import Credential
from .servers.http import Proxy
from .servers.openbao import OpenBao
from .servers.softhsm import SoftHsm
from .test_rsa import private_pem, public_pem

ARN = "arn:aws:kms:us-east-1:123456789012:key/0000"
GCP_KEY = "projects/p/locations/l/keyRings/r/cryptoKeys/k"
AZURE_KEY = "https://vault.example.org/keys/key"
URL = "http://127.0.0.1:9"
SECRET = "hunter2-never-to-be-seen"


def make_hvac() -> Any:
    """What a program has in a module of its own."""
    return hvac.Client(url=URL, token=SECRET)


def make_boto3() -> Any:
    """The same for AWS."""
    return boto3.client("kms", "us-east-1", endpoint_url=URL, **aws.OPTIONS)


def secret() -> str:
    """The same for a token or a PIN."""
    return SECRET


def vault(**options: Any) -> Any:
    return kms.VaultTransit("orders", **{"url": URL, **options})


def aws_kms(*client: Any, **options: Any) -> Any:
    return kms.AwsKms(ARN, *client, **{"endpoint_url": URL, **options})


def google(**options: Any) -> Any:
    return kms.GcpKms(GCP_KEY, **options)


def pkcs11(pin: Any) -> Any:
    return kms.Pkcs11("t1", "label", pin=pin, module="/usr/lib/softhsm/libsofthsm2.so")


HOLDS_SECRETS: dict[str, tuple[Callable[[], Any], str]] = {
    "vault token": (lambda: vault(token=SECRET), "VAULT_TOKEN, or pass token=kms.FromEnv"),
    "vault client": (lambda: kms.VaultTransit("orders", make_hvac()), "a function of a module"),
    "aws client": (lambda: aws_kms(make_boto3()), "a function of a module"),
    "aws credentials": (
        lambda: aws_kms(aws_access_key_id="AKIA", aws_secret_access_key=SECRET),
        "aws_access_key_id",
    ),
    "aws session token": (lambda: aws_kms(aws_session_token=SECRET), "aws_session_token"),
    "aws discovery": (
        lambda: kms.AwsKms.discovery(["123456789012"], aws_secret_access_key=SECRET),
        "aws_secret_access_key",
    ),
    "google client": (lambda: kms.GcpKms(GCP_KEY, _Google()), "a function of a module"),
    "google credentials": (lambda: google(credentials=_Google()), "a function of a module"),
    "azure credential": (
        lambda: kms.AzureKeyVault(AZURE_KEY, Credential()),
        "a function of a module",
    ),
    "azure headers": (
        lambda: kms.AzureKeyVault(AZURE_KEY, headers={"Authorization": SECRET}),
        "headers",
    ),
    "pin": (lambda: pkcs11(SECRET), r"kms.FromEnv\(NAME\)"),
    "private key": (
        lambda: kms.RsaOaepPublicKey.from_private_key(private_pem()),
        "decrypt=FUNCTION",
    ),
    "a provider's method": (
        lambda: kms.RsaOaepPublicKey(public_pem(), decrypt=vault(token=SECRET).rsa_oaep_decrypt),
        "VAULT_TOKEN",
    ),
    "local key": (sealwax.LocalKey.generate, "from_file or"),
    "a cache": (lambda: kms.CachingProvider(vault(token=SECRET)), "VAULT_TOKEN"),
}


class _Google:
    """Looks like a client, and like credentials."""

    def encrypt(self) -> None: ...

    def before_request(self) -> None: ...

    def __call__(self) -> None: ...


@pytest.mark.parametrize("name", HOLDS_SECRETS)
@pytest.mark.parametrize("protocol", [0, pickle.HIGHEST_PROTOCOL])
def test_what_holds_a_secret_is_refused(name: str, protocol: int) -> None:
    make, advice = HOLDS_SECRETS[name]
    provider = make()
    with pytest.raises(TypeError, match=advice) as caught:
        pickle.dumps([provider], protocol)
    assert SECRET not in f"{caught.value} {provider!r}"
    if not isinstance(provider, (sealwax.LocalKey, kms.CachingProvider)) and "rsa" not in name:
        assert copy.deepcopy({"key": provider})["key"] is provider


TRAVELS: dict[str, Callable[[], Any]] = {
    "vault": vault,
    "vault by a variable": lambda: vault(token=kms.FromEnv("ORDERS_TOKEN")),
    "vault by a function": lambda: vault(token=secret),
    "vault by a client of a function": lambda: kms.VaultTransit("orders", make_hvac),
    "aws": aws_kms,
    "aws by a client of a function": lambda: kms.AwsKms(ARN, make_boto3),
    "aws discovery": lambda: kms.AwsKms.discovery(["123456789012"], regions=["us-east-1"]),
    "google": lambda: google(endpoint=URL, root_certificates=b"PEM"),
    "google by a function": lambda: google(credentials=secret),
    "azure": lambda: kms.AzureKeyVault(AZURE_KEY, verify_challenge_resource=False),
    "azure by a function": lambda: kms.AzureKeyVault(AZURE_KEY, secret),
    "pkcs11 by a variable": lambda: pkcs11(kms.FromEnv("ORDERS_PIN")),
    "pkcs11 by a function": lambda: pkcs11(secret),
    "public key": lambda: kms.RsaOaepPublicKey(public_pem()),
    "a provider's method": lambda: kms.RsaOaepPublicKey(
        public_pem(), decrypt=vault().rsa_oaep_decrypt
    ),
    "a cache": lambda: kms.CachingProvider(vault(token=secret)),
}


@pytest.mark.parametrize("name", TRAVELS)
def test_what_travels_holds_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("VAULT_TOKEN", "ORDERS_TOKEN", "ORDERS_PIN", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, SECRET)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    provider = TRAVELS[name]()
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        pickled = pickle.dumps(provider, protocol)
        assert SECRET.encode() not in pickled
        again = pickle.loads(pickled)
        assert repr(again) == repr(provider)
        assert again.provider_id == provider.provider_id


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDERS_TOKEN", raising=False)
    with pytest.raises(sealwax.ProviderError) as caught:
        sealwax.encrypt(b"", vault(token=kms.FromEnv("ORDERS_TOKEN")))
    assert isinstance(caught.value.__cause__, kms.CredentialsError)
    assert "ORDERS_TOKEN is not set" in str(caught.value)


def test_a_copy_finds_its_token_anew(bao: OpenBao, monkeypatch: pytest.MonkeyPatch) -> None:
    bao.create_key("travels")
    key = kms.VaultTransit("travels", url=bao.url, token=kms.FromEnv("ORDERS_TOKEN"))
    pickled = pickle.dumps(key)
    monkeypatch.setenv("ORDERS_TOKEN", bao.token_for("transit/decrypt/travels"))
    arrived = pickle.loads(pickled)
    with pytest.raises(sealwax.ProviderError) as caught:
        sealwax.encrypt(b"tide table", arrived)
    assert isinstance(caught.value.__cause__, kms.AccessDeniedError)
    monkeypatch.setenv("ORDERS_TOKEN", bao.token)
    assert sealwax.decrypt(sealwax.encrypt(b"tide table", arrived), key) == b"tide table"


def test_a_token_in_an_hsm_travels(hsm: SoftHsm, monkeypatch: pytest.MonkeyPatch) -> None:
    hsm.create_aes_key("t1", "travels")
    monkeypatch.setenv("ORDERS_PIN", hsm.pin)
    key = kms.Pkcs11("t1", "travels", pin=kms.FromEnv("ORDERS_PIN"), module=hsm.module)
    arrived = pickle.loads(pickle.dumps(key))
    assert sealwax.decrypt(sealwax.encrypt(b"tide table", key), arrived) == b"tide table"


def open_one(key: Any, envelope: bytes) -> bytes:
    """A task of another process."""
    return sealwax.decrypt(envelope, key)


def test_eighty_tasks_are_one_call_for_each_process(
    bao: OpenBao, bao_proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    bao.create_key("tasks")
    monkeypatch.setenv("VAULT_TOKEN", bao.token)
    key = kms.CachingProvider(kms.VaultTransit("tasks", url=bao_proxy.url))
    envelope = sealwax.encrypt(b"tide table", key, context={"tenant": "acme"})
    bao_proxy.take()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        opened = pool.starmap(open_one, [(key, envelope)] * 80, chunksize=1)
    assert opened == [b"tide table"] * 80
    assert 1 <= len(bao_proxy.take()) <= 2


def test_a_cache_that_comes_back_is_the_same_and_one_of_another_key_is_not() -> None:
    cache = kms.CachingProvider(vault(), name="shared")
    pickled = pickle.dumps(cache)
    assert pickle.loads(pickled) is cache
    assert pickle.loads(pickled.replace(b"orders", b"others")) is not cache
    assert pickle.loads(pickle.dumps(kms.CachingProvider(vault()))) is not cache
