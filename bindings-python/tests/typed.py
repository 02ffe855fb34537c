"""Correct and incorrect uses of the types.

Nothing here runs. mypy --strict checks it; an `ignore` that is not needed is an error, so every
expected error must occur.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional

import numpy
import sealwax
from sealwax import aio

if TYPE_CHECKING:
    from typing_extensions import assert_type


class Kms:
    """A provider with coroutines."""

    provider_id = "example"

    async def wrap(self, dek: bytearray, context: Mapping[str, str]) -> sealwax.WrappedKey:
        return sealwax.WrappedKey("k", bytes(dek))

    async def unwrap(self, wrapped: sealwax.WrappedKey, context: Mapping[str, str]) -> bytes:
        return wrapped.wrapped_dek

    def accepts(self, key_id: str) -> bool:
        return True


def buffers(key: sealwax.LocalKey) -> None:
    array: numpy.ndarray[Any, numpy.dtype[numpy.float64]] = numpy.zeros(5)
    for data in (b"x", bytearray(1), memoryview(b"x")):
        assert_type(sealwax.encrypt(data, key), bytes)
    assert_type(sealwax.decrypt_into(sealwax.encrypt(array, key), array, key), int)
    sealwax.encrypt("text", key)  # type: ignore[arg-type]
    sealwax.encrypt(b"x", key, metadata="a")  # type: ignore[arg-type]
    sealwax.encrypt(b"x", sealwax.LocalKey)  # type: ignore[arg-type]
    sealwax.encrypt(b"x", key, contxt={})  # type: ignore[call-arg]
    sealwax.encrypt(b"x", Kms())  # type: ignore[arg-type]


def files(key: sealwax.LocalKey) -> None:
    with sealwax.FileBatch() as batch:
        assert_type(sealwax.encrypt_file("x", "y", key, mode=0o640, batch=batch), int)
    sealwax.decrypt_file("x", "y", key, durable=False, sparse="always")
    sealwax.decrypt_file("x", "y", key, sparse="sometimes")  # type: ignore[arg-type]


def modes(key: sealwax.LocalKey) -> None:
    assert_type(sealwax.open("x", "rb", key), sealwax.SealedReader)
    assert_type(sealwax.open("x", "xb", key), sealwax.SealedWriter)
    assert_type(sealwax.open("x", "w", key, encoding="latin-1"), io.TextIOWrapper)
    sealwax.open("x", "ab", key)  # type: ignore[call-overload]
    sealwax.open("x", "r+b", key)  # type: ignore[call-overload]
    sealwax.open("x", "rb", key, metadata=b"m")  # type: ignore[call-overload]


def caches(key: sealwax.LocalKey) -> None:
    sealwax.encrypt(b"x", sealwax.CachingProvider(key))
    sealwax.CachingProvider(Kms(), max_age=5.0, name="shared")
    sealwax.CachingProvider(b"0" * 32)  # type: ignore[arg-type]


async def coroutines(key: sealwax.LocalKey) -> None:
    assert_type(await aio.encrypt(b"x", [key, Kms()], context={"a": "b"}), bytes)
    assert_type(await sealwax.aio.decrypt(b"x", Kms(), header=b"h"), bytes)
    assert_type(await aio.encrypt(b"x", sealwax.CachingProvider(Kms())), bytes)
    assert_type(await aio.encrypt_file("x", "y", key, threads=2, progress=True), int)
    assert_type(await aio.decrypt_file("x", "y", key, durable=False, mode=0o600), int)
    assert_type(await aio.rewrap("x", key, Kms()), bool)
    assert_type(await aio.rewrap(b"x", key, Kms()), bytes)
    async with aio.open("x", "wb", key, metadata=b"m") as file:
        assert_type(file, aio.AsyncFile)
    await aio.encrypt(b"x", key, contxt={})  # type: ignore[call-arg]
    await aio.decrypt(b"x", key, metadata=b"m")  # type: ignore[call-arg]
    await aio.encrypt_file("x", "y", key, header=b"h")  # type: ignore[call-arg]
    aio.open("x", "ab", key)  # type: ignore[arg-type]
    await aio.encrypted(b"x", key)  # type: ignore[attr-defined]
    await sealwax.aio.encrypt(b"x", key, contxt={})  # type: ignore[call-arg]


def errors(error: sealwax.SealwaxError, missing: sealwax.NoMatchingKeyError) -> Optional[str]:
    assert_type(error.code, sealwax.ErrorCode)
    return missing.wanted[0].key_id or missing.offered[0].provider_id or error.filename
