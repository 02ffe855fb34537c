"""Uploads in parts, which are complete or absent."""

from __future__ import annotations

import errno
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from itertools import count
from typing import Any, Optional

from .._errors import IoError
from ..s3._errors import translated

PART = 5 * 1024 * 1024
"""The least length of a part that is not the last, in bytes."""

_MOST_PART = 5 * 1024**3
_DOUBLED_AFTER = 1000


class Multipart:
    """An upload, in a `with` block: one that does not complete is aborted.

    At most `threads` parts are on their way at once, and memory holds no more.
    """

    def __init__(
        self,
        client: Any,
        url: str,
        place: Mapping[str, str],
        arguments: Mapping[str, Any],
        threads: int,
    ) -> None:
        self._client, self._url, self._place = client, url, dict(place)
        self._arguments, self._threads = arguments, threads
        self._sent: dict[int, str] = {}
        self._running: set[Future[tuple[int, str]]] = set()
        self._completed, self.size = False, 0

    def __enter__(self) -> Multipart:
        with translated(self._url):
            answer = self._client.create_multipart_upload(**self._place, **self._arguments)
        self._place["UploadId"] = answer["UploadId"]
        self._pool = ThreadPoolExecutor(self._threads)
        return self

    def __exit__(self, *_: Any) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        if not self._completed:
            with suppress(Exception):  # Why it failed says more.
                self._client.abort_multipart_upload(**self._place)

    def send(self, number: int, data: bytes) -> None:
        """Sends a part."""
        self.size += len(data)

        def sent() -> str:
            answer = self._client.upload_part(**self._place, PartNumber=number, Body=data)
            return str(answer["ETag"])

        self._start(number, sent)

    def copy(self, number: int, part: tuple[int, int], if_match: str) -> None:
        """Has the store copy a part of the object as it is."""
        start, end = part
        self.size += end - start
        source = {"Bucket": self._place["Bucket"], "Key": self._place["Key"]}

        def copied() -> str:
            answer = self._client.upload_part_copy(
                **self._place,
                PartNumber=number,
                CopySource=source,
                CopySourceRange=f"bytes={start}-{end - 1}",
                CopySourceIfMatch=if_match,
            )
            return str(answer["CopyPartResult"]["ETag"])

        self._start(number, copied)

    def _start(self, number: int, work: Callable[[], str]) -> None:
        def done() -> tuple[int, str]:
            with translated(self._url):
                return number, work()

        while len(self._running) >= self._threads:
            self._take(FIRST_COMPLETED)
        self._running.add(self._pool.submit(done))

    def _take(self, how: str) -> None:
        finished, self._running = wait(self._running, return_when=how)
        self._sent.update(future.result() for future in finished)

    def finish(self) -> list[str]:
        """The ETags of all parts, when all are there."""
        self._take("ALL_COMPLETED")
        return [self._sent[number] for number in sorted(self._sent)]

    def complete(self, conditions: Mapping[str, Any]) -> Mapping[str, Any]:
        """Makes an object of the parts, if the conditions hold."""
        parts = [
            {"PartNumber": number, "ETag": self._sent[number]} for number in sorted(self._sent)
        ]
        try:
            with translated(self._url):
                answer: Mapping[str, Any] = self._client.complete_multipart_upload(
                    **self._place, MultipartUpload={"Parts": parts}, **conditions
                )
        except FileNotFoundError as error:
            if "NoSuchUpload" not in str(error):
                raise
            text = "the upload is gone: somebody aborted it, or its answer was lost"
            raise IoError(text, errno=errno.EIO, filename=self._url) from error.__cause__
        self._completed = True
        return answer


def parts_etag(etags: list[str]) -> Optional[str]:
    """What S3 calls an object of these parts, where the ETags of the parts are sums of MD5."""
    sums = [re.fullmatch('"?([0-9a-f]{32})"?', etag) for etag in etags]
    if not all(sums):
        return None
    joined = b"".join(bytes.fromhex(match[1]) for match in sums if match)
    return f'"{hashlib.md5(joined, usedforsecurity=False).hexdigest()}-{len(etags)}"'


def part_sizes(first: int) -> Iterator[int]:
    """How long the parts of an upload of unknown length are: at most 10,000 are allowed."""
    for number in count():
        yield min(first << min(number // _DOUBLED_AFTER, 10), _MOST_PART)
