"""The description of a job: plain data, which can be sent to other processes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Optional, Union

from .._errors import InvalidArgumentError
from ..config import Config
from ..config._urls import Url, canonical
from ..stores import Store, open_store

if TYPE_CHECKING:
    from ..config import KeySource

OPERATIONS = ("encrypt", "decrypt", "verify")

Place = Union[Url, Store]
"""A folder, a URL, or a store."""


@dataclass(frozen=True)
class Job:
    """What is done with every object of a source, and how.

    It can be pickled if its keys are references and its places are URLs: then it holds no secret,
    and every process loads the keys itself.
    """

    operation: str
    source: Place
    target: Optional[Place] = None
    keys: Optional[tuple[KeySource, ...]] = None
    """Providers or references; without any, the rules of the configuration choose."""
    config: Config = Config({})  # noqa: RUF009, it does not change
    context: Optional[Mapping[str, str]] = None
    associated_data: Optional[bytes] = None
    overwrite: bool = False
    durable: bool = True
    hidden_names: bool = False
    kms_rate: Optional[float] = None
    """Calls of the KMS in a second, of all workers together."""

    def share(self, workers: int) -> Job:
        """The same for one of several processes, which has its part of the rate."""
        return replace(self, kms_rate=self.kms_rate and self.kms_rate / workers)

    def source_store(self) -> Store:
        """The store that is read."""
        return opened(self.source, self.config)

    def target_store(self) -> Optional[Store]:
        """The store that is written."""
        return None if self.target is None else opened(self.target, self.config)

    @property
    def identity(self) -> str:
        """What makes two runs the same job for a journal."""
        target = None if self.target is None else url_of(self.target)
        return json.dumps([self.operation, url_of(self.source), target, self.hidden_names])


def make(operation: str, source: Place, target: Optional[Place], options: dict[str, Any]) -> Job:
    """The job, if it makes sense."""
    keys, config = options.pop("keys", None), options.pop("config", None)
    job = Job(
        operation,
        source if isinstance(source, Store) else _folder(source),
        target if target is None or isinstance(target, Store) else _folder(target),
        None if keys is None else _several(keys),
        config if config is not None else Config.load(),
        **options,
    )
    _check(job)
    return job


def _several(keys: Any) -> tuple[Any, ...]:
    is_one = isinstance(keys, (str, tuple)) or not isinstance(keys, Iterable)
    return (keys,) if is_one and not _is_plain_tuple(keys) else tuple(keys)


def _is_plain_tuple(keys: Any) -> bool:
    """A reference is a named tuple."""
    return type(keys) is tuple


def _check(job: Job) -> None:
    if job.kms_rate is not None and not job.kms_rate > 0:
        raise InvalidArgumentError(f"kms_rate is a number of calls a second, not {job.kms_rate}")
    if job.keys is not None and not job.keys:
        raise InvalidArgumentError("keys: at least one is needed")
    if job.target is None:
        return
    source, target = _real(url_of(job.source)), _real(url_of(job.target))
    if source.startswith(target) or target.startswith(source):
        raise InvalidArgumentError(
            f"the source {source} and the target {target} are not apart: choose another target"
        )


def _real(url: str) -> str:
    """The URL without links: a target may lead into the source by one."""
    scheme, path = url[: len("file://")], url[len("file://") :]
    return f"{scheme}{os.path.realpath(path).rstrip('/')}/" if scheme == "file://" else url


def _folder(place: Url) -> str:
    url = canonical(place)
    return url if url.endswith("/") else f"{url}/"


def url_of(place: Place) -> str:
    """The URL of a place."""
    return place.url if isinstance(place, Store) else str(place)


def opened(place: Place, config: Config) -> Store:
    """The store at a place."""
    return place if isinstance(place, Store) else open_store(place, config=config)
