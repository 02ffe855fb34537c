"""Writers of sealwax.open: writes of any size, aborts by exceptions, and targets that fail."""

from __future__ import annotations

import gc
import io
import os
import stat

import pytest
import sealwax

CHUNK = 16_384


@pytest.mark.parametrize("size", [0, 1, CHUNK, 50_000])
@pytest.mark.parametrize("steps", [1, 100, CHUNK])
def test_writing_in_any_steps(tmp_path, key, blob, size, steps):
    path = tmp_path / "written"
    with sealwax.open(path, "wb", key, metadata=b"m") as file:
        assert isinstance(file, io.BufferedWriter) and file.writable() and not file.readable()
        assert not file.seekable()
        for start in range(0, size, steps):
            assert file.write(blob[start : min(size, start + steps)]) == min(steps, size - start)
        assert file.tell() == size and not path.exists()
    assert sealwax.decrypt(path.read_bytes(), key) == blob[:size]
    with sealwax.open(path, "rb", key) as file:
        assert file.metadata == b"m"
    assert os.listdir(tmp_path) == ["written"]


def test_writing_every_kind_of_buffer(key, blob):
    for data in (bytearray(blob), memoryview(bytearray(blob)), memoryview(blob)[5:]):
        target = io.BytesIO()
        with sealwax.open(target, "wb", key) as file:
            assert file.write(data) == len(data)
        assert not target.closed and sealwax.decrypt(target.getvalue(), key) == data
    with sealwax.open(io.BytesIO(), "wb", key) as file, pytest.raises(TypeError):
        file.write("text")


class Stop(Exception):
    pass


def test_an_exception_leaves_no_file(tmp_path, key, blob):
    with pytest.raises(Stop), sealwax.open(tmp_path / "never", "wb", key) as file:
        file.write(blob)
        raise Stop
    assert file.closed and os.listdir(tmp_path) == []
    with pytest.raises(Stop), sealwax.open(tmp_path / "never", "w", key) as text:
        text.write("x" * 100_000)
        raise Stop
    assert os.listdir(tmp_path) == []


def test_an_exception_leaves_a_stream_that_is_refused(key, blob):
    target = io.BytesIO()
    with pytest.raises(Stop), sealwax.open(target, "wb", key) as file:
        file.write(blob)
        raise Stop
    for size in (CHUNK, len(blob)):
        target = io.BytesIO()
        with pytest.raises(Stop), sealwax.open(target, "wb", key) as file:
            file.write(blob[:size])
            file.flush()
            raise Stop
        with pytest.raises(sealwax.TruncatedError):
            sealwax.decrypt(target.getvalue(), key)


def test_an_existing_file_stays_until_the_new_one_is_complete(tmp_path, key):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o640)
    with pytest.raises(Stop), sealwax.open(path, "wb", key) as file:
        file.write(b"new")
        raise Stop
    assert path.read_bytes() == b"old"
    with sealwax.open(path, "wb", key) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert sealwax.decrypt(path.read_bytes(), key) == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_exclusive_creation(tmp_path, key):
    path = tmp_path / "file"
    with sealwax.open(path, "xb", key) as file:
        file.write(b"first")
    with pytest.raises(sealwax.AlreadyExistsError):
        sealwax.open(path, "xb", key)
    late = tmp_path / "late"
    with pytest.raises(FileExistsError), sealwax.open(late, "xb", key) as file:
        late.write_bytes(b"somebody else was faster")
    assert late.read_bytes() == b"somebody else was faster"
    assert sorted(os.listdir(tmp_path)) == ["file", "late"]


def test_a_writer_that_is_lost_is_given_up(tmp_path, key):
    file = sealwax.open(tmp_path / "lost", "wb", key)
    file.write(b"x")
    with pytest.warns(ResourceWarning, match="lost' was not written"):
        del file
        gc.collect()
    assert os.listdir(tmp_path) == []


def test_abort_and_close_can_be_repeated(tmp_path, key):
    file = sealwax.open(tmp_path / "file", "wb", key)
    file.abort()
    file.abort()
    file.close()
    with pytest.raises(ValueError):
        file.write(b"x")
    done = sealwax.open(tmp_path / "file", "wb", key)
    done.close()
    done.close()
    done.abort()
    assert os.listdir(tmp_path) == ["file"]


class Full(io.RawIOBase):
    """A device that is full after a while."""

    def __init__(self, room):
        self.room = room

    def write(self, data):
        self.room -= len(data)
        if self.room < 0:
            raise OSError(28, "No space left on device")
        return len(data)


@pytest.mark.parametrize("room", [0, 10_000, 300_000])
def test_a_target_that_fails(key, blob, room):
    file = sealwax.open(Full(room), "wb", key)
    with pytest.raises(OSError, match="No space left") as caught:
        file.write(blob)
        file.close()
    assert caught.value.errno == 28 and type(caught.value) is OSError
    file.abort()


def test_a_failed_flush_on_close_does_not_complete_the_file(tmp_path, key, monkeypatch):
    file = sealwax.open(tmp_path / "file", "wb", key)
    file.write(b"held in the buffer")
    monkeypatch.setattr(file.raw, "write", lambda data: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        file.close()
    assert file.closed and os.listdir(tmp_path) == []
