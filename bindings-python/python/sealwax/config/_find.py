"""Finding and reading `sealwax.toml`."""

from __future__ import annotations

import os
import stat
import sys
from typing import Any, Optional

from .._text import printable
from ._errors import ConfigError

NAME = "sealwax.toml"
VARIABLE = "SEALWAX_CONFIG"
_MOST = 1 << 20
"""Longest configuration, in bytes."""


def find(start: Optional[str] = None) -> Optional[str]:
    """The file that `SEALWAX_CONFIG` names, or the first one from a folder upwards."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return os.path.abspath(os.path.expanduser(named)) if named else None
    folder = os.path.abspath(start or os.getcwd())
    while True:
        path = os.path.join(folder, NAME)
        if os.path.lexists(path):
            _refuse_a_strangers(path)
            return path
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None


def read(path: str) -> dict[str, Any]:
    """The tables of a file."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        with open(path, "rb") as file:
            content = file.read(_MOST + 1)
        if len(content) > _MOST:
            raise ConfigError(f"{path} is longer than {_MOST:,} bytes")
        return tomllib.loads(content.decode())
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(f"{path} is not TOML: {printable(str(error))}") from error


def _refuse_a_strangers(path: str) -> None:
    """The writer of the configuration decides who can decrypt.

    A file that was found by search must therefore belong to this user or to root, and not be
    writable by everybody.
    """
    status = os.stat(path) if os.path.exists(path) else os.lstat(path)
    if status.st_uid not in (0, os.geteuid()):
        problem = f"it belongs to another user ({status.st_uid})"
    elif status.st_mode & stat.S_IWOTH and not stat.S_ISLNK(status.st_mode):
        problem = "everybody can write to it"
    else:
        return
    raise ConfigError(f"{path} is not used, because {problem}: {VARIABLE}={path} overrides that")
