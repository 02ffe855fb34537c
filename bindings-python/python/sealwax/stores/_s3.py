"""Buckets of Amazon S3, and of stores that speak its protocol."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timezone
from itertools import chain
from typing import Any, NamedTuple, Optional

from .._errors import ConflictError, InvalidArgumentError, IoError
from ..kms._base import PerProcess
from ..s3._body import Body, Source, attempts_of
from ..s3._client import ClientMaker
from ..s3._errors import translated
from ..s3._names import checked
from . import _s3_head
from ._errors import conflict, exists
from ._model import Capability, ObjectInfo, ObjectStream, Retention, Writing
from ._s3_conditions import Conditions
from ._s3_parts import PART, Multipart, part_sizes, parts_etag
from ._store import Store, pieces

_WITH_SDK = {
    Capability.CONDITIONAL_PUT: ("PutObject", "IfMatch"),
    Capability.CONDITIONAL_DELETE: ("DeleteObject", "IfMatch"),
    Capability.NEW_HEAD: ("CompleteMultipartUpload", "IfMatch"),
}
_ALWAYS = Capability.VERSIONS | Capability.RETENTION | Capability.METADATA | Capability.TAGS


class Sent(NamedTuple):
    """What was written, to know it again where the store's answer was lost."""

    size: int
    etag: Optional[str]
    start: bytes
    """All of it, or so much that nobody else can have written: a new head with its wrapped keys.

    Empty where only the ETag tells.
    """


