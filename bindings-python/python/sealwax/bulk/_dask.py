"""The engine `dask`: the workers of a cluster of Dask, or of one on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional

from ..kms._base import require
from . import _processes
from ._job import Job
from ._model import Item, Outcome
from ._watch import Watch


def dask(
    job: Job, batches: Iterator[list[Item]], count: Optional[int], watch: Watch
) -> Iterator[list[Outcome]]:
    """The current client's cluster, that of `DASK_SCHEDULER_ADDRESS`, or a local one."""
    distributed = require("distributed", "dask")
    with _client(distributed, count) as client:

        def submit(function: Any, *arguments: Any) -> Any:
            return client.submit(function, *arguments, pure=False)

        def wait(futures: list[Any]) -> list[tuple[Any, Any]]:
            ended = distributed.wait(futures, return_when="FIRST_COMPLETED").done
            return [(future, future.result()) for future in ended]

        workers = len(client.scheduler_info(n_workers=-1)["workers"]) or 1
        yield from _processes.run(job, batches, workers, watch, submit, wait)


@contextmanager
def _client(distributed: Any, count: Optional[int]) -> Iterator[Any]:
    """The client of the host stays open."""
    try:
        client = distributed.get_client()
    except ValueError:
        with _own(distributed, count) as client:
            yield client
    else:
        yield client


@contextmanager
def _own(distributed: Any, count: Optional[int]) -> Iterator[Any]:
    address = require("dask.config", "dask").get("scheduler-address", None)
    if address is not None:
        with distributed.Client(address) as client:
            yield client
        return
    workers = count or os.cpu_count()
    local = distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None
    )
    with local as cluster, distributed.Client(cluster) as client:
        yield client
