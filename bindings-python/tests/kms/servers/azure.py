"""A small Azure Key Vault: the REST protocol as the real SDK speaks it, over TLS."""

from __future__ import annotations

import json
import os
import re
import ssl
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Optional

from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .http import HttpServer, Request, Response

_PATH = re.compile(r"/keys/([^/?]+)(?:/([0-9a-f]{32}))?(?:/(wrapkey|unwrapkey|decrypt))?/?\?.*")
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


class Credential:
    """A token that the vault accepts, as azure-identity would get one."""

    def __init__(self, token: str = "valid") -> None:
        self._token = token

    def get_token(self, *scopes: str, **_: Any) -> Any:
        """The token for a scope."""
        from azure.core.credentials import AccessToken

        return AccessToken(self._token, 2**33)


class _Key:
    """One key with all of its versions, oldest first."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.versions: dict[str, Any] = {}
        self.state = ""
        self.rotate()

    def rotate(self) -> None:
        if self.kind == "RSA":
            material: Any = rsa.generate_private_key(65537, 2048)
        else:
            material = os.urandom(32)
        self.versions[uuid.uuid4().hex] = material


class KeyVault(HttpServer):
    """Keys of kind `RSA` or `oct-HSM`, with versions, states and a 401 challenge."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._keys: dict[str, _Key] = {}
        self.denied: set[str] = set()
        self.loses_keys = False
        super().__init__(tls)

    def create_key(self, name: str, kind: str = "RSA") -> str:
        """Makes a key; its identifier without a version."""
        self._keys[name] = _Key(kind)
        return f"{self.url}/keys/{name}"

    def rotate(self, name: str) -> None:
        """Adds a version."""
        self._keys[name].rotate()

    def set_state(self, name: str, inner_code: str) -> None:
        """Has the vault refuse the key with this inner code, such as `KeyDisabled`."""
        self._keys[name].state = inner_code

    def public_pem(self, name: str) -> str:
        """The newest version's public half."""
        material = list(self._keys[name].versions.values())[-1]
        pem: bytes = material.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        return pem.decode()

    def take(self) -> list[Request]:
        """The requests since the last call, without those that only fetch the challenge."""
        return [request for request in super().take() if "Authorization" in request.headers]

    def answer(self, request: Request) -> Response:
        authorization = request.headers.get("Authorization")
        if authorization is None:
            challenge = (
                f'Bearer authorization="{self.url}/tenant", resource="https://vault.azure.net"'
            )
            return Response(401, b"", {"WWW-Authenticate": challenge})
        if authorization != "Bearer valid":
            return _error(401, "Unauthorized", "the token has expired")
        match = _PATH.fullmatch(request.path)
        key = self._keys.get(match.group(1)) if match else None
        if match is None or key is None:
            return _error(404, "KeyNotFound", "no such key")
        return self._use(key, match, request)

    def _use(self, key: _Key, match: re.Match[str], request: Request) -> Response:
        name, version, operation = match.groups()
        if operation in self.denied:
            return _error(403, "Forbidden", "no permission", "ForbiddenByRbac")
        if key.state:
            return _error(403, "Forbidden", "the key cannot be used", key.state)
        version = version or list(key.versions)[-1]
        if version not in key.versions:
            return _error(404, "KeyNotFound", "no such version")
        kid = f"{self.url}/keys/{name}/{version}"
        if operation is None:
            return _json({"key": _jwk(kid, key, version), "attributes": {"enabled": True}})
        body = json.loads(request.body)
        try:
            lost = self.loses_keys and operation == "wrapkey"
            material = os.urandom(32) if lost else key.versions[version]
            value = _operate(operation, material, body["alg"], _decode(body["value"]))
        except (ValueError, keywrap.InvalidUnwrap):
            return _error(400, "BadParameter", "the parameter is incorrect")
        return _json({"kid": kid, "value": _encode(value)})


def _operate(operation: str, material: Any, algorithm: str, value: bytes) -> bytes:
    if algorithm == "RSA-OAEP-256":
        if operation == "wrapkey":
            wrapped: bytes = material.public_key().encrypt(value, _OAEP)
            return wrapped
        opened: bytes = material.decrypt(value, _OAEP)
        return opened
    if algorithm != "A256KW" or not isinstance(material, bytes):
        raise ValueError("the algorithm does not fit the key")
    if operation == "wrapkey":
        return keywrap.aes_key_wrap(material, value)
    return keywrap.aes_key_unwrap(material, value)


def _jwk(kid: str, key: _Key, version: str) -> dict[str, Any]:
    operations = ["wrapKey", "unwrapKey", "encrypt", "decrypt"]
    jwk = {"kid": kid, "kty": key.kind, "key_ops": operations}
    if key.kind == "RSA":
        numbers = key.versions[version].public_key().public_numbers()
        jwk["n"] = _encode(numbers.n.to_bytes(256, "big"))
        jwk["e"] = _encode(numbers.e.to_bytes(3, "big"))
    return jwk


def _json(body: Any, status: int = 200) -> Response:
    headers = {"Content-Type": "application/json", "x-ms-request-id": str(uuid.uuid4())}
    return Response(status, json.dumps(body).encode(), headers)


def _error(status: int, code: str, message: str, inner: Optional[str] = None) -> Response:
    error: dict[str, Any] = {"code": code, "message": message}
    if inner:
        error["innererror"] = {"code": inner}
    return _json({"error": error}, status)


def _encode(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
