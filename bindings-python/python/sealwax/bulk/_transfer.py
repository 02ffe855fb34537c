"""One object, from its source to its target."""

from __future__ import annotations

import errno
from contextlib import suppress
from typing import Any, Optional

from .._errors import SealwaxError
from .._files import decrypt_file, encrypt_file, inspect
from .._header import Header
from .._sealwax import FileBatch, plaintext_size
from ..stores import Capability, LocalStore, Store
from ..stores._errors import exists
from . import _hidden, _streams
from ._folders import Folders
from ._identity import identity_of, identity_of_new, identity_or_none
from ._job import Job
from ._keys import JobKeys
from ._model import Item, Outcome, State
from ._watch import Progress, Watch, Watched

_HEAD = 64 * 1024
"""Bytes that are read of an envelope to see its header."""


class Transfer:
    """Encrypts, decrypts or verifies single objects of a job."""

    def __init__(
        self, job: Job, source: Store, target: Optional[Store], keys: JobKeys, watch: Watch
    ) -> None:
        self._job, self._source, self._target, self._keys = job, source, target, keys
        self._watch, self._encrypts = watch, job.operation == "encrypt"
        local = target if isinstance(target, LocalStore) else None
        self.folders = None if local is None else Folders(local)

    def run(self, item: Item, source: str, batch: FileBatch, overwrite: bool) -> Outcome:
        """Does the work; `source` is the identity of what is read."""
        if self._target is None:
            return Outcome(item.name, State.DONE, read=self._verify(item), source=source)
        if self._job.hidden_names and not self._encrypts:
            return self._reveal(item, self._target, source, overwrite)
        name = item.target_name
        self._make_folder(name)
        if isinstance(self._source, LocalStore) and isinstance(self._target, LocalStore):
            written = self._between_files(item, self._source, self._target, batch, overwrite)
            target = identity_of(self._target, name)
        else:
            with self._stream(item) as data:
                written, target = self._put(self._target, name, data, overwrite)
        return Outcome(item.name, State.DONE, name, item.size, written, source, target)

    def _options(self, item: Item) -> dict[str, Any]:
        """Arguments of the calls for one object."""
        options: dict[str, Any] = {
            "context": self._keys.context_of(self._sealed_name(item)),
            "associated_data": self._job.associated_data,
        }
        if self._encrypts and self._job.hidden_names:
            options["metadata"] = _hidden.sealed(item.name)
        return options

    def _sealed_name(self, item: Item) -> str:
        """The name of the envelope, for which the keys are chosen."""
        return item.target_name if self._encrypts else item.name

    def _stream(self, item: Item) -> _streams.Stream:
        """What is written: an envelope, or plaintext."""
        make = _streams.envelope if self._encrypts else _streams.plaintext
        keys = self._keys.of(self._sealed_name(item))
        return make(self._source, item.name, keys, self._options(item))

    def _verify(self, item: Item) -> int:
        count = 0
        with self._stream(item) as file:
            while block := file.read1(_streams.PIECE):
                count += len(block)
                self._watch.move(len(block))
        return count

    def _reveal(self, item: Item, target: Store, source: str, overwrite: bool) -> Outcome:
        """Decrypts an object under the name that is sealed in it."""
        with self._stream(item) as data:
            name = _hidden.opened(data.metadata)
            self._make_folder(name)
            is_begun = item.before is not None and item.before.state is State.BEGUN
            if is_begun and not overwrite and identity_or_none(target, name) is not None:
                size = _compared(data, target, name)
                return self._there(item, target, name, size, source)
            written, made = self._put(target, name, data, overwrite)
        return Outcome(item.name, State.DONE, name, item.size, written, source, made)

    def _there(self, item: Item, target: Store, name: str, size: int, source: str) -> Outcome:
        """A result that a killed run wrote and had no time to note."""
        made = identity_of(target, name)
        return Outcome(item.name, State.DONE, name, item.size, size, source, made)

    def _make_folder(self, name: str) -> None:
        if self.folders is not None:
            self.folders.make_for(name)

    def _between_files(
        self, item: Item, source: LocalStore, target: LocalStore, batch: FileBatch, overwrite: bool
    ) -> int:
        """Has the core do all of it."""
        work = encrypt_file if self._encrypts else decrypt_file
        return work(
            source.path_of(item.name),
            target.path_of(item.target_name),
            self._keys.of(self._sealed_name(item)),
            overwrite=overwrite,
            durable=self._job.durable,
            batch=batch if self._job.durable else None,
            progress=Progress(self._watch),
            **self._options(item),
        )

    def _put(self, target: Store, name: str, data: Any, overwrite: bool) -> tuple[int, str]:
        """Puts a stream, a part at a time; returns its length and the identity of the target."""
        conditions: dict[str, Any] = {}
        if not overwrite:
            if Capability.CONDITIONAL_PUT in target.capabilities:
                conditions = {"if_absent": True}
            _refuse_existing(target, name)
        watched = Watched(data, self._watch)
        info = target.put(name, watched, **conditions)
        return watched.count, identity_of_new(target, info)

    def may_replace(self, item: Item, name: str) -> bool:
        """Whether to replace a target that a killed run wrote and had no time to note.

        A file is deleted instead: a new one then gets its name without a temporary one, which
        another kill could leave behind.
        """
        if self._target is None or not name or not self._is_unfinished(self._target, item, name):
            return False
        if isinstance(self._target, LocalStore):
            self._target.delete(name)
            return False
        return True

    def _is_unfinished(self, target: Store, item: Item, name: str) -> bool:
        """Whether its length is that of this object's result: others may be somebody else's."""
        with suppress(SealwaxError, OSError):
            found = target.head(name).size
            if self._encrypts:
                header = _header(target, name)
                return plaintext_size(found, header.header_len) == item.size
            header = _header(self._source, item.name)
            return plaintext_size(item.size, header.header_len) == found
        return False


def _header(store: Store, name: str) -> Header:
    if isinstance(store, LocalStore):
        return inspect(store.path_of(name))
    return inspect(store.get(name, 0, _HEAD))


def _compared(data: _streams.Stream, target: Store, name: str) -> int:
    """The length of a target that has this content; any other is somebody else's."""
    size = 0
    with target.open(name) as found:
        while True:
            piece, other = (_streams.filled(each, _streams.PIECE) for each in (data, found))
            if piece != other:
                raise exists(target.url_of(name))
            if not piece:
                return size
            size += len(piece)


def _refuse_existing(store: Store, name: str) -> None:
    """Saves the work; the condition of the put decides, where the store has conditions."""
    try:
        store.head(name)
    except OSError as error:
        if error.errno == errno.ENOENT:
            return
        raise
    raise exists(store.url_of(name))
