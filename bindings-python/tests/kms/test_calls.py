"""The number of KMS calls."""

from __future__ import annotations

from typing import Any

import pytest
import sealwax
from sealwax import kms

from .servers.http import Proxy
from .servers.openbao import OpenBao

MESSAGES = 10_000
CONTEXT = {"tenant": "acme"}


def operations(proxy: Proxy) -> list[str]:
    """What was asked since the last time."""
    return [request.path.split("/")[3] for request in proxy.take()]


def cached(bao: OpenBao, proxy: Proxy, name: str) -> Any:
    """A provider behind a cache that has just been filled by nobody."""
    return kms.CachingProvider(kms.VaultTransit(name, url=proxy.url, token=bao.token))


def test_one_call_for_ten_thousand_messages(bao: OpenBao, bao_proxy: Proxy) -> None:
    bao.create_key("many")
    writer = cached(bao, bao_proxy, "many")
    envelopes = [sealwax.encrypt(b"tide", writer, context=CONTEXT) for _ in range(MESSAGES)]
    assert operations(bao_proxy) == ["datakey"]
    reader = cached(bao, bao_proxy, "many")
    assert all(sealwax.decrypt(envelope, reader) == b"tide" for envelope in envelopes)
    assert operations(bao_proxy) == ["decrypt"]


def test_each_of_several_keys_is_wrapped_once(bao: OpenBao, bao_proxy: Proxy) -> None:
    """And one of them opens: the first in the reader's order."""
    keys = []
    for name in ("several-1", "several-2", "several-3"):
        bao.create_key(name)
        keys.append(kms.VaultTransit(name, url=bao_proxy.url, token=bao.token))
    envelope = sealwax.encrypt(b"tide", keys, context=CONTEXT)
    assert sorted(operations(bao_proxy)) == ["datakey", "encrypt", "encrypt"]
    for first in keys:
        others = [key for key in keys if key is not first]
        assert sealwax.decrypt(envelope, [first, *others]) == b"tide"
        (asked,) = bao_proxy.take()
        assert asked.path.endswith(first.key_id.rpartition("/")[2])


def test_no_object_with_a_key_missing(bao: OpenBao, tmp_path: Any) -> None:
    bao.create_key("present")
    present = kms.VaultTransit("present", url=bao.url, token=bao.token)
    refused = kms.VaultTransit("present", url=bao.url, token=bao.token_for("transit/decrypt/x"))
    (tmp_path / "plain").write_bytes(b"tide")
    for keys in ([present, refused], [refused, present]):
        with pytest.raises(sealwax.ProviderError) as raised:
            sealwax.encrypt_file(tmp_path / "plain", tmp_path / "sealed", keys)
        assert type(raised.value.__cause__) is kms.AccessDeniedError
        assert [path.name for path in tmp_path.iterdir()] == ["plain"]
