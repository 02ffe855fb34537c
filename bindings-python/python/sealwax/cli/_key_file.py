"""Reading of keys from streams, and the check of their permissions."""

from __future__ import annotations

import os
import stat

from . import _streams
from ._exits import NoKeyError
from ._say import voice

MAX_LEN = 1 << 16
_OTHERS = stat.S_IRGRP | stat.S_IROTH


def content(name: str) -> bytearray:
    """Reads standard input or another open descriptor. Warns if others can read it."""
    opened = _streams.source(name)
    assert isinstance(opened, _streams.Input)
    with opened as file:
        mode, read = os.fstat(file.descriptor).st_mode, _all(file)
    if stat.S_ISREG(mode) and mode & _OTHERS:
        voice.warn(f"{name}: others can read this key; chmod 600 restricts it to you")
    return read


def _all(file: _streams.Input) -> bytearray:
    read = bytearray()
    while block := file.read():
        read += block
        if len(read) > MAX_LEN:
            raise NoKeyError(f"{file.name} is too long for a key")
    return read
