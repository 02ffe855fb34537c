"""Files with secrets: what is in them, and who else can read it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

from . import _streams
from ._exits import NoKeyError
from ._say import voice

MAX_LEN = 1 << 16
_OTHERS = stat.S_IRGRP | stat.S_IROTH


def content(path: str, is_secret: Callable[[bytearray], bool] = bool) -> bytearray:
    """What is in a file, a pipe, or the standard input; a word if others can read a secret, too."""
    opened = _streams.source(path)
    if isinstance(opened, str):
        opened = _streams.Input(os.open(opened, os.O_RDONLY), path, owned=True)
    with opened as file:
        mode, read = os.fstat(file.descriptor).st_mode, _all(file)
    if stat.S_ISREG(mode) and mode & _OTHERS and is_secret(read):
        voice.warn(f"{path}: others can read this key; chmod 600 takes that from them")
    return read


def _all(file: _streams.Input) -> bytearray:
    read = bytearray()
    while block := file.read():
        read += block
        if len(read) > MAX_LEN:
            raise NoKeyError(f"{file.name} is too long for a key")
    return read
