"""Accepted buffers: bytes and numbers of every kind, and nothing that holds addresses."""

from __future__ import annotations

import ctypes
import io
import os
import subprocess
import sys

import pytest
import sealwax

KEY = sealwax.LocalKey.generate()
ENVELOPE = sealwax.encrypt(bytes(24), KEY)


class Pointers(ctypes.Structure):
    _fields_ = [("count", ctypes.c_int), ("first", ctypes.POINTER(ctypes.c_int))]


class Numbers(ctypes.Structure):
    _fields_ = [("O", ctypes.c_int), ("P", ctypes.c_double)]  # names are not formats


def with_addresses():
    """Arrays whose memory holds addresses of objects."""
    numpy = pytest.importorskip("numpy")
    cities = numpy.array(["Bergen", "Oslo", None], dtype=object)
    yield "objects", cities
    yield "objects in a column", numpy.column_stack([cities, cities])[:, 0]
    yield "objects in records", numpy.zeros(3, dtype=[("n", "i4"), ("city", "O")])
    yield "objects of ctypes", (ctypes.py_object * 3)(1, 2, 3)
    yield "pointers", (ctypes.c_void_p * 3)()
    yield "pointers in a structure", Pointers()


def takers(data):
    """Every call that reads the caller's memory."""
    handle, caching = sealwax.EncryptHandle(KEY), sealwax.CachingEncryptor(KEY)
    opening, decryptor = sealwax.DecryptHandle(handle.header, KEY), sealwax.CachingDecryptor(KEY)
    yield lambda: sealwax.encrypt(data, KEY)
    yield lambda: sealwax.encrypt_detached(data, KEY)
    yield lambda: sealwax.encrypt_into(data, bytearray(1000), KEY)
    yield lambda: sealwax.encrypt(b"x", KEY, metadata=data)
    yield lambda: sealwax.encrypt(b"x", KEY, associated_data=data)
    yield lambda: sealwax.decrypt(data, KEY)
    yield lambda: sealwax.rewrap(data, KEY, KEY)
    yield lambda: sealwax.inspect(data)
    yield lambda: handle.encrypt(data)
    yield lambda: handle.encrypt_detached(data)
    yield lambda: opening.decrypt(data)
    yield lambda: caching.encrypt(data)
    yield lambda: decryptor.decrypt(data)
    yield lambda: sealwax.open(io.BytesIO(), "wb", KEY).write(data)
    yield lambda: sealwax.open(io.BytesIO(), "wb", KEY).writelines([data])
    yield lambda: sealwax.to_text(data)
    yield lambda: sealwax.LocalKey(data, "k")


def givers(out):
    """Every call that writes to the caller's memory."""
    yield lambda: sealwax.decrypt_into(ENVELOPE, out, KEY)
    yield lambda: sealwax.encrypt_into(b"", out, KEY)
    yield lambda: sealwax.EncryptHandle(KEY).encrypt_into(b"", out)
    yield lambda: sealwax.open(io.BytesIO(ENVELOPE), "rb", KEY).readinto(out)
    yield lambda: sealwax.open(io.BytesIO(ENVELOPE), "rb", KEY).readinto1(out)
    yield lambda: sealwax.open(io.BytesIO(ENVELOPE), "rb", KEY).raw.readinto(out)


@pytest.mark.filterwarnings("ignore::sealwax.UnfinishedWarning")
def test_addresses_are_neither_sealed_nor_overwritten():
    for what, array in with_addresses():
        for number, call in enumerate([*takers(array), *givers(array)]):
            with pytest.raises(sealwax.InvalidTypeError, match="objects or addresses") as caught:
                call()
            assert isinstance(caught.value, TypeError), (what, number)
            assert caught.value.code is sealwax.ErrorCode.INVALID_ARGUMENT


def test_an_array_of_objects_is_whole_after_it_was_refused():
    """In a process of its own: what was once written there took the process down."""
    pytest.importorskip("numpy")
    program = """
import numpy, sealwax
key = sealwax.LocalKey.generate()
cities = numpy.array(["Bergen", "Oslo"], dtype=object)
try:
    sealwax.decrypt_into(sealwax.encrypt(bytes(16), key), cities, key)
except sealwax.InvalidTypeError:
    print(list(cities))
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "['Bergen', 'Oslo']\n"), result


def plain_arrays():
    numpy = pytest.importorskip("numpy")
    for kind in ("f2", ">i4", "<u8", "S5", "U3", "c8", "c16", "?", "V4", "g", ">f8"):
        yield numpy.frombuffer(os.urandom(numpy.dtype(kind).itemsize * 6), "u1").view(kind)
    yield numpy.zeros(4, dtype=[("O", ">i4"), ("P", "f8", (2, 3)), ("t", "S3")])
    yield numpy.arange(24).reshape(2, 3, 4)
    yield numpy.array(7.5)
    yield numpy.zeros((3, 0))
    yield (ctypes.c_int * 3)(1, 2, 3)
    yield Numbers(1, 2.0)


def test_plain_items_of_every_format_come_back():
    for array in plain_arrays():
        data = memoryview(array).tobytes()
        envelope = sealwax.encrypt(array, KEY)
        assert sealwax.decrypt(envelope, KEY) == data
        if not data:
            continue
        again = emptied(array)
        assert not any(memoryview(again).tobytes())
        assert sealwax.decrypt_into(envelope, again, KEY) == len(data)
        assert memoryview(again).tobytes() == data


def emptied(array):
    if isinstance(array, (ctypes.Array, Numbers)):
        return type(array)()
    again = array.copy()
    memoryview(again.view("u1") if array.ndim else again).cast("B")[:] = bytes(array.nbytes)
    return again


def test_dates_of_numpy_are_refused_by_numpy():
    numpy = pytest.importorskip("numpy")
    dates = numpy.array(["2026-11-27"], dtype="M8[s]")
    with pytest.raises(ValueError, match="cannot include dtype 'M'"):
        sealwax.encrypt(dates, KEY)
    assert sealwax.decrypt(sealwax.encrypt(dates.view("i8"), KEY), KEY) == dates.tobytes()
