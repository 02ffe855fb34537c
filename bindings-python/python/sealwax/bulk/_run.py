"""Runs a job: lists its source, notes in the journal, and counts."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Optional

from .._errors import CancelledError, InvalidArgumentError, SealwaxError
from ..stores import LocalStore, Store
from . import _hidden
from ._engine import Batch, engine_of
from ._identity import identity_or_none
from ._job import Job, url_of
from ._journal import Journal, default_path
from ._model import Item, Kind, Outcome, State
from ._report import Report, write_json
from ._totals import Totals
from ._walk import Selection, entries
from ._watch import Watch

if TYPE_CHECKING:
    from ._options import Running

_BATCH_ITEMS = 32
_BATCH_BYTES = 64 * 1024 * 1024
"""A worker gets so many objects, or so many bytes, at a time."""

_HEADS = 16
"""How many targets are looked up at a time, in stores that are far away."""

_TICK = 0.2
"""Seconds between two reports of progress."""


def run(job: Job, running: Running) -> Report:
    """Does all of a job; what failed is in the report."""
    report = Report(job.operation, url_of(job.source), url_of(job.target) if job.target else "")
    start = time.monotonic()
    identity = job.identity
    path = os.fspath(running.get("journal") or default_path(identity))
    if running.get("report") is not None:
        open(running["report"], "a").close()  # What cannot be written fails before the work.
    with closing(Journal(path, identity, resume=running.get("resume", False))) as journal:
        report.journal = path
        _work(job, running, journal, report)
        journal.finish()
        report.seconds = time.monotonic() - start
        if running.get("report") is not None:
            with open(running["report"], "w", encoding="utf-8") as file:
                write_json(file, report, journal.skipped(), journal.failures())
    return report


def _work(job: Job, running: Running, journal: Journal, report: Report) -> None:
    watch = Watch()
    engine = engine_of(running.get("engine", "threads"))
    batches = _noted(_batched(_items(job, running)), job, journal)
    with closing(_Shown(job, running, report, watch)) as shown:
        for outcomes in engine(job, batches, running.get("jobs"), watch):
            new = [each for each in outcomes if not _is_unchanged(each)]
            if new:
                journal.record(new)
            for outcome in outcomes:
                report.add(outcome)
            shown.tell()


def _is_unchanged(outcome: Outcome) -> bool:
    """The journal knows it already."""
    return outcome.state is State.DONE and bool(outcome.code) and not outcome.source


def _items(job: Job, running: Running) -> Iterator[Item]:
    selection = Selection(running.get("include", ()), running.get("exclude", ()))
    links = running.get("links", "skip")
    if links not in ("skip", "follow"):
        raise InvalidArgumentError(f"links is 'skip' or 'follow', not {links!r}")
    return entries(job.source_store(), selection, follow_links=links == "follow")


def _batched(items: Iterator[Item]) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for item in items:
        batch.append(item)
        size += item.size
        if len(batch) == _BATCH_ITEMS or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _noted(batches: Iterator[Batch], job: Job, journal: Journal) -> Iterator[Batch]:
    """The batches, each of which the journal knows before a worker does."""
    target = job.target_store()
    with ThreadPoolExecutor(_HEADS, thread_name_prefix="sealwax-bulk-heads") as pool:
        each = map if target is None or isinstance(target, LocalStore) else pool.map
        for batch in batches:
            known = [_with_target(item, job) for item in journal.look_up(batch)]
            files = [item for item in known if item.kind is Kind.FILE]
            taken = each(partial(_is_taken, job, target), files)
            journal.begin([item for item, is_taken in zip(files, taken) if not is_taken])
            yield known


def _is_taken(job: Job, target: Optional[Store], item: Item) -> bool:
    """Whether its name at the target is somebody else's, so that no run may replace it.

    A new random name is nobody's, and a hidden one is only known when the object is opened.
    """
    before = item.before
    ours = before is not None and (before.state is State.BEGUN or bool(before.target))
    if target is None or job.hidden_names or ours:
        return False
    try:
        return identity_or_none(target, item.target_name) is not None
    except (OSError, SealwaxError):
        return True


def _with_target(item: Item, job: Job) -> Item:
    """The item with the name of its result, which it keeps when a run goes on."""
    if job.target is None:
        return item
    if item.before is not None and item.before.target_name:
        return item._replace(target_name=item.before.target_name)
    hidden = job.hidden_names and item.kind is Kind.FILE
    if not hidden:
        return item._replace(target_name=item.name)
    return item._replace(target_name=_hidden.random_name() if job.operation == "encrypt" else "")


def dry_run(job: Job, running: Running) -> Iterator[Item]:
    """What a run would work on, without keys, journal or any change."""
    return _items(job, running)


class _Shown:
    """Reports progress at a limited rate, and counts the source meanwhile."""

    def __init__(self, job: Job, running: Running, report: Report, watch: Watch) -> None:
        self._report, self._watch, self._totals = report, watch, Totals()
        self._show, self._stop = running.get("progress"), threading.Event()
        self._threads: list[threading.Thread] = []
        self._cancelled = False
        if self._show is not None:
            self._start(lambda: self._totals.count(_items(job, running), watch))
            self._start(self._tick)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _tick(self) -> None:
        while not self._stop.wait(_TICK):
            if self._show is not None and self._once() is False:
                self._cancelled = True
                self._watch.stop()

    def _once(self) -> object:
        assert self._show is not None
        return self._show(self._report, self._watch.moved, self._totals)

    def tell(self) -> None:
        """Raises if the progress callback cancelled the job."""
        if self._cancelled:
            raise CancelledError("cancelled by the progress callback")

    def close(self) -> None:
        """Ends the threads; the last report has the final numbers."""
        self._stop.set()
        if self._show is not None:
            self._once()
            self._watch.stop()
        for thread in self._threads:
            thread.join()
