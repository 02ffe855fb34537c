"""Targets of writers: non-blocking descriptors, forks, names, devices."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import socket
import stat
import threading
import warnings

import pytest
import sealwax


def small_pipe():
    """A pipe with little room, whose writing end does not block."""
    read_end, write_end = os.pipe()
    fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(write_end, False)
    return open(read_end, "rb"), write_end


def small_socket():
    read_end, write_end = socket.socketpair()
    write_end.setblocking(False)
    write_end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return read_end.makefile("rb"), write_end.detach()


class Wrapped:
    """Not of `io`, with the descriptor of what it wraps, as `tempfile` makes them."""

    def __init__(self, file):
        self._file = file

    def __getattr__(self, name):
        return getattr(self._file, name)


@pytest.mark.parametrize("make", [small_pipe, small_socket])
@pytest.mark.parametrize(
    "wrap", [lambda file: file, io.BufferedWriter, Wrapped], ids=["raw", "buffered", "wrapped"]
)
def test_a_target_that_does_not_block_is_waited_for(key, blob, make, wrap):
    reader, descriptor = make()
    target, received = wrap(open(descriptor, "wb", buffering=0)), []
    thread = threading.Thread(target=lambda: received.append(reader.read()))
    thread.start()
    with contextlib.closing(target), sealwax.open(target, "wb", key) as file:
        file.write(blob)
        file.write(blob)
    thread.join()
    reader.close()
    assert sealwax.decrypt(received[0], key) == 2 * blob


class Full(io.RawIOBase):
    """It takes a little at a time and then nothing, and cannot be waited for."""

    def __init__(self, room):
        self.data, self.room = bytearray(), room

    def writable(self):
        return True

    def write(self, data):
        taken = min(len(data), 1000, self.room)
        if taken == 0:
            return None
        self.room -= taken
        self.data += data[:taken]
        return taken


def test_a_target_that_takes_less_gets_the_rest(key, blob):
    target = Full(10**9)
    with sealwax.open(target, "wb", key) as file:
        file.write(blob)
    assert sealwax.decrypt(target.data, key) == blob


@pytest.mark.parametrize("room", [0, 500, 100_000])
def test_a_target_that_cannot_be_waited_for(key, blob, room):
    target = Full(room)
    file = sealwax.open(target, "wb", key)
    with pytest.raises(BlockingIOError, match="use a blocking one|without blocking"):
        file.write(blob)
    with pytest.raises(BlockingIOError, match="use a blocking one"):
        file.close()
    assert file.closed
    with pytest.raises(sealwax.SealwaxError):
        sealwax.decrypt(target.data, key)


def test_a_target_that_claims_too_much(key):
    class Liar:
        def write(self, data):
            return len(data) + 1

    file = sealwax.open(Liar(), "wb", key)
    with pytest.raises(OSError, match="more than the length"):
        file.close()


def in_child(work):
    """Does `work` in the child of a fork, which ends as a program does; returns its status."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = work() or 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def refused(call):
    try:
        call()
    except sealwax.InvalidStateError as error:
        return 0 if "fork" in str(error) else 2
    return 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("kind", ["path", "object"])
