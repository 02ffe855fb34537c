"""Caches that travel to other processes: each process has one of a name."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from typing import Any
from weakref import WeakValueDictionary

from ._errors import InvalidArgumentError
from ._sealwax import CachingProvider

_MOST = 64
"""How many caches that arrived are kept between the tasks that use them."""

_known: WeakValueDictionary[str, CachingProvider] = WeakValueDictionary()
_kept: OrderedDict[str, CachingProvider] = OrderedDict()
_lock = threading.Lock()


def _renew_lock() -> None:
    global _lock
    _lock = threading.Lock()


# Another thread may have held it when this process was forked.
os.register_at_fork(after_in_child=_renew_lock)


def depart(cache: CachingProvider) -> None:
    """Remembers a cache that is pickled: what arrives in this process is that one."""
    with _lock:
        if _known.setdefault(cache.name, cache) is not cache:
            raise InvalidArgumentError(f"two caches of this process have the name {cache.name!r}")


def arrive(name: str, inner: Any, *limits: Any) -> CachingProvider:
    """The cache of this process for what was pickled; it stays for the tasks to come."""
    with _lock:
        cache = _known.get(name)
        if cache is None:
            cache = _known[name] = CachingProvider(inner, *limits, name=name)
        elif _identity(cache.inner) != _identity(inner):
            raise InvalidArgumentError(f"the cache {name!r} of this process is one of another key")
        _kept[name] = cache
        _kept.move_to_end(name)
        if len(_kept) > _MOST:
            _kept.popitem(last=False)
        return cache


def _identity(provider: Any) -> tuple[Any, Any]:
    return provider.provider_id, getattr(provider, "key_id", None)
