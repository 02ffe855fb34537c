"""Debian's PostgreSQL, as a server that runs only as long as the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kms.servers.process import Process

_QUIET = ("-c", "fsync=off", "-c", "listen_addresses=", "-c", "max_connections=50")


def _program(name: str) -> str:
    """Debian has the programs of a server in a folder of their version."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    return found


@contextmanager
def postgres() -> Iterator[str]:
    """Runs it; gives the folder of its socket. It refuses to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    switch = []
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        switch = ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
    try:
        init = [_program("initdb"), "-D", f"{folder}/data", "-U", "tests", "-A", "trust", "-N"]
        subprocess.run(["setpriv", *switch, *init], check=True, capture_output=True, cwd="/")
        server = [*switch, _program("postgres"), "-D", f"{folder}/data", "-k", str(folder)]
        with Process([*server, *_QUIET], lambda: _is_ready(folder)):
            yield str(folder)
    finally:
        shutil.rmtree(folder)


def _is_ready(folder: Path) -> bool:
    ask = [_program("pg_isready"), "-h", str(folder), "-d", "postgres"]
    return subprocess.run(ask, capture_output=True).returncode == 0
