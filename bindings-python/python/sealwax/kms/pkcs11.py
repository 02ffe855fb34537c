"""Keys in an HSM or a token behind PKCS #11, through python-pkcs11."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Callable, Optional, Union
from urllib.parse import quote

from .. import InvalidArgumentError, WrappedKey
from . import _travel
from ._base import KmsProvider, checked_dek, context_bytes, require
from ._pkcs11_errors import is_ambiguous, is_gone, is_rejection, raise_failure
from ._pkcs11_mechanisms import MECHANISMS, Mechanism
from ._pkcs11_session import Session, lock

Pin = Union[str, Callable[[], str]]


class Pkcs11(KmsProvider):
    """A key of a PKCS #11 token, named by the labels of both.

    `mechanism` is one of

    - `aes-gcm`: the canonical encryption context is the additional authenticated data;
    - `aes-key-wrap`: RFC 3394, which cannot bind the context (Sealwax binds it in the header);
    - `rsa-oaep-sha256`, `rsa-oaep-sha1`: a key pair; the context is not bound either.

    `module` is the token's library, by default that of the environment variable PKCS11_MODULE.
    `pin` is the user's PIN, or a function that returns it, such as `kms.FromEnv("PKCS11_PIN")`. The
    key never leaves the token: make it sensitive and not extractable.

    A pickle carries no PIN. A provider that holds one cannot be pickled; one with a function can,
    and calls it again.

    One session is opened on first use, again after a fork, and again after the token was removed
    and inserted. A missing token is a `TokenRemovedError`.
    """

    __module__ = "sealwax.kms"
    provider_id = "pkcs11"

    def __init__(
        self,
        token: str,
        label: str,
        *,
        pin: Pin,
        module: Optional[str] = None,
        mechanism: str = "aes-gcm",
        key_id: Optional[str] = None,
    ) -> None:
        module = module or os.environ.get("PKCS11_MODULE")
        if not module:
            raise InvalidArgumentError("module, or PKCS11_MODULE, must be the token's library")
        if mechanism not in MECHANISMS:
            raise InvalidArgumentError(f"mechanism must be one of {', '.join(MECHANISMS)}")
        require("pkcs11", "pkcs11")
        self.key_id = key_id or f"pkcs11:token={quote(token, '')};object={quote(label, '')}"
        self._token, self._label, self._pin = token, label, pin
        self._module = module
        self._mechanism_name = mechanism
        self._start()

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """Wraps in the token."""
        bound = context_bytes(context)
        wrapped = self._use("wrap", lambda m, s: m.wrap(s, bytes(dek), bound))
        return WrappedKey(self.key_id, wrapped)

    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytearray:
        """Unwraps in the token."""
        bound = context_bytes(context)
        dek = self._use("unwrap", lambda m, s: m.unwrap(s, wrapped.wrapped_dek, bound))
        return checked_dek(dek, self)

    def rsa_oaep_decrypt(self, ciphertext: bytes) -> bytearray:
        """Decrypts with a private key: the private half for `RsaOaepPublicKey`."""
        dek = self._use("unwrap", lambda m, s: m.unwrap(s, ciphertext, b""))
        return checked_dek(dek, self)

    def _start(self) -> None:
        self._session = Session(self._module, self._token, self._label, self._pin)
        self._mechanism: Mechanism = MECHANISMS[self._mechanism_name]()

    def _use(self, operation: str, ask: Callable[[Mechanism, Session], bytes]) -> bytes:
        """Calls the token; a lost session is opened once more."""
        with lock(self._module):
            try:
                return self._ask(ask)
            except Exception as error:
                blame = operation == "unwrap" and self._is_to_blame(error)
                raise_failure(error, self.key_id, self._token, rejected=blame)

    def _ask(self, ask: Callable[[Mechanism, Session], bytes]) -> bytes:
        try:
            return ask(self._mechanism, self._session)
        except Exception as error:
            if not is_gone(error):
                raise
        self._session.close()
        return ask(self._mechanism, self._session)

    def _is_to_blame(self, error: Exception) -> bool:
        """Whether the wrapped key is the reason for `error`.

        Some tokens return only a general error for it. If the same key still wraps, the token
        works.
        """
        if not is_ambiguous(error):
            return is_rejection(error)
        try:
            self._mechanism.wrap(self._session, os.urandom(32), b"")
        except Exception:
            return False
        return True

    def __getstate__(self) -> dict[str, Any]:
        if not callable(self._pin):
            _travel.refuse("the PIN", "pass pin=kms.FromEnv(NAME) or a function that returns it")
        own = ("_session", "_mechanism")
        return {name: value for name, value in self.__dict__.items() if name not in own}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._start()
