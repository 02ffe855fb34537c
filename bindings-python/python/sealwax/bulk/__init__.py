"""Whole trees: folders, buckets and parts of them, encrypted, decrypted or verified as one job.

>>> import pathlib, tempfile
>>> import sealwax
>>> from sealwax import bulk
>>> folder = pathlib.Path(tempfile.mkdtemp())
>>> (folder / "plain" / "2026").mkdir(parents=True)
>>> _ = (folder / "plain" / "2026" / "tides.csv").write_bytes(b"06:12 high")
>>> key = sealwax.LocalKey.generate()
>>> report = bulk.encrypt(folder / "plain", folder / "sealed", keys=key)
>>> report.done, report.failed
(1, 0)
>>> bulk.verify(folder / "sealed", keys=key).is_complete
True

A source and a target are folders, URLs of any store, or a `sealwax.stores.Store`. Names are kept.
What fails is in the report, with its reason, and the rest goes on. Every object appears whole or
not at all, and replaces none that exists, unless `overwrite` says so. A run that was killed goes on
with `resume=True`; after a run that ended, the same does what is new or has changed since.

Of local folders, files are taken and empty folders are kept where the target is a local folder,
too. Links are skipped, or read with `links="follow"`; pipes, sockets and devices are skipped.
Times, owners and permissions are not kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .._public import publish as _publish
from ._job import Job, Place, make
from ._model import Item, Kind, Outcome, State
from ._options import Running, Transferring, Verifying, split
from ._report import Report
from ._run import dry_run, run

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = [
    "Item",
    "Job",
    "Kind",
    "Outcome",
    "Report",
    "Running",
    "State",
    "Transferring",
    "Verifying",
    "decrypt",
    "encrypt",
    "plan",
    "run",
    "verify",
]


def encrypt(source: Place, target: Place, **options: Unpack[Transferring]) -> Report:
    """Encrypt every object of `source` into one of `target`.

    Raises:
        InvalidArgumentError: the places or options make no sense. InvalidStateError: the journal is
        of an interrupted run, or in use. ConfigError, KeyLoadError: the keys could not be loaded.
        What fails for single objects is in the report.
    """
    of_job, running = split(options, Transferring)
    return run(make("encrypt", source, target, of_job), running)


def decrypt(source: Place, target: Place, **options: Unpack[Transferring]) -> Report:
    """Decrypt every object of `source` into one of `target`; see `encrypt`."""
    of_job, running = split(options, Transferring)
    return run(make("decrypt", source, target, of_job), running)


def verify(source: Place, **options: Unpack[Verifying]) -> Report:
    """Check that every object of `source` decrypts, from the first byte to the last."""
    of_job, running = split(options, Verifying)
    return run(make("verify", source, None, of_job), running)


def plan(source: Place, **options: Unpack[Running]) -> Iterator[Item]:
    """The entries of `source` that a job would work on. Nothing is read, asked or changed."""
    _, running = split(options, Running)
    return dry_run(make("verify", source, None, {}), running)


_publish(globals())
