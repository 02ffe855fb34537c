"""What somebody else said, as our errors and logs show it."""

from __future__ import annotations

from ._sealwax import escaped


def printable(text: str) -> str:
    """On one line, cut, and escaped where it could move a terminal's cursor or hide something."""
    return escaped(text.encode("utf-8", "backslashreplace").decode().strip())
