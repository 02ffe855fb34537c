"""Descriptions of objects, and the capabilities of stores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Flag
from types import MappingProxyType
from typing import Any, NamedTuple, Optional

from .._errors import InvalidArgumentError

EMPTY: Mapping[str, str] = MappingProxyType({})


class Capability(Flag):
    """What a store can do besides listing, reading, writing and deleting."""

    CONDITIONAL_PUT = 1
    """`put` with `if_absent` or `if_match`: of two writers at once, one learns that it was late."""
    CONDITIONAL_DELETE = 2
    """`delete` with `if_match`."""
    NEW_HEAD = 4
    """`replace_head`: the body of an object stays where it is."""
    VERSIONS = 8
    """`versions`, and `version=` wherever an object is named."""
    RETENTION = 16
    """`set_retention`, which keeps a version from everybody."""
    METADATA = 32
    """Pairs and a media type that an object is stored with."""
    TAGS = 64
    """Pairs that can be changed while the object stays as it is."""


class Retention(NamedTuple):
    """How long a version can neither be deleted nor replaced."""

    mode: str
    """`GOVERNANCE`, which some may lift, or `COMPLIANCE`, which nobody can."""
    until: float
    """In seconds since 1970."""


class ObjectInfo(NamedTuple):
    """What a store says of an object; `None` where it does not say, as listings often do not."""

    name: str
    size: int
    """In bytes."""
    etag: Optional[str] = None
    """Changes whenever the bytes do; only compared, never parsed."""
    modified: Optional[float] = None
    """In seconds since 1970."""
    version: Optional[str] = None
    storage_class: Optional[str] = None
    media_type: Optional[str] = None
    metadata: Mapping[str, str] = EMPTY
    retention: Optional[Retention] = None


class ObjectStream:
    """The bytes of an object, from the front to the end.

    `etag` is that of what is read, and `size` the length of the whole object.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        close: Callable[[], object],
        *,
        size: Optional[int] = None,
        etag: Optional[str] = None,
    ) -> None:
        self._read, self._close, self.size, self.etag = read, close, size, etag

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, fewer only at the end; all that is left if it is negative."""
        return self._read(size)

    def close(self) -> None:
        """Gives back what is held open."""
        self._close()

    def __enter__(self) -> ObjectStream:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


class Writing(NamedTuple):
    """How an object is put."""

    if_absent: bool = False
    if_match: Optional[str] = None
    metadata: Optional[Mapping[str, str]] = None
    tags: Optional[Mapping[str, str]] = None
    media_type: Optional[str] = None

    @property
    def conditional(self) -> bool:
        """Whether it depends on what is there."""
        return self.if_absent or self.if_match is not None

    def checked(self) -> Writing:
        """The same, if it makes sense."""
        if self.if_absent and self.if_match is not None:
            raise InvalidArgumentError("if_absent and if_match exclude each other")
        return self


def check_range(start: int, end: Optional[int]) -> None:
    """Refuses what is no range of bytes."""
    if start < 0 or (end is not None and end < start):
        raise InvalidArgumentError(f"no range of bytes begins at {start} and ends at {end}")
