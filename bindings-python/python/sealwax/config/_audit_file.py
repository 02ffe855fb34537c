"""The audit file, to which uses of keys are appended."""

from __future__ import annotations

import logging
import os
from typing import Any

from .. import audit
from ._errors import ConfigError

_handlers: dict[str, logging.Handler] = {}
"""By file: each gets an event once, even if several configurations name it."""


def start(path: str, uses: str) -> None:
    """Appends all further uses of keys in this process to the file at `path`."""
    if path in _handlers:
        return
    try:
        handler = _handlers.setdefault(path, _AuditFile(path))
    except OSError as error:
        raise ConfigError(f"[audit]: {path} cannot be written: {error.strerror}") from error
    handler.setLevel(logging.INFO if uses == "all" else logging.WARNING)
    handler.setFormatter(audit.JsonFormatter())
    if audit.logger.getEffectiveLevel() > handler.level:
        audit.logger.setLevel(handler.level)
    audit.logger.addHandler(handler)


class _AuditFile(logging.Handler):
    """Appends lines, each with one write, so that lines of several processes do not mix.

    A write that fails goes to `sys.unraisablehook`, because the key was used nevertheless.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def emit(self, record: Any) -> None:
        os.write(self._file, f"{self.format(record)}\n".encode())
