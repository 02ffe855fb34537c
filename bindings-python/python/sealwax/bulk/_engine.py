"""Engines, which execute the items of a job.

An engine is a function of a job and of batches of items, which come from a generator and must not
all be taken at once. It yields the outcomes of each batch, in any order. The driver alone reads the
source's listing and writes the journal. A new engine is a row of `ENGINES`. One of other processes
says how to submit a call to them and how to wait for some; `_processes.py` does the rest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Optional

from .._errors import InvalidArgumentError
from ._dask import dask
from ._job import Job
from ._model import Item, Outcome
from ._ray import ray
from ._watch import Watch
from ._worker import Worker

Batch = list[Item]
Engine = Callable[[Job, Iterator[Batch], Optional[int], Watch], Iterator[list[Outcome]]]

_MOST_THREADS = 32


def threads(
    job: Job, batches: Iterator[Batch], count: Optional[int], watch: Watch
) -> Iterator[list[Outcome]]:
    """Threads of this process. Encryption, files and the network do not need Python's lock."""
    worker, running = Worker(job, watch), set[Future[list[Outcome]]]()
    count = count or min(_MOST_THREADS, 8 * (os.cpu_count() or 1))
    with ThreadPoolExecutor(count, thread_name_prefix="sealwax-bulk") as pool:
        try:
            for batch in batches:
                running.add(pool.submit(worker.run, batch))
                if len(running) > 2 * count:
                    yield from _ended(running)
            while running:
                yield from _ended(running)
        except BaseException:
            watch.stop()
            raise


def _ended(running: set[Future[list[Outcome]]]) -> Iterator[list[Outcome]]:
    """The outcomes of those that have ended, which are taken out; waits for at least one."""
    ended, _ = wait(running, return_when=FIRST_COMPLETED)
    for future in ended:
        running.discard(future)
        yield future.result()


ENGINES: Mapping[str, Engine] = {"threads": threads, "dask": dask, "ray": ray}


def engine_of(name: str) -> Engine:
    """The engine with this name."""
    if name not in ENGINES:
        raise InvalidArgumentError(f"there is no engine {name!r}; there is {', '.join(ENGINES)}")
    return ENGINES[name]
