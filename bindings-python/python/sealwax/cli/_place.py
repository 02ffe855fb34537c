"""Atomic new files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Optional

from .._sealwax import FileTarget


@contextmanager
def new_file(
    path: str, *, force: bool, durable: bool = True, mode: Optional[int] = None
) -> Iterator[FileTarget]:
    """A file that gets its name at the end of the block, unless an exception leaves it."""
    file = FileTarget(path, overwrite=force, durable=durable, mode=mode)
    try:
        yield file
        file.commit()
    finally:
        file.discard()
