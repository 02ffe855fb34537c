"""Finds out whether a store enforces the conditions of S3's protocol, or ignores them."""

from __future__ import annotations

import errno
import uuid
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from .._errors import ConflictError
from ..kms._base import PerProcess
from ..s3._errors import translated
from ._errors import UnsupportedError
from ._model import Capability

_NO_OBJECT = '"00000000000000000000000000000000"'
_AMAZON = (".amazonaws.com", ".amazonaws.com.cn")


class Conditions:
    """Makes what knows about a store; a class, so that stores can be pickled."""

    def __init__(self, clients: PerProcess[Any], bucket: str, prefix: str) -> None:
        self._clients, self._bucket, self._prefix = clients, bucket, prefix

    def __call__(self) -> Known:
        return Known(self._clients.get(), self._bucket, self._prefix)


class Known:
    """The conditions that the store is known to enforce, in this process.

    Amazon's store enforces them. Another store gets a request to replace an object that does not
    exist, on condition of an ETag. If it accepts that, it ignores conditions. Only then is
    something written.
    """

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client, self._place = client, {"Bucket": bucket}
        self._prefix = prefix
        host = urlsplit(client.meta.endpoint_url).hostname or ""
        self._kept = Capability.CONDITIONAL_PUT | Capability.NEW_HEAD
        if not host.endswith(_AMAZON):
            self._kept = Capability(0)

    def require(self, needed: Capability, url: str) -> None:
        """Refuses to go on with a store that would ignore the condition."""
        if needed in self._kept:
            return
        place = {**self._place, "Key": f"{self._prefix}.sealwax-check-{uuid.uuid4().hex}"}
        check = self._put if needed is Capability.CONDITIONAL_PUT else self._complete
        try:
            with translated(url):
                check(place)
        except (ConflictError, FileNotFoundError):
            self._kept |= needed
            return
        with suppress(Exception):
            self._client.delete_object(**place)
        text = "this store ignores conditions: a write at the same time as another's would be lost"
        raise UnsupportedError(text, errno=errno.ENOTSUP, filename=url)

    def _put(self, place: dict[str, str]) -> None:
        self._client.put_object(**place, Body=b"", IfMatch=_NO_OBJECT)

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
