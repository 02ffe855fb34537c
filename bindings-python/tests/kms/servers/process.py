"""Programs that run only as long as a test."""

from __future__ import annotations

import http.client
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

START_TIMEOUT = 120.0
"""How long a server may take to start on a busy machine, in seconds."""

_PORTS = range(15_000, 32_000)
"""Below those that Linux gives to connections (`ip_local_port_range`): none is lost to one."""


class Port:
    """A port of 127.0.0.1 that nobody uses, kept for a server from now until `release`.

    The UDP port of the same number is the mark that others see who look for a port as well: the
    kernel takes it back when this process ends, however it ends.
    """

    def __init__(self, number: Optional[int] = None) -> None:
        for choice in [number] if number else random.SystemRandom().sample(_PORTS, 200):
            if self._take(choice):
                self.number = choice
                return
        raise RuntimeError("no port is free")

    @classmethod
    def pair(cls) -> tuple[Port, Port]:
        """Two, one after the other."""
        while True:
            first = cls()
            try:
                return first, cls(first.number + 1)
            except RuntimeError:
                first.release()

    def __str__(self) -> str:
        return str(self.number)

    @property
    def url(self) -> str:
        """What a server there is reached at."""
        return f"http://127.0.0.1:{self.number}"

    def release(self) -> None:
        """Lets others have it."""
        self._mark.close()

    def _take(self, number: int) -> bool:
        self._mark = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._mark.bind(("127.0.0.1", number))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", number))
        except OSError:
            self._mark.close()
            return False
        return True


def program(name: str) -> str:
    """A program that pip installed beside this Python."""
    return str(Path(sys.executable).with_name(name))


class Process:
    """A server in a process of its own; it ends with this one, even when that is killed.

    `setpriv` asks the kernel for that. Python's own `preexec_fn` could, too, but it runs Python in
    a fork of a process with threads, which now and then never gets to the program.
    """

    def __init__(
        self,
        command: Sequence[str],
        is_ready: Callable[[], bool],
        env: Optional[Mapping[str, str]] = None,
        port: Optional[Port] = None,
    ) -> None:
        self._log = tempfile.TemporaryFile()
        self._port = port
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=_environment(env or {}),
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
        """Ends it at once: it has nothing to save."""
        self._process.kill()
        self._process.wait()
        self._log.close()
        if self._port is not None:
            self._port.release()

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


def answers(port: Port, path: str = "/", status: Optional[int] = None) -> Callable[[], bool]:
    """Whether a server answers at `path`: with `status`, or with any."""

    def ask() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port.number, timeout=10)
        try:
            connection.request("GET", path)
            answered = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return status is None or answered == status

    return ask


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """Ours and `more`. A server in Python keeps its bytecode: without, ministack starts slowly."""
    mine = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**mine, **more}
