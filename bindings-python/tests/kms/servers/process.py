"""Programs that run while a test does, and not a moment longer."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

START_TIMEOUT = 90.0
"""How long a server may take to start on a busy machine, in seconds."""

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program(name: str) -> str:
    """A program that pip installed beside this Python."""
    return str(Path(sys.executable).with_name(name))


class Process:
    """A server in a process of its own; it ends with this one, even when that is killed."""

    def __init__(
        self,
        command: Sequence[str],
        is_ready: Callable[[], bool],
        env: Optional[Mapping[str, str]] = None,
    ) -> None:
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=_environment(env or {}),
            preexec_fn=_die_with_parent,
        )
        try:
            self._wait(is_ready)
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def stop(self) -> None:
        """Ends it."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()

    def _wait(self, is_ready: Callable[[], bool]) -> None:
        end = time.monotonic() + START_TIMEOUT
        while not is_ready():
            if self._process.poll() is not None or time.monotonic() > end:
                self._log.seek(0)
                said = self._log.read().decode(errors="replace")
                raise RuntimeError(f"{self._process.args!r} did not start:\n{said}")
            time.sleep(0.02)


def answers(url: str) -> Callable[[], bool]:
    """Whether anything answers at `url`, by whatever status."""
    import urllib.error
    import urllib.request

    def ask() -> bool:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    return ask


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """Ours and `more`. A server in Python keeps its bytecode: without, ministack starts slowly."""
    mine = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**mine, **more}


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
