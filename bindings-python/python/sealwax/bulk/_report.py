"""The report of a job."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from ._model import UNCHANGED, Outcome, State

SHOWN = 1000
"""Failures that a report holds; the journal has all of them."""


@dataclass
class Report:
    """What a job did."""

    operation: str
    source: str
    target: str
    done: int = 0
    """Objects, and empty folders, that this run did."""
    unchanged: int = 0
    """Objects that an earlier run did, and that have not changed since."""
    skipped: int = 0
    """Links, special files and empty folders that the rule leaves out."""
    failed: int = 0
    read: int = 0
    """Bytes that were read."""
    written: int = 0
    """Bytes that were written."""
    seconds: float = 0.0
    failures: list[Outcome] = field(default_factory=list)
    """The first failures, with name, code and reason."""
    codes: Counter[str] = field(default_factory=Counter)
    """How many objects failed with which code."""
    journal: str = ""
    """The path of the journal; empty without one."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing failed."""
        return self.failed == 0

    def add(self, outcome: Outcome) -> None:
        """Counts an outcome."""
        self.read += outcome.read
        self.written += outcome.written
        if outcome.state is State.FAILED:
            self.failed += 1
            self.codes[outcome.code] += 1
            if len(self.failures) < SHOWN:
                self.failures.append(outcome)
        elif outcome.state is State.SKIPPED:
            self.skipped += 1
        elif outcome.code == UNCHANGED:
            self.unchanged += 1
        else:
            self.done += 1

    def as_dict(self) -> dict[str, Any]:
        """The numbers, for JSON."""
        return {
            "operation": self.operation,
            "source": self.source,
            "target": self.target or None,
            "done": self.done,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "failed": self.failed,
            "bytes_read": self.read,
            "bytes_written": self.written,
            "seconds": round(self.seconds, 3),
            "failed_by_code": dict(self.codes),
        }


Reasons = Iterator[tuple[str, str, str]]


def write_json(file: IO[str], report: Report, skipped: Reasons, failures: Reasons) -> None:
    """Writes a report with every object that was skipped or failed, one line for each."""
    text = json.dumps(report.as_dict(), indent=2)
    file.write(text[: text.rindex("\n}")])
    for title, rows in (("skipped_objects", skipped), ("failed_objects", failures)):
        file.write(f',\n  "{title}": [')
        for number, (name, code, reason) in enumerate(rows):
            entry = {"name": name, "reason": reason, **({"code": code} if code else {})}
            file.write(f"{',' if number else ''}\n    {json.dumps(entry)}")
        file.write("\n  ]")
    file.write("\n}\n")
