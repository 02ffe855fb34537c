"""A key provider for a KMIP appliance: AES-GCM in the appliance, over TLS with client certificates.

    pip install sealwax PyKMIP

    key = KmipKey("1", host="kmip.example.org", identity="client.pem", trust="authority.pem")
    sealwax.encrypt_file("tides.csv", "tides.csv.sealwax", key, context={"tenant": "blue"})

The canonical encryption context is the additional authenticated data of the call, which KMIP
supports since version 1.4. The appliance itself rejects a different one.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import Any

import sealwax
from kmip.core import enums
from kmip.core.attributes import CryptographicParameters
from kmip.core.exceptions import OperationFailure
from kmip.core.messages import payloads
from kmip.pie.client import ProxyKmipClient
from kmip.services.kmip_client import KMIPProxy
from sealwax import audit, kms

NONCE_LEN, TAG_LEN = 12, 16

_ERRORS: dict[enums.ResultReason, type[kms.KmsError]] = {
    enums.ResultReason.ITEM_NOT_FOUND: kms.KeyNotFoundError,
    enums.ResultReason.PERMISSION_DENIED: kms.AccessDeniedError,
    enums.ResultReason.AUTHENTICATION_NOT_SUCCESSFUL: kms.CredentialsError,
}

# What an appliance says of a tag that does not fit. PyKMIP's own server says no more than the last.
_REJECTIONS = (
    enums.ResultReason.CRYPTOGRAPHIC_FAILURE,
    enums.ResultReason.INVALID_MESSAGE,
    enums.ResultReason.GENERAL_FAILURE,
)

# KMIP 1.4 has no reason for it: how appliances and PyKMIP's own server say it.
_WRONG_STATE = re.compile(r"must be in the \w+ state to be used")


class KmipKey:
    """The symmetric key `uid`; a wrapped DEK is nonce, ciphertext and tag, one after the other."""

    provider_id = "kmip"

    def __init__(self, uid: str, *, host: str, port: int = 5696, identity: str, trust: str) -> None:
        self.uid, self.key_id = uid, f"kmip://{host}/{uid}"
        try:
            self._client = _connected(host, port, identity, trust)
        except OSError as error:
            kind = kms.TlsError if isinstance(error, ssl.SSLError) else kms.UnavailableError
            raise kind(str(error), key_id=self.key_id) from error
        self._lock = threading.Lock()  # One connection, one question at a time.

    def accepts(self, key_id: str) -> bool:
        return key_id == self.key_id

    def wrap(self, dek: bytearray, context: Mapping[str, str]) -> sealwax.WrappedKey:
        nonce = os.urandom(NONCE_LEN)
        question = payloads.EncryptRequestPayload(
            data=bytes(dek), iv_counter_nonce=nonce, **self._common(context)
        )
        answer = self._ask(enums.Operation.ENCRYPT, question)
        return sealwax.WrappedKey(self.key_id, nonce + answer.data + answer.auth_tag)

    def unwrap(self, wrapped: sealwax.WrappedKey, context: Mapping[str, str]) -> bytearray:
        blob = wrapped.wrapped_dek
        if len(blob) <= NONCE_LEN + TAG_LEN:
            raise sealwax.KeyUnwrapError("the wrapped key is too short")
        question = payloads.DecryptRequestPayload(
            data=blob[NONCE_LEN:-TAG_LEN],
            iv_counter_nonce=blob[:NONCE_LEN],
            auth_tag=blob[-TAG_LEN:],
            **self._common(context),
        )
        return bytearray(self._ask(enums.Operation.DECRYPT, question).data)

    def _common(self, context: Mapping[str, str]) -> dict[str, Any]:
        gcm = CryptographicParameters(
            block_cipher_mode=enums.BlockCipherMode.GCM,
            cryptographic_algorithm=enums.CryptographicAlgorithm.AES,
            tag_length=TAG_LEN,
        )
        return {
            "unique_identifier": self.uid,
            "cryptographic_parameters": gcm,
            "auth_additional_data": sealwax.canonical_context(context),
        }

    def _ask(self, operation: enums.Operation, question: Any) -> Any:
        try:
            with self._lock:
                return self._client.proxy.send_request_payload(operation, question)
        except OperationFailure as error:
            self._refused(operation, error)
        except OSError as error:
            raise kms.UnavailableError(str(error), key_id=self.key_id) from error

    def _refused(self, operation: enums.Operation, error: Any) -> None:
        reason = error.reason
        if operation is enums.Operation.DECRYPT and reason in _REJECTIONS:
            raise sealwax.KeyUnwrapError(str(error)) from error
        kind = _ERRORS.get(reason, kms.KmsError)
        if kind is kms.AccessDeniedError and _WRONG_STATE.search(str(error)):
            kind = kms.KeyDisabledError
        if kind is kms.AccessDeniedError:
            audit.annotate(outcome="denied")
        audit.annotate(reason=kind.reason)
        raise kind(str(error), key_id=self.key_id) from error


class _CheckingProxy(KMIPProxy):  # type: ignore[misc]
    """PyKMIP's own connection checks no host name; this one does, and takes TLS 1.2 or newer."""

    def _create_socket(self, sock: socket.socket) -> None:
        context = ssl.create_default_context(cafile=self.ca_certs)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certfile, self.keyfile)
        self.socket = context.wrap_socket(sock, server_hostname=self.host)
        self.socket.settimeout(self.timeout)


def _connected(host: str, port: int, identity: str, trust: str) -> Any:
    version = enums.KMIPVersion.KMIP_1_4
    client = ProxyKmipClient(kmip_version=version)
    # A configuration file is none of this provider's business.
    client.proxy = _CheckingProxy(
        host=host,
        port=port,
        keyfile=identity,
        certfile=identity,
        ca_certs=trust,
        config_file=os.devnull,
        kmip_version=version,
        timeout=10,
    )
    client.open()
    return client
