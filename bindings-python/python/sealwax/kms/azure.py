"""Azure Key Vault and Managed HSM, through azure-keyvault-keys."""

from __future__ import annotations

import hmac
import os
import re
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Optional, Union

from .. import InvalidArgumentError, WrappedKey
from . import _tls, _travel
from ._azure_errors import refused, translated
from ._base import (
    CONNECT_TIMEOUT,
    DEK_LEN,
    MAX_ATTEMPTS,
    READ_TIMEOUT,
    KmsProvider,
    PerProcess,
    answered,
    checked_dek,
    fail,
    field,
    matched,
    require,
)
from ._errors import MisbehavedError

_KEY = re.compile(r"(https://[^/?#]+)/keys/([0-9A-Za-z-]{1,127})(?:/([0-9A-Za-z]+))?/?")
_PUBLIC_OPTIONS = ("api_version", "connection_verify", "verify_challenge_resource")
"""Names in `client_options` that may be pickled."""

_ALGORITHMS = ("RSA-OAEP-256", "A256KW", "A192KW", "A128KW")


class AzureKeyVault(KmsProvider):
    """A key of Azure Key Vault or Managed HSM, named by its identifier, a URL.

    An RSA key wraps with RSA-OAEP-256; a symmetric key of a Managed HSM with `algorithm="A256KW"`.
    Neither can bind the encryption context; Sealwax binds it in the header. The recorded identifier
    names the key's version, so that a rotated key unwraps what older versions wrapped. Without a
    version in `key_id`, the newest one wraps and any version of this key unwraps.

    Every wrap and unwrap is a call of the vault. The SDK's `CryptographyClient` would wrap locally,
    and for symmetric keys of an HSM under a random key that is then lost. The first wrapped key is
    therefore unwrapped with a fresh client and compared. `self_test=False` skips that, for an
    identity that may only wrap.

    `credential` defaults to azure-identity's `DefaultAzureCredential`; it may be a function that
    makes one. `verify` is a file of certificates to trust instead of the usual ones.

    A pickle carries no credential. A provider with one cannot be pickled; one that takes it from
    its environment or a function can.
    """

    __module__ = "sealwax.kms"
    provider_id = "azure-keyvault"

    def __init__(
        self,
        key_id: str,
        credential: Any = None,
        *,
        algorithm: str = "RSA-OAEP-256",
        self_test: bool = True,
        timeout: float = READ_TIMEOUT,
        verify: Union[bool, str] = True,
        **client_options: Any,
    ) -> None:
        match = matched(_KEY, key_id)
        if match is None:
            raise InvalidArgumentError(f"{key_id!r} is not the identifier of a key")
        if algorithm not in _ALGORITHMS:
            raise InvalidArgumentError(f"algorithm must be one of {', '.join(_ALGORITHMS)}")
        self._vault, self._name, self._version = match.groups()
        _tls.require_secure(self._vault)
        self.key_id = f"{self._vault}/keys/{self._name}"
        if self._version:
            self.key_id += f"/{self._version}"
        self._algorithm = algorithm
        self._make = _ClientMaker(self._vault, credential, timeout, verify, client_options)
        self._clients = PerProcess(self._make)
        self._must_test = self_test
        self._test = threading.Lock()

    def accepts(self, key_id: str) -> bool:
        """Whether it is this version, or any version if none was configured."""
        match = _KEY.fullmatch(key_id)
        if match is None or match.group(3) is None:
            return False
        same_key = match.groups()[:2] == (self._vault, self._name)
        return same_key and self._version in (None, match.group(3))

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """`wrapkey`."""
        if self._must_test:
            self._self_test()
        return self._wrap(dek)

    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytearray:
        """`unwrapkey`, with the version that the object names."""
        return self._unwrap(self._clients.get(), wrapped)

    def rsa_oaep_decrypt(self, ciphertext: bytes) -> bytearray:
        """`decrypt` with an RSA key: the private half for `RsaOaepPublicKey`."""
        answer = self._post(self._clients.get(), self.key_id, "decrypt", ciphertext, "RSA-OAEP-256")
        return checked_dek(answer["value"], self, answer["request_id"])

    def _wrap(self, dek: bytearray) -> WrappedKey:
        answer = self._post(self._clients.get(), self.key_id, "wrapkey", dek, self._algorithm)
        kid = answer["kid"]
        if not isinstance(kid, str) or not self.accepts(kid):
            text = f"the vault was asked for {self.key_id} and used {kid or 'an unnamed key'}"
            fail(MisbehavedError(text, key_id=self.key_id, request_id=answer["request_id"]))
        answered(None, key_version=kid.rpartition("/")[2])
        return WrappedKey(kid, answer["value"])

    def _unwrap(self, client: Any, wrapped: WrappedKey) -> bytearray:
        answer = self._post(
            client, wrapped.key_id, "unwrapkey", wrapped.wrapped_dek, self._algorithm
        )
        return checked_dek(answer["value"], self, answer["request_id"])

    def _self_test(self) -> None:
        with self._test:
            if not self._must_test:
                return
            probe = bytearray(os.urandom(DEK_LEN))
            opened = self._unwrap(self._make(), self._wrap(probe))
            if not hmac.compare_digest(probe, opened):
                text = "what the vault wrapped does not unwrap to the same key"
                fail(MisbehavedError(text, key_id=self.key_id))
            self._must_test = False

    def _post(
        self, client: Any, key_id: str, operation: str, value: Any, algorithm: str
    ) -> dict[str, Any]:
        rest = require("azure.core.rest", "azure")
        body = {"alg": algorithm, "value": _encode(value)}
        request = rest.HttpRequest("POST", f"{key_id}/{operation}", json=body)
        with translated(self.key_id):
            response = client.send_request(request)
        request_id = response.headers.get("x-ms-request-id")
        if response.status_code != 200:
            refused(response, self.key_id, operation)
        answered(request_id)
        with translated(self.key_id):
            answer = response.json()
        value = _decode(field(answer, "value", str, self))
        if value is None:
            fail(MisbehavedError("the answer's value is not base64url", key_id=self.key_id))
        return {"kid": answer.get("kid"), "value": value, "request_id": request_id}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_test"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _test=threading.Lock())


