"""Items of a job, and their results."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple, Optional


class Kind(Enum):
    """What an entry of a source is."""

    FILE = "file"
    FOLDER = "empty folder"
    LINK = "link"
    SPECIAL = "special file"
    UNREADABLE = "unreadable"


class State(Enum):
    """What became of an item."""

    BEGUN = 0
    DONE = 1
    SKIPPED = 2
    FAILED = 3
    EARLIER = 4
    """An earlier run wrote its target, and the present one has not come to it."""


UNCHANGED = "UNCHANGED"
"""The code of what an earlier run did, where nothing has changed since."""


class Record(NamedTuple):
    """What the journal of an earlier run says of an item."""

    state: State
    source: str
    """Size and time, or ETag, of the source that was read."""
    target_name: str
    target: str
    """The same of the target that was written."""


class Item(NamedTuple):
    """An entry of the source."""

    name: str
    """Its name below the source, with slashes."""
    kind: Kind = Kind.FILE
    size: int = 0
    """In bytes, as far as the source says so."""
    problem: str = ""
    """Why it cannot be read."""
    target_name: str = ""
    """The name of its result, below the target."""
    before: Optional[Record] = None


class Outcome(NamedTuple):
    """What became of an item."""

    name: str
    state: State
    target_name: str = ""
    read: int = 0
    """Bytes that were read from the source."""
    written: int = 0
    """Bytes that were written to the target."""
    source: str = ""
    target: str = ""
    reason: str = ""
    """Why it was skipped, or failed."""
    code: str = ""
    """The name of the error: that of its `sealwax.ErrorCode`, or of its class."""
