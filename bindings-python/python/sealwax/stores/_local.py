"""Local files."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Optional

from .._convert_errors import about
from .._sealwax import FileTarget
from ..config._urls import Url, canonical
from ._bounded import Bounded
from ._errors import conflict, exists, missing, translated
from ._model import Capability, ObjectInfo, ObjectStream, Writing
from ._names import check_parts, walk
from ._store import Joined, Store, pieces


class LocalStore(Store):
    """The files below a folder.

    Objects are regular files: folders, links and special files are none, and `list` does not follow
    links. Conditions hold among the programs that use this store, by a lock on the file that is
    replaced; others, such as `cp`, do not heed them.
    """

    capabilities = Capability.CONDITIONAL_PUT | Capability.CONDITIONAL_DELETE | Capability.NEW_HEAD

    def __init__(self, folder: Url, *, durable: bool = True) -> None:
        """`durable=False` does not wait for the disk; see `sealwax.encrypt_file`."""
        super().__init__(canonical(folder))
        self.folder = self.url[len("file://") :]
        self._durable = durable

    def path_of(self, name: str) -> str:
        """The path of an object."""
        return self.folder + name

    def _check_name(self, name: str) -> None:
        check_parts(name)

    def _list(self, prefix: str, after: str) -> Iterator[ObjectInfo]:
        with translated(self.url_of(prefix)):
            for name, _ in walk(partial(_entries, self.folder), prefix, after):
                try:
                    status = os.lstat(self.folder + name)
                except FileNotFoundError:
                    continue  # It was deleted meanwhile.
                if stat.S_ISREG(status.st_mode):
                    yield _info(name, status)

    def _head(self, name: str, version: Optional[str]) -> ObjectInfo:
        with translated(self.url_of(name)):
            return _info(name, self._regular(name, os.stat(self.path_of(name))))

    def _open(
        self,
        name: str,
        start: int,
        end: Optional[int],
        version: Optional[str],
        if_match: Optional[str],
    ) -> ObjectStream:
        with translated(self.url_of(name)):
            file = open(self.path_of(name), "rb", buffering=0)  # noqa: SIM115, the caller closes it
            try:
                info = _info(name, self._regular(name, os.fstat(file.fileno())))
                if if_match not in (None, info.etag):
                    raise conflict(self.url_of(name))
                file.seek(start)
            except BaseException:
                file.close()
                raise
        left = max(0, min(info.size, info.size if end is None else end) - start)
        reader = Bounded(file, left, self.url_of(name))
        return ObjectStream(reader.read, file.close, size=info.size, etag=info.etag)

    def _put(self, name: str, data: Any, writing: Writing) -> ObjectInfo:
        path, url = self.path_of(name), self.url_of(name)
        with translated(url):
            _make_folders(os.path.dirname(path))
            try:
                with about(url), self._target(path, writing) as target:
                    for piece in pieces(data):
                        target.write(piece)
                    self._commit(name, target, writing)
            except FileExistsError as error:
                raise exists(url) from error
            return _info(name, os.stat(path))

    @contextmanager
    def _target(self, path: str, writing: Writing) -> Iterator[FileTarget]:
        target = FileTarget(path, overwrite=not writing.if_absent, durable=self._durable)
        try:
            yield target
        finally:
            target.discard()  # Nothing, once it is committed.

    def _commit(self, name: str, target: FileTarget, writing: Writing) -> None:
        if writing.if_match is None:
            target.commit()
            return
        with self._locked(name, writing.if_match):
            target.commit()

    def _delete(self, name: str, version: Optional[str], if_match: Optional[str]) -> None:
        with translated(self.url_of(name)):
            try:
                if if_match is None:
                    os.unlink(self.path_of(name))
                    return
                with self._locked(name, if_match):
                    os.unlink(self.path_of(name))
            except (FileNotFoundError, NotADirectoryError):
                pass

    def _replace_head(self, name: str, head: bytes, body_start: int, if_match: str) -> ObjectInfo:
        """As a copy: `sealwax.rewrap` of the path writes some kilobytes where they are."""
        try:
            rest = self.open(name, body_start, if_match=if_match)
        except FileNotFoundError:
            raise conflict(self.url_of(name), "deleted meanwhile") from None
        with rest:
            return self.put(name, Joined(head, rest), if_match=if_match)

    @contextmanager
    def _locked(self, name: str, etag: str) -> Iterator[None]:
        """Inside of the block the file has this ETag, for all that ask here."""
        url, path = self.url_of(name), self.path_of(name)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            raise conflict(url, "deleted meanwhile") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _etag(os.fstat(descriptor)) != etag or not _is_at(descriptor, path):
                raise conflict(url)
            yield
        finally:
            os.close(descriptor)

    def _regular(self, name: str, status: os.stat_result) -> os.stat_result:
        if not stat.S_ISREG(status.st_mode):
            raise missing(self.url_of(name))
        return status


def _entries(folder: str, below: str) -> list[tuple[str, None]]:
    """Files and folders in a folder, in order; one that is not there is empty."""
    try:
        with os.scandir(folder + below) as entries:
            names = sorted(filter(None, (_entry(below, entry) for entry in entries)))
        return [(name, None) for name in names]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _entry(below: str, entry: os.DirEntry[str]) -> str:
    if entry.is_file(follow_symlinks=False):
        return below + entry.name
    return f"{below}{entry.name}/" if entry.is_dir(follow_symlinks=False) else ""


def _info(name: str, status: os.stat_result) -> ObjectInfo:
    return ObjectInfo(name, status.st_size, _etag(status), status.st_mtime)


def _etag(status: os.stat_result) -> str:
    """Of the file and its last change: also of one that kept its time and its size."""
    return f"{status.st_ino:x}-{status.st_size:x}-{status.st_mtime_ns:x}-{status.st_ctime_ns:x}"


def _is_at(descriptor: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _make_folders(folder: str) -> None:
    """As `os.makedirs`, and safe on the disk."""
    if os.path.isdir(folder):
        return
    parent = os.path.dirname(folder)
    _make_folders(parent)
    try:
        os.mkdir(folder)
    except FileExistsError:
        if not os.path.isdir(folder):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), folder) from None
        return
    descriptor = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
