"""Trees in other stores: a real S3 server, memory, and what fsspec reaches."""

from __future__ import annotations

import os
import pickle

import pytest
import sealwax
import storeplaces
from kms.servers import aws
from kms.servers.http import Proxy, Response
from sealwax import bulk, stores

from .conftest import contents

BIG = os.urandom(1 << 20) * 11


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = storeplaces.Server(tmp_path_factory.mktemp("seaweed"))
    yield made
    made.close()


@pytest.fixture(params=storeplaces.KINDS)
def store(request, tmp_path, server):
    return storeplaces.make(request.param, tmp_path / "store", lambda: server)


def filled(store, files):
    for name, content in files.items():
        store.put(name, content)
    return store


def read(store):
    return {info.name: store.get(info.name) for info in store.list()}


def test_a_tree_comes_back_from_a_store(tree, store, key):
    tree.write({"big": BIG})
    files = contents(tree.plain)
    first = bulk.encrypt(tree.plain, store, keys=key)
    assert (first.done, first.failed) == (4, 0), first.failures
    assert sorted(read(store)) == sorted(files)
    assert bulk.verify(store, keys=key).done == 4
    again = bulk.encrypt(tree.plain, store, keys=key, resume=True)
    assert (again.unchanged, again.done) == (4, 0)
    back = bulk.decrypt(store, tree.back, keys=key)
    assert back.is_complete, back.failures
    assert contents(tree.back) == files


def test_a_store_is_a_source(tmp_path, store, key):
    files = {"a/1": b"one", "a/2": b"", "b": BIG}
    target = stores.MemoryStore()
    report = bulk.encrypt(filled(store, files), target, keys=key)
    assert report.is_complete, report.failures
    plain = stores.MemoryStore()
    bulk.decrypt(target, plain, keys=key)
    assert read(plain) == files


def test_names_are_hidden_in_a_store(tree, store, key):
    files = contents(tree.plain)
    bulk.encrypt(tree.plain, store, keys=key, hidden_names=True)
    assert not set(read(store)) & set(files)
    bulk.decrypt(store, tree.back, keys=key, hidden_names=True)
    assert contents(tree.back) == files


def test_what_is_in_a_store_stays(tree, store, key):
    store.put("a.csv", b"somebody else's")
    report = bulk.encrypt(tree.plain, store, keys=key)
    assert [(each.name, each.code) for each in report.failures] == [("a.csv", "ALREADY_EXISTS")]
    assert store.get("a.csv") == b"somebody else's"


def test_empty_folders_and_odd_names_are_told(tree, server, key):
    store = server.store()
    (tree.plain / "empty").mkdir()
    tree.write({os.fsdecode(b"\xff"): b"x"})
    report = bulk.encrypt(tree.plain, store, keys=key)
    assert (report.done, report.skipped, report.failed) == (3, 1, 1)
    (failure,) = report.failures
    assert failure.name == os.fsdecode(b"\xff")


def test_tampering_in_a_store_leaves_no_file(tree, server, key):
    store = server.store()
    bulk.encrypt(tree.plain, store, keys=key)
    data = bytearray(store.get("2026/07/c.bin"))
    data[len(data) // 2] ^= 1
    store.put("2026/07/c.bin", bytes(data))
    store.put("a.csv", store.get("a.csv")[:-19])
    report = bulk.decrypt(store, tree.back, keys=key)
    assert {each.name: each.code for each in report.failures} == {
        "2026/07/c.bin": "AUTHENTICATION",
        "a.csv": "TRUNCATED",
    }
    assert sorted(contents(tree.back)) == ["2026/b.csv"]


def test_a_server_that_fails_often(tree, server, key):
    """Every fifth request fails: the retries of the client and the journal hide it."""
    count = 0

    def broken(request):
        nonlocal count
        count += 1
        return Response(503) if count % 5 == 0 else None

    with Proxy(server.url) as proxy:
        proxy.refuse = broken
        client = server.client(url=proxy.url, attempts=5)
        store = stores.S3Store(client, "tides", os.urandom(8).hex(), part_size=5 << 20)
        tree.write({f"many/{n}": b"%d" % n for n in range(12)})
        report = bulk.encrypt(tree.plain, store, keys=key, jobs=4)
        for _ in range(3):
            if not report.is_complete:
                report = bulk.encrypt(tree.plain, store, keys=key, jobs=4, resume=True)
        assert report.is_complete, report.failures
        assert bulk.decrypt(store, tree.back, keys=key, jobs=4).is_complete
    assert contents(tree.back) == contents(tree.plain)


class Counting:
    """A KMS of the host that counts its calls and notes when they were made."""

    provider_id = "counting"

    def __init__(self):
        self.calls, self._key = [], sealwax.LocalKey.generate("counting")

    def accepts(self, key_id):
        return key_id == "counting"

    def wrap(self, dek, context):
        import time

        self.calls.append(time.monotonic())
        return sealwax.WrappedKey("counting", bytes(dek))

    def unwrap(self, wrapped, context):
        import time

        self.calls.append(time.monotonic())
        return wrapped.wrapped_dek


def test_the_kms_is_asked_once_for_an_object(tree, key):
    kms = Counting()
    for hidden in (False, True):
        places = [tree.folder / f"{name}{hidden}" for name in ("sealed", "back")]
        for number, (work, source, target) in enumerate(
            [(bulk.encrypt, tree.plain, places[0]), (bulk.decrypt, places[0], places[1])]
        ):
            kms.calls.clear()
            assert work(source, target, keys=kms, hidden_names=hidden).done == 3, number
            assert len(kms.calls) == 3


def test_the_rate_of_the_kms_is_limited(tree):
    """No two calls are closer than the rate allows, whoever makes them."""
    kms = Counting()
    tree.write({f"{n}": b"" for n in range(17)})
    bulk.encrypt(tree.plain, tree.sealed, keys=kms, kms_rate=100, jobs=8)
    assert len(kms.calls) == 20
    assert max(kms.calls) - min(kms.calls) >= 19 / 100 - 0.02


def test_a_job_by_reference_can_be_pickled(tree, monkeypatch):
    from sealwax.bulk._job import make
    from sealwax.config import Config

    monkeypatch.setenv("TREE_KEY", "07" * 32)
    job = make("encrypt", tree.plain, tree.sealed, {"keys": "env:TREE_KEY", "config": Config({})})
    data = pickle.dumps(job)
    assert bytes([7] * 32) not in data and b"07" * 32 not in data
    assert pickle.loads(data) == job
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(
            make("encrypt", tree.plain, tree.sealed, {"keys": sealwax.LocalKey.generate()})
        )


def test_moto_has_no_folders(tree, key):
    with aws.moto() as url:
        client = aws.client(url, "s3")
        client.create_bucket(Bucket="tides")
        store = stores.S3Store(client, "tides", "x")
        bulk.encrypt(tree.plain, store, keys=key)
        assert bulk.decrypt(store, tree.back, keys=key).done == 3
    assert contents(tree.back) == contents(tree.plain)
