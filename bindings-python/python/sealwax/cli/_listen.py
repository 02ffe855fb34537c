"""Shows the library's log records to the user."""

from __future__ import annotations

import logging

from ._say import voice


def start() -> None:
    """Reports each missing wrapped key of an object and, with `--verbose`, each use of a key."""
    logging.getLogger("sealwax").addHandler(_Warnings())
    if voice.verbose:
        from sealwax import audit

        audit.logger.addHandler(_Uses())
        audit.logger.setLevel(logging.INFO)


class _Warnings(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "sealwax":
            voice.warn(record.getMessage())


class _Uses(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", None)
        if event is not None:
            voice.detail(f"{record.getMessage()}, {event.duration * 1000:.0f} ms")
