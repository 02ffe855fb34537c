"""A small Google Cloud KMS: the gRPC protocol as the real SDK speaks it."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

import google_crc32c
import grpc
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.cloud.kms_v1.types import service

PARENT = "projects/p/locations/europe-west1/keyRings/ring/cryptoKeys"
_SERVICE = "google.cloud.kms.v1.KeyManagementService"
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


class Failure(NamedTuple):
    """An error that the server answers with."""

    code: grpc.StatusCode
    message: str


class _Version:
    def __init__(self, material: Any) -> None:
        self.material = material
        self.state = "ENABLED"


class CloudKms:
    """Keys with versions and states.

    `fault`, while it is set, happens to every request: a `Failure`, or a function that may take
    its time. `change` may change answers.
    """

    def __init__(self, tls: Optional[Path] = None) -> None:
        self._keys: dict[str, list[_Version]] = {}
        self.requests: list[str] = []
        self.fault: Any = None
        self.change: Optional[Callable[[Any], None]] = None
        self.released = threading.Event()
        self._server = grpc.server(ThreadPoolExecutor(8))
        self._server.add_generic_rpc_handlers([self._handlers()])
        if tls is None:
            self.port = self._server.add_insecure_port("127.0.0.1:0")
        else:
            pem = tls.read_bytes()
            self.port = self._server.add_secure_port(
                "127.0.0.1:0", grpc.ssl_server_credentials([(pem, pem)])
            )
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self._server.start()

    def create_key(self, name: str) -> str:
        """A symmetric key; its full name."""
        self._keys[f"{PARENT}/{name}"] = [_Version(os.urandom(32))]
        return f"{PARENT}/{name}"

    def create_rsa_key(self, name: str) -> tuple[str, str]:
        """An RSA key; the name of its version 1, and the public half in PEM."""
        key = rsa.generate_private_key(65537, 2048)
        self._keys[f"{PARENT}/{name}"] = [_Version(key)]
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return f"{PARENT}/{name}/cryptoKeyVersions/1", pem.decode()

    def rotate(self, key: str) -> None:
        """Adds a primary version."""
        self._keys[key].append(_Version(os.urandom(32)))

    def set_state(self, key: str, state: str) -> None:
        """Sets the state of all versions, such as `DISABLED`."""
        for version in self._keys[key]:
            version.state = state

    def take(self) -> list[str]:
        """The names of the methods called since the last call."""
        taken, self.requests = self.requests, []
        return taken

    def stop(self) -> None:
        """Ends it; nobody hangs any more."""
        self.released.set()
        self._server.stop(0).wait()

    def _handlers(self) -> grpc.GenericRpcHandler:
        methods = {
            "Encrypt": (self._encrypt, service.EncryptRequest, service.EncryptResponse),
            "Decrypt": (self._decrypt, service.DecryptRequest, service.DecryptResponse),
            "AsymmetricDecrypt": (
                self._asymmetric_decrypt,
                service.AsymmetricDecryptRequest,
                service.AsymmetricDecryptResponse,
            ),
        }
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(
                self._answering(name, method), request.deserialize, response.serialize
            )
            for name, (method, request, response) in methods.items()
        }
        return grpc.method_handlers_generic_handler(_SERVICE, handlers)

    def _answering(self, name: str, method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def answer(request: Any, context: Any) -> Any:
            self.requests.append(name)
            fault = self.fault
            if isinstance(fault, Failure):
                context.abort(fault.code, fault.message)
            elif fault is not None:
                fault()
            response = method(request, context)
            if self.change is not None:
                self.change(response)
            return response

        return answer

    def _version(self, name: str, context: Any) -> tuple[str, list[_Version], int]:
        key, _, version = name.partition("/cryptoKeyVersions/")
        if key not in self._keys:
            context.abort(grpc.StatusCode.NOT_FOUND, f"CryptoKey {key} not found.")
        versions = self._keys[key]
        return key, versions, int(version) if version else len(versions)

    def _enabled(self, key: str, versions: list[_Version], number: int, context: Any) -> Any:
        version = versions[number - 1]
        if version.state != "ENABLED":
            message = f"{key}/cryptoKeyVersions/{number} is not enabled, current state is: "
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, message + version.state)
        return version.material

    def _encrypt(self, request: Any, context: Any) -> Any:
        key, versions, number = self._version(request.name, context)
        material = self._enabled(key, versions, number, context)
        nonce, aad = os.urandom(12), bytes(request.additional_authenticated_data)
        sealed = AESGCM(material).encrypt(nonce, bytes(request.plaintext), aad)
        ciphertext = bytes([number]) + nonce + sealed
        return service.EncryptResponse(
            name=f"{key}/cryptoKeyVersions/{number}",
            ciphertext=ciphertext,
            ciphertext_crc32c=google_crc32c.value(ciphertext),
            verified_plaintext_crc32c=_crc_fits(request.plaintext, request.plaintext_crc32c),
            verified_additional_authenticated_data_crc32c=_crc_fits(
                aad, request.additional_authenticated_data_crc32c
            ),
        )

    def _decrypt(self, request: Any, context: Any) -> Any:
        key, versions, _ = self._version(request.name, context)
        blob = bytes(request.ciphertext)
        if not blob or not 1 <= blob[0] <= len(versions):
            context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, "Decryption failed: invalid ciphertext."
            )
        material = self._enabled(key, versions, blob[0], context)
        try:
            aad = bytes(request.additional_authenticated_data)
            plaintext = AESGCM(material).decrypt(blob[1:13], blob[13:], aad)
        except (InvalidTag, ValueError):
            context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, "Decryption failed: the ciphertext is invalid."
            )
        return service.DecryptResponse(
            plaintext=plaintext, plaintext_crc32c=google_crc32c.value(plaintext)
        )

    def _asymmetric_decrypt(self, request: Any, context: Any) -> Any:
        key, versions, number = self._version(request.name, context)
        material = self._enabled(key, versions, number, context)
        plaintext = material.decrypt(bytes(request.ciphertext), _OAEP)
        return service.AsymmetricDecryptResponse(
            plaintext=plaintext,
            plaintext_crc32c=google_crc32c.value(plaintext),
            verified_ciphertext_crc32c=_crc_fits(request.ciphertext, request.ciphertext_crc32c),
        )

    def hang(self) -> None:
        """A fault: says nothing, until the server is stopped."""
        self.released.wait(60)


def slow(seconds: float) -> Callable[[], None]:
    """A fault: answers late."""
    return lambda: time.sleep(seconds)


def _crc_fits(data: bytes, value: Any) -> bool:
    return bool(google_crc32c.value(bytes(data)) == value)
