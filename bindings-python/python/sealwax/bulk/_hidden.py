"""Hidden names: objects get random names and contain their real names encrypted."""

from __future__ import annotations

import json
import secrets
from typing import Optional

from .._errors import InvalidArgumentError

_FIELD = "sealwax-name"


def random_name() -> str:
    """A new name, in one of 256 folders."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name[2:]}"


def sealed(name: str) -> bytes:
    """The metadata with a name, which the envelope encrypts."""
    return json.dumps({_FIELD: name}, separators=(",", ":")).encode()


def opened(metadata: Optional[bytes]) -> str:
    """The name in the metadata of an object."""
    try:
        fields = json.loads(metadata or b"")
        name = fields[_FIELD]
    except (ValueError, KeyError, TypeError, RecursionError):
        name = None
    if not isinstance(name, str):
        raise InvalidArgumentError("the object has no hidden name: read it with its own name")
    _check(name)
    return name


def _check(name: str) -> None:
    """Refuses what would lead out of the target. Only who has the key could have sealed it."""
    if any(part in ("", ".", "..") for part in name.split("/")) or "\0" in name:
        raise InvalidArgumentError(f"the hidden name {name!r} leads out of the target")
