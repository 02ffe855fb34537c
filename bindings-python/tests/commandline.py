"""Runs the real command as a subprocess."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys

import sealwax

COMMAND = [sys.executable, "-m", "sealwax"]

HEX = "07" * 32
"""What is in the key file of the tests."""

KEY = sealwax.LocalKey.from_hex(HEX)
"""The key that the command makes of it."""

# Where the tests run in the background these may be ignored, and children would inherit that.
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)


def environment(changes=None):
    """This process's, with changes."""
    mine = {name: value for name, value in os.environ.items() if name != "SEALWAX_KEY"}
    return {**mine, "COLUMNS": "120", **(changes or {})}


def python_path(folder):
    """Has the command find modules in a folder first."""
    return {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


def run(*arguments, data=None, expect=0, env=None, **options):
    """Runs it to its end; nothing that it says may look like a crash of Python."""
    words = [word if isinstance(word, bytes) else str(word) for word in arguments]
    if "stdin" not in options:
        options["input"] = data or b""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    result = subprocess.run([*COMMAND, *words], env=environment(env), timeout=120, **options)
    assert result.returncode == expect, (result.returncode, result.stderr, arguments)
    for word in (b"Traceback", b"Exception ignored"):
        assert word not in (result.stderr or b""), result.stderr.decode()
    return result


def start(*arguments, env=None, **options):
    """Starts it and goes on."""
    options = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE) | options
    return subprocess.Popen([*COMMAND, *map(str, arguments)], env=environment(env), **options)


def on_terminal(*arguments):
    """Runs it on a terminal; returns the exit code and all that was shown."""
    master, slave = pty.openpty()
    child = start(*arguments, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    shown = b""
    while True:
        try:
            shown += os.read(master, 10_000)
        except OSError:
            break
    os.close(master)
    return child.wait(), shown
