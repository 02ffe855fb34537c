"""The heads of objects, which give the plaintext's length and open the object."""

from __future__ import annotations

import os
import threading
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, NamedTuple, Optional, TypeVar

from .._errors import ErrorCode, SealwaxError
from .._ranges import Opened, Start, header_len
from .._sealwax import plaintext_size

FRONT = 4096 + 512
"""What is asked for first: most headers are a page, and what else comes before the chunks."""

SMALL = 32 * 1024
"""An object of at most this size is fetched whole when it is opened, in bytes."""

SHORTEST = 12
"""What is shorter is no envelope: so long is the start of a header that names its length."""

_TAGS = ("ETag", "etag", "generation", "md5Hash")
_TIMES = ("mtime", "ino", "LastModified", "last_modified", "created", "updated")

T = TypeVar("T")


class Latest(Generic[T]):
    """What was put last under its names, and looked at last; shared by all threads."""

    def __init__(self, most: int) -> None:
        self._most, self._kept, self._lock = most, OrderedDict[Any, T](), threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew_lock)

    def get(self, name: Any) -> Optional[T]:
        with self._lock:
            if name not in self._kept:
                return None
            self._kept.move_to_end(name)
            return self._kept[name]

    def put(self, name: Any, thing: T) -> None:
        with self._lock:
            self._kept[name] = thing
            self._kept.move_to_end(name)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def drop(self, name: Any) -> None:
        with self._lock:
            self._kept.pop(name, None)

    def clear(self) -> None:
        """Forgets all."""
        with self._lock:
            self._kept.clear()

    def _renew_lock(self) -> None:
        self._lock = threading.Lock()


class Head(NamedTuple):
    """The start of an object, compressed: padding takes no room. `is_sealed` is what it claims."""

    is_sealed: bool
    header_len: int
    packed: bytes

    @classmethod
    def of(cls, front: bytes, size: int) -> Head:
        """What `front` shows. A header of another version is one, too, whose length is unknown."""
        try:
            length = header_len(front) if len(front) >= SHORTEST else 0
            end = Start(size, front).first_end if length else 0
        except SealwaxError as error:
            return PLAIN if error.code == ErrorCode.BAD_MAGIC else cls(True, 0, b"")
        return cls(True, length, zlib.compress(front[:end], 1)) if length else PLAIN

    @property
    def front(self) -> bytes:
        """What comes before the first chunk, or what is known of it."""
        return zlib.decompress(self.packed)

    def size(self, stored: int) -> Optional[int]:
        """Length of the plaintext, as the lengths claim it; `None` where they make no sense."""
        if not self.is_sealed:
            return stored
        if not self.header_len:
            return None
        try:
            return plaintext_size(stored, self.header_len)
        except SealwaxError:
            return None


PLAIN = Head(False, 0, b"")

heads: Latest[tuple[Any, Head]] = Latest(65_536)
"""By file system and path: which version of the object it is of, and its head."""

opened: Latest[tuple[Any, Opened]] = Latest(256)
"""By file system and path: which version of the object it is of, and what opened it."""


def version(info: Mapping[str, Any]) -> Optional[tuple[Any, ...]]:
    """What changes with the object; `None` where the store names nothing of that kind."""
    known = [str(info[name]) for name in _TAGS if info.get(name)]
    known = known or [_time(info[name]) for name in _TIMES if info.get(name)]
    return (*known, info["size"]) if known else None


def _time(value: Any) -> str:
    """A store may give a time in one way in a listing, and in another one alone."""
    return str(value.timestamp() if isinstance(value, datetime) else value)
