"""The audit log: every use of a key, with the id of the KMS's request, and never a key."""

from __future__ import annotations

import base64
import io
import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest
import sealwax
from sealwax import audit, kms

from .backends import Backend
from .servers import aws
from .servers.azure import KeyVault
from .servers.http import Proxy
from .servers.openbao import OpenBao

CONTEXT = {"tenant": "acme", "purpose": "tests"}


def test_an_event_for_every_use(backend: Backend, audited: Any, tmp_path: Path) -> None:
    provider, began = backend.provider(), time.time()
    (tmp_path / "plain").write_bytes(b"tide table")
    sealed = tmp_path / "sealed"
    sealwax.encrypt_file(tmp_path / "plain", sealed, provider, context=CONTEXT)
    sealwax.decrypt_file(sealed, tmp_path / "again", provider)
    made, opened = audited()
    assert made.operation == ("generate" if hasattr(provider, "generate") else "wrap")
    assert opened.operation == "unwrap"
    (key,) = sealwax.inspect(sealed).wrapped_keys
    for event in (made, opened):
        assert event.outcome == "ok"
        assert (event.provider_id, event.key_id) == (key.provider_id, key.key_id)
        assert event.context == CONTEXT
        assert 0 <= event.duration < 30
        assert began - 1 < event.time <= time.time()
        assert event.object_name == str(sealed)
        assert event.error is None


def test_request_ids_are_those_of_the_kms(bao: OpenBao, roto_proxy: Proxy, audited: Any) -> None:
    """By them, and by the context, both records can be joined."""
    bao.create_key("audit")
    seen: list[str] = []

    def note_vault(request: Any, response: Any) -> Any:
        seen.append(json.loads(response.body)["request_id"])
        return response

    def note_aws(request: Any, response: Any) -> Any:
        seen.append(response.headers["x-amzn-requestid"])
        return response

    arn = aws.create_key(roto_proxy.url)
    roto_proxy.change = note_aws
    with Proxy(bao.url) as proxy:
        proxy.change = note_vault
        for provider in (
            kms.VaultTransit("audit", url=proxy.url, token=bao.token),
            kms.AwsKms(arn, endpoint_url=roto_proxy.url, **aws.OPTIONS),
        ):
            sealwax.decrypt(sealwax.encrypt(b"", provider, context=CONTEXT), provider)
    assert [event.notes["request_id"] for event in audited()] == seen
    assert len(set(seen)) == 4


def test_versions_of_keys_are_noted(
    backend: Backend, audited: Any, request: pytest.FixtureRequest
) -> None:
    sealwax.encrypt(b"", backend.provider())
    backend.rotate()
    sealwax.encrypt(b"", backend.provider())
    versions = [event.notes.get("key_version") for event in audited()]
    name = request.node.callspec.params["backend"]
    if name in ("openbao", "openbao-derived"):
        assert versions == [1, 2]
    elif name == "gcp":
        assert versions == ["1", "2"]
    elif name.startswith("azure"):
        assert len(set(versions)) == 2
    else:
        assert versions == [None, None]


def test_what_is_refused_is_logged(backend: Backend, audited: Any, caplog: Any) -> None:
    envelope = sealwax.encrypt(b"", backend.provider(), context=CONTEXT)
    if backend.binds_context:
        with pytest.raises(sealwax.KeyUnwrapError):
            sealwax.decrypt(envelope.replace(b"acme", b"evil", 1), backend.provider())
        event = audited()[-1]
        assert (event.operation, event.outcome) == ("unwrap", "rejected")
        assert event.context["tenant"] == "evil"
    backend.disable()
    with pytest.raises(sealwax.ProviderError):
        sealwax.decrypt(envelope, backend.provider())
    event = audited()[-1]
    denied = backend.disabled is kms.AccessDeniedError
    assert event.outcome == ("denied" if denied else "failed")
    assert event.notes["reason"] == backend.disabled.reason
    assert event.error == backend.disabled.__name__
    assert caplog.records[-1].levelname == "WARNING"


def test_denied(bao: OpenBao, audited: Any) -> None:
    bao.create_key("secret")
    key = kms.VaultTransit("secret", url=bao.url, token=bao.token_for("transit/decrypt/other"))
    with pytest.raises(sealwax.ProviderError):
        sealwax.encrypt(b"", key)
    (event,) = audited()
    assert (event.operation, event.outcome) == ("generate", "denied")


def test_what_is_denied_is_logged_at_the_levels_that_python_starts_with(bao: OpenBao) -> None:
    """A program that has set no level hears of what failed, and of nothing else."""
    bao.create_key("quiet")
    key = kms.VaultTransit("quiet", url=bao.url, token=bao.token)
    other = kms.VaultTransit("quiet", url=bao.url, token=bao.token_for("transit/decrypt/other"))
    heard: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = heard.append  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        assert audit.logger.getEffectiveLevel() == logging.WARNING
        cached = kms.CachingProvider(key)
        envelopes = [sealwax.encrypt(b"", each, context=CONTEXT) for each in (key, cached, cached)]
        for envelope in envelopes:
            sealwax.decrypt(envelope, key)
            with pytest.raises(sealwax.ProviderError):
                sealwax.decrypt(envelope, other)
    finally:
        logging.getLogger().removeHandler(handler)
    events = [record.event for record in heard if record.name == "sealwax.audit"]
    assert [(event.operation, event.outcome) for event in events] == [("unwrap", "denied")] * 3
    assert all(event.notes["reason"] == "denied" for event in events)
    assert {record.levelname for record in heard} == {"WARNING"}


def test_cache_hits(bao: OpenBao, audited: Any) -> None:
    bao.create_key("cached")
    key = kms.CachingProvider(kms.VaultTransit("cached", url=bao.url, token=bao.token))
    envelopes = [sealwax.encrypt(b"", key, context=CONTEXT) for _ in range(2)]
    for envelope in envelopes:
        sealwax.decrypt(envelope, key)
    assert [event.operation for event in audited()][:2] == ["generate", "cache_hit"]
    assert {event.operation for event in audited()[2:]} <= {"cache_hit", "unwrap"}
    assert all(event.context == CONTEXT for event in audited())


def test_json_lines_and_no_secrets(bao: OpenBao, key_vault: KeyVault, backend: Backend) -> None:
    """Everything that our loggers say, at their loudest, and no key or plaintext in it."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(audit.JsonFormatter())
    logger = logging.getLogger("sealwax")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    dek = bytearray(b"a key that must never be logged!")
    provider = backend.provider()
    try:
        provider.unwrap(provider.wrap(bytearray(dek), CONTEXT), CONTEXT)
        envelope = sealwax.encrypt(b"the plaintext", provider, context=CONTEXT)
        sealwax.decrypt(envelope, provider)
        backend.disable()
        with pytest.raises(sealwax.ProviderError) as caught:
            sealwax.decrypt(envelope, provider)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    lines = [json.loads(line) for line in text.getvalue().splitlines()]
    assert [line["outcome"] for line in lines][:2] == ["ok", "ok"]
    assert all(line["context"] == CONTEXT and line["time"] > 0 for line in lines)
    said = text.getvalue() + repr(caught.value) + str(caught.value) + str(caught.value.__cause__)
    for secret in (b"the plaintext", bytes(dek)):
        forms = (secret.decode(), base64.b64encode(secret).decode(), secret.hex())
        assert not any(form in said for form in forms)
