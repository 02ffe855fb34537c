"""Whole files: results, progress, cancellation, Ctrl-C, memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import sealwax

CHUNK = 16_384


@pytest.mark.parametrize("size", [0, 1, CHUNK, 1 << 20, 2_400_000])
@pytest.mark.parametrize("kind", [str, Path])
def test_there_and_back(tmp_path, key, blob, size, kind):
    plain, sealed, back = tmp_path / "plain", tmp_path / "sealed", tmp_path / "back"
    plain.write_bytes(blob[:size])
    options = {"context": {"a": "b"}, "associated_data": b"ad"}
    length = sealwax.encrypt_file(kind(plain), kind(sealed), key, metadata=b"m", **options)
    assert length == sealed.stat().st_size
    assert sealwax.inspect(kind(sealed)).context == {"a": "b"}
    assert sealwax.decrypt(sealed.read_bytes(), key, **options) == blob[:size]
    assert sealwax.decrypt_file(kind(sealed), kind(back), key, **options) == size
    assert back.read_bytes() == blob[:size]
    assert sealwax.rewrap(kind(sealed), old=key, new=sealwax.LocalKey.generate("k2-longer")) is (
        size >= 1 << 20
    )
    assert sealwax.inspect(sealed).wrapped_keys[0].key_id == "k2-longer"
    assert sorted(os.listdir(tmp_path)) == ["back", "plain", "sealed"]


def test_one_thread_and_padding(tmp_path, key, blob):
    (tmp_path / "plain").write_bytes(blob)
    sealwax.encrypt_file(tmp_path / "plain", tmp_path / "one", key, threads=1, padding=8192)
    assert sealwax.inspect(tmp_path / "one").header_len == 8192
    assert sealwax.decrypt((tmp_path / "one").read_bytes(), key) == blob


def test_overwriting(tmp_path, key):
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    plain.write_bytes(b"x")
    sealed.write_bytes(b"precious")
    with pytest.raises(sealwax.AlreadyExistsError):
        sealwax.encrypt_file(plain, sealed, key)
    assert sealed.read_bytes() == b"precious"
    sealwax.encrypt_file(plain, sealed, key, overwrite=True)
    with pytest.raises(FileExistsError):
        sealwax.decrypt_file(sealed, plain, key)
    assert sealwax.decrypt_file(sealed, plain, key, overwrite=True) == 1


def test_bytes_are_no_path(tmp_path, key):
    for call in (
        lambda: sealwax.encrypt_file(b"x", tmp_path / "y", key),
        lambda: sealwax.decrypt_file(os.fsencode(tmp_path), "y", key),
    ):
        with pytest.raises(TypeError):
            call()


def test_a_modified_file_gives_no_file(tmp_path, key, blob):
    sealed = bytearray(sealwax.encrypt(blob, key))
    sealed[-100] ^= 1
    (tmp_path / "sealed").write_bytes(sealed)
    with pytest.raises(sealwax.AuthenticationError):
        sealwax.decrypt_file(tmp_path / "sealed", tmp_path / "back", key)
    assert os.listdir(tmp_path) == ["sealed"]


@pytest.fixture
def big(tmp_path):
    """A gigabyte that takes no room on the disk."""
    path = tmp_path / "big"
    with open(path, "wb") as file:
        file.truncate(1 << 30)
    return path


def test_progress_is_told_and_can_cancel(tmp_path, key, big):
    told = []

    def progress(done, total):
        told.append((done, total))
        return len(told) < 2

    with pytest.raises(sealwax.CancelledError):
        sealwax.encrypt_file(big, tmp_path / "sealed", key, progress=progress)
    assert len(told) == 2 and told == sorted(told) and told[0][0] > 0
    assert {total for _, total in told} == {1 << 30}

    def fail(done, total):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sealwax.encrypt_file(big, tmp_path / "sealed", key, progress=fail)
    assert os.listdir(tmp_path) == ["big"]


def test_progress_ends_with_the_total(tmp_path, key, blob):
    told = []
    (tmp_path / "plain").write_bytes(blob)
    sealwax.encrypt_file(
        tmp_path / "plain", tmp_path / "sealed", key, progress=lambda *p: told.append(p)
    )
    assert told[-1] == (len(blob), len(blob))


def test_a_bar_for_progress(tmp_path, key, blob, capsys):
    pytest.importorskip("tqdm")
    (tmp_path / "plain").write_bytes(blob)
    sealwax.encrypt_file(tmp_path / "plain", tmp_path / "sealed", key, progress=True)
    assert "encrypting: 100%" in capsys.readouterr().err


def test_ctrl_c_stops_at_once_and_leaves_no_file(tmp_path, big):
    program = f"""
    import sealwax, signal
    # A shell starts what runs in its background with the signal ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print("ready", flush=True)
    while True:
        sealwax.encrypt_file({str(big)!r}, {str(tmp_path / "out")!r}, sealwax.LocalKey.generate(),
                             overwrite=True)
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        child.stdout.readline()
        time.sleep(0.3)
        (tmp_path / "out").unlink(missing_ok=True)
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=120)
    finally:
        child.kill()
    assert b"KeyboardInterrupt" in errors and child.returncode == -signal.SIGINT
    assert set(os.listdir(tmp_path)) <= {"big", "out"}
    if (tmp_path / "out").exists():  # a round was complete just then
        assert (tmp_path / "out").stat().st_size == sealwax.sealed_size(1 << 30)


def test_pipes(tmp_path, key, blob):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    child = subprocess.Popen(
        [sys.executable, "-c", f"open({str(fifo)!r}, 'wb').write(bytes({len(blob)}))"]
    )
    sealwax.encrypt_file(fifo, tmp_path / "sealed", key)
    assert child.wait() == 0
    assert sealwax.decrypt((tmp_path / "sealed").read_bytes(), key) == bytes(len(blob))


def test_memory_does_not_grow_with_the_size(tmp_path, big):
    program = f"""
    import resource, sealwax
    key = sealwax.LocalKey.generate()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sealwax.encrypt_file({str(big)!r}, {str(tmp_path / "sealed")!r}, key)
    sealwax.decrypt_file({str(tmp_path / "sealed")!r}, {str(tmp_path / "back")!r}, key)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    output = subprocess.check_output([sys.executable, "-c", textwrap.dedent(program)])
    assert int(output) < 48 * 1024  # in KiB
