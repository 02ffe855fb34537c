"""Cases specific to AWS KMS."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import sealwax
from sealwax import ErrorCode, kms

from .servers import aws
from .servers.http import Proxy

CONTEXT = {"tenant": "acme", "purpose": "tests"}


def sent(proxy: Proxy) -> list[tuple[str, dict[str, Any]]]:
    """What was asked since the last time."""
    return [(request.operation, json.loads(request.body)) for request in proxy.take()]


def provider(proxy: Proxy, **options: Any) -> kms.AwsKms:
    arn = aws.create_key(proxy.url)
    proxy.take()
    return kms.AwsKms(arn, endpoint_url=proxy.url, **{**aws.OPTIONS, **options})


def test_what_is_asked(roto_proxy: Proxy) -> None:
    first, second = provider(roto_proxy), provider(roto_proxy)
    envelope = sealwax.encrypt(b"tide table", [first, second], context=CONTEXT)
    made, wrapped = sorted(sent(roto_proxy), key=lambda call: call[0], reverse=True)
    assert made == (
        "GenerateDataKey",
        {"KeyId": first.key_id, "NumberOfBytes": 32, "EncryptionContext": CONTEXT},
    )
    assert wrapped[0] == "Encrypt"
    assert wrapped[1]["KeyId"] == second.key_id
    assert wrapped[1]["EncryptionContext"] == CONTEXT
    sealwax.decrypt(envelope, [second, first])
    ((operation, fields),) = sent(roto_proxy)
    assert operation == "Decrypt"
    assert fields["KeyId"] == second.key_id
    assert fields["EncryptionContext"] == CONTEXT


def test_grant_tokens(roto_proxy: Proxy) -> None:
    granted = provider(roto_proxy, grant_tokens=["grant-1", "grant-2"])
    sealwax.decrypt(sealwax.encrypt(b"", granted), granted)
    assert [fields["GrantTokens"] for _, fields in sent(roto_proxy)] == [["grant-1", "grant-2"]] * 2


def test_a_multi_region_key_opens_what_its_replicas_wrapped() -> None:
    arn = "arn:aws:kms:{}:{}:key/{}"
    here = kms.AwsKms(arn.format("eu-west-1", "111122223333", "mrk-12ab"), **aws.OPTIONS)
    assert here.accepts(arn.format("us-east-1", "111122223333", "mrk-12ab"))
    assert not here.accepts(arn.format("us-east-1", "111122223333", "mrk-12ac"))
    assert not here.accepts(arn.format("us-east-1", "999999999999", "mrk-12ab"))
    assert not here.accepts("arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-12ab")
    assert not here.accepts("nonsense")
    single = kms.AwsKms(arn.format("eu-west-1", "111122223333", "12ab"), **aws.OPTIONS)
    assert not single.accepts(arn.format("us-east-1", "111122223333", "12ab"))


def test_a_replica_is_asked_by_its_own_name(roto_proxy: Proxy) -> None:
    there = "arn:aws:kms:us-east-1:123456789012:key/mrk-1234"
    here = kms.AwsKms(
        there.replace("us-east-1", "eu-west-1"), endpoint_url=roto_proxy.url, **aws.OPTIONS
    )
    with pytest.raises(sealwax.KeyUnwrapError):
        here.unwrap(sealwax.WrappedKey(there, b"wrapped in another region"), CONTEXT)
    ((_, fields),) = sent(roto_proxy)
    assert fields["KeyId"] == here.key_id


def test_discovery_is_filtered(roto_proxy: Proxy) -> None:
    key = provider(roto_proxy)
    account = key.key_id.split(":")[4]
    envelope = sealwax.encrypt(b"tide table", key, context=CONTEXT)
    options = {"endpoint_url": roto_proxy.url, **aws.OPTIONS}
    found = kms.AwsKms.discovery([account], **options)
    assert sealwax.decrypt(envelope, found) == b"tide table"
    sent(roto_proxy)
    for stranger in (
        kms.AwsKms.discovery(["999999999999"], **options),
        kms.AwsKms.discovery([account], partition="aws-cn", **options),
        kms.AwsKms.discovery([account], regions=["eu-west-1"], **options),
    ):
        with pytest.raises(sealwax.NoMatchingKeyError):
            sealwax.decrypt(envelope, stranger)
    assert sent(roto_proxy) == []
    with pytest.raises(sealwax.ProviderError) as caught:
        sealwax.encrypt(b"", found)
    assert isinstance(caught.value.__cause__, sealwax.InvalidArgumentError)


def test_arguments() -> None:
    for wrong in (
        "alias/orders",
        "1234abcd",
        "arn:aws:kms:us-east-1:123456789012:alias/orders",
        "",
    ):
        with pytest.raises(sealwax.InvalidArgumentError):
            kms.AwsKms(wrong)
    for accounts in ([], "123456789012"):
        with pytest.raises(sealwax.InvalidArgumentError):
            kms.AwsKms.discovery(accounts)


def test_a_client_of_the_host(roto: str) -> None:
    arn = aws.create_key(roto)
    key = kms.AwsKms(arn, aws.client(roto))
    assert sealwax.decrypt(sealwax.encrypt(b"tide table", key), key) == b"tide table"


def test_a_real_rsa_key(ministack: str) -> None:
    """A public key that was downloaded once wraps without AWS; Decrypt opens."""
    import base64

    arn = aws.create_key(ministack, KeySpec="RSA_2048")
    der = aws.client(ministack).get_public_key(KeyId=arn)["PublicKey"]
    body = base64.encodebytes(der).decode()
    pem = f"-----BEGIN PUBLIC KEY-----\n{body}-----END PUBLIC KEY-----\n"
    envelope = sealwax.encrypt(b"tide table", kms.RsaOaepPublicKey(pem))
    key = kms.AwsKms(arn, endpoint_url=ministack, **aws.OPTIONS)
    reader = kms.RsaOaepPublicKey(pem, decrypt=key.rsa_oaep_decrypt)
    assert sealwax.decrypt(envelope, reader) == b"tide table"


def test_a_key_pending_deletion(ministack: str) -> None:
    arn = aws.create_key(ministack)
    key = kms.AwsKms(arn, endpoint_url=ministack, **aws.OPTIONS)
    envelope = sealwax.encrypt(b"tide table", key)
    aws.client(ministack).schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    with pytest.raises(sealwax.ProviderError) as caught:
        sealwax.decrypt(envelope, key)
    assert caught.value.code == ErrorCode.PROVIDER_FAILED
    assert type(caught.value.__cause__) is kms.KeyPendingDeletionError


def test_travels_with_its_profile(
    roto_proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the credentials only the place is in the pickle."""
    secret = aws.OPTIONS["aws_secret_access_key"]
    lines = ["[orders]", "aws_access_key_id = test", f"aws_secret_access_key = {secret}"]
    (tmp_path / "credentials").write_text("\n".join(lines))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    arn = aws.create_key(roto_proxy.url)
    key = kms.AwsKms(arn, endpoint_url=roto_proxy.url, profile_name="orders")
    pickled = pickle.dumps(key)
    assert b"orders" in pickled and secret.encode() not in pickled
    copied = pickle.loads(pickled)
    assert sealwax.decrypt(sealwax.encrypt(b"tide table", key), copied) == b"tide table"


