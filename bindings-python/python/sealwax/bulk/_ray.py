"""The engine `ray`: the workers of a cluster of Ray, or of one on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from ..kms._base import require
from . import _processes
from ._job import Job
from ._model import Item, Outcome
from ._watch import Watch


def ray(
    job: Job, batches: Iterator[list[Item]], count: Optional[int], watch: Watch
) -> Iterator[list[Outcome]]:
    """The cluster that `ray.init` was called for, that of `RAY_ADDRESS`, or a local one."""
    package = require("ray", "ray")
    own = not package.is_initialized()
    if own:
        package.init(num_cpus=count, include_dashboard=False)
    try:
        remote: dict[Any, Any] = {}

        def submit(function: Any, *arguments: Any) -> Any:
            if function not in remote:
                remote[function] = package.remote(max_retries=3)(function)
            return remote[function].remote(*arguments)

        def wait(futures: list[Any]) -> list[tuple[Any, Any]]:
            ended, _ = package.wait(futures)
            return [(future, package.get(future)) for future in ended]

        workers = max(1, int(package.cluster_resources().get("CPU", 1)))
        yield from _processes.run(job, batches, workers, watch, submit, wait)
    finally:
        if own:
            package.shutdown()
