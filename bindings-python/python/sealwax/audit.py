"""The audit log: every use of a key is an event of the logger `sealwax.audit`.

Successful uses are logged at `INFO`, others at `WARNING`, so a denied use is recorded even with the
default levels of `logging`. Each record carries an `Event` in its attribute `event`, and as JSON
through `JsonFormatter`. A KMS logs the same encryption context, which joins the two logs. No key,
no data and no message of the host's exceptions is ever logged, and text from headers is escaped. A
program that uses OpenTelemetry also gets a span for each event.

>>> import logging, sys
>>> from sealwax import LocalKey, audit, encrypt
>>> handler = logging.StreamHandler(sys.stdout)
>>> handler.setFormatter(logging.Formatter("%(message)s"))
>>> audit.logger.addHandler(handler)
>>> audit.logger.setLevel(logging.INFO)
>>> _ = encrypt(b"tide table", LocalKey.generate("reports"))
wrap by local with reports: ok
>>> audit.logger.removeHandler(handler)
>>> audit.logger.setLevel(logging.NOTSET)
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Optional

from . import _call_context
from ._call_context import object_name
from ._public import publish as _publish
from ._text import printable

__all__ = ["Event", "JsonFormatter", "annotate", "logger", "object_name"]

logger = logging.getLogger("sealwax.audit")
"""The logger of the events."""

# A library must be silent by default. Without this, warnings would go to standard error.
logging.getLogger("sealwax").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Event:
    """One use of a key."""

    operation: str
    """`generate`, `wrap`, `unwrap` or `cache_hit`."""
    provider_id: str
    key_id: str
    """Key id, as in headers; empty if a provider failed before it named a key."""
    context: Mapping[str, str]
    outcome: str
    """`ok`, `rejected` (the wrapped key did not unwrap), `denied` or `failed`."""
    duration: float
    """In seconds. A cache hit takes 0, or the wait for another call."""
    time: float = 0.0
    """Start of the use, in seconds since 1970."""
    error: Optional[str] = None
    """The class of the provider's exception."""
    object_name: Optional[str] = None
    """The name of the encrypted or decrypted object, if it was set."""
    notes: Mapping[str, Any] = field(default_factory=dict)
    """Annotations of the provider, such as the KMS's request id."""


def annotate(**notes: Any) -> None:
    """Adds public fields to the event of the key use in progress; for providers.

    `outcome="denied"` marks a failing use as denied by the KMS, as a `PermissionError` does.
    """
    noted = _call_context.current_notes.get()
    if noted is not None:
        noted.update(notes)


def record(
    *, error: Optional[BaseException], notes: Optional[Mapping[str, Any]], **fields: Any
) -> Event:
    """Logs one use of a key, reported by the extension module."""
    name = _call_context.current_name.get()
    event = Event(
        **fields,
        error=type(error).__name__ if error is not None else None,
        object_name=None if name is None else str(name),
        notes={key: value for key, value in (notes or {}).items() if key != "outcome"},
    )
    logger.log(
        logging.INFO if event.outcome == "ok" else logging.WARNING,
        "%s by %s with %s: %s",
        event.operation,
        printable(event.provider_id),
        printable(event.key_id) or "no key",  # from a header that anyone may have written
        event.outcome,
        extra={"event": event},
    )
    return event


class JsonFormatter(logging.Formatter):
    """Formats events as JSON Lines: one object for each use of a key.

    `time` is in seconds since 1970.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Format an event as one line; other records keep their message."""
        event: Optional[Event] = getattr(record, "event", None)
        fields: dict[str, Any] = {"time": record.created, "level": record.levelname.lower()}
        fields.update(asdict(event) if event is not None else {"message": record.getMessage()})
        line = json.dumps(fields, ensure_ascii=False, default=str)
        return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in line)


_publish(globals())
