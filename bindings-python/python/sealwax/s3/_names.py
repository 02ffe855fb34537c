"""Names of objects and of their detached headers."""

from __future__ import annotations

import re
from typing import Any

from .._errors import InvalidArgumentError, TruncatedError

_MOST_BYTES = 1024
"""Longest name in S3, in bytes of UTF-8."""

_ID_LEN = 16
"""Bytes at the start of a body that name its header."""

_HEADER = re.compile(r".+\.[0-9a-f]{32}\.header", re.DOTALL)

SUFFIX_LEN = len(".") + 2 * _ID_LEN + len(".header")
"""Length that a header's name adds to its object's."""


def checked(name: Any, spare: int = 0) -> str:
    """Checks a name; `spare` is the length of a suffix to come, in bytes."""
    if not isinstance(name, str) or not name:
        raise InvalidArgumentError(f"the name of an object is a string, and not {name!r}")
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        raise InvalidArgumentError(f"{name!r} is not Unicode") from None
    if length + spare > _MOST_BYTES:
        most = _MOST_BYTES - spare
        raise InvalidArgumentError(f"a name of {length} bytes is too long: {most} at most")
    return name


def header_name(name: str, body: bytes) -> str:
    """The name of a detached header, from the object's name and the start of the body.

    A body begins with random bytes. No two objects therefore share a header, and no other object
    has this name by chance. A copy of a body leads to the same name.
    """
    if len(body) < _ID_LEN:
        raise TruncatedError(f"{name!r} is too short for a body")
    return f"{name}.{body[:_ID_LEN].hex()}.header"


def is_header(name: str) -> bool:
    """Whether an object is called as headers of their own are."""
    return _HEADER.fullmatch(name) is not None
