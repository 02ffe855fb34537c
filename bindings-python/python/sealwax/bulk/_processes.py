"""Batches in other processes, which may be killed and have their batch done again by others."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from typing import Any

from .._errors import InvalidArgumentError
from ._job import Job
from ._model import Item, Outcome
from ._watch import Watch
from ._worker import Worker

Submit = Callable[..., Any]
"""Has a function called somewhere with arguments; returns a future, which can be hashed."""

Wait = Callable[[list[Any]], list[tuple[Any, Any]]]
"""Waits until some futures have results; returns these with them."""


def run(
    job: Job,
    batches: Iterator[list[Item]],
    workers: int,
    watch: Watch,
    submit: Submit,
    wait: Wait,
) -> Iterator[list[Outcome]]:
    """Does all batches in two steps.

    The first looks for targets and changes nothing. Only when its result has arrived here is the
    second submitted: if that is done twice, because its process was killed, the second try knows
    what the first may have written.
    """
    data = _packed(job.share(workers))
    first, second = set[Any](), set[Any]()
    for batch in batches:
        first.add(submit(prepare, data, batch))
        while len(first) + len(second) > 4 * workers:
            yield from _step(data, first, second, submit, wait)
    while first or second:
        yield from _step(data, first, second, submit, wait)


def _step(
    data: bytes, first: set[Any], second: set[Any], submit: Submit, wait: Wait
) -> Iterator[list[Outcome]]:
    for future, result in wait([*first, *second]):
        if future in first:
            first.discard(future)
            second.add(submit(work, data, result))
        else:
            second.discard(future)
            yield result


def _packed(job: Job) -> bytes:
    """The job as other processes get it, without any secret."""
    if job.operation == "decrypt" and job.hidden_names:
        raise InvalidArgumentError(
            "the names that are hidden are only known on opening: use engine='threads'"
        )
    try:
        return pickle.dumps(job)
    except (TypeError, pickle.PicklingError) as error:
        raise InvalidArgumentError(
            f"other processes take keys by reference, such as 'vault:orders', and places by URL: "
            f"{error}"
        ) from error


def prepare(data: bytes, items: list[Item]) -> list[Item]:
    """The first step of a batch, in a process of the engine."""
    return _worker(data).prepare(items)


def work(data: bytes, items: list[Item]) -> list[Outcome]:
    """The second step of a batch, in a process of the engine."""
    return _worker(data).run(items)


_kept: dict[tuple[int, bytes], Worker] = {}


def _worker(data: bytes) -> Worker:
    """The worker of this process for a job: one for all its batches, so keys are loaded once."""
    key = (os.getpid(), data)
    worker = _kept.get(key)
    if worker is None:
        _kept.clear()
        worker = _kept[key] = Worker(pickle.loads(data))
    return worker
