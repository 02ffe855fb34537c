"""The keys of a file system: providers of the program, or references that every process resolves.

A file system that is pickled takes references along, and of providers what they say of themselves.
Its token, its options and its `repr` have a name that was drawn by lot in place of a provider.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from .._errors import InvalidArgumentError, InvalidTypeError, ProviderError
from .._sealwax import CachingProvider
from ..config import Config, KeyReference

CAPACITY = 65_536
"""Data keys that are remembered, so that no object of a large data set is unwrapped twice."""

MOST = 64
"""Sets of keys that are remembered."""


class KeySet(str):
    """Providers under a name; in one process, the same providers have the same name.

    It is the name, so that all that may write options down finds nothing else: a token, `repr`,
    `to_json`, whose result is read again in this process alone. A pickle has the providers.
    """

    providers: tuple[Any, ...]
    readers: tuple[Any, ...]
    """The same behind caches: whatever is read again is not unwrapped again."""

    @classmethod
    def of(cls, name: str, providers: Iterable[Any]) -> KeySet:
        """New ones."""
        made = cls(name)
        made.providers = tuple(providers)
        made.readers = tuple(_cache(provider) for provider in made.providers)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restored, (str(self), self.providers))

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return self.__reduce__()


_OF_PROCESS = "process:"
"""What the names of sets of keys begin with, and no reference."""


def _cache(provider: Any) -> Any:
    """A cache for reading alone: what is written gets a data key of its own."""
    if isinstance(provider, CachingProvider):
        return provider
    return CachingProvider(provider, CAPACITY)


_sets: OrderedDict[Any, KeySet] = OrderedDict()
_lock = threading.Lock()


def named(keys: Any) -> Any:
    """Keys as the options of a file system hold them: references as they are."""
    if isinstance(keys, str) and keys.startswith(_OF_PROCESS):
        return _found(keys)
    if keys is None or isinstance(keys, str):
        return keys
    if isinstance(keys, KeyReference):
        return str(keys)
    parts = [keys] if hasattr(keys, "provider_id") else list(keys)
    if all(isinstance(part, (str, KeyReference)) for part in parts):
        return [str(part) for part in parts]
    for part in parts:
        if not hasattr(part, "provider_id"):
            raise InvalidTypeError(f"keys are providers or references, not {type(part).__name__}")
    return _of(parts)


def _of(providers: list[Any]) -> KeySet:
    return _known(tuple(map(id, providers)), _OF_PROCESS + os.urandom(8).hex(), providers)


def _found(name: str) -> KeySet:
    if isinstance(name, KeySet):
        return name
    with _lock:
        if name not in _sets:
            raise InvalidArgumentError("these are keys of another process: name them by reference")
        return _sets[name]


def _restored(name: str, providers: tuple[Any, ...]) -> KeySet:
    return _known(name, name, providers)


def _known(key: Any, name: str, providers: Iterable[Any]) -> KeySet:
    with _lock:
        if key not in _sets:
            _sets[key] = KeySet.of(name, providers)
            _sets.setdefault(str(name), _sets[key])
            while len(_sets) > 2 * MOST:
                _sets.popitem(last=False)
        _sets.move_to_end(key)
        return _sets[key]


def shared(config: Config) -> Config:
    """The one configuration of its kind in this process: its keys are loaded once."""
    restore, identity = config.__reduce__()
    found: Config = restore(*identity)
    return found


def resolved(keys: Any, config: Callable[[], Config], url: str) -> KeySet:
    """The providers for an object; what fails is never taken for a missing object."""
    if isinstance(keys, KeySet):
        return keys
    try:
        return _of(config().keys_for(url) if keys is None else config().resolve(keys))
    except (OSError, KeyError) as error:
        text = f"the keys cannot be had: {type(error).__name__}: {error}"
        raise ProviderError(text) from error


def _renew_lock() -> None:
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
