"""Spans of OpenTelemetry for uses of keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sealwax
from sealwax import kms

from .servers.openbao import OpenBao

CONTEXT = {"tenant": "acme"}


@pytest.fixture
def spans() -> Iterator[Any]:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    yield exporter.get_finished_spans
    provider.shutdown()


def test_a_span_for_each_use_below_the_programs_own(bao: OpenBao, spans: Any) -> None:
    from opentelemetry import trace

    bao.create_key("spans")
    key = kms.VaultTransit("spans", url=bao.url, token=bao.token)
    reader = kms.VaultTransit("spans", url=bao.url, token=bao.token_for("transit/decrypt/other"))
    with trace.get_tracer("program").start_as_current_span("nightly export") as outer:
        with sealwax.audit.object_name("tides.csv"):
            envelope = sealwax.encrypt(b"", key, context=CONTEXT)
        with pytest.raises(sealwax.ProviderError):
            sealwax.decrypt(envelope, reader)
    made, refused, _ = spans()
    assert (made.name, refused.name) == ("sealwax.generate", "sealwax.unwrap")
    for span in (made, refused):
        assert span.parent.span_id == outer.get_span_context().span_id
        assert 0 < span.end_time - span.start_time < 60e9
        assert span.attributes["sealwax.key_id"] == "transit/keys/spans"
        assert span.attributes["sealwax.context.tenant"] == "acme"
    assert made.attributes["sealwax.object_name"] == "tides.csv"
    assert made.attributes["sealwax.request_id"]
    assert made.status.is_ok
    assert refused.attributes["sealwax.reason"] == "denied"
    assert not refused.status.is_ok
