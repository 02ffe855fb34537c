"""The audit log: every use of a key is an event of the logger `sealwax.audit`.

Uses that succeed are logged at `INFO`, others at `WARNING`: what a KMS denied is recorded even
where a program has left the levels of `logging` as they are. Each record carries the fields of
`Event` in its attribute `event`, and as JSON through `JsonFormatter`. A KMS logs the same
encryption context, so that both records can be joined. No key, no data, no message of the host's
exceptions is ever logged, and what a header says is escaped where it could harm a terminal. A
program that uses OpenTelemetry gets a span for each event, too.

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
from ._text import printable

__all__ = ["Event", "JsonFormatter", "annotate", "logger", "object_name"]

logger = logging.getLogger("sealwax.audit")
"""Where the events go."""

# A library says nothing unless asked: without this, warnings would reach the standard error.
logging.getLogger("sealwax").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Event:
    """One use of a key."""

    operation: str
    """`generate`, `wrap`, `unwrap` or `cache_hit`."""
    provider_id: str
    key_id: str
    """Empty where a provider failed before it named a key."""
    context: Mapping[str, str]
    outcome: str
    """`ok`, `rejected` (the wrapped key did not open), `denied` or `failed`."""
    duration: float
    """In seconds; 0 where a cache had the key."""
    time: float = 0.0
    """When the use began, in seconds since 1970."""
    error: Optional[str] = None
    """The class of the provider's exception."""
    object_name: Optional[str] = None
    """What is encrypted or decrypted, if it was named."""
    notes: Mapping[str, Any] = field(default_factory=dict)
    """What the provider added with `annotate`, such as the KMS's request id."""


def annotate(**notes: Any) -> None:
    """Adds public fields to the event of the key use in progress; for providers.

    `outcome="denied"` says of a use that fails that the KMS refused the permission; a
    `PermissionError` says it, too.
    """
    noted = _call_context.current_notes.get()
    if noted is not None:
        noted.update(notes)


def record(
    *, error: Optional[BaseException], notes: Optional[Mapping[str, Any]], **fields: Any
) -> Event:
    """Logs one use of a key, which the extension module was told of."""
    event = Event(
        **fields,
        error=type(error).__name__ if error is not None else None,
        object_name=_call_context.current_name.get(),
        notes={key: value for key, value in (notes or {}).items() if key != "outcome"},
    )
    logger.log(
        logging.INFO if event.outcome == "ok" else logging.WARNING,
        "%s by %s with %s: %s",
        event.operation,
        printable(event.provider_id),
        printable(event.key_id) or "no key",  # Of a header that anyone may have written.
        event.outcome,
        extra={"event": event},
    )
    return event


class JsonFormatter(logging.Formatter):
    """Formats events as JSON Lines: one object for each use of a key.

    `time` is in seconds since 1970.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line for one event; other records keep their message."""
        event: Optional[Event] = getattr(record, "event", None)
        fields: dict[str, Any] = {"time": record.created, "level": record.levelname.lower()}
        fields.update(asdict(event) if event is not None else {"message": record.getMessage()})
        line = json.dumps(fields, ensure_ascii=False, default=str)
        return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in line)
