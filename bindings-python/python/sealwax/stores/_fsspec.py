"""Every other store, through fsspec."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Optional

from ..kms import _travel
from ..kms._base import require
from ._bounded import Bounded
from ._errors import conflict, missing, translated
from ._model import Capability, ObjectInfo, ObjectStream, Writing
from ._names import check_parts, walk
from ._renamed import Renamed, shows_early
from ._store import Store, pieces

_ETAGS = ("ETag", "etag", "e_tag", "md5Hash", "content_md5", "checksum")
_TIMES = ("mtime", "LastModified", "last_modified", "modified", "updated", "created")
_SECRETS = re.compile("key|secret|token|password|credential|sas|connection", re.IGNORECASE)


class FsspecStore(Store):
    """The objects below a URL of fsspec, or below a path of one of its file systems.

    fsspec has no conditions, versions or retention: what needs them is refused.
    """

    capabilities = Capability(0)

    def __init__(
        self, url: str, *, filesystem: Any = None, options: Optional[Mapping[str, Any]] = None
    ) -> None:
        """`options` are those of the file system that the URL names, if none is given."""
        super().__init__(url)
        self._options = dict(options or {})
        fsspec = require("fsspec.core", "fsspec")
        if filesystem is None:
            filesystem, _ = fsspec.url_to_fs(url, **self._options)
        self._filesystem = filesystem
        self._root = str(filesystem._strip_protocol(url)).rstrip("/")

    def __getstate__(self) -> dict[str, Any]:
        for name in getattr(self._filesystem, "storage_options", {}):
            if _SECRETS.search(name):
                _travel.refuse(
                    f"the option {name}", "let each process take it from its environment"
                )
        return self.__dict__

    def path_of(self, name: str) -> str:
        """What fsspec calls an object."""
        return f"{self._root}/{name}"

    def _check_name(self, name: str) -> None:
        check_parts(name)

    def _list(self, prefix: str, after: str) -> Iterator[ObjectInfo]:
        self._filesystem.invalidate_cache()
        return (_info(name, info) for name, info in walk(self._entries, prefix, after))

    def _entries(self, below: str) -> list[tuple[str, Any]]:
        """What is in a folder, in order; a folder's name ends in a slash."""
        path = f"{self._root}/{below}".rstrip("/")
        try:
            with translated(self.url_of(below)):
                found = self._filesystem.ls(path, detail=True)
        except FileNotFoundError:
            return []
        named = (self._entry(path, below, info) for info in found)
        return sorted((each for each in named if each[0]), key=lambda each: each[0])

    def _entry(self, folder: str, below: str, info: Mapping[str, Any]) -> tuple[str, Any]:
        path = str(info["name"]).rstrip("/")
        name = path[len(folder) :].lstrip("/") if path.startswith(folder) else ""
        if not name or info["type"] not in ("file", "directory") or info.get("islink"):
            return "", None
        return below + name + ("/" if info["type"] == "directory" else ""), info

    def _head(self, name: str, version: Optional[str]) -> ObjectInfo:
        self._filesystem.invalidate_cache()
        with translated(self.url_of(name)):
            info = self._filesystem.info(self.path_of(name))
        if info["type"] != "file":
            raise missing(self.url_of(name))
        return _info(name, info)

    def _open(
        self,
        name: str,
        start: int,
        end: Optional[int],
        version: Optional[str],
        if_match: Optional[str],
    ) -> ObjectStream:
        info, url = self._head(name, None), self.url_of(name)
        if if_match not in (None, info.etag):
            raise conflict(url)
        with translated(url):
            file = self._filesystem.open(self.path_of(name), "rb", cache_type="readahead")
            file.seek(min(start, info.size))
        left = max(0, min(info.size, info.size if end is None else end) - start)
        bounded = Bounded(file, left, url)
        return ObjectStream(bounded.read, file.close, size=info.size, etag=info.etag)

    def _put(self, name: str, data: Any, writing: Writing) -> ObjectInfo:
        """The file is written under another name, or in parts, until it is committed."""
        with translated(self.url_of(name)):
            file = self._created(self.path_of(name))
            try:
                for piece in pieces(data):
                    file.write(piece)
                file.close()
                file.commit()
            except BaseException:
                _discard(file)
                raise
        return self._head(name, None)

    def _created(self, path: str) -> Any:
        """A new file; stores of folders want the folder first."""
        try:
            return self._opened(path)
        except FileNotFoundError:
            self._filesystem.makedirs(path.rpartition("/")[0], exist_ok=True)
            return self._opened(path)

    def _opened(self, path: str) -> Any:
        if shows_early(self._filesystem):
            return Renamed(self._filesystem, path)
        return self._filesystem.open(path, "wb", autocommit=False)

    def _delete(self, name: str, version: Optional[str], if_match: Optional[str]) -> None:
        try:
            with translated(self.url_of(name)):
                self._filesystem.rm_file(self.path_of(name))
        except FileNotFoundError:
            pass


def _discard(file: Any) -> None:
    """Has nothing appear; a file that cannot say so was never committed."""
    discard = getattr(file, "discard", None)
    if discard is not None:
        with suppress(Exception):
            discard()
    with suppress(AttributeError):
        file.closed = True  # Or it would complete the upload when it is collected.


def _info(name: str, info: Mapping[str, Any]) -> ObjectInfo:
    size, modified = int(info.get("size") or 0), _time(info)
    etag = next((str(info[key]) for key in _ETAGS if info.get(key)), None)
    if etag is None and modified is not None:
        etag = f"{size:x}-{modified!r}-{info.get('ino', '')}"
    return ObjectInfo(name, size, etag, modified)


def _time(info: Mapping[str, Any]) -> Optional[float]:
    """When it was changed, however a file system says so."""
    value = next((info[key] for key in _TIMES if info.get(key) is not None), None)
    if isinstance(value, str):
        value = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value.timestamp() if isinstance(value, datetime) else value
