"""Ctrl-C while the library waits for the other end of a pipe, or for its data."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import sealwax

from commandline import HEX, environment

WAITER = """
import os, signal, sealwax
def stop(*_):
    signal.setitimer(signal.ITIMER_REAL, 0)
    raise KeyboardInterrupt
signal.signal(signal.SIGALRM, stop)
key = sealwax.LocalKey.from_hex("{key}")
{before}
try:
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    {call}
except KeyboardInterrupt:
    print("stopped")
"""
"""The timer goes on until a signal has met the wait: then nothing depends on when that begins."""

OPEN = "end = os.open('fifo', os.O_RDWR)"
WRITER = f"{OPEN}; file = sealwax.open('fifo', 'wb', key); big = bytes(1 << 21)"

WAITS = {
    "encrypt from, opening": ("", "sealwax.encrypt_file('fifo', 'new', key)"),
    "encrypt from, reading": (OPEN, "sealwax.encrypt_file('fifo', 'new', key)"),
    "encrypt to, opening": ("", "sealwax.encrypt_file('plain', 'fifo', key)"),
    "encrypt to, writing": (OPEN, "sealwax.encrypt_file('plain', 'fifo', key)"),
    "decrypt from, opening": ("", "sealwax.decrypt_file('fifo', 'new', key)"),
    "decrypt from, reading": (OPEN, "sealwax.decrypt_file('fifo', 'new', key)"),
    "decrypt to, opening": ("", "sealwax.decrypt_file('sealed', 'fifo', key)"),
    "decrypt to, writing": (OPEN, "sealwax.decrypt_file('sealed', 'fifo', key)"),
    "open for writing": ("", "sealwax.open('fifo', 'wb', key)"),
    "open, then write": (WRITER, "file.write(big)"),
    "key file, opening": ("", "sealwax.LocalKey.from_file('fifo')"),
    "key file, reading": (OPEN, "sealwax.LocalKey.from_file('fifo')"),
    "the package's own files": ("", "sealwax._sealwax.FileTarget('fifo')"),
    "and writing them": (
        f"{OPEN}; file = sealwax._sealwax.FileTarget('fifo')",
        "file.write(bytes(1 << 21))",
    ),
}


@pytest.fixture
def fifo(folder, blob):
    os.mkfifo("fifo")
    (folder / "plain").write_bytes(blob)
    key = sealwax.LocalKey.from_hex(HEX)
    (folder / "sealed").write_bytes(sealwax.encrypt(blob, key))


@pytest.mark.parametrize(("before", "call"), WAITS.values(), ids=WAITS)
def test_a_signal_ends_the_wait(fifo, folder, before, call):
    script = WAITER.format(key=HEX, before=before, call=call)
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env=environment(),
        capture_output=True,
        timeout=60,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, b"stopped\n", b"")
    assert sorted(os.listdir()) == ["fifo", "plain", "sealed"]


def test_a_signal_whose_handler_raises_nothing_ends_nothing(fifo, blob):
    script = WAITER.replace(
        "    raise KeyboardInterrupt\n", "    os.write(end, bytes(9)); os.close(end)\n"
    )
    script = script.format(
        key=HEX, before=OPEN, call="print(sealwax.encrypt_file('fifo', 'new', key))"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, timeout=60)
    assert int(done.stdout) == os.path.getsize("new")
    assert sealwax.decrypt(open("new", "rb").read(), sealwax.LocalKey.from_hex(HEX)) == bytes(9)


def test_what_must_seek_is_no_pipe(fifo, key):
    for call in (
        lambda: sealwax.inspect("fifo"),
        lambda: sealwax.open("fifo", "rb", key),
        lambda: sealwax.open("fifo", "rb", key, header=b"header"),
    ):
        told = "^invalid argument: the source is a device or a pipe, not a file: 'fifo'$"
        with pytest.raises(sealwax.InvalidArgumentError, match=told):
            call()


def test_a_key_file_may_be_a_pipe(folder):
    read, write = os.pipe()
    os.write(write, HEX.encode())
    os.close(write)
    key = sealwax.LocalKey.from_file(f"/dev/fd/{read}")
    os.close(read)
    assert key.export() == bytes.fromhex(HEX)
