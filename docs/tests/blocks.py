"""The examples of a page: its fenced code blocks with their directives.

A directive is an HTML comment on the line before the fence:

- `<!-- output -->`: the output of the block before it;
- `<!-- fails -->`: the commands must fail;
- `<!-- set-up -->`: commands that take minutes; steps of the gate run them (`SET_UP`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple, Optional

PAGES = Path(__file__).parents[1] / "pages"
_BLOCK = re.compile(
    r"(?:^[ ]*<!--[ ](?P<directive>[a-z-]+)[ ]-->\n)?"
    r"^(?P<indent>[ ]*)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_INFO = re.compile(r'(?P<language>[a-z]*)(?: title="(?P<title>[^"]+)")?')


class Block(NamedTuple):
    """One example, and where it is."""

    line: int
    language: str
    title: Optional[str]
    directive: Optional[str]
    text: str


def blocks(text: str) -> list[Block]:
    """The examples of a page, in order."""
    return [_block(text, match) for match in _BLOCK.finditer(text)]


def _block(text: str, match: re.Match[str]) -> Block:
    line = text.count("\n", 0, match.start("info")) + 1
    info = _INFO.fullmatch(match["info"].strip())
    assert info, f"line {line}: a fence of unknown form: {match['info']}"
    indent = len(match["indent"])
    lines = "".join(part[indent:] for part in match["text"].splitlines(keepends=True))
    return Block(line, info["language"], info["title"], match["directive"], lines)


def page_names() -> list[str]:
    """Every page, by its path below `pages`."""
    return sorted(str(path.relative_to(PAGES)) for path in PAGES.rglob("*.md"))
