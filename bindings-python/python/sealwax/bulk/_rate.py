"""A limit on the calls of a KMS."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, Union

from .._provider import Provider, WrappedKey


class RateLimit:
    """At most `rate` calls a second, of all threads of this process together."""

    def __init__(self, rate: float) -> None:
        self._gap, self._next, self._lock = 1.0 / rate, 0.0, threading.Lock()

    def wait(self) -> None:
        """Returns when the next call may be made."""
        with self._lock:
            now = time.monotonic()
            at = max(self._next, now)
            self._next = at + self._gap
        time.sleep(max(0.0, at - now))


class LimitedProvider:
    """A provider whose KMS is called at a limited rate."""

    def __init__(self, inner: Provider, limit: RateLimit) -> None:
        self._inner, self._limit = inner, limit
        if hasattr(inner, "generate"):
            self.generate = self._generate

    @property
    def provider_id(self) -> str:
        """That of the provider inside."""
        return self._inner.provider_id

    def accepts(self, key_id: str) -> bool:
        """Whether the provider inside is configured with the key; no call of the KMS."""
        return self._inner.accepts(key_id)

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """Wraps as soon as the limit allows it."""
        self._limit.wait()
        return self._inner.wrap(dek, context)

    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> Union[bytearray, bytes]:
        """Unwraps as soon as the limit allows it."""
        self._limit.wait()
        return self._inner.unwrap(wrapped, context)

    def _generate(self, context: Mapping[str, str]) -> Any:
        self._limit.wait()
        inner: Any = self._inner
        return inner.generate(context)