class _ClientMaker:
    """Makes the client of a process; a class, so that providers can be pickled."""

    def __init__(
        self,
        vault: str,
        credential: Any,
        timeout: float,
        verify: Union[bool, str],
        options: dict[str, Any],
    ) -> None:
        _tls.require_verified(verify)
        _tls.require_verified(options.get("connection_verify"))
        self._vault = vault
        self._credential = credential
        self._timeout = timeout
        self._verify = verify
        self._options = options

    def __call__(self) -> Any:
        keys = require("azure.keyvault.keys", "azure")
        transport = require("azure.core.pipeline.transport", "azure")
        credential = _travel.made(self._credential)
        if credential is None:
            credential = require("azure.identity", "azure").DefaultAzureCredential()
        made = transport.RequestsTransport(
            session=_tls.session(self._verify),
            session_owner=False,
            connection_timeout=min(CONNECT_TIMEOUT, self._timeout),
            read_timeout=self._timeout,
            connection_verify=self._verify,
        )
        settings = {"retry_policy": _retry_policy(), "transport": made}
        settings.update(self._options)
        return keys.KeyClient(self._vault, credential, **settings)

    def __getstate__(self) -> dict[str, Any]:
        _travel.refuse_client(self._credential, "credential")
        _travel.check_options(self._options, _PUBLIC_OPTIONS)
        return self.__dict__


def _retry_policy() -> Any:
    """The SDK's retry policy, with a bound on the wait that a server can request."""
    policies = require("azure.core.pipeline.policies", "azure")

    class Bounded(policies.RetryPolicy):  # type: ignore[name-defined,misc]
        def get_retry_after(self, response: Any) -> Optional[float]:
            asked = super().get_retry_after(response)
            return None if asked is None else min(asked, self.backoff_max)

    return Bounded(retry_total=MAX_ATTEMPTS - 1, retry_backoff_factor=0.2, retry_backoff_max=1)


def _encode(value: Any) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(text: str) -> Optional[bytes]:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
