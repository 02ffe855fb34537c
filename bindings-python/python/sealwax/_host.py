"""Functions that the extension module calls: host providers and writers, the audit log."""

from __future__ import annotations

import errno
import io
import operator
import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ._call_context import check_cancelled, current_caller, current_notes, resolve
from ._convert_errors import build
from ._errors import ErrorCode, SealwaxError
from ._text import printable

if TYPE_CHECKING:
    from ._provider import Provider, WrappedKey


_MOST_IN_KEY_FILE = 1 << 16
"""In bytes; the core checks the length."""


def record(**fields: Any) -> None:
    """Logs one use of a key, and creates a span for it."""
    from . import _telemetry, audit

    _telemetry.record(audit.record(**fields))


def key_file_content(path: str) -> tuple[bytearray, int]:
    """Reads a key file, up to one byte more than a key file may have."""
    content = bytearray(_MOST_IN_KEY_FILE + 1)
    filled = 0
    try:
        with io.FileIO(path) as file, memoryview(content) as room:
            while read := file.readinto(room[filled:]):
                filled += read
    except BaseException as error:
        content[:] = bytes(len(content))
        if isinstance(error, OSError):
            raise build(ErrorCode.IO, str(error), errno=error.errno) from None
        raise
    return content, filled


def wrap(
    provider: Provider,
    context: Mapping[str, str],
    notes: dict[str, Any],
    caller: object,
    dek: bytearray,
) -> tuple[str, bytes]:
    """Wraps `dek` with `provider`, and wipes it even after an exception."""
    try:
        return _checked(_ask(notes, caller, provider.wrap, dek, context))
    finally:
        wipe(dek)


def unwrap(
    provider: Provider,
    context: Mapping[str, str],
    notes: dict[str, Any],
    caller: object,
    wrapped: WrappedKey,
) -> Any:
    """Unwraps with `provider`. The extension module copies the key and wipes a `bytearray`."""
    return _ask(notes, caller, provider.unwrap, wrapped, context)


def generate(
    provider: Any, context: Mapping[str, str], notes: dict[str, Any], caller: object
) -> tuple[Any, tuple[str, bytes]]:
    """Generates and wraps a key with `provider`."""
    dek, wrapped = _ask(notes, caller, provider.generate, context)
    return dek, _checked(wrapped)


def _ask(notes: dict[str, Any], caller: object, method: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a provider on behalf of `caller`, and collects its annotations in `notes`."""
    noting, calling = current_notes.set(notes), current_caller.set(caller)
    try:
        check_cancelled()
        return resolve(method(*arguments))
    finally:
        current_caller.reset(calling)
        current_notes.reset(noting)


def accepts(provider: Provider, key_id: str) -> bool:
    """Whether `provider` is configured with this key."""
    return provider.accepts(key_id)


def describe(error: BaseException) -> str:
    """The class of a provider's exception, with its text if that cannot hold a secret."""
    kms = sys.modules.get("sealwax.kms._errors")
    ours = (SealwaxError, kms.KmsError) if kms is not None else SealwaxError
    text = printable(str(error)) if isinstance(error, ours) else ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def tell_wrap_failures(failures: list[tuple[str, str]]) -> None:
    """Warns about keys that are missing from an object written with `require_all=False`."""
    import logging

    logger = logging.getLogger("sealwax")
    for provider_id, reason in failures:
        logger.warning("written without a key of %s: %s", provider_id, reason)


def wipe(secret: bytearray) -> None:
    """Overwrites a key in place."""
    secret[:] = bytes(len(secret))


def _checked(wrapped: WrappedKey) -> tuple[str, bytes]:
    key_id, wrapped_dek = wrapped[0], wrapped[1]
    if not isinstance(key_id, str):
        raise TypeError(f"a wrapped key's key_id must be str, not {type(key_id).__name__}")
    return key_id, bytes(memoryview(wrapped_dek))  # bytes(5) would be five zeros


def may_overlap(data: memoryview, out: memoryview) -> bool:
    """Whether both may share memory; true if that is unknown."""
    may_share_memory = getattr(sys.modules.get("numpy"), "may_share_memory", None)
    if may_share_memory is not None:
        return bool(may_share_memory(data, out))
    from ctypes import addressof, c_char

    if data.readonly:
        return True
    start, out_start = addressof(c_char.from_buffer(data)), addressof(c_char.from_buffer(out))
    return start < out_start + out.nbytes and out_start < start + data.nbytes


def write(file: Any, data: bytes) -> int:
    """Calls `file.write` once; returns the number of bytes it took, at least one.

    `None` means that a raw file would block, and that any other object took all bytes.
    """
    while True:
        try:
            taken = file.write(data)
        except BlockingIOError as error:
            # The bytes that a buffered writer took before it would have blocked.
            taken = getattr(error, "characters_written", 0)
            if not taken:
                _wait_until_writable(file)
                continue
        if taken is None and _is_raw(file):
            _wait_until_writable(file)
            continue
        return len(data) if taken is None else operator.index(taken)


def flush(file: Any) -> None:
    """Flushes a file object, if it has a `flush`."""
    method = getattr(file, "flush", None)
    while method is not None:
        try:
            method()
        except BlockingIOError:
            _wait_until_writable(file)
        else:
            return


def _is_raw(file: Any) -> bool:
    if isinstance(file, io.RawIOBase):
        return True
    try:
        return not os.get_blocking(file.fileno())
    except (AttributeError, OSError, TypeError, ValueError):
        return False


def _wait_until_writable(file: Any) -> None:
    """Waits for the reader of a pipe or socket; an object without a descriptor cannot wait."""
    try:
        descriptor = file.fileno()
    except (AttributeError, OSError, TypeError, ValueError):
        raise BlockingIOError(
            errno.EAGAIN, "the file object is not ready for more data; use a blocking one"
        ) from None
    import select

    poll = select.poll()  # select.select does not support descriptors over 1023
    poll.register(descriptor, select.POLLOUT)
    poll.poll()
