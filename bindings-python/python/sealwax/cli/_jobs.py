"""The files of a command, their order, and the handling of failures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import NamedTuple

import sealwax

from . import _streams
from ._exits import BUG, DONE, RefusedError, exit_code, words, worst
from ._parse import Call
from ._say import voice
from ._text import UsageError

SUFFIX = ".sealwax"


class Job(NamedTuple):
    """One source and the name of its result."""

    source: str
    target: str


def each(call: Call, names: Iterable[str], work: Callable[[str], None]) -> int:
    """Runs the work for each file. A failure does not stop the others."""
    names = list(names)
    codes = []
    for name in names:
        try:
            work(name)
        except BrokenPipeError:
            raise  # the reader of the output has closed it
        except Exception as error:
            voice.error(words(error, _streams.shown(name, 0)))
            codes.append(exit_code(error))
            if codes[-1] == BUG:
                voice.trace(error)
            if call.options["fail_fast"]:
                break
    if len(names) > 1 and codes:
        voice.error(f"{len(codes)} of {len(names)} files failed")
    return worst(codes) if codes else DONE


def jobs(call: Call) -> dict[str, Job]:
    """The jobs for the sources of a command."""
    names, output, folder = call.names, call.options["output"], call.options["output_dir"]
    encrypting = call.command.name == "encrypt"
    if not names:
        raise UsageError("SOURCE is missing")
    if folder is not None:
        if output is not None:
            raise UsageError("--output and --output-dir exclude each other")
        return _into(folder, names, encrypting)
    if output is not None and len(names) == 1:
        return {names[0]: Job(names[0], output)}
    if output is not None or len(names) > 2:
        raise UsageError("several sources need --output-dir FOLDER; . is the current folder")
    if len(names) == 2:
        if call.options["force"]:
            _refuse_a_second_source(names[1], encrypting)
        return {names[0]: Job(*names)}
    return {names[0]: Job(names[0], _default(names[0], encrypting))}


def _into(folder: str, names: list[str], encrypting: bool) -> dict[str, Job]:
    made: dict[str, Job] = {}
    for name in names:
        if _streams.is_stream(name):
            raise UsageError(f"{name} has no name for --output-dir; use --output")
        target = os.path.join(folder, os.path.basename(_default(name, encrypting)))
        if any(target == job.target for job in made.values()):
            raise UsageError(f"two sources would become {target}")
        made[name] = Job(name, target)
    os.makedirs(folder, exist_ok=True)
    return made


def _default(source: str, encrypting: bool) -> str:
    """The default name of the result."""
    if _streams.is_stream(source):
        return "-"
    if encrypting:
        return source + SUFFIX
    if not source.endswith(SUFFIX) or os.path.basename(source) == SUFFIX:
        raise UsageError(f"{source} does not end in {SUFFIX}: name the result with --output")
    return source[: -len(SUFFIX)]


def _refuse_a_second_source(target: str, encrypting: bool) -> None:
    """Prevents `encrypt --force *.csv` with two files from overwriting the second one.

    A pipe or a device cannot be overwritten, and opening it could block forever.
    """
    if not os.path.isfile(target):
        return
    try:
        sealwax.inspect(target)
        is_envelope = True
    except sealwax.FormatError:
        is_envelope = False
    except (sealwax.SealwaxError, OSError):
        return
    if is_envelope != encrypting:
        what = "no envelope" if encrypting else "an envelope"
        raise RefusedError(
            f"{target} exists and is {what}: --output {target} replaces it, "
            "--output-dir takes it as a source"
        )
