"""Caches in pickles: in one process, all pickles with the same name share one cache.

Engines such as Spark and Dask pickle the arguments of every task. A cache would be useless if every
task started with an empty one.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from typing import Any

from ._sealwax import CachingProvider

MOST = 32
"""Most registered caches; the least recently pickled or unpickled one is dropped first."""

_kept: OrderedDict[tuple[Any, ...], CachingProvider] = OrderedDict()
_lock = threading.Lock()


def keep(cache: CachingProvider, name: str, inner: Any, *limits: Any) -> tuple[Any, ...]:
    """Registers a cache for a pickle, so that unpickling in this process finds it again."""
    with _lock:
        _put(_key(name, inner, limits), cache)
    return (restore, (name, inner, *limits))


def restore(name: str, inner: Any, *limits: Any) -> CachingProvider:
    """Returns the cache with this name in this process; makes one if there is none."""
    key = _key(name, inner, limits)
    with _lock:
        cache = _kept.get(key)
        if cache is None:
            cache = CachingProvider(inner, *limits, name=name)
            _put(key, cache)
        return cache


def _key(name: str, inner: Any, limits: tuple[Any, ...]) -> tuple[Any, ...]:
    return (name, inner.provider_id, getattr(inner, "key_id", None), limits)


def _put(key: tuple[Any, ...], cache: CachingProvider) -> None:
    _kept[key] = cache
    while len(_kept) > MOST:
        _kept.popitem(last=False)


def _renew_lock() -> None:
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
