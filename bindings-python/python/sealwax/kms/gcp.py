"""Google Cloud KMS, through google-cloud-kms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Optional
from urllib.parse import urlsplit

from .. import InvalidArgumentError, WrappedKey
from . import _tls, _travel
from ._base import (
    READ_TIMEOUT,
    KmsProvider,
    PerProcess,
    answered,
    check_key,
    checked_dek,
    context_bytes,
    fail,
    matched,
    require,
)
from ._errors import MisbehavedError
from ._gcp_errors import is_transient, translated

_NAME = re.compile(
    r"(projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+)(/cryptoKeyVersions/\d+)?",
    re.ASCII,
)

_DEFAULT_ENDPOINT = "cloudkms.googleapis.com"


class GcpKms(KmsProvider):
    """A symmetric key of Google Cloud KMS, named `projects/*/locations/*/keyRings/*/cryptoKeys/*`.

    The canonical encryption context is the additional authenticated data of the call, and CRC32C
    checksums protect requests and responses. Encrypt uses the primary version, or the one at the
    end of `key_name`. Decrypt finds the version itself, so a rotated key unwraps what older
    versions wrapped.

    `client` is a `KeyManagementServiceClient`; the host is responsible for its channel. Without one
    it is made from `credentials` (default: those of the environment), `endpoint` and
    `root_certificates` (PEM). `client` and `credentials` may be functions that make them.

    A pickle carries no credentials. A provider with a client or credentials cannot be pickled; one
    that takes them from its environment or a function can.

    >>> GcpKms("projects/p/locations/europe-west1/keyRings/r/cryptoKeys/orders")
    GcpKms('projects/p/locations/europe-west1/keyRings/r/cryptoKeys/orders')
    """

    __module__ = "sealwax.kms"
    provider_id = "gcp-kms"

    def __init__(
        self,
        key_name: str,
        client: Any = None,
        *,
        credentials: Any = None,
        endpoint: Optional[str] = None,
        root_certificates: Optional[bytes] = None,
        timeout: float = READ_TIMEOUT,
    ) -> None:
        match = matched(_NAME, key_name)
        if match is None:
            raise InvalidArgumentError(f"{key_name!r} is not the name of a crypto key")
        self.key_id = match.group(1)
        self._name = key_name
        self._timeout = timeout
        self._endpoint = endpoint or ("" if client else _DEFAULT_ENDPOINT)
        if endpoint is not None:
            _tls.require_secure(endpoint)
        self._clients = PerProcess(_ClientMaker(client, credentials, endpoint, root_certificates))

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> WrappedKey:
        """Encrypt."""
        aad = context_bytes(context)
        answer = self._call(
            "encrypt",
            name=self._name,
            plaintext=bytes(dek),
            plaintext_crc32c=_crc(dek),
            additional_authenticated_data=aad,
            additional_authenticated_data_crc32c=_crc(aad),
        )
        self._check(answer.verified_plaintext_crc32c, "plaintext sent")
        self._check(answer.verified_additional_authenticated_data_crc32c, "context sent")
        self._check(answer.ciphertext_crc32c == _crc(answer.ciphertext), "ciphertext received")
        version = answer.name.rpartition("/cryptoKeyVersions/")
        check_key(self.key_id, version[0])
        answered(None, key_version=version[2])
        return WrappedKey(self.key_id, answer.ciphertext)

    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytearray:
        """Decrypt."""
        aad = context_bytes(context)
        answer = self._call(
            "decrypt",
            name=self.key_id,
            ciphertext=wrapped.wrapped_dek,
            ciphertext_crc32c=_crc(wrapped.wrapped_dek),
            additional_authenticated_data=aad,
            additional_authenticated_data_crc32c=_crc(aad),
        )
        self._check(answer.plaintext_crc32c == _crc(answer.plaintext), "plaintext received")
        return checked_dek(answer.plaintext, self)

    def rsa_oaep_decrypt(self, ciphertext: bytes) -> bytearray:
        """AsymmetricDecrypt: the private half for `RsaOaepPublicKey`.

        The key name must then end with the version.
        """
        answer = self._call(
            "asymmetric_decrypt",
            name=self._name,
            ciphertext=ciphertext,
            ciphertext_crc32c=_crc(ciphertext),
        )
        self._check(answer.verified_ciphertext_crc32c, "ciphertext sent")
        self._check(answer.plaintext_crc32c == _crc(answer.plaintext), "plaintext received")
        return checked_dek(answer.plaintext, self)

    def _call(self, operation: str, **request: Any) -> Any:
        retry = require("google.api_core.retry", "gcp").Retry(
            predicate=is_transient, initial=0.2, maximum=2.0, timeout=self._timeout
        )
        with translated(self.key_id, operation, self._endpoint):
            ask = getattr(self._clients.get(), operation)
            return ask(request=request, retry=retry, timeout=self._timeout)

    def _check(self, sound: bool, what: str) -> None:
        if not sound:
            fail(MisbehavedError(f"the CRC32C of the {what} is wrong", key_id=self.key_id))


def _crc(data: Any) -> int:
    value: int = require("google_crc32c", "gcp").value(bytes(data))
    return value


class _ClientMaker:
    """Makes the client of a process; a class, so that providers can be pickled."""

    def __init__(
        self,
        client: Any,
        credentials: Any,
        endpoint: Optional[str],
        root_certificates: Optional[bytes],
    ) -> None:
        self._client = client
        self._credentials = credentials
        self._endpoint = endpoint
        self._root_certificates = root_certificates

    def __call__(self) -> Any:
        if self._client is not None:
            return _travel.made(self._client)
        credentials = _travel.made(self._credentials)
        kms = require("google.cloud.kms_v1", "gcp")
        if self._endpoint is None and self._root_certificates is None:
            return kms.KeyManagementServiceClient(credentials=credentials)
        return kms.KeyManagementServiceClient(transport=self._transport(credentials))

    def __getstate__(self) -> dict[str, Any]:
        _travel.refuse_client(self._client, "client")
        _travel.refuse_client(self._credentials, "credential")
        return self.__dict__

    def _transport(self, credentials: Any) -> Any:
        """TLS to the endpoint; without it, `require_secure` allowed only this machine."""
        grpc = require("grpc", "gcp")
        transports = require(
            "google.cloud.kms_v1.services.key_management_service.transports", "gcp"
        )
        make = transports.KeyManagementServiceGrpcTransport
        parts = urlsplit(self._endpoint or f"https://{make.DEFAULT_HOST}")
        if parts.scheme == "http":
            return make(channel=grpc.insecure_channel(parts.netloc))
        trust = grpc.ssl_channel_credentials(self._root_certificates)
        return make(host=parts.netloc, credentials=credentials, ssl_channel_credentials=trust)
