"""Threads, the GIL, fork, worker processes, import."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sealwax


def test_one_reader_for_many_threads(tmp_path, key, blob):
    path = tmp_path / "sealed"
    path.write_bytes(sealwax.encrypt(blob, key))
    native = sealwax.open(path, "rb", key)._native

    def read(offset):
        return native.read_at(offset, 1000) == blob[offset : offset + 1000]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(0, len(blob), 7001)))


def test_handles_keys_and_caches_for_many_threads(key, blob):
    sealing, caching = sealwax.EncryptHandle(key), sealwax.CachingEncryptor(key)

    def work(i):
        data = blob[i * 100 : i * 5000]
        return (
            sealwax.decrypt(sealing.encrypt(data), key) == data
            and sealwax.decrypt(caching.encrypt(data), key) == data
            and sealwax.decrypt(sealwax.encrypt(bytearray(data), key), key) == data
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(100)))


def steps_of_others(work):
    """How often another thread came to run while `work` did."""
    stop, steps = threading.Event(), []

    def step():
        while not stop.is_set():
            steps.append(None)
            time.sleep(0.0001)

    thread = threading.Thread(target=step)
    thread.start()
    before = len(steps)
    work()
    after = len(steps)
    stop.set()
    thread.join()
    return after - before


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("kind", ["bytes", "bytearray", "into", "decrypt", "file"])
def test_others_run_while_large_data_is_worked_on(tmp_path, key, kind):
    data = bytes(100 << 20)
    envelope = sealwax.encrypt(data, key)
    mutable, out = bytearray(data), bytearray(len(envelope))
    (tmp_path / "plain").write_bytes(data)
    sealed = tmp_path / "sealed"
    work = {
        "bytes": lambda: sealwax.encrypt(data, key),
        "bytearray": lambda: sealwax.encrypt(mutable, key),
        "into": lambda: sealwax.encrypt_into(mutable, out, key),
        "decrypt": lambda: sealwax.decrypt_into(envelope, mutable, key),
        "file": lambda: sealwax.encrypt_file(tmp_path / "plain", sealed, key, overwrite=True),
    }[kind]
    assert any(steps_of_others(work) >= 4 for _ in range(50))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_after_a_fork(tmp_path, key, blob):
    path = tmp_path / "sealed"
    path.write_bytes(sealwax.encrypt(blob, key))
    reader, handle = sealwax.open(path, "rb", key), sealwax.EncryptHandle(key)
    first = handle.encrypt(b"x")
    parent_end, child_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            assert reader.read() == blob
            os.write(child_end, handle.encrypt(b"x"))
            sealwax.encrypt_file(path, tmp_path / "again", key)
        finally:
            os._exit(0 if (tmp_path / "again").exists() else 1)
    assert os.waitpid(child, 0)[1] == 0
    other = os.read(parent_end, 10_000)
    assert sealwax.decrypt(other, key) == b"x" and other != handle.encrypt(b"x") != first


def _read_part(reader):
    reader.seek(1000)
    return reader.read(10)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_readers_in_worker_processes(tmp_path, key, blob, method):
    (tmp_path / "key").write_bytes(key.export())
    (tmp_path / "sealed").write_bytes(sealwax.encrypt(blob, key))
    named = sealwax.LocalKey.from_file(tmp_path / "key", "k1")
    with multiprocessing.get_context(method).Pool(2) as pool:
        reader = sealwax.open(tmp_path / "sealed", "rb", named)
        assert pool.map(_read_part, [reader] * 4) == [blob[1000:1010]] * 4


def test_importing_loads_little():
    program = "import sys, sealwax; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    heavy = {"asyncio", "logging", "json", "dataclasses", "inspect", "numpy", "ctypes"}
    assert not heavy & set(loaded)