def test_a_writer_belongs_to_the_process_that_began_it(tmp_path, key, blob, kind):
    path = tmp_path / "sealed"
    target = path if kind == "path" else open(path, "wb", buffering=0)
    with sealwax.open(target, "wb", key) as file:
        file.write(blob)
        assert in_child(lambda: refused(lambda: file.raw.write(b"x" * 100_000))) == 0
        assert in_child(lambda: refused(file.close)) == 0
        assert in_child(file.abort) == 0
    assert sealwax.decrypt(path.read_bytes(), key) == blob


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_that_loses_its_parents_writer_is_silent_and_harmless(tmp_path, key, blob):
    path, files = tmp_path / "sealed", []
    files.append(sealwax.open(path, "wb", key))
    files[0].write(blob)

    def lose():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            files.clear()
        return len(caught)

    assert in_child(lose) == 0
    files[0].close()
    assert sealwax.decrypt(path.read_bytes(), key) == blob
    assert os.listdir(tmp_path) == ["sealed"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_an_envelope_that_is_read_belongs_to_its_process_too(key, blob):
    stream = sealwax.encrypt_stream(io.BytesIO(blob), key)
    start = stream.read(100_000)
    assert in_child(lambda: refused(stream.read)) == 0
    assert sealwax.decrypt(start + stream.read(), key) == blob


def test_names_and_modes(tmp_path, key):
    path = tmp_path / "file"
    for mode in ("wb", "xb"):
        path.unlink(missing_ok=True)
        with sealwax.open(path, mode, key) as file:
            assert (file.name, file.mode) == (str(path), mode) and str(path) in repr(file)
    with sealwax.open(path, "rb", key) as file:
        assert (file.name, file.mode) == (str(path), "rb") and str(path) in repr(file)
    with sealwax.open(path, "rt", key) as file:
        assert (file.name, file.mode) == (str(path), "rt")
    with open(path, "rb") as source, sealwax.open(source, "rb", key) as file:
        assert file.name == str(path)
    with sealwax.open(io.BytesIO(), "wb", key) as file, pytest.raises(AttributeError):
        _ = file.name


class Unasked:
    provider_id = "example"

    def wrap(self, dek, context):
        raise AssertionError("a KMS was asked for nothing")

    unwrap = accepts = wrap


def test_a_target_that_cannot_be_is_noticed_before_a_kms_is_asked(tmp_path):
    (tmp_path / "there").write_bytes(b"")
    for path, mode, error in [
        (tmp_path / "no" / "folder", "wb", FileNotFoundError),
        (tmp_path / "there" / "below", "wb", NotADirectoryError),
        (tmp_path, "wb", IsADirectoryError),
        (tmp_path / "there", "xb", FileExistsError),
        ("", "wb", FileNotFoundError),
        ("", "rb", FileNotFoundError),
    ]:
        with pytest.raises(error) as caught:
            sealwax.open(path, mode, Unasked())
        assert isinstance(caught.value, sealwax.IoError) and caught.value.filename == str(path)
    assert os.listdir(tmp_path) == ["there"]


def test_pipes_and_devices_are_written_to_and_not_replaced(tmp_path, key, blob):
    fifo, received = tmp_path / "fifo", []
    os.mkfifo(fifo)
    thread = threading.Thread(target=lambda: received.append(fifo.read_bytes()))
    thread.start()
    with sealwax.open(fifo, "wb", key) as file:
        file.write(blob)
    thread.join()
    assert sealwax.decrypt(received[0], key) == blob and stat.S_ISFIFO(fifo.stat().st_mode)
    (tmp_path / "null").symlink_to("/dev/null")
    with sealwax.open(tmp_path / "null", "wb", key) as file:
        file.write(blob)
    assert (tmp_path / "null").is_symlink() and os.listdir(tmp_path) != []


def test_writers_do_not_seek_and_say_so(key):
    with sealwax.open(io.BytesIO(), "wb", key) as file:
        for call in (lambda: file.seek(0), file.truncate):
            with pytest.raises(io.UnsupportedOperation, match="not seekable for writing"):
                call()


def test_a_private_target(tmp_path):
    from sealwax._sealwax import FileTarget

    path = tmp_path / "k.key"
    target = FileTarget(path, mode=0o600)
    assert target.write(b"secret") == 6 and not path.exists()
    target.commit()
    assert path.read_bytes() == b"secret" and stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError) as caught:
        FileTarget(path)
    assert caught.value.filename == str(path)
    again = FileTarget(path, overwrite=True)
    again.write(b"another")
    again.discard()
    with pytest.raises(sealwax.InvalidStateError):
        again.commit()
    del again
    assert path.read_bytes() == b"secret" and os.listdir(tmp_path) == ["k.key"]


def test_a_flush_hands_on_every_whole_chunk(key):
    class Target(io.BytesIO):
        flushed = 0

        def flush(self):
            self.flushed += 1

    target = Target()
    with sealwax.open(target, "wb", key) as file:
        file.write(bytes(100))
        file.flush()
        assert target.getvalue() == b""  # not even the header: the message may be short
        file.write(bytes(40_000))
        assert target.getvalue() == b""
        file.flush()
        assert len(target.getvalue()) > 2 * 16_400 and target.flushed == 2
    assert sealwax.decrypt(target.getvalue(), key) == bytes(40_100)


@pytest.mark.parametrize("size", [1, 100_000])
def test_what_ends_early_has_no_room_in_its_header(key, size):
    target = io.BytesIO()
    with sealwax.open(target, "wb", key) as file:
        file.write(bytes(size))
    assert sealwax.inspect(target.getvalue()).padding_len == 0
