"""A bucket whose objects are sealed."""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Optional

from .. import _sealwax
from .._ambient import object_name
from .._errors import InvalidArgumentError, IoError
from .._files import inspect
from .._header import Header
from .._open import encrypt_stream
from .._open import open as open_sealed
from .._raw import Target
from .._sealed import SealedReader
from ..kms import _tls
from ..kms._base import require
from ._errors import translated
from ._ranges import RangedObject
from ._server_side import ServerSide

if TYPE_CHECKING:
    from .._types import Buffer, Context, Keys, Padding, Path

MEDIA_TYPE = "application/vnd.sealwax"
"""The content type of sealed objects and of headers."""

_MIB = 1024 * 1024
_MOST_PARTS = 10_000
_COPY = _MIB
"""How much of a download is in memory at a time, in bytes."""


class SealedBucket:
    """Sealed objects in the bucket `name`, through `client`, a boto3 client of `s3`.

    Args:
        server_side: the store's own encryption besides: `SseS3()`, `SseKms(...)` or `SseC(key)`.
            A store that does not apply it is an error.
        detached_headers: for storage that keeps what was written (WORM): the header is an object
            of its own, `<name>.header`, so that keys rotate while the body stays as it is.
        part_size: of uploads in parts, in bytes; at least 5 MiB. Memory is `part_size` times
            `threads`, and one part more.
        threads: how many parts are sent at once.
        extra_args: further arguments of boto3's calls that create an object, such as
            `StorageClass` or `ObjectLockMode`; they go to bodies, not to headers of their own.

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
        if part_size < 5 * _MIB or threads < 1:
            raise InvalidArgumentError("part_size is at least 5 MiB, and threads at least 1")
        if server_side is not None and server_side.needs_tls:
            _tls.require_secure(client.meta.endpoint_url)
        self._client, self.name = client, name
        self._server_side, self._detached = server_side, detached_headers
        self._part_size, self._threads = part_size, threads
        self._extra_args = dict(extra_args or {})

    def __repr__(self) -> str:
        return f"SealedBucket({self.name!r}, server_side={self._server_side!r})"

    def put(
        self,
        name: str,
        data: Buffer,
        keys: Keys,
        *,
        context: Context = None,
        associated_data: Optional[Buffer] = None,
        metadata: Optional[Buffer] = None,
        padding: Padding = None,
    ) -> None:
        """Encrypt `data` and store it in one request; arguments as for `sealwax.encrypt`."""
        seal: Any = _sealwax.encrypt_detached if self._detached else _sealwax.encrypt
        with object_name(self._url(name)):
            body = seal(
                data,
                keys,
                context=context,
                associated_data=associated_data,
                metadata=metadata,
                padding=padding,
            )
        if self._detached:
            header, body = body
            self._put_header(name, header)
        self._put(name, body, self._writing())

    def upload(
        self,
        name: str,
        source: Any,
        keys: Keys,
        *,
        context: Context = None,
        associated_data: Optional[Buffer] = None,
        metadata: Optional[Buffer] = None,
        padding: Padding = None,
    ) -> None:
        """Encrypt `source`, a path or a file object with `read(n)`, and store it in parts.

        Memory does not depend on the size. The object appears when all of it is there; after an
        error, Ctrl-C included, nothing of it is left. A process that is killed leaves parts that
        the bucket's rule for incomplete uploads removes.
        """
        with _opened(source) as file, object_name(self._url(name)):
            stream = encrypt_stream(
                file,
                keys,
                context=context,
                associated_data=associated_data,
                metadata=metadata,
                padding=padding,
            )
            self._send(name, stream, self._config(_size_of(file)))

    def get(
        self,
        name: str,
        keys: Keys,
        *,
        context: Context = None,
        associated_data: Optional[Buffer] = None,
    ) -> bytes:
        """The plaintext of an object, by one request; arguments as for `sealwax.decrypt`."""
        header = self._header(name)
        with translated(self._url(name)):
            data = self._get(name)["Body"].read()
        with object_name(self._url(name)):
            return _sealwax.decrypt(
                data, keys, context=context, associated_data=associated_data, header=header
            )

    def open(
        self,
        name: str,
        keys: Keys,
        *,
        context: Context = None,
        associated_data: Optional[Buffer] = None,
    ) -> SealedReader:
        """The plaintext of an object as a file that can seek; each range is one request.

        All ranges are of the object as it was when it was opened: if it is replaced meanwhile, the
        next request is an error.
        """
        header = self._header(name)

        def fetch(span: str, conditions: Mapping[str, Any]) -> Mapping[str, Any]:
            with translated(self._url(name)):
                answer = self._get(name, Range=span, **conditions)
                return {**answer, "Body": io.BytesIO(answer["Body"].read())}

        with object_name(self._url(name)):
            return open_sealed(
                RangedObject(fetch),
                "rb",
                keys,
                context=context,
                associated_data=associated_data,
                header=header,
            )

    def download(
        self,
        name: str,
        target: Path,
        keys: Keys,
        *,
        context: Context = None,
        associated_data: Optional[Buffer] = None,
        overwrite: bool = False,
    ) -> int:
        """Decrypt an object into a file, by one request; returns the plaintext's length in bytes.

        The file appears under its name when all of it is authentic and there, or not at all.
        """
        header, file = self._header(name), Target(os.fspath(target), not overwrite)
        with translated(self._url(name)), object_name(self._url(name)):
            with closing(self._get(name)["Body"]) as body:
                reader = open_sealed(
                    _Forward(body),
                    "rb",
                    keys,
                    context=context,
                    associated_data=associated_data,
                    header=header,
                )
                return _write_out(reader, file)

    def inspect(self, name: str) -> Header:
        """The header of an object, by one request; no key is needed and no KMS is asked."""
        header = self._header(name)
        if header is None:
            with translated(self._url(name)):
                span = f"bytes=0-{_sealwax.MAX_HEADER_LEN - 1}"
                header = self._get(name, Range=span)["Body"].read()
        return inspect(header)

    def rewrap(self, name: str, old: Keys, new: Keys, *, add: bool = False) -> None:
        """Replace the wrapped keys in the header of its own; see `sealwax.rewrap_header`.

        Only where headers are detached: an object of a bucket cannot be changed in its middle.
        """
        header = self._header(name)
        if header is None:
            raise InvalidArgumentError("only a header of its own can be replaced: detached_headers")
        with object_name(self._url(name)):
            self._put_header(name, _sealwax.rewrap_header(header, old, new, add=add))

    def _url(self, name: str) -> str:
        return f"s3://{self.name}/{name}"

    def _header(self, name: str) -> Optional[bytes]:
        if not self._detached:
            return None
        with translated(self._url(_header_name(name))):
            data: bytes = self._get(_header_name(name))["Body"].read()
            return data

    def _put_header(self, name: str, header: bytes) -> None:
        arguments = self._server_side.to_write() if self._server_side else {}
        self._put(_header_name(name), header, {"ContentType": MEDIA_TYPE, **arguments})

    def _writing(self) -> dict[str, Any]:
        server_side = self._server_side.to_write() if self._server_side else {}
        return {"ContentType": MEDIA_TYPE, **self._extra_args, **server_side}

    def _get(self, name: str, **fields: Any) -> dict[str, Any]:
        server_side = self._server_side.to_read() if self._server_side else {}
        answer: dict[str, Any] = self._client.get_object(
            Bucket=self.name, Key=name, **server_side, **fields
        )
        return answer

    def _put(self, name: str, body: bytes, arguments: Mapping[str, Any]) -> None:
        with translated(self._url(name)):
            answer = self._client.put_object(Bucket=self.name, Key=name, Body=body, **arguments)
        self._check(name, answer)

    def _send(self, name: str, stream: SealedReader, config: Any) -> None:
        start = stream.read(_sealwax.MAX_HEADER_LEN)
        if self._detached:
            header = bytes(inspect(start))
            self._put_header(name, header)
            start = start[len(header) :]
        with translated(self._url(name)):
            self._client.upload_fileobj(
                _Joined(start, stream), self.name, name, ExtraArgs=self._writing(), Config=config
            )
            if self._server_side is None:
                return
            server_side = self._server_side.to_read()
            answer = self._client.head_object(Bucket=self.name, Key=name, **server_side)
        self._check(name, answer)

    def _check(self, name: str, answer: Mapping[str, Any]) -> None:
        if self._server_side is not None and not self._server_side.was_applied(answer):
            text = f"the store did not apply {self._server_side!r}: the object is sealed, no more"
            raise IoError(text, errno=errno.EIO, filename=self._url(name))

    def _config(self, size: Optional[int]) -> Any:
        """Parts of `part_size`, or longer ones where there would be too many."""
        sealed = _sealwax.sealed_size(size, _sealwax.MAX_HEADER_LEN) if size is not None else 0
        part_size = max(self._part_size, -(-sealed // _MOST_PARTS))
        config = require("boto3.s3.transfer", "aws").TransferConfig(
            multipart_threshold=part_size,
            multipart_chunksize=part_size,
            max_concurrency=self._threads,
        )
        config.max_in_memory_upload_chunks = self._threads
        return config


def _write_out(reader: SealedReader, target: Target) -> int:
    """All of it into a file, or none."""
    try:
        with reader, open(target.temporary, "xb") as file:
            shutil.copyfileobj(reader, file, _COPY)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        target.commit()
    except BaseException:
        target.remove()
        raise
    return size


@contextmanager
def _opened(source: Any) -> Iterator[Any]:
    """A file object, of the host's or of a path."""
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb", buffering=0) as file:
            yield file
    else:
        yield source


class _Joined(io.RawIOBase):
    """What was read already, then the rest."""

    def __init__(self, start: bytes, rest: Any) -> None:
        self._start, self._rest = memoryview(start), rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._start:
            rest: bytes = self._rest.read(size)
            return rest
        take = len(self._start) if size < 0 else min(size, len(self._start))
        piece, self._start = bytes(self._start[:take]), self._start[take:]
        return piece + self.read(size - take if size >= 0 else -1)


class _Forward:
    """The body of an answer, from the front to the end."""

    def __init__(self, body: Any) -> None:
        self.read = body.read


def _header_name(name: str) -> str:
    return f"{name}.header"


def _size_of(source: Any) -> Optional[int]:
    """What is left in a file on a disk; `None` where that is not known."""
    try:
        status, position = os.fstat(source.fileno()), source.tell()
    except (AttributeError, OSError):
        return None
    return max(0, status.st_size - position) or None
