"""Stores: objects by URL, in folders, in buckets of S3, and wherever fsspec reaches.

>>> from sealwax import stores
>>> store = stores.MemoryStore()
>>> first = store.put("tides.csv", b"06:12 high", if_absent=True)
>>> store.replace_head("tides.csv", b"18:40", 5, if_match=first.etag).size
10
>>> store.get("tides.csv")
b'18:40 high'
>>> store.delete("tides.csv", if_match=first.etag)  # doctest: +ELLIPSIS
Traceback (most recent call last):
  ...
sealwax.stores.ConflictError: [Errno 116] the object was replaced meanwhile: read it again ...

`open_store` makes one of a URL. What a store can do besides listing, reading, writing and deleting
is in its `capabilities`; an operation that needs more is refused with an `UnsupportedError`.
Nothing is emulated where that could lose something.
"""

from __future__ import annotations

from .._errors import AlreadyExistsError, ConflictError, IoError
from .._public import publish as _publish
from ._errors import UnsupportedError
from ._fsspec import FsspecStore
from ._local import LocalStore
from ._memory import MemoryStore
from ._model import Capability, ObjectInfo, ObjectStream, Retention
from ._open import locate, open_store
from ._s3 import S3Store
from ._store import Store

__all__ = [
    "AlreadyExistsError",
    "Capability",
    "ConflictError",
    "FsspecStore",
    "IoError",
    "LocalStore",
    "MemoryStore",
    "ObjectInfo",
    "ObjectStream",
    "Retention",
    "S3Store",
    "Store",
    "UnsupportedError",
    "locate",
    "open_store",
]

_publish(globals())
