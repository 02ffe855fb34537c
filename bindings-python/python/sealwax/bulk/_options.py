"""The options of jobs, which all operations share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Union, cast

from .._errors import InvalidArgumentError

if TYPE_CHECKING:
    import os

    from ..config import Config, KeySource
    from ._totals import Show


class Running(TypedDict, total=False):
    """How a job runs."""

    include: Iterable[str]
    """Patterns of names, of which one must match: `*` is anything but `/`, `**` anything."""
    exclude: Iterable[str]
    """Patterns of names that are left out; `cache/` is everything below such a folder."""
    links: Literal["skip", "follow"]
    """Links of local folders are skipped, or followed."""
    jobs: int
    """How many objects are worked on at a time."""
    engine: str
    """Where the work is done: `threads` of this process, or the workers of `dask` or `ray`."""
    resume: bool
    """Go on after an interrupted run, or do what is new or changed since a finished one."""
    journal: Union[str, os.PathLike[str]]
    """The file that a run goes on from; by default one in the user's state folder."""
    report: Union[str, os.PathLike[str]]
    """A file for the report in JSON, with all that was skipped or failed."""
    progress: Show
    """Called a few times a second; cancels the job by returning `False`."""


class Verifying(Running, total=False):
    """Options of `verify`."""

    keys: Union[KeySource, Iterable[KeySource]]
    """Providers, or references such as `vault:orders`; by default the rules of `sealwax.toml`."""
    config: Config
    """The configuration; by default the `sealwax.toml` that is found."""
    context: Mapping[str, str]
    """Pairs that every object must have, besides those of its rule."""
    associated_data: bytes
    kms_rate: float
    """The most calls of the KMS in a second."""


class Transferring(Verifying, total=False):
    """Options of `encrypt` and `decrypt`."""

    overwrite: bool
    """Replace what is at the target."""
    durable: bool
    """Wait for the disk; see `sealwax.encrypt_file`."""
    hidden_names: bool
    """Objects have random names, and their own are sealed in them."""


def split(options: Mapping[str, Any], known: type) -> tuple[dict[str, Any], Running]:
    """The options of the job and those of its run. An unknown one is an error."""
    for name in options:
        if name not in _all(known):
            raise InvalidArgumentError(f"there is no option {name!r}; there is {_names(known)}")
    running = {name: value for name, value in options.items() if name in _all(Running)}
    job = {name: value for name, value in options.items() if name not in running}
    return job, cast("Running", running)


def _all(known: type) -> frozenset[str]:
    return frozenset(known.__optional_keys__)  # type: ignore[attr-defined]


def _names(known: type) -> str:
    return ", ".join(sorted(_all(known)))
