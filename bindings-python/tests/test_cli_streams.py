"""Pipes, sockets and descriptors, read and written like those of `cat`."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import threading

import pytest
import sealwax

from commandline import COMMAND, KEY, environment, run, start

pytestmark = pytest.mark.usefixtures("folder", "key_file")
PATIENCE = 60


@pytest.fixture
def sealed(blob):
    return sealwax.encrypt(blob, KEY)


def shell(line, **options):
    """In bash, for its process substitutions."""
    line = line.replace("sealwax", " ".join(COMMAND))
    options = {"capture_output": True, "env": environment(), "timeout": 120, **options}
    return subprocess.run(["bash", "-c", line], **options)


def test_a_socket_as_standard_input_and_output(folder, blob, sealed):
    """What Node gives its children; it cannot be opened by its name."""
    ours, its = socket.socketpair()
    sender = threading.Thread(target=lambda: (ours.sendall(sealed), ours.shutdown(socket.SHUT_WR)))
    sender.start()
    run("decrypt", "--key", "k", "-", "out", stdin=its)
    sender.join()
    assert (folder / "out").read_bytes() == blob
    ours, its = socket.socketpair()
    child = start("decrypt", "--key", "k", "/dev/stdin", "/dev/stdout", stdin=its, stdout=its)
    its.close()
    sender = threading.Thread(target=lambda: (ours.sendall(sealed), ours.shutdown(socket.SHUT_WR)))
    sender.start()
    with ours.makefile("rb") as answer:
        assert answer.read() == blob
    sender.join()
    assert child.wait(PATIENCE) == 0


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"])
def test_what_was_read_before_stays_read(folder, blob, sealed, name):
    (folder / "both").write_bytes(b"first line\n" + sealed)
    line = f"{{ read -r line; sealwax decrypt --key k {name} out; }} < both"
    assert shell(line).returncode == 0
    assert (folder / "out").read_bytes() == blob


def test_a_descriptor_that_somebody_else_may_open_only(folder, blob, sealed):
    """Like a file that root has opened for a service: its name is of no use."""
    (folder / "sealed").write_bytes(sealed)
    with open("sealed", "rb") as file:
        (folder / "sealed").unlink()
        run("decrypt", "--key", "k", "-", "out", stdin=file)
    assert (folder / "out").read_bytes() == blob


def test_process_substitution(folder, blob, sealed):
    (folder / "plain").write_bytes(blob)
    line = "sealwax encrypt --key <(cat k) <(cat plain) >(cat >sealed; echo done >&2); wait $!"
    assert shell(line).stderr == b"done\n"
    assert shell("sealwax decrypt --key k <(cat sealed) out").stderr == b""
    assert (folder / "out").read_bytes() == blob
    assert shell("sealwax decrypt --key k sealed /dev/stdout").stdout == blob
    assert shell("sealwax decrypt --key k sealed /dev/fd/7 7>seven").stderr == b""
    assert (folder / "seven").read_bytes() == blob


def test_fifos_are_written_to_and_not_replaced(folder, blob, sealed):
    os.mkfifo("in")
    os.mkfifo("out")
    child = start("decrypt", "--key", "k", "in", "out")
    feed = threading.Thread(target=lambda: (folder / "in").write_bytes(sealed))
    feed.start()
    assert (folder / "out").read_bytes() == blob
    feed.join()
    assert child.wait(PATIENCE) == 0 and child.stderr.read() == b""
    assert (folder / "out").is_fifo()
    child = start("encrypt", "--key", "k", "in", "out")
    feed = threading.Thread(target=lambda: (folder / "in").write_bytes(blob))
    feed.start()
    assert sealwax.decrypt((folder / "out").read_bytes(), KEY) == blob
    feed.join()
    assert child.wait(PATIENCE) == 0


@pytest.mark.parametrize("command", ["encrypt", "decrypt"])
def test_force_does_not_look_into_a_fifo(folder, blob, sealed, command):
    (folder / "source").write_bytes({"encrypt": blob, "decrypt": sealed}[command])
    os.mkfifo("out")
    child = start(command, "--key", "k", "--force", "source", "out")
    read = (folder / "out").read_bytes()
    assert child.wait(PATIENCE) == 0
    assert (sealwax.decrypt(read, KEY) if command == "encrypt" else read) == blob


def test_devices(folder, sealed):
    (folder / "sealed").write_bytes(sealed)
    os.symlink("/dev/null", "link")
    run("decrypt", "--key", "k", "sealed", "/dev/null")
    run("decrypt", "--key", "k", "sealed", "link")
    assert (folder / "link").is_symlink() and os.path.exists("/dev/null")
    run("encrypt", "--key", "k", "/dev/null", "empty")
    assert sealwax.decrypt((folder / "empty").read_bytes(), KEY) == b""


def receive(child, size):
    """So many bytes; a program that keeps them back fails instead of hanging."""
    got = b""
    while len(got) < size:
        assert select.select([child.stdout], [], [], PATIENCE)[0], (
            f"{len(got)} of {size} bytes came"
        )
        block = os.read(child.stdout.fileno(), 1 << 20)
        assert block, "the output ended"
        got += block
    return got


def test_live_pipes(folder):
    """Each end passes on all whole chunks that it has, while the pipe stays open."""
    child = start("encrypt", "--key", "k", "-", "-", bufsize=0)
    reader = start("decrypt", "--key", "k", "-", "-", bufsize=0)
    child.stdin.write(bytes(16_384))
    reader.stdin.write(receive(child, 16_384 + 300))
    assert receive(reader, 16_384) == bytes(16_384)
    child.stdin.write(b"\1" * 40_000)
    reader.stdin.write(receive(child, 32_768))
    assert receive(reader, 32_768) == b"\1" * 32_768
    rest, _ = child.communicate(timeout=PATIENCE)
    plain, _ = reader.communicate(rest, timeout=PATIENCE)
    assert plain == b"\1" * (40_000 - 32_768)
    assert (child.returncode, reader.returncode) == (0, 0)


def test_inspect_takes_no_more_than_it_needs(sealed):
    child = start("inspect", "-", bufsize=0)
    child.stdin.write(sealed[: sealwax.inspect(sealed).header_len])
    assert receive(child, 20).startswith(b"-\tsuite\t0x0001") and child.wait(PATIENCE) == 0


def test_non_blocking_ends(folder, blob, sealed):
    """As another program that shares the pipe may have made them."""
    (read, write), (out_read, out_write) = os.pipe(), os.pipe()
    for end in (read, out_write):
        os.set_blocking(end, False)
    child = start("decrypt", "--key", "k", "-", "-", stdin=read, stdout=out_write)
    os.close(read)
    os.close(out_write)
    feed = threading.Thread(target=lambda: os.fdopen(write, "wb").write(sealed))
    feed.start()
    with os.fdopen(out_read, "rb") as file:
        assert file.read() == blob
    feed.join()
    assert child.wait(PATIENCE) == 0 and child.stderr.read() == b""


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("sealwax decrypt -kk - out <&-", 7, b"sealwax: the standard input: is closed\n"),
        ("sealwax encrypt -kk - out <&-", 7, b"sealwax: the standard input: is closed\n"),
        ("sealwax inspect - <&-", 7, b"sealwax: the standard input: is closed\n"),
        ("sealwax inspect sealed >&-", 7, b"sealwax: the standard output: is closed\n"),
        ("sealwax decrypt -kk sealed - >&-", 7, b"sealwax: the standard output: is closed\n"),
        ("sealwax --help >&-", 7, b"sealwax: the standard output: is closed\n"),
        ("sealwax decrypt -kk sealed out <&- >&-", 0, b""),
        ("sealwax decrypt -kk sealed out <&- >&- 2>&-", 0, b""),
        ("sealwax decrypt -kk missing out 2>&-", 7, b""),
        ("sealwax decrypt -kk missing out 2>/dev/full", 7, b""),
        ("sealwax decrypt -kk sealed /dev/fd/9", 7, b"sealwax: /dev/fd/9: Bad file descriptor\n"),
    ],
)
def test_closed_descriptors(folder, blob, sealed, line, code, told):
    (folder / "sealed").write_bytes(sealed)
    result = shell(line)
    assert (result.returncode, result.stderr) == (code, told)
    assert (folder / "out").exists() == (code == 0)
    if code == 0:
        assert (folder / "out").read_bytes() == blob


def test_a_file_that_would_grow_for_ever(folder, sealed):
    (folder / "sealed").write_bytes(sealed)
    result = shell("sealwax decrypt --key k sealed - >>sealed")
    assert result.returncode == 3 and b"the standard output is also the source" in result.stderr
    result = shell("sealwax encrypt --key k - - <sealed >>sealed")
    assert result.returncode == 3 and (folder / "sealed").read_bytes() == sealed


def test_many_sources_through_one_pipe_are_refused(folder, sealed):
    run("decrypt", "--key", "-", "-", data=sealed, expect=2)
    run("rewrap", "--old", "-", "--new", "-", "x", data=sealed, expect=2)
    run("rewrap", "--old", "k", "--new", "-", "-", data=sealed, expect=2)
    os.mkfifo("pipe")
    with open("pipe", "r+b", buffering=0):
        told = run("rewrap", "--old", "k", "--new", "k#2", "pipe", expect=3).stderr
    assert told == b"sealwax: pipe: only files can be rewrapped in place; - is a filter\n"
