"""The interface of stores. An operation that a store lacks is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import repeat
from typing import Any, Optional

from .._errors import InvalidArgumentError
from ._errors import unsupported
from ._model import Capability, ObjectInfo, ObjectStream, Retention, Writing, check_range

_PIECE = 1024 * 1024
"""How much is copied at a time, in bytes."""


class Store:
    """Objects below the URL `url`; each has a name, such as `2026/tides.csv`.

    Calls can come from several threads, and a store can be pickled into other processes. Failures
    are an `IoError`, which is an `OSError`: a `FileNotFoundError` where there is no such object, a
    `PermissionError` where the store denies it, a `ConflictError` where a condition does not hold,
    an `UnsupportedError` where the store cannot do what is asked.
    """

    capabilities = Capability(0)
    """What this store can do besides listing, reading, writing and deleting."""

    def __init__(self, url: str) -> None:
        self.url = url if url.endswith("/") else f"{url}/"

    def url_of(self, name: str) -> str:
        """The URL of an object."""
        return self.url + name

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[ObjectInfo]:
        """The objects whose names begin with `prefix`, in the order of their names.

        They are asked for as they are taken, so that memory does not depend on their number. A
        listing that broke off goes on with `after`, the last name that was seen. (Servers of S3's
        protocol that keep folders have an order of their own, in which that holds, too.)
        """
        return self._list(prefix, after)

    def head(self, name: str, *, version: Optional[str] = None) -> ObjectInfo:
        """What the store says of an object."""
        return self._head(self._named(name, version, "head"), version)

    def open(
        self,
        name: str,
        start: int = 0,
        end: Optional[int] = None,
        *,
        version: Optional[str] = None,
        if_match: Optional[str] = None,
    ) -> ObjectStream:
        """The bytes from `start` to `end`, to be read from the front to the end and closed.

        A range that begins behind the end of the object is empty. With `if_match`, an ETag, it is a
        `ConflictError` if the object is another one.
        """
        check_range(start, end)
        return self._open(self._named(name, version, "open"), start, end, version, if_match)

    def get(
        self,
        name: str,
        start: int = 0,
        end: Optional[int] = None,
        *,
        version: Optional[str] = None,
        if_match: Optional[str] = None,
    ) -> bytes:
        """The bytes from `start` to `end`; see `open`."""
        with self.open(name, start, end, version=version, if_match=if_match) as stream:
            return stream.read()

    def put(
        self,
        name: str,
        data: Any,
        *,
        if_absent: bool = False,
        if_match: Optional[str] = None,
        metadata: Optional[Mapping[str, str]] = None,
        tags: Optional[Mapping[str, str]] = None,
        media_type: Optional[str] = None,
    ) -> ObjectInfo:
        """Store `data`: bytes, or a file object with `read(n)` of which memory holds a few parts.

        The object appears when all of it is there, or not at all. `if_absent` never replaces one
        (`FileExistsError`), `if_match` only the one with this ETag (`ConflictError`). Where an
        answer is lost, the store is asked whether the object is there; that is no failure.
        """
        writing = Writing(if_absent, if_match, metadata, tags, media_type).checked()
        self._require_of_put(self._named(name), writing)
        return self._put(name, data, writing)

    def delete(
        self, name: str, *, version: Optional[str] = None, if_match: Optional[str] = None
    ) -> None:
        """Delete an object; one that is not there is no error.

        With `if_match` only the one with this ETag; one that is not there is a `ConflictError`.
        """
        self._named(name, version, "delete")
        if if_match is not None:
            self._require(Capability.CONDITIONAL_DELETE, "delete with if_match", name)
        self._delete(name, version, if_match)

    def replace_head(
        self, name: str, head: bytes, body_start: int, *, if_match: str, allow_copy: bool = False
    ) -> ObjectInfo:
        """Have an object begin with `head` instead of its first `body_start` bytes.

        The rest stays where it is, as far as the store can do that; its metadata, tags, storage
        class and retention are kept. If the object is not the one with the ETag `if_match` any
        more, it stays as it is (`ConflictError`).

        A store that cannot do so refuses, unless `allow_copy` has all of it read and written anew.
        """
        check_range(body_start, None)
        if Capability.NEW_HEAD in self.capabilities:
            return self._replace_head(self._named(name), bytes(head), body_start, if_match)
        if not allow_copy:
            raise unsupported(self.url_of(name), "replace_head", Capability.NEW_HEAD)
        condition = if_match if Capability.CONDITIONAL_PUT in self.capabilities else None
        with self.open(name, body_start, if_match=if_match) as rest:
            return self.put(name, Joined(bytes(head), rest), if_match=condition)

    def versions(self, name: str) -> Iterator[ObjectInfo]:
        """All versions of an object, the newest first."""
        self._require(Capability.VERSIONS, "versions", name)
        return self._versions(self._named(name))

    def tags(self, name: str, *, version: Optional[str] = None) -> dict[str, str]:
        """The tags of an object."""
        self._require(Capability.TAGS, "tags", name)
        return self._tags(self._named(name, version, "tags"), version)

    def set_tags(
        self, name: str, tags: Mapping[str, str], *, version: Optional[str] = None
    ) -> None:
        """Replace the tags of an object."""
        self._require(Capability.TAGS, "set_tags", name)
        self._set_tags(self._named(name, version, "set_tags"), dict(tags), version)

    def set_retention(
        self, name: str, retention: Retention, *, version: Optional[str] = None
    ) -> None:
        """Keep a version, the newest by default, from being deleted."""
        self._require(Capability.RETENTION, "set_retention", name)
        if retention.mode not in ("GOVERNANCE", "COMPLIANCE"):
            raise InvalidArgumentError("the mode of a retention is GOVERNANCE or COMPLIANCE")
        self._set_retention(self._named(name, version, "set_retention"), retention, version)

    def _named(self, name: str, version: Optional[str] = None, operation: str = "") -> str:
        """The name, if an object of this store can have it."""
        if not isinstance(name, str) or not name:
            raise InvalidArgumentError(f"the name of an object is a text, and not {name!r}")
        if version is not None:
            self._require(Capability.VERSIONS, f"{operation} with version", name)
        self._check_name(name)
        return name

    def _require(self, needed: Capability, operation: str, name: str) -> None:
        if needed not in self.capabilities:
            raise unsupported(self.url_of(name), operation, needed)

    def _require_of_put(self, name: str, writing: Writing) -> None:
        if writing.if_absent:
            self._require(Capability.CONDITIONAL_PUT, "put with if_absent", name)
        if writing.if_match is not None:
            self._require(Capability.CONDITIONAL_PUT, "put with if_match", name)
        if writing.metadata:
            self._require(Capability.METADATA, "put with metadata", name)
        if writing.tags:
            self._require(Capability.TAGS, "put with tags", name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    # What each store does, with arguments that were checked:

    def _check_name(self, name: str) -> None:
        """Raises what a store has against a name."""

    def _list(self, prefix: str, after: str) -> Iterator[ObjectInfo]:
        raise NotImplementedError

    def _head(self, name: str, version: Optional[str]) -> ObjectInfo:
        raise NotImplementedError

    def _open(
        self,
        name: str,
        start: int,
        end: Optional[int],
        version: Optional[str],
        if_match: Optional[str],
    ) -> ObjectStream:
        raise NotImplementedError

    def _put(self, name: str, data: Any, writing: Writing) -> ObjectInfo:
        raise NotImplementedError

    def _delete(self, name: str, version: Optional[str], if_match: Optional[str]) -> None:
        raise NotImplementedError

    def _replace_head(self, name: str, head: bytes, body_start: int, if_match: str) -> ObjectInfo:
        raise NotImplementedError

    def _versions(self, name: str) -> Iterator[ObjectInfo]:
        raise NotImplementedError

    def _tags(self, name: str, version: Optional[str]) -> dict[str, str]:
        raise NotImplementedError

    def _set_tags(self, name: str, tags: dict[str, str], version: Optional[str]) -> None:
        raise NotImplementedError

    def _set_retention(self, name: str, retention: Retention, version: Optional[str]) -> None:
        raise NotImplementedError


class Joined:
    """A new head, and the rest of an old object behind it."""

    def __init__(self, head: bytes, rest: Any) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, fewer only at the end."""
        head, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
        if len(head) == size:
            return head
        rest: bytes = self._rest.read(size if size < 0 else size - len(head))
        return head + rest


def pieces(data: Any, sizes: Optional[Iterator[int]] = None) -> Iterator[bytes]:
    """Bytes or a file object in pieces of these sizes, of which only the last is shorter."""
    read = data.read if callable(getattr(data, "read", None)) else _reader(data)
    for size in sizes or repeat(_PIECE):
        piece = _filled(read, size)
        if piece:
            yield piece
        if len(piece) < size:
            return


def _filled(read: Callable[[int], bytes], size: int) -> bytes:
    """So many bytes, and fewer only at the end; a pipe gives what it has."""
    piece = read(size)
    while len(piece) < size:
        more = read(size - len(piece))
        if not more:
            break
        piece += more
    if not isinstance(piece, bytes):
        raise InvalidArgumentError("the source gives text: open it in binary mode")
    return piece


def _reader(data: Any) -> Callable[[int], bytes]:
    view, at = memoryview(data).cast("B"), 0

    def read(size: int) -> bytes:
        nonlocal at
        at += size
        return bytes(view[at - size : at])

    return read
