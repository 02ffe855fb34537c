"""Converts exceptions of python-pkcs11 to `KmsError`."""

from __future__ import annotations

from typing import NoReturn

from ._base import fail, reject, require
from ._errors import (
    AccessDeniedError,
    CredentialsError,
    KeyNotFoundError,
    KmsError,
    TokenRemovedError,
    UnavailableError,
)

_GONE = (
    "DeviceRemoved",
    "KeyHandleInvalid",
    "NoSuchToken",
    "ObjectHandleInvalid",
    "SessionClosed",
    "SessionHandleInvalid",
    "SlotIDInvalid",
    "TokenNotPresent",
    "TokenNotRecognised",
    "UnwrappingKeyHandleInvalid",
    "UserNotLoggedIn",
    "WrappingKeyHandleInvalid",
    "CryptokiNotInitialized",
)

_REJECTIONS = (
    "EncryptedDataInvalid",
    "EncryptedDataLenRange",
    "WrappedKeyInvalid",
    "WrappedKeyLenRange",
)

_AMBIGUOUS = (
    "ArgumentsBad",
    "DataInvalid",
    "DataLenRange",
    "DeviceError",
    "FunctionFailed",
    "GeneralError",
)

_NOT_PERMITTED = "Unmapped error code 0x68"
"""CKR_KEY_FUNCTION_NOT_PERMITTED, for which python-pkcs11 has only the base class."""

_BY_NAME: dict[str, type[KmsError]] = {
    **dict.fromkeys(_GONE, TokenRemovedError),
    "FunctionRejected": AccessDeniedError,
    **dict.fromkeys(
        ("PinIncorrect", "PinExpired", "PinInvalid", "PinLenRange", "PinLocked"),
        CredentialsError,
    ),
    "NoSuchKey": KeyNotFoundError,
    "DeviceError": UnavailableError,
    "DeviceMemory": UnavailableError,
    "FunctionFailed": UnavailableError,
    "GeneralError": UnavailableError,
}


def is_gone(error: Exception) -> bool:
    """Whether the session or its objects may belong to a token that was removed."""
    return _name(error) in (*_GONE, "NoSuchKey")


def is_rejection(error: Exception) -> bool:
    """Whether the error says that the wrapped key is wrong."""
    return _name(error) in _REJECTIONS


def is_ambiguous(error: Exception) -> bool:
    """Whether the error is a general one."""
    return _name(error) in _AMBIGUOUS


def raise_failure(error: Exception, key_id: str, token: str, *, rejected: bool) -> NoReturn:
    """Raises the `KmsError` for `error`; passes on other exceptions unchanged."""
    exceptions = require("pkcs11.exceptions", "pkcs11")
    if not isinstance(error, exceptions.PKCS11Error):
        raise error
    name = _name(error)
    detail = f"{name}: {error}" if str(error) else name
    if rejected:
        reject(f"token {token!r} refused the wrapped key: {detail}", None, error)
    fail(_kind(error)(f"token {token!r}: {detail}", key_id=key_id), error)


def _kind(error: Exception) -> type[KmsError]:
    name = _name(error)
    if name == "PKCS11Error" and str(error) == _NOT_PERMITTED:
        return AccessDeniedError
    return _BY_NAME.get(name, KmsError)


def _name(error: BaseException) -> str:
    return type(error).__name__
