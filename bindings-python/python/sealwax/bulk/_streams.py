"""Streams of plaintext and of envelopes, from one store to another."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any, Optional

from .._call_context import object_name
from .._open import encrypt_stream
from .._open import open as open_sealed
from .._provider import Provider
from .._sealwax import encrypt
from ..stores import LocalStore, Store

PIECE = 1024 * 1024
"""Up to so many bytes, an object is encrypted in one call, so that its envelope has no padding."""

Options = Mapping[str, Any]


class Stream:
    """A file object, and the stream below it, which is closed with it."""

    def __init__(self, file: Any, below: Any) -> None:
        self._file, self._below = file, below
        self.read: Callable[[int], bytes] = file.read
        self.read1: Callable[[int], bytes] = getattr(file, "read1", file.read)

    @property
    def metadata(self) -> Optional[bytes]:
        """The confidential metadata."""
        metadata: Optional[bytes] = self._file.metadata
        return metadata

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._file.close()
        finally:
            self._below.close()


def plaintext(store: Store, name: str, keys: list[Provider], options: Options) -> Stream:
    """What an envelope has in it. All of it is authentic, and its end is proven."""
    if isinstance(store, LocalStore):
        file = open_sealed(store.path_of(name), "rb", keys, **options)
        return Stream(file, file)
    return _over(store, name, lambda below: open_sealed(below, "rb", keys, **options))


def envelope(store: Store, name: str, keys: list[Provider], options: Options) -> Stream:
    """The envelope of an object."""

    def sealed(below: Any) -> Any:
        start = filled(below, PIECE + 1)
        if len(start) <= PIECE:
            return io.BytesIO(encrypt(start, keys, **options))
        return encrypt_stream(_Chained(start, below), keys, **options)

    return _over(store, name, sealed)


def _over(store: Store, name: str, make: Callable[[Any], Any]) -> Stream:
    """A stream over an object, which is closed if it cannot be made."""
    url, below = store.url_of(name), store.open(name)
    try:
        with object_name(url):
            return Stream(make(_Forward(below, url)), below)
    except BaseException:
        below.close()
        raise


class _Forward:
    """A stream that is read from the front to the end, whatever it could do besides."""

    def __init__(self, stream: Any, name: str) -> None:
        self.read, self.name = stream.read, name


class _Chained:
    """Bytes that were read already, and the rest."""

    def __init__(self, start: bytes, rest: Any) -> None:
        self._start, self._rest, self.name = memoryview(start), rest, rest.name

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, none at the end."""
        if not self._start:
            data: bytes = self._rest.read(size)
            return data
        piece, self._start = self._start[:size], self._start[size:]
        return bytes(piece)


def filled(stream: Any, size: int) -> bytes:
    """So many bytes; fewer only at the end."""
    data: bytes = stream.read(size)
    while data and len(data) < size:
        more = stream.read(size - len(data))
        if not more:
            break
        data += more
    return data
