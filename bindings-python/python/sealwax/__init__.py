"""Envelope encryption: data is encrypted locally under its own key, which your KMS wraps.

>>> import sealwax
>>> key = sealwax.LocalKey.generate("reports")
>>> envelope = sealwax.encrypt(b"tide table", key, context={"tenant": "blue"})
>>> sealwax.inspect(envelope).context
{'tenant': 'blue'}
>>> sealwax.decrypt(envelope, key)
b'tide table'
"""

from ._errors import (
    AlreadyExistsError,
    Attempt,
    AuthenticationError,
    BufferTooSmallError,
    CancelledError,
    ContextMismatchError,
    ErrorCode,
    FormatError,
    InvalidArgumentError,
    InvalidStateError,
    IoError,
    KeyUnwrapError,
    LimitError,
    NoMatchingKeyError,
    ProviderError,
    RandomnessError,
    SealwaxError,
    TruncatedError,
)
from ._header import Header, inspect
from ._provider import Provider, WrappedKey
from ._sealwax import (
    DecryptHandle,
    EncryptHandle,
    LocalKey,
    __version__,
    canonical_context,
    decrypt,
    decrypt_into,
    encrypt,
    encrypt_detached,
    encrypt_into,
    from_text,
    rewrap,
    rewrap_header,
    sealed_size,
    to_text,
)

__all__ = [
    "AlreadyExistsError",
    "Attempt",
    "AuthenticationError",
    "BufferTooSmallError",
    "CancelledError",
    "ContextMismatchError",
    "DecryptHandle",
    "EncryptHandle",
    "ErrorCode",
    "FormatError",
    "Header",
    "InvalidArgumentError",
    "InvalidStateError",
    "IoError",
    "KeyUnwrapError",
    "LimitError",
    "LocalKey",
    "NoMatchingKeyError",
    "Provider",
    "ProviderError",
    "RandomnessError",
    "SealwaxError",
    "TruncatedError",
    "WrappedKey",
    "__version__",
    "canonical_context",
    "decrypt",
    "decrypt_into",
    "encrypt",
    "encrypt_detached",
    "encrypt_into",
    "from_text",
    "inspect",
    "rewrap",
    "rewrap_header",
    "sealed_size",
    "to_text",
]
