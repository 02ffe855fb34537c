"""Assembles the sources of the site: its pages, and those that are generated from other files.

Nothing is duplicated: the format, the design, the changelog and others are included as they are,
and their links are rewritten for the site.

    python docs/assemble.py FOLDER     # then: zensical build --config-file FOLDER/mkdocs.yml
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent
REPOSITORY = "https://github.com/sealwax/sealwax/blob/main"

# Which page of the site shows which file of the project.
INCLUDED = {
    "reference/command-line.md": "bindings-python/docs/command-line.md",
    "reference/keys.md": "bindings-python/docs/keys.md",
    "reference/format.md": "core/spec/FORMAT.md",
    "reference/design.md": "core/spec/DESIGN.md",
    "reference/changelog.md": "CHANGELOG.md",
}
_LINK = re.compile(r"\]\(([^()\s#]*)(#[^()\s]*)?\)")


def assemble(folder: Path) -> None:
    """Writes the configuration and all pages into a folder, anew."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(DOCS / "pages", folder / "pages")
    shutil.copy(DOCS / "mkdocs.yml", folder)
    for page, source in INCLUDED.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        (folder / "pages" / page).write_text(links_of(text, source, page), encoding="utf-8")
    (folder / "pages/reference/errors.md").write_text(errors(), encoding="utf-8")


def links_of(text: str, source: str, page: str) -> str:
    """The text with its links leading to where their targets are for readers of the site."""
    return _LINK.sub(_towards(posixpath.dirname(source), posixpath.dirname(page)), text)


def _towards(folder: str, start: str) -> Callable[[re.Match[str]], str]:
    pages = {source: page for page, source in INCLUDED.items()}

    def target(match: re.Match[str]) -> str:
        link, anchor = match[1], match[2] or ""
        if not link or re.match(r"[a-z]+:", link):
            return match[0]
        file = posixpath.normpath(posixpath.join(folder, link))
        if file in pages:
            return f"]({posixpath.relpath(pages[file], start)}{anchor})"
        if not (ROOT / file).exists():
            raise ValueError(f"{folder}: there is no {link}")
        return f"]({REPOSITORY}/{file}{anchor})"

    return target


def errors() -> str:
    """The table of error codes: numbers, names and classes of the core, and what is to be done."""
    codes = json.loads((ROOT / "core/vectors/error_codes.json").read_text())["errorCodes"]
    advice = json.loads((DOCS / "errors.json").read_text())
    names = {code["name"] for code in codes}
    if names != set(advice):
        raise ValueError(f"docs/errors.json differs from the core: {names ^ set(advice)}")
    rows = []
    for code in codes:
        means, remedy = advice[code["name"]]
        rows.append(f"| {code['code']} | `{code['name']}` | {code['class']} | {means} | {remedy} |")
    return (DOCS / "errors.md.in").read_text().replace("TABLE", "\n".join(rows))


if __name__ == "__main__":
    assemble(Path(sys.argv[1]))
