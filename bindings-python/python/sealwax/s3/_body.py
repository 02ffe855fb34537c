"""The body of a response, which resumes after the connection breaks."""

from __future__ import annotations

import errno
import io
import random
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Optional

from .._errors import ConflictError, IoError
from .._text import printable
from ..kms._base import require

_PIECE = 1024 * 1024
"""Bytes of one read from the connection."""

_PROGRESS = 8 * _PIECE
"""Number of bytes after which earlier failures do not count any more."""

_LONGEST_WAIT = 20.0
_DEFAULT_ATTEMPTS = {"legacy": 5, "standard": 3, "adaptive": 3}

_SPAN = re.compile(r"bytes (\d+)-(\d+)/(\d+)", re.ASCII)


class Source(NamedTuple):
    """An object in a store; `fetch` is its GET, which takes further arguments.

    `attempts` is how often the client sends a request at most, including the first time.
    """

    url: str
    fetch: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    attempts: int

    def error(self, number: int, text: str) -> IoError:
        """An error that names the object."""
        kind = ConflictError if number == errno.ESTALE else IoError
        return kind(printable(text), errno=number, filename=self.url)


class Span(NamedTuple):
    """The byte range of a response and the total length; `None` if unknown."""

    start: int
    end: Optional[int]
    total: Optional[int]

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Span:
        """Parses the headers. A store that ignores a range sends the whole object."""
        match = _SPAN.fullmatch(answer.get("ContentRange") or "")
        if match is not None:
            first, last, total = map(int, match.groups())
            return cls(first, last + 1, total)
        length = answer.get("ContentLength")
        return cls(0, length, length)


class Body:
    """The bytes of one version of an object, in sequence.

    If the connection drops, the rest is requested as a range, on condition that the object has not
    changed. It retries as often as the client retries a request, with the same waits. A long
    successful stretch resets the count.
    """

    def __init__(
        self,
        source: Source,
        start: int = 0,
        end: Optional[int] = None,
        conditions: Optional[Mapping[str, Any]] = None,
    ) -> None:
        """The bytes from `start` to `end`, or all; `conditions` are those of the first response."""
        self._source = source
        self._stream: Any = None
        self._position = self._resumed = start
        self._failures = 0
        answer = self._ask(end, conditions or {})
        self.span, self.conditions = Span.of(answer), _conditions(answer)

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, fewer only at the end; all the rest if it is negative."""
        gathered, left = io.BytesIO(), size
        while left:
            piece = self._piece(_PIECE if left < 0 else min(left, _PIECE))
            if not piece:
                break
            gathered.write(piece)
            left -= len(piece) if left > 0 else 0
        return gathered.getvalue()

    def close(self) -> None:
        """Releases the connection."""
        if self._stream is not None:
            self._stream.close()

    def _piece(self, size: int) -> bytes:
        """At least one byte; empty at the end."""
        if self.span.end is not None:
            size = min(size, self.span.end - self._position)
        while size > 0:
            piece, failure = self._try(size)
            if piece:
                self._position += len(piece)
                return piece
            if failure is None and self.span.end is None:
                break
            self._resume(failure)
        return b""

    def _try(self, size: int) -> tuple[bytes, Optional[Exception]]:
        """Reads from the connection; returns the bytes, or the error that dropped it."""
        botocore = require("botocore.exceptions", "aws")
        urllib3 = require("urllib3.exceptions", "aws")
        try:
            return self._stream.read(size), None
        except (botocore.HTTPClientError, botocore.IncompleteReadError, urllib3.HTTPError) as error:
            return b"", error
        except botocore.BotoCoreError as error:  # For example a wrong checksum.
            raise self._source.error(errno.EIO, str(error)) from error

    def _resume(self, failure: Optional[Exception]) -> None:
        """Requests the rest."""
        if self._position - self._resumed >= _PROGRESS:
            self._failures = 0
        self._failures, self._resumed = self._failures + 1, self._position
        if self._failures >= self._source.attempts or "IfMatch" not in self.conditions:
            text = f"{failure}" if failure else "the body ends before it is complete"
            raise self._source.error(errno.EIO, text) from failure
        self.close()
        time.sleep(random.random() * min(2.0 ** (self._failures - 1), _LONGEST_WAIT))
        self._ask(self.span.end, self.conditions)

    def _ask(self, end: Optional[int], conditions: Mapping[str, Any]) -> Mapping[str, Any]:
        """Requests the rest, and rejects a different range or object."""
        fields = dict(conditions)
        if end is not None or self._position:
            fields["Range"] = f"bytes={self._position}-{'' if end is None else end - 1}"
        answer = self._source.fetch(fields)
        self._stream = answer["Body"]
        etag = answer.get("ETag")
        if etag is not None and etag != conditions.get("IfMatch", etag):
            raise self._refused(errno.ESTALE, "the object was replaced while it was read")
        if Span.of(answer).start != self._position:
            raise self._refused(errno.EIO, "the store answers with another range than asked for")
        return answer

    def _refused(self, number: int, text: str) -> IoError:
        self.close()
        return self._source.error(number, text)


def attempts_of(client: Any) -> int:
    """How often a client sends a request at most, including the first time."""
    retries = getattr(client.meta.config, "retries", None) or {}
    known = _DEFAULT_ATTEMPTS.get(str(retries.get("mode")), 3)
    return int(retries.get("total_max_attempts") or known)


def _conditions(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions that restrict a request to the same version, as far as the store names it."""
    named = {"IfMatch": answer.get("ETag"), "VersionId": answer.get("VersionId")}
    return {name: value for name, value in named.items() if value}
