"""URLs of objects, and patterns of them."""

from __future__ import annotations

import os
import re
from typing import Union

from .._public import belong

_SAME = {"local": "file", "s3a": "s3", "s3n": "s3", "gcs": "gs", "abfss": "abfs"}
"""Schemes of other programs for the same stores."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_CHAINED = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9]*::)+")
"""Prefixes of fsspec before a URL: `sealwax::s3://...`, `sealwax::simplecache::s3://...`."""

_WILDCARDS = re.compile(r"\*\*/|\*\*|\*|\?")
_MEANINGS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}

Url = Union[str, "os.PathLike[str]"]


def canonical(url: Url, folder: str = "") -> str:
    """The canonical form of a URL. A path is a file, relative to `folder` or the working folder.

    >>> canonical("s3a://lake/2026/a.parquet"), canonical("/srv/data/../a")
    ('s3://lake/2026/a.parquet', 'file:///srv/a')
    """
    text = _CHAINED.sub("", os.fspath(url), count=1)
    scheme, rest = split(text)
    if scheme == "file":
        path = os.path.join(folder, os.path.expanduser(rest))
        rest = os.path.abspath(path) + ("/" if path.endswith("/") and path.strip("/") else "")
    elif scheme == "memory":
        rest = "/" + rest.lstrip("/")
    return f"{scheme}://{rest}"


def split(url: str) -> tuple[str, str]:
    """The scheme and the rest; a path without a scheme is a file."""
    match = _SCHEME.fullmatch(url)
    if match is None:
        return "file", url
    scheme = match[1].lower()
    return _SAME.get(scheme, scheme), match[2]


class Pattern:
    """A pattern of URLs: `*` is anything but `/`, `**` anything, `?` one character.

    A pattern that ends in `/` matches everything below it. One without a scheme matches files below
    the folder of the configuration.

    >>> Pattern("s3://lake/**").matches("s3://lake/2026/a.parquet")
    True
    >>> Pattern("s3://lake/*.csv").matches("s3://lake/2026/a.csv")
    False
    """

    def __init__(self, text: str, folder: str = "/") -> None:
        self.text = text
        whole = canonical(text, folder)
        base = f"file://{folder.rstrip('/')}/"
        literal = base if whole.startswith(base) else ""  # its name may contain a star
        whole = whole[len(literal) :] + ("**" if whole.endswith("/") else "")
        self._regex = re.compile(re.escape(literal) + _as_regex(whole), re.DOTALL)

    def matches(self, url: Url) -> bool:
        """Whether it matches this URL, or everything below it."""
        text = canonical(url)
        return any(self._regex.fullmatch(each) for each in (text, f"{text}/"))

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"


def _as_regex(glob: str) -> str:
    parts, position = [], 0
    for match in _WILDCARDS.finditer(glob):
        parts += [re.escape(glob[position : match.start()]), _MEANINGS[match[0]]]
        position = match.end()
    return "".join(parts) + re.escape(glob[position:])


belong("sealwax.config", Pattern, canonical)
