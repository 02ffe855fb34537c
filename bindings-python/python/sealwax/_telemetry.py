"""Uses of keys as OpenTelemetry spans, if the program has imported it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .audit import Event


def record(event: Event) -> None:
    """Creates a child of the current span with the times of the key's use."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return
    start = int(event.time * 1e9)
    span = trace.get_tracer("sealwax").start_span(
        f"sealwax.{event.operation}",
        kind=trace.SpanKind.CLIENT,
        start_time=start,
        attributes=_attributes(event),
    )
    if event.outcome != "ok":
        span.set_status(trace.Status(trace.StatusCode.ERROR, event.outcome))
    span.end(end_time=start + int(event.duration * 1e9))


def _attributes(event: Event) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "sealwax.provider_id": event.provider_id,
        "sealwax.key_id": event.key_id,
        "sealwax.outcome": event.outcome,
    }
    if event.object_name is not None:
        attributes["sealwax.object_name"] = event.object_name
    if event.error is not None:
        attributes["error.type"] = event.error
    attributes.update({f"sealwax.context.{key}": value for key, value in event.context.items()})
    attributes.update({f"sealwax.{key}": value for key, value in event.notes.items()})
    return attributes
