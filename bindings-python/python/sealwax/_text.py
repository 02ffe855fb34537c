"""Escaping of untrusted text for errors and logs."""

from __future__ import annotations

from ._sealwax import escaped


def printable(text: str) -> str:
    """The text on one line, cut, with control and invisible characters escaped."""
    return escaped(text.encode("utf-8", "backslashreplace").decode().strip())
