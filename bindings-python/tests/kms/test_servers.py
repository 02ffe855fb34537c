"""The servers of these tests listen on this machine only, and end with the tests."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from .servers import aws
from .servers.openbao import OpenBao

FAILING = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from kms.servers import aws, openbao

with {server}() as server:
    print(getattr(server, "url", server), flush=True)
    {end}
"""


def listens(port: int) -> list[str]:
    """The addresses, as /proc has them, on which somebody listens to the port."""
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == "0A" and int(local.rpartition(":")[2], 16) == port:
                found.append(local.rpartition(":")[0])
    return found


KILLED = "os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize(
    ("server", "end"),
    [
        ("aws.roto", "raise RuntimeError"),
        ("aws.roto", "sys.exit(3)"),
        ("aws.roto", KILLED),
        ("aws.ministack", KILLED),
        ("openbao.openbao", KILLED),
    ],
)
def test_a_server_ends_with_a_test_run_that_fails(server: str, end: str) -> None:
    code = FAILING.format(tests=str(Path(__file__).parent.parent), server=server, end=end)
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode != 0
    port = int(ended.stdout.rpartition(":")[2])
    deadline = time.monotonic() + 30
    while listens(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert listens(port) == []


def test_addresses(bao: OpenBao, roto: str, ministack: str) -> None:
    loopback = "0100007F"
    for url in (bao.url, roto, ministack):
        assert listens(int(url.rpartition(":")[2])) == [loopback]


def test_a_server_that_does_not_start_is_an_error() -> None:
    from .servers.process import Process

    with pytest.raises(RuntimeError, match="no such flag"):
        Process([sys.executable, "-c", "raise SystemExit('no such flag')"], lambda: False)


def test_two_at_once() -> None:
    with aws.roto() as one, aws.roto() as other:
        assert one != other
