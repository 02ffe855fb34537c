"""Envelope encryption: data is encrypted locally under its own key, which your KMS wraps.

>>> import sealwax
>>> key = sealwax.LocalKey.generate("reports")
>>> envelope = sealwax.encrypt(b"tide table", key, context={"tenant": "blue"})
>>> sealwax.inspect(envelope).context
{'tenant': 'blue'}
>>> sealwax.decrypt(envelope, key)
b'tide table'
"""

# First, because it handles Ctrl-C during the other imports.
from . import _start  # isort: split

from typing import TYPE_CHECKING, Any

from ._errors import (
    AlreadyExistsError,
    Attempt,
    AuthenticationError,
    BufferTooSmallError,
    CancelledError,
    ContextMismatchError,
    DeniedFileError,
    DirectoryError,
    ErrorCode,
    FormatError,
    InvalidArgumentError,
    InvalidStateError,
    InvalidTypeError,
    IoError,
    KeyUnwrapError,
    LimitError,
    MissingFileError,
    NoMatchingKeyError,
    NoMemoryError,
    NotDirectoryError,
    PipeError,
    ProviderError,
    RandomnessError,
    SealwaxError,
    TruncatedError,
    UnfinishedWarning,
    UnsetVariableError,
)
from ._files import decrypt_file, encrypt_file, inspect, rewrap
from ._header import Header
from ._open import encrypt_stream, open
from ._provider import Provider, WrappedKey
from ._public import publish as _publish
from ._sealed import SealedReader, SealedWriter
from ._sealwax import (
    MAX_HEADER_LEN,
    CachingDecryptor,
    CachingEncryptor,
    CachingProvider,
    DecryptHandle,
    EncryptHandle,
    FileBatch,
    HpkeIdentity,
    HpkeRecipient,
    LocalKey,
    __version__,
    canonical_context,
    decrypt,
    decrypt_into,
    encrypt,
    encrypt_detached,
    encrypt_into,
    from_text,
    rewrap_header,
    sealed_size,
    set_thread_limit,
    thread_limit,
    to_text,
)

if TYPE_CHECKING:
    from . import aio, audit

__all__ = [
    "MAX_HEADER_LEN",
    "AlreadyExistsError",
    "Attempt",
    "AuthenticationError",
    "BufferTooSmallError",
    "CachingDecryptor",
    "CachingEncryptor",
    "CachingProvider",
    "CancelledError",
    "ContextMismatchError",
    "DecryptHandle",
    "DeniedFileError",
    "DirectoryError",
    "EncryptHandle",
    "ErrorCode",
    "FileBatch",
    "FormatError",
    "Header",
    "HpkeIdentity",
    "HpkeRecipient",
    "InvalidArgumentError",
    "InvalidStateError",
    "InvalidTypeError",
    "IoError",
    "KeyUnwrapError",
    "LimitError",
    "LocalKey",
    "MissingFileError",
    "NoMatchingKeyError",
    "NoMemoryError",
    "NotDirectoryError",
    "PipeError",
    "Provider",
    "ProviderError",
    "RandomnessError",
    "SealedReader",
    "SealedWriter",
    "SealwaxError",
    "TruncatedError",
    "UnfinishedWarning",
    "UnsetVariableError",
    "WrappedKey",
    "__version__",
    "aio",
    "audit",
    "canonical_context",
    "decrypt",
    "decrypt_file",
    "decrypt_into",
    "encrypt",
    "encrypt_detached",
    "encrypt_file",
    "encrypt_into",
    "encrypt_stream",
    "from_text",
    "inspect",
    "open",
    "rewrap",
    "rewrap_header",
    "sealed_size",
    "set_thread_limit",
    "thread_limit",
    "to_text",
]


def __getattr__(name: str) -> Any:
    """Imports rarely used modules on first access."""
    if name in ("aio", "audit"):
        from importlib import import_module

        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


_publish(globals())
_start.release()
