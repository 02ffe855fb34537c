"""The protocol of key providers, through which the host uses its KMS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol, Union, runtime_checkable


class WrappedKey(NamedTuple):
    """A data key as a provider wrapped it, opaque to all others.

    A provider returns `WrappedKey(key_id, wrapped_dek)`; Sealwax adds its `provider_id`.
    """

    key_id: str
    """The provider's name for the key that wraps it; stored in clear."""
    wrapped_dek: bytes
    """The wrapped DEK, as the KMS returned it."""
    provider_id: str = ""
    """The provider that can unwrap it, such as `local` or `aws-kms`."""


@runtime_checkable
class Provider(Protocol):
    """Wraps and unwraps data keys (DEKs) through a KMS, an HSM or a key that the host holds.

    Only DEKs cross these methods; Sealwax never sees the key encryption key. A provider is called
    at most once per object, on the thread that encrypts or decrypts. It may block: Sealwax holds no
    lock during the call.

    A provider may have a fifth method if its KMS can generate and wrap a key in one call:

        def generate(self, context: Mapping[str, str]) -> tuple[bytearray, WrappedKey]: ...

    `unwrap` raises `KeyUnwrapError` if the KMS says that the wrapped key or the context is wrong.
    Any other exception counts as a failure of the KMS, and the next provider is asked. In both
    cases the caller finds the exception as `__cause__` and in `attempts`.
    """

    @property
    def provider_id(self) -> str:
        """The provider id in headers, such as `aws-kms`; at most 128 bytes."""

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """Wrap `dek` and bind `context`, if the KMS can. `dek` is wiped after the return."""

    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> Union[bytearray, bytes]:
        """Unwrap a key that `accepts` accepted. A returned `bytearray` is wiped."""

    def accepts(self, key_id: str) -> bool:
        """Whether this provider is configured with the key `key_id`. Other keys are never used."""


@runtime_checkable
class AsyncProvider(Protocol):
    """As `Provider`, with coroutines, for the calls of `sealwax.aio`.

    `accepts` stays an ordinary method.
    """

    @property
    def provider_id(self) -> str:
        """The provider id in headers."""

    async def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """Wrap `dek`, which is wiped after the return."""

    async def unwrap(
        self, wrapped: WrappedKey, context: Mapping[str, str]
    ) -> Union[bytearray, bytes]:
        """Unwrap a key. A returned `bytearray` is wiped."""

    def accepts(self, key_id: str) -> bool:
        """Whether this provider is configured with the key `key_id`."""
