"""The work on items. One worker serves all threads of its process."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from typing import Optional

from .._errors import ErrorCode, SealwaxError
from .._sealwax import FileBatch
from ._identity import identity_of_source, identity_or_none
from ._job import Job
from ._keys import JobKeys
from ._model import UNCHANGED, Item, Kind, Outcome, Record, State
from ._transfer import Transfer
from ._watch import Watch

_SKIPPED = {
    Kind.LINK: "a link, which is not followed; links='follow' takes what it leads to",
    Kind.SPECIAL: "a pipe, a socket or a device, which has no content to keep",
}
_NO_FOLDERS = "an empty folder, and the target has no folders"


class Worker:
    """Does the items of a job."""

    def __init__(self, job: Job, watch: Optional[Watch] = None) -> None:
        self._job, self._watch = job, watch or Watch()
        self._source, self._target = job.source_store(), job.target_store()
        target = self._target if job.operation == "encrypt" else None
        keys = JobKeys(job, target or self._source)
        self._transfer = Transfer(job, self._source, self._target, keys, self._watch)

    def prepare(self, items: Sequence[Item]) -> list[Item]:
        """Notes which items have no target yet, for engines that may run a batch a second time.

        What is at the target of these then was written by the first try, which was killed.
        """
        return [self._prepared(item) for item in items]

    def _prepared(self, item: Item) -> Item:
        if self._target is None or item.kind is not Kind.FILE or item.before is not None:
            return item
        if identity_or_none(self._target, item.target_name) is not None:
            return item
        return item._replace(before=Record(State.BEGUN, "", item.target_name, ""))

    def run(self, items: Sequence[Item]) -> list[Outcome]:
        """Does some items; what they wrote is safe on disk when this returns."""
        with FileBatch() as batch:
            return [self._one(item, batch) for item in items if not self._watch.is_stopped]

    def _one(self, item: Item, batch: FileBatch) -> Outcome:
        try:
            if item.kind is Kind.FILE:
                return self._file(item, batch)
            return self._other(item)
        except Exception as error:
            return _failed(item, error)

    def _other(self, item: Item) -> Outcome:
        """Folders, links, special files, and what could not be read."""
        if item.kind is Kind.UNREADABLE:
            return Outcome(item.name, State.FAILED, reason=item.problem, code="IO")
        if item.kind is not Kind.FOLDER:
            return Outcome(item.name, State.SKIPPED, reason=_SKIPPED[item.kind])
        if (self._target is not None and self._transfer.folders is None) or self._job.hidden_names:
            return Outcome(item.name, State.SKIPPED, reason=_NO_FOLDERS)
        if self._transfer.folders is not None:
            self._transfer.folders.make(item.target_name)
        return Outcome(item.name, State.DONE, item.target_name)

    def _file(self, item: Item, batch: FileBatch) -> Outcome:
        source, before = identity_of_source(self._source, item.name), item.before
        overwrite = self._job.overwrite
        if before is not None and self._is_as_written(before):
            if before.source == source:
                self._watch.move(item.size)
                return _unchanged(item, before)
            overwrite = True
        elif before is not None and before.state is State.BEGUN:
            overwrite = overwrite or self._transfer.may_replace(item, before.target_name)
        return self._transfer.run(item, source, batch, overwrite)

    def _is_as_written(self, before: Record) -> bool:
        """Whether the target is what an earlier run wrote."""
        if self._target is None:
            return before.state is State.DONE
        if not before.target:
            return False
        return identity_or_none(self._target, before.target_name) == before.target


def _unchanged(item: Item, before: Record) -> Outcome:
    """Nothing to do; the journal hears of it if it says otherwise."""
    outcome = Outcome(item.name, State.DONE, before.target_name, code=UNCHANGED)
    if before.state is State.DONE:
        return outcome
    return outcome._replace(source=before.source, target=before.target)


def _failed(item: Item, error: Exception) -> Outcome:
    reason, code = _reason(error), _code(error)
    return Outcome(item.name, State.FAILED, item.target_name, reason=reason, code=code)


def _reason(error: Exception) -> str:
    """The message for people; the object is named beside it."""
    if isinstance(error, OSError) and error.errno is not None:
        exists = error.errno == errno.EEXIST
        return "the target exists already" if exists else error.strerror or os.strerror(error.errno)
    if isinstance(error, SealwaxError) and error.args:
        return str(error.args[0])
    return f"{type(error).__name__}: {error}"


def _code(error: Exception) -> str:
    """The name of an error: that of its `sealwax.ErrorCode`, or of its class."""
    if isinstance(error, FileExistsError):
        return ErrorCode.ALREADY_EXISTS.name
    if isinstance(error, SealwaxError):
        return ErrorCode(error.code).name
    return ErrorCode.IO.name if isinstance(error, OSError) else type(error).__name__
