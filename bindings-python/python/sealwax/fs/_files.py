"""What `SealwaxFileSystem.open` returns: readers and writers that know their file system."""

from __future__ import annotations

import errno
import io
import os
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Optional, cast

from .. import _sealwax
from .._errors import AlreadyExistsError, InvalidStateError
from .._open import WRITE_BUFFER
from .._raw import RangeRaw, WriterRaw
from .._sealed import SealedReader, SealedWriter

if TYPE_CHECKING:
    from ._below import Below

IN_MEMORY = 64 * 1024 * 1024
"""Of an envelope that is stored all at once, what is kept in memory; more waits in a file."""

_IN_PARTS = {"s3", "s3a", "gs", "gcs"}
"""Protocols whose files show nothing before they are committed."""


class FileReader(SealedReader):
    """Plaintext of an object of a file system."""

    def __init__(self, raw: RangeRaw, buffer: int, fs: Any, path: str) -> None:
        super().__init__(raw, buffer)
        self.fs, self.path, self.blocksize = fs, path, buffer

    @property
    def full_name(self) -> str:
        """The URL."""
        return cast("str", self.fs.unstrip_protocol(self.path))

    @property
    def details(self) -> dict[str, Any]:
        """What the file system says of the object."""
        return self.info()

    def info(self) -> dict[str, Any]:
        """The same."""
        return cast("dict[str, Any]", self.fs.info(self.path))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_opened_again, (self.fs, self.path, self.tell()))


def _opened_again(fs: Any, path: str, position: int) -> Any:
    file = fs.open(path, "rb")
    file.seek(position)
    return file


class FileWriter(SealedWriter):
    """Encrypts into an object of a file system.

    The object appears when `close` has completed it; within a transaction, with the transaction.
    """

    def __init__(self, raw: SinkRaw, fs: Any, path: str) -> None:
        super().__init__(raw, WRITE_BUFFER)
        self.fs, self.path = fs, path

    @property
    def full_name(self) -> str:
        """The URL."""
        return cast("str", self.fs.unstrip_protocol(self.path))

    def commit(self) -> None:
        """Lets the object appear: the transaction calls it."""
        if not self.closed:
            self.abort()
            raise InvalidStateError(f"{self.path!r} was not closed before the transaction's end")
        self._sink_raw.commit()

    def discard(self) -> None:
        """Leaves nothing of it: the transaction calls it when it failed."""
        if not self.closed:
            self.abort()
        self._sink_raw.discard()

    @property
    def _sink_raw(self) -> SinkRaw:
        return cast("SinkRaw", self.raw)


class SinkRaw(WriterRaw):
    """Encrypts into a sink: it gets its place when the envelope is complete, or by `commit`."""

    def __init__(self, sink: Sink, native: _sealwax.StreamWriter, path: str, defer: bool) -> None:
        super().__init__(native, path, "wb")
        self._sink, self._defer, self._completed = sink, defer, False

    def complete(self) -> None:
        super().complete()
        self._completed = True
        if not self._defer:
            self.commit()

    def give_up(self) -> None:
        super().give_up()
        if not self._completed:
            self._sink.discard()

    def commit(self) -> None:
        """Gives the envelope its place; one that was given up has none."""
        if self._completed:
            self._sink.commit()

    def discard(self) -> None:
        """Leaves nothing of it."""
        self._completed = False
        self._sink.discard()


class Sink:
    """Where an envelope is written: `write`, and `commit` or `discard` at the end."""

    def write(self, data: Any) -> Optional[int]:
        raise NotImplementedError

    def commit(self) -> None:
        raise NotImplementedError

    def discard(self) -> None:
        raise NotImplementedError


class _Parts(Sink):
    """A file of a store that shows nothing of an upload before its end."""

    def __init__(self, below: Below, path: str, mode: str, defer: bool) -> None:
        self._file, self._defer = below.fs.open(path, mode, autocommit=not defer), defer

    def write(self, data: Any) -> Optional[int]:
        return cast("Optional[int]", self._file.write(data))

    def commit(self) -> None:
        try:
            self._file.close()
            if self._defer:
                self._file.commit()
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        if self._file.closed:
            return
        # Or the file would complete itself when it is lost.
        self._file.closed = True
        with suppress(NotImplementedError):
            self._file.discard()


class _Whole(Sink):
    """An object of any other store, that is stored when all of the envelope is there."""

    def __init__(self, below: Below, path: str, mode: str) -> None:
        self._below, self._path = below, path
        self._mode = "create" if "x" in mode else "overwrite"
        self._sealed: Any = io.BytesIO()
        self._size = 0

    def write(self, data: Any) -> Optional[int]:
        self._size += len(data)
        if self._size > IN_MEMORY and isinstance(self._sealed, io.BytesIO):
            start = self._sealed.getbuffer()
            self._sealed = tempfile.NamedTemporaryFile()  # noqa: SIM115, discard closes it
            self._sealed.write(start)
        return cast("int", self._sealed.write(data))

    def commit(self) -> None:
        options = {} if self._mode == "overwrite" else {"mode": self._mode}
        try:
            if isinstance(self._sealed, io.BytesIO):
                self._below.call("pipe_file", self._path, self._sealed.getvalue(), **options)
            else:
                self._sealed.flush()
                self._below.call("put_file", self._sealed.name, self._path, **options)
        finally:
            self.discard()

    def discard(self) -> None:
        self._sealed.close()


def already_exists(path: str) -> AlreadyExistsError:
    """What whoever makes a new object is told, where there is one."""
    return AlreadyExistsError(os.strerror(errno.EEXIST), errno=errno.EEXIST, filename=path)


def sink_of(below: Below, path: str, mode: str, defer: bool, durable: bool) -> Any:
    """Where the envelope for a path is written, so that nothing shows before its end."""
    if below.is_local:
        if getattr(below.fs, "auto_mkdir", False):
            below.fs.makedirs(below.fs._parent(path), exist_ok=True)
        return _sealwax.FileTarget(path, overwrite="x" not in mode, durable=durable)
    protocol = below.fs.protocol
    names = {protocol} if isinstance(protocol, str) else set(protocol)
    return _Parts(below, path, mode, defer) if names & _IN_PARTS else _Whole(below, path, mode)
