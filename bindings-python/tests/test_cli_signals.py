"""Signals stop the command cleanly: nothing is left behind, and existing files do not change."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import pytest
import sealwax

from commandline import COMMAND, KEY, environment, python_path, start

pytestmark = pytest.mark.usefixtures("folder", "key_file")
STOPS = [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
PIPE_LEN = 1 << 16


@pytest.fixture
def sealed(blob):
    return sealwax.encrypt(blob, KEY)


def feed(child, data):
    """Returns when the program has taken all but what a pipe holds."""
    child.stdin.write(data)
    child.stdin.flush()


def ended(child, code):
    assert child.wait(60) == code
    told = child.stderr.read()
    assert b"Traceback" not in told and told.count(b"\n") == 1, told


@pytest.mark.parametrize(("number", "code"), STOPS)
@pytest.mark.parametrize("command", ["encrypt", "decrypt"])
def test_half_a_file_is_not_left(folder, blob, sealed, command, number, code):
    (folder / "out").write_bytes(b"before")
    child = start(command, "--key", "k", "--force", "-", "-o", "out")
    feed(child, (blob if command == "encrypt" else sealed)[:-PIPE_LEN])
    child.send_signal(number)
    ended(child, code)
    assert (folder / "out").read_bytes() == b"before"
    assert sorted(os.listdir()) == ["k", "out"]


def open_target(child):
    """Waits until the program writes to a file of this folder."""
    here = os.getcwd()
    while child.poll() is None:
        for name in os.listdir(f"/proc/{child.pid}/fd"):
            try:
                path = os.readlink(f"/proc/{child.pid}/fd/{name}")
            except FileNotFoundError:
                continue
            if path.startswith(here) and not path.endswith(("/k", "/plain")):
                return
    raise AssertionError(child.stderr.read())


@pytest.mark.parametrize(("number", "code"), STOPS[:2])
def test_half_of_a_big_file_is_not_left(folder, number, code):
    with open("plain", "wb") as plain:
        plain.truncate(1 << 36)  # without blocks: nobody could encrypt it before the signal comes
    child = start("encrypt", "--key", "k", "plain")
    open_target(child)
    child.send_signal(number)
    ended(child, code)
    assert sorted(os.listdir()) == ["k", "plain"]


def test_after_sigkill_there_is_nothing_either(folder, sealed):
    """The file has no name before it is complete, on every usual file system."""
    child = start("decrypt", "--key", "k", "-", "out")
    feed(child, sealed[:-PIPE_LEN])
    open_target(child)
    child.kill()
    assert child.wait(60) == -9
    assert sorted(os.listdir()) == ["k"]


@pytest.mark.parametrize(("number", "code"), STOPS)
def test_while_it_waits_for_the_other_end_of_a_fifo(number, code):
    for name in ("key", "in"):
        os.mkfifo(name)
    child = start("encrypt", "--key", "key", "in", "out")
    with open("key", "w") as key:  # it waits here until the program has come so far
        key.write("07" * 32)
    child.send_signal(number)
    ended(child, code)
    assert sorted(os.listdir()) == ["in", "k", "key"]


INTERRUPTER = """
import os, signal, sys
class Interrupter:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupter())
"""


@pytest.mark.parametrize("module", ["typing", "_errors", "_sealwax", "cli", "cli._commands"])
def test_while_it_imports_its_modules(folder, module):
    name = module if module == "typing" else f"sealwax.{module}"
    (folder / "sitecustomize.py").write_text(INTERRUPTER.format(module=name))
    result = subprocess.run(
        [*COMMAND, "--version"],
        env=environment(python_path(folder)),
        capture_output=True,
        timeout=60,
    )
    assert (result.returncode, result.stdout, result.stderr) == (130, b"", b"")


def test_another_program_keeps_its_handler_of_ctrl_c():
    """Even one that is called as the command is."""
    script = "import sys; sys.argv = ['sealwax']; import sealwax, signal; signal.raise_signal(2)"
    result = subprocess.run([sys.executable, "-c", script], stderr=subprocess.PIPE, timeout=60)
    assert result.stderr.endswith(b"KeyboardInterrupt\n")


@pytest.mark.parametrize(("number", "code"), STOPS)
def test_while_it_waits_for_a_kms(folder, number, code):
    pytest.importorskip("hvac")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        env = {"VAULT_ADDR": address, "VAULT_TOKEN": "a-token"}
        child = start("encrypt", "--key", "vault:orders", "k", "out", env=env)
        connection, _ = server.accept()
        with connection:
            assert connection.recv(1)
            child.send_signal(number)
            ended(child, code)
    assert sorted(os.listdir()) == ["k"]


def test_the_rest_of_several_files_is_not_begun(folder, sealed):
    (folder / "a").write_bytes(b"a")
    os.mkfifo("b")
    child = start("encrypt", "--key", "k", "a", "b", "a2", "-d", "out")
    with open("b", "wb"):  # the first file is done now
        child.send_signal(signal.SIGTERM)
        ended(child, 143)
    assert os.listdir("out") == ["a.sealwax"]


def test_what_is_ignored_stays_ignored(folder, blob):
    """As `nohup` asks for."""
    line = f"trap '' HUP; exec {' '.join(COMMAND)} encrypt --key k - out"
    options = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment()}
    child = subprocess.Popen(["bash", "-c", line], **options)
    feed(child, blob[:-PIPE_LEN])
    child.send_signal(signal.SIGHUP)
    _, told = child.communicate(blob[-PIPE_LEN:], timeout=60)
    assert (child.returncode, told) == (0, b"")
    assert sealwax.decrypt((folder / "out").read_bytes(), KEY) == blob
