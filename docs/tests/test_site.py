"""The built site: no link is broken, and nothing is loaded from another host."""

from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple, Optional
from urllib.parse import unquote, urlsplit

import pytest

# What a browser fetches by itself, and not only when somebody clicks.
LOADED = {
    "audio": "src",
    "iframe": "src",
    "img": "src",
    "link": "href",
    "script": "src",
    "source": "src",
    "video": "src",
}
# Relations of a `link` that name something without loading it.
NAMED = {"canonical", "next", "prev"}


class Document(HTMLParser):
    """What a page links to, what it loads, and what can be linked to in it."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Optional[str]]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        target = values.get(LOADED.get(tag, ""))
        if target and values.get("rel") not in NAMED:
            self.loads.append(target)


class Link(NamedTuple):
    """A link to this site."""

    page: Path
    text: str

    def file(self, site: Path) -> Path:
        path = unquote(urlsplit(self.text).path)
        target = self.page.parent / path if path else self.page
        if path.startswith("/") and self.page.name == "404.html":
            # A server shows this page at any address, so its links begin at the root.
            target = site / path.lstrip("/")
        return target / "index.html" if target.is_dir() else target


@pytest.fixture(scope="session")
def documents(site: Path) -> dict[Path, Document]:
    """The pages; those of the references are looked at where they are linked to."""
    api = site / "api"
    files = [file for file in site.rglob("*.html") if api not in file.parents]
    return {file.resolve(): Document(file) for file in files}


def is_elsewhere(text: str) -> bool:
    return bool(urlsplit(text).scheme or urlsplit(text).netloc)


def test_the_site_has_its_pages(documents: dict[Path, Document]) -> None:
    assert len(documents) > 25


def test_every_link_leads_somewhere(site: Path, documents: dict[Path, Document]) -> None:
    broken = []
    for page, document in documents.items():
        for text in document.links + document.loads:
            link = Link(page, text)
            if not is_elsewhere(text) and not leads_somewhere(link, site, documents):
                broken.append(f"{page.relative_to(site.resolve())}: {text}")
    assert not broken, "\n".join(broken)


def leads_somewhere(link: Link, site: Path, documents: dict[Path, Document]) -> bool:
    file, anchor = link.file(site).resolve(), unquote(urlsplit(link.text).fragment)
    if site.resolve() / "api" in file.parents:
        return file.is_file() or "SEALWAX_SITE_API" not in os.environ
    known = documents.get(file)
    return file.is_file() and (not anchor or known is None or anchor in known.ids)


def test_nothing_is_loaded_from_another_host(site: Path, documents: dict[Path, Document]) -> None:
    loads = {text for document in documents.values() for text in document.loads}
    assert not [text for text in loads if is_elsewhere(text)]
    styles = "".join(file.read_text(encoding="utf-8") for file in site.rglob("*.css"))
    assert "url(http" not in styles and "@import" not in styles


def test_every_other_host_is_one_that_is_meant(documents: dict[Path, Document]) -> None:
    known = {"github.com", "c2sp.org", "openbao.org", "pypi.org", "rustup.rs"}
    known.add("filesystem-spec.readthedocs.io")
    links = {text for document in documents.values() for text in document.links}
    hosts = {urlsplit(text).netloc for text in links if is_elsewhere(text)}
    assert hosts <= known