class S3Store(Store):
    """The objects of the bucket `bucket` whose names begin with `prefix`.

    `client` is a boto3 client of `s3`, or a function that makes one, called once in each process;
    only then can the store be pickled. Larger objects are sent in parts of `part_size` bytes,
    `threads` at once; memory holds one more. Each 1,000 parts they become twice as long, so that
    10,000 are enough for any object.

    Conditions are the store's own. One that does not keep them, although it speaks S3's protocol,
    is noticed before the first use and refused, by a request whose condition cannot hold.
    """

    def __init__(
        self,
        client: Any,
        bucket: str,
        prefix: str = "",
        *,
        part_size: int = 8 * 1024 * 1024,
        threads: int = 4,
    ) -> None:
        if not isinstance(bucket, str) or not bucket or "/" in bucket:
            raise InvalidArgumentError(f"the name of a bucket is a text, and not {bucket!r}")
        if part_size < PART or threads < 1:
            raise InvalidArgumentError("part_size is at least 5 MiB, and threads at least 1")
        self.bucket, self.prefix = bucket, prefix and prefix.rstrip("/") + "/"
        super().__init__(f"s3://{bucket}/{self.prefix}")
        self._clients = PerProcess(ClientMaker(client))
        self._conditions = PerProcess(Conditions(self._clients, bucket, self.prefix))
        self._part_size, self._threads = part_size, threads
        self.capabilities = _capabilities(self._clients.get())

    def key_of(self, name: str) -> str:
        """What the bucket calls an object."""
        return self.prefix + name

    def _check_name(self, name: str) -> None:
        checked(self.key_of(name))

    def _call(self, operation: str, name: str, **arguments: Any) -> Any:
        """One request about an object, with the errors of files."""
        with translated(self.url_of(name)):
            method = getattr(self._clients.get(), operation)
            return method(Bucket=self.bucket, Key=self.key_of(name), **arguments)

    def _list(self, prefix: str, after: str) -> Iterator[ObjectInfo]:
        start = {"StartAfter": self.key_of(after)} if after else {}
        for page in self._pages("list_objects_v2", prefix, **start):
            for item in page.get("Contents", ()):
                name = item["Key"][len(self.prefix) :]
                if name:  # A marker of the folder has none.
                    yield _listed(name, item)

    def _pages(self, operation: str, prefix: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
        with translated(self.url_of(prefix)):
            paginator = self._clients.get().get_paginator(operation)
            found = {"Bucket": self.bucket, "Prefix": self.key_of(prefix), **arguments}
            yield from paginator.paginate(**found)

    def _head(self, name: str, version: Optional[str]) -> ObjectInfo:
        return _headed(name, self._call("head_object", name, **_versioned(version)))

    def _open(
        self,
        name: str,
        start: int,
        end: Optional[int],
        version: Optional[str],
        if_match: Optional[str],
    ) -> ObjectStream:
        if end == start:
            return self._nothing(name, version, if_match)
        conditions = {**_versioned(version), **({"IfMatch": if_match} if if_match else {})}
        try:
            body = Body(self._source(name), start, end, conditions)
        except IoError as error:
            if error.errno == errno.ENODATA:
                return self._nothing(name, version, if_match)
            raise
        etag = body.conditions.get("IfMatch")
        return ObjectStream(body.read, body.close, size=body.span.total, etag=etag)

    def _nothing(self, name: str, version: Optional[str], if_match: Optional[str]) -> ObjectStream:
        """A range without a byte, which cannot be asked for, of an object that is there."""
        info = self._head(name, version)
        if if_match not in (None, info.etag):
            raise conflict(self.url_of(name))
        return ObjectStream(lambda size: b"", lambda: None, size=info.size, etag=info.etag)

    def _source(self, name: str) -> Source:
        def fetch(fields: Mapping[str, Any]) -> Mapping[str, Any]:
            answer: Mapping[str, Any] = self._call("get_object", name, **fields)
            return answer

        return Source(self.url_of(name), fetch, attempts_of(self._clients.get()))

    def _put(self, name: str, data: Any, writing: Writing) -> ObjectInfo:
        if writing.conditional:
            self._conditions.get().require(Capability.CONDITIONAL_PUT, self.url_of(name))
        sources = pieces(data, part_sizes(self._part_size))
        first = next(sources, b"")
        if len(first) < self._part_size:
            return self._put_whole(name, first, _arguments(writing), writing)
        return self._put_parts(name, chain([first], sources), writing)

    def _put_whole(
        self, name: str, data: bytes, arguments: Mapping[str, Any], writing: Writing
    ) -> ObjectInfo:
        conditions = _conditions(writing)
        try:
            answer = self._call("put_object", name, Body=data, **arguments, **conditions)
        except IoError as error:
            return self._landed(name, error, writing, Sent(len(data), _etag(data), data))
        return ObjectInfo(name, len(data), answer.get("ETag"), version=answer.get("VersionId"))

    def _put_parts(self, name: str, parts: Iterator[bytes], writing: Writing) -> ObjectInfo:
        with self._multipart(name, _arguments(writing)) as upload:
            for number, part in enumerate(parts, 1):
                upload.send(number, part)
            return self._completed(name, upload, writing)

    def _multipart(self, name: str, arguments: Mapping[str, Any]) -> Multipart:
        place = {"Bucket": self.bucket, "Key": self.key_of(name)}
        return Multipart(self._clients.get(), self.url_of(name), place, arguments, self._threads)

    def _completed(
        self, name: str, upload: Multipart, writing: Writing, start: bytes = b""
    ) -> ObjectInfo:
        parts = upload.finish()
        try:
            answer = upload.complete(_conditions(writing))
        except IoError as error:
            sent = Sent(upload.size, parts_etag(parts), start)
            return self._landed(name, error, writing, sent)
        version = answer.get("VersionId")
        return ObjectInfo(name, upload.size, answer.get("ETag"), version=version)

    def _landed(self, name: str, error: IoError, writing: Writing, sent: Sent) -> ObjectInfo:
        """What became of a write whose answer is an error: a lost one may have said that it worked.

        Then the client has asked again, and the condition did not hold any more.
        """
        if not _is_first_answer(error):
            with suppress(IoError):  # The first error says more.
                info = self._head(name, None)
                if info.size == sent.size and self._is(name, info, sent):
                    return info
        raise self._refused(name, error, writing) from error.__cause__

    def _is(self, name: str, info: ObjectInfo, sent: Sent) -> bool:
        if info.etag == sent.etag:
            return True
        length = len(sent.start)
        return length > 0 and self.get(name, 0, length, if_match=info.etag) == sent.start

    def _refused(self, name: str, error: IoError, writing: Writing) -> IoError:
        """What an error means where there was a condition."""
        url = self.url_of(name)
        if writing.if_absent and isinstance(error, ConflictError):
            return exists(url)
        if writing.if_match is not None and isinstance(error, FileNotFoundError):
            return conflict(url, "deleted meanwhile")
        return error

    def _delete(self, name: str, version: Optional[str], if_match: Optional[str]) -> None:
        arguments = _versioned(version)
        if if_match is not None:
            self._conditions.get().require(Capability.CONDITIONAL_DELETE, self.url_of(name))
            arguments["IfMatch"] = if_match
        try:
            self._call("delete_object", name, **arguments)
        except FileNotFoundError:
            if if_match is not None:
                raise conflict(self.url_of(name), "deleted meanwhile") from None

    def _replace_head(self, name: str, head: bytes, body_start: int, if_match: str) -> ObjectInfo:
        """By parts that the store copies from the old object, and one that is sent."""
        self._conditions.get().require(Capability.NEW_HEAD, self.url_of(name))
        old = self._old(name, if_match)
        writing, arguments = Writing(if_match=if_match), _s3_head.kept(old, self._tags(name, None))
        sent_until = min(old["ContentLength"], body_start + max(0, PART - len(head)))
        with self.open(name, body_start, sent_until, if_match=if_match) as stream:
            first = head + stream.read()
        if sent_until == old["ContentLength"]:
            return self._put_whole(name, first, arguments, writing)
        with self._multipart(name, arguments) as upload:
            upload.send(1, first)
            for number, part in enumerate(_s3_head.ranges(sent_until, old["ContentLength"]), 2):
                upload.copy(number, part, if_match)
            return self._completed(name, upload, writing, first)

    def _old(self, name: str, if_match: str) -> Mapping[str, Any]:
        try:
            old: Mapping[str, Any] = self._call("head_object", name)
        except FileNotFoundError:
            raise conflict(self.url_of(name), "deleted meanwhile") from None
        if old.get("ETag") != if_match:
            raise conflict(self.url_of(name))
        return old

    def _versions(self, name: str) -> Iterator[ObjectInfo]:
        for page in self._pages("list_object_versions", name):
            for item in page.get("Versions", ()):
                if item["Key"] == self.key_of(name):
                    yield _listed(name, item)

    def _tags(self, name: str, version: Optional[str]) -> dict[str, str]:
        answer = self._call("get_object_tagging", name, **_versioned(version))
        return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}

    def _set_tags(self, name: str, tags: dict[str, str], version: Optional[str]) -> None:
        tagging = {"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}
        self._call("put_object_tagging", name, Tagging=tagging, **_versioned(version))

    def _set_retention(self, name: str, retention: Retention, version: Optional[str]) -> None:
        until = datetime.fromtimestamp(retention.until, timezone.utc)
        wanted = {"Mode": retention.mode, "RetainUntilDate": until}
        self._call("put_object_retention", name, Retention=wanted, **_versioned(version))


def _capabilities(client: Any) -> Capability:
    """What the installed SDK can say."""
    able = _ALWAYS
    for capability, (operation, member) in _WITH_SDK.items():
        shape = client.meta.service_model.operation_model(operation).input_shape
        if member in shape.members:
            able |= capability
    return able


def _versioned(version: Optional[str]) -> dict[str, Any]:
    return {} if version is None else {"VersionId": version}


def _conditions(writing: Writing) -> dict[str, Any]:
    if writing.if_absent:
        return {"IfNoneMatch": "*"}
    return {} if writing.if_match is None else {"IfMatch": writing.if_match}


def _arguments(writing: Writing) -> dict[str, Any]:
    """What an object is created with."""
    arguments: dict[str, Any] = {}
    if writing.metadata:
        arguments["Metadata"] = dict(writing.metadata)
    if writing.tags:
        arguments["Tagging"] = _s3_head.tagging(writing.tags)
    if writing.media_type is not None:
        arguments["ContentType"] = writing.media_type
    return arguments


def _etag(data: bytes) -> str:
    """What S3 calls an object that came in one piece, unless a KMS encrypts it."""
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def _is_first_answer(error: IoError) -> bool:
    """Whether the store said so itself, at once: then nothing was written."""
    response = getattr(error.__cause__, "response", {})
    about = response.get("ResponseMetadata", {})
    status = about.get("HTTPStatusCode", 0)
    return 400 <= status < 500 and not about.get("RetryAttempts")


def _listed(name: str, item: Mapping[str, Any]) -> ObjectInfo:
    modified = item["LastModified"].timestamp()
    version, storage_class = item.get("VersionId"), item.get("StorageClass")
    return ObjectInfo(name, item["Size"], item.get("ETag"), modified, version, storage_class)


def _headed(name: str, answer: Mapping[str, Any]) -> ObjectInfo:
    retention = None
    if answer.get("ObjectLockMode"):
        until = answer["ObjectLockRetainUntilDate"].timestamp()
        retention = Retention(answer["ObjectLockMode"], until)
    return ObjectInfo(
        name,
        answer["ContentLength"],
        answer.get("ETag"),
        answer["LastModified"].timestamp(),
        answer.get("VersionId"),
        answer.get("StorageClass"),
        answer.get("ContentType"),
        answer.get("Metadata", {}),
        retention,
    )
