"""The store's own encryption, as arguments of requests."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional, cast

from .._errors import InvalidArgumentError
from ..kms import _travel

if TYPE_CHECKING:
    from .._types import Buffer


class ServerSide:
    """The arguments with which the store encrypts as well."""

    needs_tls = False
    """Whether a request carries a secret."""

    def to_write(self) -> dict[str, Any]:
        """Arguments of the calls that create an object."""
        raise NotImplementedError

    def to_read(self) -> dict[str, Any]:
        """Arguments of the calls that send parts, and of those that read."""
        return {}

    def was_applied(self, answer: Mapping[str, Any]) -> bool:
        """Whether the response confirms the encryption."""
        wanted = self.to_write()["ServerSideEncryption"]
        return bool(answer.get("ServerSideEncryption") == wanted)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class SseS3(ServerSide):
    """Encryption under a key of the store (SSE-S3): no key to manage and no cost."""

    def to_write(self) -> dict[str, Any]:
        return {"ServerSideEncryption": "AES256"}


class SseKms(ServerSide):
    """Encryption under a key of the provider's KMS (SSE-KMS). Readers need permission to use it.

    `key_id` is the key's id or ARN; without one, the store uses the account's default key.
    `context` is the encryption context of the store's calls, which the log of the KMS shows in
    clear.
    """

    def __init__(
        self,
        key_id: Optional[str] = None,
        *,
        context: Optional[Mapping[str, str]] = None,
        bucket_key: Optional[bool] = None,
    ) -> None:
        self._fields: dict[str, Any] = {"ServerSideEncryption": "aws:kms"}
        if key_id is not None:
            self._fields["SSEKMSKeyId"] = key_id
        if context:
            text = json.dumps(dict(context), separators=(",", ":"))
            self._fields["SSEKMSEncryptionContext"] = b64encode(text.encode()).decode()
        if bucket_key is not None:
            self._fields["BucketKeyEnabled"] = bucket_key

    def to_write(self) -> dict[str, Any]:
        return dict(self._fields)


class SseC(ServerSide):
    """Encryption under a key that is sent with each request (SSE-C); the store does not keep it.

    `key` is 32 bytes. Without it the objects are lost, even if Sealwax can unwrap their keys.
    """

    needs_tls = True

    def __init__(self, key: Buffer) -> None:
        self._key = bytes(memoryview(cast("Any", key)))
        if len(self._key) != 32:
            raise InvalidArgumentError(f"a key of 32 bytes is needed, not of {len(self._key)}")

    def __getstate__(self) -> dict[str, Any]:
        _travel.refuse("the key of SSE-C", "make the bucket where it is needed")

    def to_write(self) -> dict[str, Any]:
        return {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": self._key}

    def to_read(self) -> dict[str, Any]:
        return self.to_write()

    def was_applied(self, answer: Mapping[str, Any]) -> bool:
        return answer.get("SSECustomerAlgorithm") == "AES256"
