"""The Rust core, measured alternately with the package."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from table import MIB


class Core:
    """`core/examples/rate` in a process of its own, asked for one round at a time."""

    len = 256 * MIB

    def __init__(self, program: str) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([program, "--turns"], stdin=pipe, stdout=pipe, text=True)

    def turn(self, name: str) -> Callable[[], float]:
        """An action that has the core do one thing and returns the seconds that it took."""

        def ask() -> float:
            assert self._process.stdin is not None and self._process.stdout is not None
            print(name, file=self._process.stdin, flush=True)
            return float(self._process.stdout.readline())

        return ask

    def turn_by_byte(self, name: str) -> Callable[[], float]:
        """The same, and its seconds for 1 byte."""
        turn = self.turn(name)
        return lambda: turn() / self.len

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
