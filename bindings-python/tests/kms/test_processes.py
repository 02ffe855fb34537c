"""Clients and forks."""

from __future__ import annotations

import os
import signal
import threading

from sealwax.kms._base import PerProcess


def test_a_fork_while_another_thread_makes_the_client() -> None:
    """The lock that it holds is one of its own process."""
    parent, begun, finish = os.getpid(), threading.Event(), threading.Event()

    def make() -> int:
        if os.getpid() == parent:
            begun.set()
            finish.wait()
        return os.getpid()

    clients = PerProcess(make)
    thread = threading.Thread(target=clients.get)
    thread.start()
    begun.wait()
    pid = os.fork()
    if pid == 0:
        signal.alarm(30)  # Ends a child that waits for ever.
        os._exit(0 if clients.get() == os.getpid() else 1)
    finish.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert clients.get() == parent
