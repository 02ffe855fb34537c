"""What somebody else said, as our errors and logs show it."""

from __future__ import annotations

MOST_TEXT = 2_000
"""Longest text that is shown; a server may say more. In characters."""


def printable(text: str) -> str:
    """On one line, and escaped where it could move a terminal's cursor or hide what follows."""
    shown = "".join(_shown(each) for each in text[:MOST_TEXT].strip())
    return f"{shown}..." if len(text) > MOST_TEXT else shown


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
