"""Finds out whether a store enforces the conditions of S3's protocol, or ignores them."""

from __future__ import annotations

import errno
import uuid
from contextlib import suppress
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlsplit

from .._errors import ConflictError
from ..kms._base import PerProcess
from ..s3._errors import translated
from ._errors import UnsupportedError
from ._model import Capability

_NO_OBJECT = '"00000000000000000000000000000000"'
_AMAZON = (".amazonaws.com", ".amazonaws.com.cn")

_WRITE = "a write at the same time as another's would be lost"
_LOST = {
    Capability.CONDITIONAL_PUT: _WRITE,
    Capability.CONDITIONAL_DELETE: "what another one wrote meanwhile would be deleted",
    Capability.NEW_HEAD: _WRITE,
}


class Conditions:
    """Makes what knows about a store; a class, so that stores can be pickled."""

    def __init__(self, clients: PerProcess[Any], bucket: str, prefix: str) -> None:
        self._clients, self._bucket, self._prefix = clients, bucket, prefix

    def __call__(self) -> Known:
        return Known(self._clients.get(), self._bucket, self._prefix)


class Known:
    """The conditions that the store is known to enforce, in this process.

    Amazon's store enforces them. Another store gets a request to replace or delete an object that
    does not exist, on condition of an ETag. Only if it accepts that, something is written.
    """

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client, self._place = client, {"Bucket": bucket}
        self._prefix = prefix
        host = urlsplit(client.meta.endpoint_url).hostname or ""
        self._checks = {
            Capability.CONDITIONAL_PUT: self._put,
            Capability.CONDITIONAL_DELETE: self._delete,
            Capability.NEW_HEAD: self._complete,
        }
        self._kept = Capability(0)
        if host.endswith(_AMAZON):
            self._kept = reduce(or_, self._checks)

    def require(self, needed: Capability, url: str) -> None:
        """Refuses to go on with a store that would ignore the condition."""
        if needed in self._kept:
            return
        place = {**self._place, "Key": f"{self._prefix}.sealwax-check-{uuid.uuid4().hex}"}
        try:
            with translated(url):
                self._checks[needed](place)
        except (ConflictError, FileNotFoundError):
            self._kept |= needed
            return
        with suppress(Exception):
            self._client.delete_object(**place)
        raise UnsupportedError(
            f"this store ignores conditions: {_LOST[needed]}", errno=errno.ENOTSUP, filename=url
        )

    def _put(self, place: dict[str, str]) -> None:
        self._client.put_object(**place, Body=b"", IfMatch=_NO_OBJECT)

    def _delete(self, place: dict[str, str]) -> None:
        """Of an object that is not there. Who has no complaint is asked again about one that is."""
        self._client.delete_object(**place, IfMatch=_NO_OBJECT)
        self._client.put_object(**place, Body=b"")
        try:
            self._client.delete_object(**place, IfMatch=_NO_OBJECT)
        finally:
            with suppress(Exception):
                self._client.delete_object(**place)

    def _complete(self, place: dict[str, str]) -> None:
        upload = {**place, "UploadId": self._client.create_multipart_upload(**place)["UploadId"]}
        try:
            etag = self._client.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]
            parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
            self._client.complete_multipart_upload(
                **upload, MultipartUpload=parts, IfMatch=_NO_OBJECT
            )
        finally:
            with suppress(Exception):
                self._client.abort_multipart_upload(**upload)