def test_a_profile_that_is_missing_is_named() -> None:
    with pytest.raises(kms.CredentialsError, match="nobody") as caught:
        kms.AwsKms("arn:aws:kms:us-east-1:123456789012:key/0000", profile_name="nobody")
    assert caught.value.key_id.endswith("key/0000")


@pytest.mark.parametrize(
    ("accounts", "regions", "said"),
    [
        ([123456789012], None, "strings, and not int"),
        (123456789012, None, "a collection of account ids"),
        ("123456789012", None, "a collection of account ids"),
        ([], None, "a collection of account ids"),
        (["12345678901"], None, "has 12 digits"),
        (["123456789012"], "us-east-1", "a collection of regions"),
        (["123456789012"], [1], "strings, and not int"),
    ],
)
def test_discovery_of_what_matches_nothing(accounts: Any, regions: Any, said: str) -> None:
    with pytest.raises(sealwax.InvalidArgumentError, match=said):
        kms.AwsKms.discovery(accounts, regions=regions)


def test_discovery_keeps_few_clients(roto_proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Headers say which keys are asked for, and anyone can write one."""
    monkeypatch.setattr("sealwax.kms.aws._MOST_CLIENTS", 2)
    reader = kms.AwsKms.discovery(["123456789012"], endpoint_url=roto_proxy.url, **aws.OPTIONS)
    for number in range(5):
        arn = f"arn:aws:kms:us-east-1:123456789012:key/forged-{number}"
        with pytest.raises((kms.KmsError, sealwax.KeyUnwrapError)):
            reader.unwrap(sealwax.WrappedKey(arn, b"x"), {})
        assert len(reader._keys) <= 2
