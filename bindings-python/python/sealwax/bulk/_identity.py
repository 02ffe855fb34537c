"""Detects whether an object was replaced under the same name."""

from __future__ import annotations

import os
from typing import Optional

from ..stores import LocalStore, ObjectInfo, Store


def identity_of(store: Store, name: str) -> str:
    """The identity of an object now: its ETag, or size, time and inode of a file."""
    if isinstance(store, LocalStore):
        return _of_file(os.stat(store.path_of(name)))
    return _of_info(store.head(name))


def identity_of_source(store: Store, name: str) -> str:
    """The same, and the time of a file that nobody can set back, so that no change is missed.

    Of a target it would say too much: its owner may change permissions, which is no other content.
    """
    if isinstance(store, LocalStore):
        status = os.stat(store.path_of(name))
        return f"{_of_file(status)}-{status.st_ctime_ns:x}"
    return _of_info(store.head(name))


def identity_or_none(store: Store, name: str) -> Optional[str]:
    """The same; `None` if there is no such object."""
    try:
        return identity_of(store, name)
    except FileNotFoundError:
        return None


def identity_of_new(store: Store, info: ObjectInfo) -> str:
    """The identity of an object that was just put."""
    return identity_of(store, info.name) if isinstance(store, LocalStore) else _of_info(info)


def _of_file(status: os.stat_result) -> str:
    return f"{status.st_size:x}-{status.st_mtime_ns:x}-{status.st_ino:x}"


def _of_info(info: ObjectInfo) -> str:
    return info.etag or f"{info.size:x}-{info.modified}"
