"""The transit engine of HashiCorp Vault and OpenBao, through hvac."""

from __future__ import annotations

import binascii
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Optional, Union

from .. import InvalidArgumentError, WrappedKey
from . import _tls, _travel
from ._base import (
    DEK_LEN,
    MAX_ATTEMPTS,
    READ_TIMEOUT,
    KmsProvider,
    PerProcess,
    answered,
    checked_dek,
    context_bytes,
    fail,
    field,
    matched,
    require,
)
from ._errors import CredentialsError, MisbehavedError
from ._vault_errors import needs_context, translated

_NAME = re.compile(r"\w(?:[\w.-]*\w)?", re.ASCII)
_MOUNT = re.compile(r"/*\w[\w.-]*(?:/\w[\w.-]*)*/*", re.ASCII)

Token = Union[str, Callable[[], str]]


class VaultTransit(KmsProvider):
    """A key of the transit engine: `aes256-gcm96` or another type with associated data, or derived.

    The canonical encryption context is the associated data of the call, or the derivation context
    of a key that was created with `derived=True`. The ciphertext names the key's version
    (`vault:v3:...`). A rotated key unwraps what older versions wrapped, down to its
    `min_decryption_version`.

    `derived=True` for a key that is not derived would bind no context, and the server accepts it.
    After the first wrap, this provider therefore calls once without a context, and refuses the key
    if that succeeds. Objects written that way can still be decrypted.

    `client` is a `hvac.Client`, or a function that makes one. Without it, one is made from `url`,
    `token` and `verify`, which default to VAULT_ADDR, VAULT_TOKEN and the usual certificates.
    `token` may be a function that returns it and is called before every request, such as
    `kms.FromEnv("ORDERS_TOKEN")`.

    A pickle carries neither token nor client. A provider that holds one cannot be pickled; one that
    takes its token from the environment or a function can, and reads the token again.

    >>> VaultTransit("orders", url="https://vault.example.org", token="...")
    VaultTransit('transit/keys/orders')
    """

    __module__ = "sealwax.kms"
    provider_id = "vault-transit"

    def __init__(
        self,
        name: str,
        client: Any = None,
        *,
        mount_point: str = "transit",
        derived: bool = False,
        key_id: Optional[str] = None,
        url: Optional[str] = None,
        token: Optional[Token] = None,
        namespace: Optional[str] = None,
        verify: Union[bool, str, None] = None,
        timeout: float = READ_TIMEOUT,
    ) -> None:
        if not matched(_NAME, name):
            raise InvalidArgumentError(f"{name!r} is not the name of a transit key")
        self._name = name
        if not matched(_MOUNT, mount_point):
            raise InvalidArgumentError(f"{mount_point!r} is not the path of a mount")
        self._mount = mount_point.strip("/")
        self.key_id = key_id or f"{self._mount}/keys/{name}"
        self._field = "context" if derived else "associated_data"
        self._has_datakey, self._must_check = True, derived
        self._token = token
        self._unset = "" if client or url or "VAULT_ADDR" in os.environ else "VAULT_ADDR is not set"
        options = {"url": url, "namespace": namespace, "verify": verify}
        if isinstance(token, str):
            options["token"] = token
        self._clients = PerProcess(_ClientMaker(client, options, timeout))
        self._clients.get()

    def generate(self, context: Mapping[str, str]) -> tuple[bytearray, WrappedKey]:
        """`datakey/plaintext`: a new key and its wrapped form in one call.

        Vault ignores associated data there and warns; the key is then generated locally.
        """
        if self._has_datakey:
            answer = self._call("datakey/plaintext", context, bits=256)
            if not answer["warnings"]:
                self._check_derived("datakey/plaintext", bits=256)
                return self._dek(answer), self._wrapped(answer)
            self._has_datakey = False
        dek = bytearray(os.urandom(DEK_LEN))
        return dek, self.wrap(dek, context)

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """`encrypt`."""
        answer = self._call("encrypt", context, plaintext=b64encode(dek).decode())
        self._check_derived("encrypt", plaintext=b64encode(bytes(DEK_LEN)).decode())
        return self._wrapped(self._bound(answer))

    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytearray:
        """`decrypt`."""
        ciphertext = wrapped.wrapped_dek.decode("ascii", "replace")
        return self._dek(self._call("decrypt", context, ciphertext=ciphertext))

    def rewrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> WrappedKey:
        """Wraps the same DEK under the key's newest version.

        For a derived key the server does it (`rewrap`). That call has no associated data, so for
        other keys this method calls `decrypt` and `encrypt`. It is for wrapped keys that are stored
        outside an envelope; for whole envelopes use `sealwax.rewrap`.
        """
        if self._field == "context":
            ciphertext = wrapped.wrapped_dek.decode("ascii", "replace")
            answer = self._bound(self._call("rewrap", context, ciphertext=ciphertext))
            self._check_derived("rewrap", ciphertext=ciphertext)
            return self._wrapped(answer)
        dek = self.unwrap(wrapped, context)
        try:
            return self.wrap(dek, context)
        finally:
            dek[:] = bytes(len(dek))

    def rsa_oaep_decrypt(self, ciphertext: bytes, *, version: int = 1) -> bytearray:
        """Decrypts with an RSA key: the private half for `RsaOaepPublicKey`."""
        text = f"vault:v{version}:{b64encode(ciphertext).decode()}"
        return self._dek(self._call("decrypt", None, ciphertext=text))

    def public_key(self, *, version: int = 1) -> str:
        """The public key of an RSA key, in PEM, for `RsaOaepPublicKey`."""
        answer = self._ask("get", f"keys/{self._name}", "read")
        keys = field(field(answer, "data", dict, self), "keys", dict, self)
        return field(keys.get(str(version)), "public_key", str, self)

    def __getstate__(self) -> dict[str, Any]:
        if isinstance(self._token, str):
            instead = "leave it to VAULT_TOKEN, or pass token=kms.FromEnv(NAME) or a function"
            _travel.refuse("the token", instead)
        return self.__dict__

    def _call(
        self, operation: str, context: Optional[Mapping[str, str]], **fields: Any
    ) -> dict[str, Any]:
        if context is not None:
            fields[self._field] = b64encode(context_bytes(context)).decode()
        answer = self._ask("post", f"{operation}/{self._name}", operation, json=fields)
        data = field(answer, "data", dict, self)
        request_id = answer.get("request_id")
        answered(request_id if isinstance(request_id, str) else None, **_version(data))
        return {**data, "request_id": request_id, "warnings": answer.get("warnings")}

    def _ask(self, method: str, path: str, operation: str, **fields: Any) -> Any:
        with self._asking(operation) as adapter:
            answer = getattr(adapter, method)(f"/v1/{self._mount}/{path}", **fields)
        if not isinstance(answer, dict):
            fail(MisbehavedError("the server's answer is not JSON", key_id=self.key_id))
        return answer

    @contextmanager
    def _asking(self, operation: str) -> Iterator[Any]:
        """The client's adapter, with the current token."""
        client = self._clients.get()
        if callable(self._token):
            client.token = self._token()
        token = _checked_token(client.token, self.key_id)
        with translated(self.key_id, operation, token, self._unset):
            yield client.adapter

    def _check_derived(self, operation: str, **fields: Any) -> None:
        """Checks once that the key requires a context.

        It comes after the real call, because before it the server could create a key of that name.
        """
        if not self._must_check:
            return
        exceptions = require("hvac.exceptions", "vault")
        with self._asking(operation) as adapter:
            try:
                adapter.post(f"/v1/{self._mount}/{operation}/{self._name}", json=fields)
            except exceptions.Forbidden:
                self._must_check = False  # A policy that requires a context is equally good.
            except exceptions.InvalidRequest as error:
                if not needs_context(error):
                    raise
                self._must_check = False
        if self._must_check:
            text = f"{self.key_id} is not a derived key: derived=True would bind no context"
            raise InvalidArgumentError(text)

    def _dek(self, answer: dict[str, Any]) -> bytearray:
        plaintext = field(answer, "plaintext", str, self)
        try:
            dek = b64decode(plaintext, validate=True)
        except (binascii.Error, ValueError):
            fail(MisbehavedError("the answer's plaintext is not base64", key_id=self.key_id))
        return checked_dek(dek, self, answer["request_id"])

    def _bound(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Rejects a key that the server wrapped without binding the context."""
        if answer["warnings"]:
            text = f"the server does not bind the encryption context: {answer['warnings']}"
            fail(MisbehavedError(text, key_id=self.key_id, request_id=answer["request_id"]))
        return answer

    def _wrapped(self, answer: dict[str, Any]) -> WrappedKey:
        return WrappedKey(self.key_id, field(answer, "ciphertext", str, self).encode())


def _version(data: Mapping[str, Any]) -> dict[str, Any]:
    version = data.get("key_version")
    return {"key_version": version} if isinstance(version, int) else {}


def _checked_token(token: Any, key_id: str) -> Optional[str]:
    """Checks that the token fits a header; an error of `requests` would show it."""
    text = token if isinstance(token, str) else "\n"
    if token and not (text.isascii() and text.isprintable() and " " not in text):
        text = "the token is no token: it has a line break, a space or the like"
        fail(CredentialsError(text, key_id=key_id))
    return token or None


class _ClientMaker:
    """Makes the client of a process; a class, so that providers can be pickled."""

    def __init__(self, client: Any, options: dict[str, Any], timeout: float) -> None:
        self._client = client
        self._options = {name: value for name, value in options.items() if value is not None}
        self._timeout = timeout

    def __call__(self) -> Any:
        client = _travel.made(self._client) if self._client is not None else self._make()
        _tls.require_secure(client.adapter.base_uri)
        _tls.require_verified(client.adapter.session.verify)
        _tls.require_verified(client.adapter._kwargs.get("verify"))
        return client

    def __getstate__(self) -> dict[str, Any]:
        _travel.refuse_client(self._client, "client")
        return self.__dict__

    def _make(self) -> Any:
        hvac = require("hvac", "vault")
        options = dict(self._options)
        verify = options.pop("verify", None)
        if verify is None:
            verify = _default_verify()
        session = _tls.session(verify, retry=_retry())
        return hvac.Client(timeout=self._timeout, session=session, **options)


def _retry() -> Any:
    """The retries, which hvac does not have."""
    return require("urllib3.util.retry", "vault").Retry(
        total=MAX_ATTEMPTS - 1,
        backoff_factor=0.2,
        status_forcelist=(429, 502, 503, 504),
        allowed_methods=None,  # Every call of a provider is idempotent, even a POST.
        raise_on_status=False,
        respect_retry_after_header=False,  # A server could request an unbounded wait.
    )


def _default_verify() -> Union[bool, str]:
    return os.environ.get("VAULT_CACERT") or os.environ.get("VAULT_CAPATH") or True
