"""State that workers and their driver share: the progress, and whether to stop."""

from __future__ import annotations

import threading
from typing import Any

from .._errors import CancelledError


class Watch:
    """Counts bytes while large objects are worked on, and stops the workers."""

    def __init__(self) -> None:
        self.moved, self._lock, self._stop = 0, threading.Lock(), threading.Event()

    def stop(self) -> None:
        """Has every worker of this process end as soon as it can."""
        self._stop.set()

    @property
    def is_stopped(self) -> bool:
        """Whether the job is to end."""
        return self._stop.is_set()

    def move(self, count: int) -> None:
        """Counts bytes; raises if the job is to end."""
        if self._stop.is_set():
            raise CancelledError("the job was stopped")
        with self._lock:
            self.moved += count


class Progress:
    """The progress of one object, as a callback of `encrypt_file`."""

    __slots__ = ("_done", "_watch")

    def __init__(self, watch: Watch) -> None:
        self._watch, self._done = watch, 0

    def __call__(self, done: int, total: int) -> None:
        """Counts the bytes since the last call."""
        self._watch.move(done - self._done)
        self._done = done


class Watched:
    """A file object whose reads are counted."""

    def __init__(self, file: Any, watch: Watch) -> None:
        self._file, self._watch, self.count = file, watch, 0

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes."""
        data: bytes = self._file.read(size)
        self.count += len(data)
        self._watch.move(len(data))
        return data
