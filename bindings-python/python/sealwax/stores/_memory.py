"""Objects in memory, for tests. This store has every capability."""

from __future__ import annotations

import hashlib
import io
import threading
import time
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple, Optional

from ._errors import conflict, denied, exists, missing
from ._model import Capability, ObjectInfo, ObjectStream, Retention, Writing
from ._store import Store, pieces

_ALL = Capability.CONDITIONAL_PUT | Capability.CONDITIONAL_DELETE | Capability.NEW_HEAD
_ALL |= Capability.VERSIONS | Capability.RETENTION | Capability.METADATA | Capability.TAGS


class _Version(NamedTuple):
    info: ObjectInfo
    data: bytes
    tags: dict[str, str]


class MemoryStore(Store):
    """Objects in the memory of this process; every version is kept.

    `capabilities` can be fewer, to see how a program does without. It cannot be pickled.
    """

    def __init__(self, *, capabilities: Capability = _ALL) -> None:
        super().__init__(f"in-memory://{id(self):x}")
        self.capabilities = capabilities
        self._objects: dict[str, list[_Version]] = {}
        self._deleted: set[str] = set()
        self._count, self._lock = 0, threading.Lock()

    def __reduce__(self) -> Any:
        raise TypeError("a MemoryStore is of one process: use a folder, or an S3 server")

    def _list(self, prefix: str, after: str) -> Iterator[ObjectInfo]:
        with self._lock:
            names = sorted(self._objects.keys() - self._deleted)
        for name in names[bisect_right(names, after) :]:
            if name.startswith(prefix) and name not in self._deleted:
                yield self._objects[name][-1].info

    def _head(self, name: str, version: Optional[str]) -> ObjectInfo:
        with self._lock:
            return self._found(name, version).info

    def _open(
        self,
        name: str,
        start: int,
        end: Optional[int],
        version: Optional[str],
        if_match: Optional[str],
    ) -> ObjectStream:
        with self._lock:
            found = self._found(name, version)
        if if_match not in (None, found.info.etag):
            raise conflict(self.url_of(name))
        file = io.BytesIO(found.data[start:end])
        return ObjectStream(file.read, file.close, size=found.info.size, etag=found.info.etag)

    def _put(self, name: str, data: Any, writing: Writing) -> ObjectInfo:
        content = b"".join(pieces(data))
        with self._lock:
            current = None if name in self._deleted else self._objects.get(name)
            self._check(name, current, writing)
            return self._add(name, content, writing)

    def _check(self, name: str, current: Any, writing: Writing) -> None:
        if writing.if_absent and current:
            raise exists(self.url_of(name))
        if writing.if_match is not None:
            self._check_match(name, current, writing.if_match)

    def _check_match(self, name: str, current: Any, etag: str) -> None:
        if not current:
            raise conflict(self.url_of(name), "deleted meanwhile")
        if current[-1].info.etag != etag:
            raise conflict(self.url_of(name))

    def _add(self, name: str, content: bytes, writing: Writing) -> ObjectInfo:
        self._count += 1
        etag = hashlib.sha256(content).hexdigest()[:32]
        info = ObjectInfo(name, len(content), etag, time.time(), f"v{self._count}")
        info = info._replace(media_type=writing.media_type, metadata=dict(writing.metadata or {}))
        self._objects.setdefault(name, []).append(_Version(info, content, dict(writing.tags or {})))
        self._deleted.discard(name)
        return info

    def _delete(self, name: str, version: Optional[str], if_match: Optional[str]) -> None:
        with self._lock:
            if if_match is not None:
                current = None if name in self._deleted else self._objects.get(name)
                self._check_match(name, current, if_match)
            if version is not None:
                self._delete_version(name, version)
            elif name in self._objects:
                self._deleted.add(name)

    def _delete_version(self, name: str, version: str) -> None:
        found = next(
            (each for each in self._objects.get(name, ()) if each.info.version == version), None
        )
        if found is None:
            return
        retention = found.info.retention
        if retention is not None and retention.until > time.time():
            raise denied(self.url_of(name), "the version is kept until its retention ends")
        self._objects[name].remove(found)
        if not self._objects[name]:
            del self._objects[name]

    def _replace_head(self, name: str, head: bytes, body_start: int, if_match: str) -> ObjectInfo:
        with self._lock:
            current = None if name in self._deleted else self._objects.get(name)
            self._check_match(name, current, if_match)
            info, data, tags = self._objects[name][-1]
            writing = Writing(metadata=info.metadata, tags=tags, media_type=info.media_type)
            return self._add(name, head + data[body_start:], writing)

    def _versions(self, name: str) -> Iterator[ObjectInfo]:
        with self._lock:
            found = list(self._objects.get(name, ()))
        return (each.info for each in reversed(found))

    def _tags(self, name: str, version: Optional[str]) -> dict[str, str]:
        with self._lock:
            return dict(self._found(name, version).tags)

    def _set_tags(self, name: str, tags: dict[str, str], version: Optional[str]) -> None:
        with self._lock:
            kept = self._found(name, version).tags
            kept.clear()
            kept.update(tags)

    def _set_retention(self, name: str, retention: Retention, version: Optional[str]) -> None:
        with self._lock:
            found = self._found(name, version)
            place = self._objects[name].index(found)
            info = found.info._replace(retention=retention)
            self._objects[name][place] = found._replace(info=info)

    def _found(self, name: str, version: Optional[str]) -> _Version:
        versions = self._objects.get(name, [])
        if version is None:
            versions = [] if name in self._deleted else versions[-1:]
        else:
            versions = [each for each in versions if each.info.version == version]
        if not versions:
            raise missing(self.url_of(name))
        return versions[0]
