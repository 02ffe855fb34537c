"""What the extension module calls: the host's providers, the audit log."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._ambient import resolve
from ._errors import SealwaxError
from ._text import printable

if TYPE_CHECKING:
    from ._provider import Provider, WrappedKey


def collect_notes() -> None:
    """Starts an empty collection of the provider's notes on the use of a key."""
    from . import audit

    audit.collect_notes()


def record(**fields: Any) -> None:
    """Logs one use of a key."""
    from . import audit

    audit.record(**fields)


def wrap(provider: Provider, dek: bytearray, context: Mapping[str, str]) -> tuple[str, bytes]:
    """Has `provider` wrap `dek`, and wipes it whatever happens."""
    try:
        return _checked(resolve(provider.wrap(dek, context)))
    finally:
        wipe(dek)


def unwrap(provider: Provider, wrapped: WrappedKey, context: Mapping[str, str]) -> Any:
    """Has `provider` unwrap; the extension module copies the key and wipes a `bytearray`."""
    return resolve(provider.unwrap(wrapped, context))


def generate(provider: Any, context: Mapping[str, str]) -> tuple[Any, tuple[str, bytes]]:
    """Has `provider` make and wrap a key."""
    dek, wrapped = resolve(provider.generate(context))
    return dek, _checked(wrapped)


def accepts(provider: Provider, key_id: str) -> bool:
    """Whether `provider` was configured with this key."""
    return provider.accepts(key_id)


def describe(error: BaseException) -> str:
    """The class of a provider's exception, and what it says if that is known to hold no secret."""
    kms = sys.modules.get("sealwax.kms._errors")
    ours = (SealwaxError, kms.KmsError) if kms is not None else SealwaxError
    text = printable(str(error)) if isinstance(error, ours) else ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def tell_missing(failures: list[tuple[str, str]]) -> None:
    """Warns of the keys that an object was allowed to be written without."""
    import logging

    logger = logging.getLogger("sealwax")
    for provider_id, reason in failures:
        logger.warning("written without a key of %s: %s", provider_id, reason)


def wipe(secret: bytearray) -> None:
    """Overwrites a key where it is."""
    secret[:] = bytes(len(secret))


def _checked(wrapped: WrappedKey) -> tuple[str, bytes]:
    key_id, wrapped_dek = wrapped[0], wrapped[1]
    if not isinstance(key_id, str):
        raise TypeError(f"a wrapped key's key_id must be str, not {type(key_id).__name__}")
    return key_id, bytes(memoryview(wrapped_dek))  # bytes(5) would be five zeros


def may_overlap(data: memoryview, out: memoryview) -> bool:
    """Whether both could be the same memory: yes, where that cannot be found out."""
    may_share_memory = getattr(sys.modules.get("numpy"), "may_share_memory", None)
    if may_share_memory is not None:
        return bool(may_share_memory(data, out))
    from ctypes import addressof, c_char

    if data.readonly:
        return True
    start, out_start = addressof(c_char.from_buffer(data)), addressof(c_char.from_buffer(out))
    return start < out_start + out.nbytes and out_start < start + data.nbytes
