"""The store's own encryption, as headers of requests."""

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
    """What goes along with requests so that the store encrypts, too."""

    needs_tls = False
    """Whether a request carries a secret."""

    def to_write(self) -> dict[str, Any]:
        """Arguments of the calls that create an object."""
        raise NotImplementedError

    def to_read(self) -> dict[str, Any]:
        """Arguments of the calls that send parts, and of those that read."""
        return {}

    def was_applied(self, answer: Mapping[str, Any]) -> bool:
        """Whether the store says that it did so."""
        wanted = self.to_write()["ServerSideEncryption"]
        return bool(answer.get("ServerSideEncryption") == wanted)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class SseS3(ServerSide):
    """Under a key of the store's (SSE-S3): nothing to manage, nothing to pay."""

    def to_write(self) -> dict[str, Any]:
        return {"ServerSideEncryption": "AES256"}


class SseKms(ServerSide):
    """Under a key of the provider's KMS (SSE-KMS), which reading needs the right to use.

    `key_id` is the key's id or ARN; without one, the store takes the account's own. `context` is
    the encryption context of the store's calls, in clear in the log of the KMS.
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
    """Under a key that is sent along with each request (SSE-C): the store forgets it afterwards.

    `key` is 32 bytes. Whoever loses it loses the objects, whatever Sealwax could still unwrap.
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
