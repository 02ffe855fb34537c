"""The transit engine of HashiCorp Vault and OpenBao, through hvac."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Optional, Union

from .. import InvalidArgumentError, WrappedKey
from . import _tls
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
    require,
)
from ._errors import MisbehavedError
from ._vault_errors import translated


class VaultTransit(KmsProvider):
    """A key of the transit engine: `aes256-gcm96` or another with associated data, or derived.

    The canonical encryption context is the associated data of the call, or the derivation context
    of a key that was made with `derived=True`. The version of the key is in what it returns
    (`vault:v3:...`); a rotated key opens what older versions wrapped, down to its
    `min_decryption_version`.

    `client` is a `hvac.Client`. Without one it is made from `url`, `token` and `verify`, which
    default to VAULT_ADDR, VAULT_TOKEN and the usual certificates.

    >>> VaultTransit("orders", url="https://vault.example.org", token="...")
    VaultTransit('transit/keys/orders')
    """

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
        token: Optional[str] = None,
        namespace: Optional[str] = None,
        verify: Union[bool, str, None] = None,
        timeout: float = READ_TIMEOUT,
    ) -> None:
        if not name or "/" in name:
            raise InvalidArgumentError("name must be that of a transit key")
        self._name = name
        self._mount = mount_point.strip("/")
        self.key_id = key_id or f"{self._mount}/keys/{name}"
        self._field = "context" if derived else "associated_data"
        self._has_datakey = True
        options = {"url": url, "token": token, "namespace": namespace, "verify": verify}
        self._clients = PerProcess(_ClientMaker(client, options, timeout))
        self._clients.get()

    def generate(self, context: Mapping[str, str]) -> tuple[bytearray, WrappedKey]:
        """`datakey/plaintext`: a new key and its wrapping in one call.

        Vault ignores associated data there and says so; then the key is made here.
        """
        if self._has_datakey:
            answer = self._call("datakey/plaintext", context, bits=256)
            if not answer["warnings"]:
                dek = checked_dek(b64decode(answer["plaintext"]), self, answer["request_id"])
                return dek, self._wrapped(answer)
            self._has_datakey = False
        dek = bytearray(os.urandom(DEK_LEN))
        return dek, self.wrap(dek, context)

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """`encrypt`."""
        answer = self._call("encrypt", context, plaintext=b64encode(dek).decode())
        return self._wrapped(self._bound(answer))

    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytearray:
        """`decrypt`."""
        ciphertext = wrapped.wrapped_dek.decode("ascii", "replace")
        answer = self._call("decrypt", context, ciphertext=ciphertext)
        return checked_dek(b64decode(answer["plaintext"]), self, answer["request_id"])

    def rewrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> WrappedKey:
        """The same DEK under the key's newest version.

        A derived key does it inside of the server (`rewrap`). The server knows no associated
        data there, so that for other keys it is `decrypt` and `encrypt`. A header is
        authenticated under its DEK: for whole envelopes there is `sealwax.rewrap`; this is for
        wrapped keys that are kept elsewhere.
        """
        if self._field == "context":
            ciphertext = wrapped.wrapped_dek.decode("ascii", "replace")
            return self._wrapped(self._bound(self._call("rewrap", context, ciphertext=ciphertext)))
        dek = self.unwrap(wrapped, context)
        try:
            return self.wrap(dek, context)
        finally:
            dek[:] = bytes(len(dek))

    def rsa_oaep_decrypt(self, ciphertext: bytes, *, version: int = 1) -> bytearray:
        """Decrypts with an RSA key: the private half for `RsaOaepPublicKey`."""
        text = f"vault:v{version}:{b64encode(ciphertext).decode()}"
        answer = self._call("decrypt", None, ciphertext=text)
        return checked_dek(b64decode(answer["plaintext"]), self, answer["request_id"])

    def public_key(self, *, version: int = 1) -> str:
        """The public half of an RSA key, in PEM, for `RsaOaepPublicKey`."""
        with translated(self.key_id, "read"):
            answer = self._clients.get().adapter.get(f"/v1/{self._mount}/keys/{self._name}")
        pem: str = answer["data"]["keys"][str(version)]["public_key"]
        return pem

    def _call(
        self, operation: str, context: Optional[Mapping[str, str]], **fields: Any
    ) -> dict[str, Any]:
        if context is not None:
            fields[self._field] = b64encode(context_bytes(context)).decode()
        path = f"/v1/{self._mount}/{operation}/{self._name}"
        with translated(self.key_id, operation):
            answer = self._clients.get().adapter.post(path, json=fields)
        if not isinstance(answer, dict):
            fail(MisbehavedError("the server's answer is not JSON", key_id=self.key_id))
        data = answer.get("data") or {}
        answered(answer.get("request_id"), **_version(data))
        return {
            "plaintext": data.get("plaintext", ""),
            "ciphertext": data.get("ciphertext", ""),
            "request_id": answer.get("request_id"),
            "warnings": answer.get("warnings"),
        }

    def _bound(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Refuses what a server wrapped without looking at the context."""
        if answer["warnings"]:
            text = f"the server does not bind the encryption context: {answer['warnings']}"
            fail(MisbehavedError(text, key_id=self.key_id, request_id=answer["request_id"]))
        return answer

    def _wrapped(self, answer: dict[str, Any]) -> WrappedKey:
        return WrappedKey(self.key_id, answer["ciphertext"].encode("ascii"))


def _version(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"key_version": data["key_version"]} if "key_version" in data else {}


class _ClientMaker:
    """Makes the client of a process; a class, so that providers can be pickled."""

    def __init__(self, client: Any, options: dict[str, Any], timeout: float) -> None:
        self._client = client
        self._options = {name: value for name, value in options.items() if value is not None}
        self._timeout = timeout

    def __call__(self) -> Any:
        client = self._client if self._client is not None else self._make()
        _tls.require_secure(client.adapter.base_uri)
        _tls.require_verified(client.adapter.session.verify)
        _tls.require_verified(client.adapter._kwargs.get("verify"))
        return client

    def _make(self) -> Any:
        hvac = require("hvac", "vault")
        options = dict(self._options)
        verify = options.pop("verify", None)
        if verify is None:
            verify = _default_verify()
        session = _tls.session(verify, retry=_retry())
        return hvac.Client(timeout=self._timeout, session=session, **options)


def _retry() -> Any:
    """hvac has no retries of its own."""
    return require("urllib3.util.retry", "vault").Retry(
        total=MAX_ATTEMPTS - 1,
        backoff_factor=0.2,
        status_forcelist=(429, 502, 503, 504),
        allowed_methods=None,  # Every call of a provider can be repeated, POST or not.
        raise_on_status=False,
        respect_retry_after_header=False,  # The wait would not be bounded.
    )


def _default_verify() -> Union[bool, str]:
    return os.environ.get("VAULT_CACERT") or os.environ.get("VAULT_CAPATH") or True
