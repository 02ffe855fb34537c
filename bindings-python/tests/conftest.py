"""Shared fixtures of the tests."""

from __future__ import annotations

import logging
import sys

import pytest
import sealwax
import storeplaces
from sealwax import audit

from commandline import HEX


@pytest.fixture
def key():
    return sealwax.LocalKey.generate("k1")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder, in which the program stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def key_file(folder):
    """The key `commandline.KEY` in the file `k`."""
    (folder / "k").write_text(HEX)
    (folder / "k").chmod(0o600)


@pytest.fixture(scope="session")
def blob():
    """Two megabytes and a bit, no two parts of which are alike."""
    return b"".join(i.to_bytes(4, "big") for i in range(600_000))


@pytest.fixture(params=["lent", "copied"])
def memory(request, monkeypatch):
    """With NumPy loaded the caller's memory is lent, and without it copied."""
    if request.param == "lent":
        pytest.importorskip("numpy")
    else:
        monkeypatch.delitem(sys.modules, "numpy", raising=False)


class Kms:
    """A provider of the host: it counts, and keeps what it was given."""

    provider_id = "example"

    def __init__(self, key_id="k"):
        self.key_id, self.calls, self.seen = key_id, [], []

    def wrap(self, dek, context):
        self.calls.append("wrap")
        self.seen.append(dek)
        return sealwax.WrappedKey(self.key_id, bytes(b ^ 0x55 for b in dek))

    def unwrap(self, wrapped, context):
        self.calls.append("unwrap")
        dek = bytearray(b ^ 0x55 for b in wrapped.wrapped_dek)
        self.seen.append(dek)
        return dek

    def accepts(self, key_id):
        return key_id == self.key_id


class BrokenKms(Kms):
    """A provider whose KMS is out of reach; its message holds what no log may hold."""

    def wrap(self, dek, context):
        raise ConnectionError("s3cret-endpoint")

    unwrap = wrap


@pytest.fixture
def kms():
    return Kms()


@pytest.fixture
def broken_kms():
    return BrokenKms()


@pytest.fixture
def events():
    class Collect(logging.Handler):
        def emit(self, record):
            self.records.append(record)

    handler = Collect()
    handler.records = []
    audit.logger.addHandler(handler)
    audit.logger.setLevel(logging.INFO)
    yield handler.records
    audit.logger.removeHandler(handler)
    audit.logger.setLevel(logging.NOTSET)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    """An S3 server; skips where none is installed."""
    server = storeplaces.Server(tmp_path_factory.mktemp("seaweed"))
    yield server
    server.close()


def flipped(data, index):
    changed = bytearray(data)
    changed[index] ^= 1
    return bytes(changed)
