"""What an object in S3 keeps if its head is replaced, and which parts are copied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

MOST_COPIED = 5 * 1024**3
"""How much one request copies at most, in bytes."""

_KEPT = (
    "BucketKeyEnabled",
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Metadata",
    "ObjectLockLegalHoldStatus",
    "ObjectLockMode",
    "ObjectLockRetainUntilDate",
    "SSEKMSKeyId",
    "ServerSideEncryption",
    "StorageClass",
    "WebsiteRedirectLocation",
)
"""What HEAD answers and a new object can be given. Access lists are not among it: S3 has long left
who can read to policies."""


def kept(answer: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """The arguments that make a new object like the one of this answer."""
    arguments = {name: answer[name] for name in _KEPT if answer.get(name)}
    return {**arguments, **({"Tagging": tagging(tags)} if tags else {})}


def tagging(tags: Mapping[str, str]) -> str:
    """Tags as the header of a request has them."""
    return urlencode(dict(tags))


def ranges(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The bytes from `start` to `end` in pieces that can be copied."""
    for at in range(start, end, MOST_COPIED):
        yield at, min(at + MOST_COPIED, end)
