"""A bucket of sealed objects."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Optional

from .. import _sealwax
from .._call_context import object_name
from .._convert_errors import about, path_of
from .._errors import InvalidArgumentError, IoError, TruncatedError
from .._files import callback, inspect
from .._header import Header
from .._open import encrypt_stream
from .._open import open as open_sealed
from .._options import MATCHING, SEALING, chosen, takes
from .._raw import READ_BUFFER, RangeRaw
from .._sealed import SealedReader
from ..kms import _travel
from ..kms._base import PerProcess, require
from ._body import Body
from ._client import ClientMaker, known
from ._errors import translated
from ._names import SUFFIX_LEN, checked, header_name
from ._objects import FRONT, Objects
from ._ranges import FIRST, MOST_AHEAD, Front, RangedObject
from ._server_side import ServerSide
from ._upload import Forward, Joined, Told, opened, plaintext_len, size_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._types import Buffer, Download, Keys, Matching, Opening, Path, Sealing, Upload

MEDIA_TYPE = "application/vnd.sealwax"
"""The content type of sealed objects and of headers."""

_MIB = 1024 * 1024
_MOST_PARTS = 10_000
_COPY = _MIB
"""Bytes of a download that are in memory at a time."""


class SealedBucket(Objects):
    """Sealed objects in the bucket `name`, through `client`, a boto3 client of `s3`.

    `client` may be a function that makes one, called once in each process. Only then can the bucket
    be pickled: a client holds credentials, which are never pickled.

    If a connection drops in the middle of a body, the rest is requested as a range, as often as the
    client's retry rules allow, and on condition that the object has not changed.

    Args:
        server_side: the store's own encryption as a second layer: `SseS3()`, `SseKms(...)` or
        `SseC(key)`. It is an error if the store does not apply it. detached_headers: for write-once
        storage (WORM). The header is a separate object, so that keys can be rotated while the body
        does not change. Its name is `<name>.<id>.header`, where the id in hexadecimal is the start
        of the body. No two objects share a header, and the header is written before its body.
        part_size: the size of parts of an upload, in bytes; at least 5 MiB. Uploads need memory for
        `threads` + 1 parts. threads: how many parts are sent at the same time. extra_args: further
        arguments of boto3's calls that create an object, such as `StorageClass` or
        `ObjectLockMode`; they apply to bodies, not to detached headers.

    >>> from sealwax import LocalKey, s3
    >>> bucket = s3.SealedBucket(client, "tides", server_side=s3.SseS3())
    >>> key = LocalKey.generate()
    >>> bucket.put("today", b"06:12 high", key)
    >>> bucket.get("today", key)
    b'06:12 high'
    """

    def __init__(
        self,
        client: Any,
        name: str,
        *,
        server_side: Optional[ServerSide] = None,
        detached_headers: bool = False,
        part_size: int = 8 * _MIB,
        threads: int = 4,
        extra_args: Optional[Mapping[str, Any]] = None,
    ) -> None:
        sizes = isinstance(part_size, int) and isinstance(threads, int)
        if not sizes or part_size < 5 * _MIB or threads < 1:
            raise InvalidArgumentError("part_size is at least 5 MiB, and threads at least 1")
        if not isinstance(name, str) or not name:
            raise InvalidArgumentError(f"the name of a bucket is a string, and not {name!r}")
        if server_side is not None and not isinstance(server_side, ServerSide):
            raise InvalidArgumentError("server_side is SseS3(), SseKms(...) or SseC(key)")
        self._clients, self.name = PerProcess(ClientMaker(client, server_side)), name
        self._clients.get()
        self._server_side, self._detached = server_side, detached_headers
        self._part_size, self._threads = part_size, threads
        self._extra_args = known(extra_args or {})

    def __repr__(self) -> str:
        return f"SealedBucket({self.name!r}, server_side={self._server_side!r})"

    def __getstate__(self) -> dict[str, Any]:
        for name in self._extra_args:
            if "SSECustomer" in name:
                _travel.refuse(f"the key in {name}", "leave it out of extra_args")
        return self.__dict__

    @takes(SEALING)
    def put(self, name: str, data: Buffer, keys: Keys, **options: Unpack[Sealing]) -> None:
        """Encrypt `data` and store it in one request; arguments as for `sealwax.encrypt`."""
        seal: Any = _sealwax.encrypt_detached if self._detached else _sealwax.encrypt
        with _named(self._new(name)):
            body = seal(data, keys, **options)
        if self._detached:
            header, body = body
            self._put_header(header_name(name, body), header)
        self._put(name, body, self._writing())

    @takes(SEALING, progress=None)
    def upload(self, name: str, source: Any, keys: Keys, **options: Unpack[Upload]) -> None:
        """Encrypt `source`, a path or a file object with `read(n)`, and store it in parts.

        Memory use does not depend on the size. The object appears only when it is complete. After
        an error or Ctrl-C nothing of it is left, and an older object does not change. (A detached
        header may be left if the last part fails; it opens nothing.) A killed process leaves parts,
        which the bucket's rule for incomplete uploads removes. `progress` is
        that of `encrypt_file`; it is called on the threads that send.
        """
        progress = callback(options["progress"], name)
        with opened(source) as file, _named(self._new(name)), progress as report:
            told = Told(file, report, size_of(file) or 0)
            stream = encrypt_stream(told, keys, **chosen(options, SEALING))
            self._send(name, stream, self._config(size_of(file)))

    @takes(MATCHING)
    def get(self, name: str, keys: Keys, **options: Unpack[Matching]) -> bytes:
        """Decrypt an object with one request; arguments as for `sealwax.decrypt`."""
        with closing(Body(self._source(name))) as body:
            data = body.read()
        header = self._header(name, data)
        with _named(self._url(name)):
            return _sealwax.decrypt(data, keys, header=header, **options)

    @takes(MATCHING)
    def open(self, name: str, keys: Keys, **options: Unpack[Matching]) -> SealedReader:
        """Open the plaintext of an object as a seekable file; each range is one request.

        All ranges are from the version that was opened. If the object is replaced, the next request
        is an error.
        """
        front = Front.of(self._source(name), FIRST)
        ranged = RangedObject(self._source(name), front, self._threads)
        opening: Opening = {**options, "header": self._header(name, front.data)}
        with _named(self._url(name)):
            ranges = ranged.opened(keys, opening)
        again = partial(_again, self, name, keys, options)
        return SealedReader(RangeRaw(ranges, self._url(name), MOST_AHEAD), READ_BUFFER, again)

    @takes(MATCHING, overwrite=False, progress=None)
    def download(self, name: str, target: Path, keys: Keys, **options: Unpack[Download]) -> int:
        """Decrypt an object into a file with one request; returns the plaintext's length in bytes.

        The file gets its name only when it is complete and authenticated. `progress` is that of
        `decrypt_file`.
        """
        url, matching = self._url(name), chosen(options, MATCHING)
        file = _sealwax.FileTarget(path_of(target), overwrite=options["overwrite"])
        try:
            with (
                closing(Body(self._source(name))) as body,
                _named(url),
                callback(options["progress"], name) as report,
            ):
                start = body.read(FRONT)
                header, source = self._header(name, start), Forward(start, body, url)
                reader = open_sealed(source, "rb", keys, header=header, **matching)
                total = plaintext_len(body.span.total, reader, self._detached)
                return _write_out(reader, Told(file, report, total))
        finally:
            file.discard()  # does nothing after the commit

    def inspect(self, name: str) -> Header:
        """Return the header of an object; no key is needed and no KMS is called.

        It takes one request for 4 KiB, and a second one only for a longer header. A detached header
        takes two requests, because the start of the body determines its name.
        """
        source = self._source(name)
        front = Front.of(source, FRONT)
        header = self._header(name, front.data)
        with _named(source.url):
            try:
                return inspect(front.data if header is None else header)
            except TruncatedError:
                if header is not None or front.size <= len(front.data):
                    raise
            end = min(front.size, _sealwax.MAX_HEADER_LEN)
            with closing(Body(source, len(front.data), end, front.conditions)) as rest:
                return inspect(front.data + rest.read())

    def rewrap(self, name: str, old: Keys, new: Keys, *, add: bool = False) -> None:
        """Replace the wrapped keys in a detached header; see `sealwax.rewrap_header`.

        If two rewraps race, the second one gets an error, so that no key is lost. It needs detached
        headers, because a part of an object in a bucket cannot be changed.
        """
        if not self._detached:
            raise InvalidArgumentError("only a detached header can be replaced (detached_headers)")
        place = header_name(name, Front.of(self._source(name), FRONT).data)
        with closing(Body(self._source(place))) as body:
            header, conditions = body.read(_sealwax.MAX_HEADER_LEN), self._unchanged(body)
        with _named(self._url(name)):
            rewrapped = _sealwax.rewrap_header(header, old, new, add=add)
            self._put_header(place, rewrapped, conditions)

    def _new(self, name: str) -> str:
        """The URL of an object to write."""
        return self._url(checked(name, SUFFIX_LEN if self._detached else 0))

    def _header(self, name: str, body: bytes) -> Optional[bytes]:
        """The detached header of a body that begins so; `None` for an object with its header."""
        if not self._detached:
            return None
        with closing(Body(self._source(header_name(name, body)))) as header:
            return header.read(_sealwax.MAX_HEADER_LEN)

    def _put_header(
        self, place: str, header: bytes, conditions: Optional[Mapping[str, Any]] = None
    ) -> None:
        arguments = self._server_side.to_write() if self._server_side else {}
        self._put(place, header, {"ContentType": MEDIA_TYPE, **arguments, **(conditions or {})})

    def _unchanged(self, body: Body) -> dict[str, Any]:
        """The condition that restricts a write to the same version; older SDKs lack it."""
        shape = self._clients.get().meta.service_model.operation_model("PutObject").input_shape
        known = "IfMatch" in shape.members and "IfMatch" in body.conditions
        return {"IfMatch": body.conditions["IfMatch"]} if known else {}

    def _writing(self) -> dict[str, Any]:
        server_side = self._server_side.to_write() if self._server_side else {}
        return {"ContentType": MEDIA_TYPE, **self._extra_args, **server_side}

    def _put(self, name: str, body: bytes, arguments: Mapping[str, Any]) -> None:
        with translated(self._url(name)):
            client = self._clients.get()
            answer = client.put_object(Bucket=self.name, Key=name, Body=body, **arguments)
        self._check(name, answer)

    def _send(self, name: str, stream: SealedReader, config: Any) -> None:
        start, client, at_end = stream.read(_sealwax.MAX_HEADER_LEN), self._clients.get(), None
        if self._detached:
            header = bytes(inspect(start))
            start = start[len(header) :] + stream.read(FRONT)
            # before the upload of the body is completed, and not after a failure
            at_end = partial(self._put_header, header_name(name, start), header)
        with translated(self._url(name)):
            source, arguments = Joined(start, stream, at_end), self._writing()
            client.upload_fileobj(source, self.name, name, ExtraArgs=arguments, Config=config)
            if self._server_side is None:
                return
            server_side = self._server_side.to_read()
            answer = client.head_object(Bucket=self.name, Key=name, **server_side)
        self._check(name, answer)

    def _check(self, name: str, answer: Mapping[str, Any]) -> None:
        if self._server_side is not None and not self._server_side.was_applied(answer):
            text = f"the store did not apply {self._server_side!r}: the object is sealed, no more"
            raise IoError(text, errno=errno.EIO, filename=self._url(name))

    def _config(self, size: Optional[int]) -> Any:
        """The size of the parts: `part_size`, or more if there would be too many parts."""
        sealed = _sealwax.sealed_size(size, _sealwax.MAX_HEADER_LEN) if size is not None else 0
        part_size = max(self._part_size, -(-sealed // _MOST_PARTS))
        config = require("boto3.s3.transfer", "aws").TransferConfig(
            multipart_threshold=part_size,
            multipart_chunksize=part_size,
            max_concurrency=self._threads,
        )
        config.max_in_memory_upload_chunks = self._threads
        return config


@contextmanager
def _named(url: str) -> Iterator[None]:
    """Names this object in errors and audit events inside the block."""
    with object_name(url), about(url):
        yield


def _again(*arguments: Any) -> tuple[Any, ...]:
    return (_open_again, arguments)


def _open_again(
    bucket: SealedBucket, name: str, keys: Keys, options: Matching, position: int
) -> SealedReader:
    reader = bucket.open(name, keys, **options)
    reader.seek(position)
    return reader


def _write_out(reader: SealedReader, target: Any) -> int:
    """Writes a complete file or none."""
    size = 0
    with reader:
        while piece := reader.read(_COPY):
            size += target.write(piece)
    target.commit()
    return size
