"""What a key provider is: the host's way to its KMS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol, Union, runtime_checkable


class WrappedKey(NamedTuple):
    """A data key as a provider wrapped it, opaque to everyone else.

    A provider returns `WrappedKey(key_id, wrapped_dek)`; its own `provider_id` is filled in.
    """

    key_id: str
    """The provider's name for the key that wraps it; stored in clear."""
    wrapped_dek: bytes
    """What the KMS returned."""
    provider_id: str = ""
    """The provider that can unwrap it, such as `local` or `aws-kms`."""


@runtime_checkable
class Provider(Protocol):
    """Wraps and unwraps data keys (DEKs) through a KMS, an HSM or a key that the host holds.

    The key encryption key never comes near Sealwax: only DEKs cross these methods. A provider is
    asked once for each object at most, from whichever thread encrypts or decrypts, and always
    without the interpreter lock held elsewhere: it may block.

    A provider may have a fifth method where its KMS can make and wrap a key in one call:

        def generate(self, context: Mapping[str, str]) -> tuple[bytearray, WrappedKey]: ...

    Raise `KeyUnwrapError` from `unwrap` where the KMS says that the wrapped key or the context is
    wrong. Any other exception counts as a failure of the KMS; the next provider is asked. Either
    way it arrives at the caller as `__cause__`, and in `attempts`.
    """

    @property
    def provider_id(self) -> str:
        """The kind of provider, as headers name it: at most 128 bytes, such as `aws-kms`."""

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """Wrap `dek`, bound to `context` if the KMS can. `dek` is wiped after the return."""

    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> Union[bytearray, bytes]:
        """Unwrap; only asked for what `accepts` accepts. A returned `bytearray` is wiped."""

    def accepts(self, key_id: str) -> bool:
        """Whether this provider was configured with the key `key_id`: no stranger's is used."""


@runtime_checkable
class AsyncProvider(Protocol):
    """As `Provider`, with coroutines, for the calls of `sealwax.aio`.

    `accepts` stays an ordinary method.
    """

    @property
    def provider_id(self) -> str:
        """The kind of provider, as headers name it."""

    async def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """Wrap `dek`, which is wiped after the return."""

    async def unwrap(
        self, wrapped: WrappedKey, context: Mapping[str, str]
    ) -> Union[bytearray, bytes]:
        """Unwrap; a returned `bytearray` is wiped."""

    def accepts(self, key_id: str) -> bool:
        """Whether this provider was configured with the key `key_id`."""
