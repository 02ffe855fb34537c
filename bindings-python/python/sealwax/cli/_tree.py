"""`encrypt -r`, `decrypt -r` and `verify -r`: folders and buckets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

import sealwax

from . import _streams
from ._exits import DONE, code_of, worst
from ._parse import Call
from ._say import Bar, voice
from ._table import TREE
from ._text import UsageError, printable, size

if TYPE_CHECKING:
    from ..bulk import Report
    from ..bulk._totals import Totals
    from ..config import Config

_DONE = {"encrypt": "encrypted", "decrypt": "decrypted", "verify": "verified"}


class Given(NamedTuple):
    """The arguments that all commands have: the same as for single files."""

    keys: Optional[list[sealwax.Provider]]
    """`None` where the rules of `sealwax.toml` choose."""
    config: Optional[Config]
    opening: dict[str, Any]


def refuse_options(call: Call) -> None:
    """An option of trees would be without effect on single files."""
    for option in TREE:
        if call.options.get(option.name):
            raise UsageError(f"{option.flags[-1]} is for whole folders: add -r")


def run(call: Call, load: Callable[[], Given]) -> int:
    """Runs the command for a whole tree."""
    places, options = _places(call), _running(call)
    if call.options["dry_run"]:
        return _plan(places[0], options)
    given = load()
    from .. import bulk
    from ..config import Config

    options |= given.opening | {"keys": given.keys, "config": given.config or Config({})}
    if call.command.name != "verify":
        options |= _writing(call)
    with voice.bar(f"{call.command.name} {places[0]}") as bar:
        options["progress"] = _progress(call, bar) if bar.is_shown else None
        report = getattr(bulk, call.command.name)(*places, **options)
    return _told(call, report)


def _places(call: Call) -> list[str]:
    wanted = 1 if call.command.name == "verify" else 2
    if len(call.names) != wanted:
        needed = "one source" if wanted == 1 else "a source and a target"
        raise UsageError(f"{call.command.name} -r takes {needed}")
    if "-" in call.names:
        raise UsageError("-r is for folders and URLs; - is a pipe")
    if call.options.get("output") is not None or call.options.get("output_dir") is not None:
        raise UsageError("with -r the target is the second argument")
    return call.names


def _running(call: Call) -> dict[str, Any]:
    """How the job runs."""
    options = call.options
    names = ("include", "exclude", "links", "journal", "report", "engine")
    made = {name: options[name] for name in names}
    made |= {"resume": options["continue"], "jobs": _number(options["jobs"], "--jobs")}
    return {name: value for name, value in made.items() if value not in (None, [])}


def _writing(call: Call) -> dict[str, Any]:
    if call.options.get("metadata") is not None:
        raise UsageError("--metadata is for single files")
    if call.options.get("no_require_all"):
        raise UsageError("--no-require-all is for single files")
    return {
        "overwrite": call.options["force"],
        "durable": not call.options["no_sync"],
        "hidden_names": call.options["hidden_names"],
    }


def kms_rate(call: Call) -> Optional[float]:
    """The value of `--kms-rate`."""
    text = call.options["kms_rate"]
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"--kms-rate {text}: this is not a number") from None


def _number(text: Optional[str], option: str) -> Optional[int]:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise UsageError(f"{option} {text}: this is not a number of at least 1")
    return int(text)


def _plan(source: str, options: dict[str, Any]) -> int:
    """Shows what would be done."""
    from .. import bulk

    for name in ("jobs", "engine"):
        options.pop(name, None)
    for item in bulk.plan(source, **options):
        note = "" if item.kind is bulk.Kind.FILE else f"  ({item.problem or item.kind.value})"
        _streams.show(f"{printable(item.name)}{note}\n")
    return DONE


def _progress(call: Call, bar: Bar) -> Callable[[Report, int, Totals], None]:
    what = call.command.name

    def show(report: Report, moved: int, totals: Totals) -> None:
        done = report.done + report.unchanged + report.skipped + report.failed
        of = f" of {totals.objects:,}" if totals.is_whole else ""
        bar.rename(f"{what} {done:,}{of} objects")
        bar(moved, totals.bytes if totals.is_whole else 0)

    return show


def _told(call: Call, report: Report) -> int:
    """Says what was done, and returns the exit code."""
    for outcome in report.failures:
        voice.error(f"{outcome.name}: {outcome.reason}")
    hidden = report.failed - len(report.failures)
    if hidden:
        voice.error(f"{hidden:,} more failed: --report FILE lists all")
    voice.note(_summary(call.command.name, report))
    return worst([code_of(name) for name in report.codes]) if report.codes else DONE


def _summary(command: str, report: Report) -> str:
    seconds = max(report.seconds, 1e-3)
    done = f"{_DONE[command]} {report.done:,} {_objects(report.done)}, {size(report.read)}"
    parts = [f"{done}, in {seconds:.1f} s ({report.done / seconds:,.0f}/s)"]
    for count, word in (
        (report.unchanged, "unchanged"),
        (report.skipped, "skipped"),
        (report.failed, "failed"),
    ):
        if count:
            parts.append(f"{count:,} {word}")
    return "; ".join(parts)


def _objects(count: int) -> str:
    return "object" if count == 1 else "objects"
