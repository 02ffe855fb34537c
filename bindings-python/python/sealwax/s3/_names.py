"""Names of objects, and of the headers beside them."""

from __future__ import annotations

from typing import Any

from .._errors import InvalidArgumentError, TruncatedError

_MOST_BYTES = 1024
"""What S3 allows for a name, in UTF-8."""

_ID_LEN = 16
"""How much of a body names its header, in bytes."""

SUFFIX_LEN = len(".") + 2 * _ID_LEN + len(".header")
"""How much longer a header's name is than its object's."""


def checked(name: Any, spare: int = 0) -> str:
    """A name that a store can have; `spare` is what is to be appended, in bytes."""
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
    """What the header of a body is called: the object's name, and what the body begins with.

    A body begins with random bytes, so that no two objects share a header, and no object that
    anybody names has this name by chance. It follows from the body alone, however it was copied.
    """
    if len(body) < _ID_LEN:
        raise TruncatedError(f"{name!r} is too short for a body")
    return f"{name}.{body[:_ID_LEN].hex()}.header"
