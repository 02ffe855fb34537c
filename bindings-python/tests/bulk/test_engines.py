"""Other engines: the same result as threads, though their workers are killed."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
import sealwax
from sealwax import bulk
from sealwax.config import Config

from .conftest import contents
from commandline import run

KEY = sealwax.LocalKey.from_hex("07" * 32)
EMPTY = Config({})
COUNT = 600


@pytest.fixture(autouse=True)
def reference(monkeypatch):
    monkeypatch.setenv("TREE_KEY", "07" * 32)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    return "env:TREE_KEY"


@pytest.fixture
def many(tree):
    tree.write({f"{n % 7}/{n}": b"%d" % n * (n % 50) for n in range(COUNT)})
    return tree


@pytest.fixture
def dask():
    """Three processes; gives their numbers."""
    distributed = pytest.importorskip("distributed")
    local = distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    )
    with local as cluster, distributed.Client(cluster) as client:
        yield lambda: list(client.run(os.getpid).values())


@pytest.fixture
def ray():
    """Two processes; gives their numbers."""
    package = pytest.importorskip("ray")
    package.init(num_cpus=2, include_dashboard=False)
    try:
        pid = package.remote(lambda: os.getpid())
        yield lambda: package.get([pid.remote() for _ in range(8)])
    finally:
        package.shutdown()


ENGINES = ["dask", pytest.param("ray", marks=pytest.mark.readers)]


@pytest.fixture(params=ENGINES)
def engine(request):
    """The name of an engine, and a function that gives the processes of its workers."""
    return request.param, request.getfixturevalue(request.param)


def test_a_killed_worker_loses_and_repeats_nothing(many, engine, reference):
    name, workers = engine
    killed = []

    def kill():
        deadline = time.monotonic() + 60
        while not contents(many.sealed) and time.monotonic() < deadline:
            time.sleep(0.005)
        victim = workers()[0]
        os.kill(victim, signal.SIGKILL)
        killed.append(victim)

    thread = threading.Thread(target=kill)
    thread.start()
    report = bulk.encrypt(many.plain, many.sealed, keys=reference, config=EMPTY, engine=name)
    thread.join()
    assert killed
    assert (report.done, report.failed) == (COUNT + 3, 0), report.failures
    again = bulk.encrypt(
        many.plain, many.sealed, keys=reference, config=EMPTY, engine=name, resume=True
    )
    assert (again.done, again.unchanged) == (0, COUNT + 3)
    back = bulk.decrypt(many.sealed, many.back, keys=reference, config=EMPTY, engine=name)
    assert back.is_complete, back.failures
    assert contents(many.back) == contents(many.plain)
    assert bulk.verify(many.sealed, keys=KEY, engine="threads").done == COUNT + 3


def test_what_is_at_the_target_stays(tree, engine, reference):
    name, _ = engine
    tree.sealed.mkdir()
    (tree.sealed / "a.csv").write_bytes(sealwax.encrypt(b"two", KEY))
    before = (tree.sealed / "a.csv").read_bytes()
    report = bulk.encrypt(tree.plain, tree.sealed, keys=reference, config=EMPTY, engine=name)
    assert [(each.name, each.code) for each in report.failures] == [("a.csv", "ALREADY_EXISTS")]
    assert (tree.sealed / "a.csv").read_bytes() == before


def test_no_key_is_in_what_workers_get(tree, dask, monkeypatch, reference):
    import distributed

    sent = []
    submit = distributed.Client.submit

    def watched(client, function, *arguments, **options):
        from distributed.protocol import serialize

        header, frames = serialize((function, arguments), serializers=("pickle",))
        sent.append(repr(header).encode() + b"".join(map(bytes, frames)))
        return submit(client, function, *arguments, **options)

    monkeypatch.setattr(distributed.Client, "submit", watched)
    assert bulk.encrypt(tree.plain, tree.sealed, keys=reference, engine="dask").is_complete
    assert sent
    for data in sent:
        assert b"TREE_KEY" in data or b"outcome" in data.lower() or b"prepare" in data
        assert b"07" * 32 not in data and bytes([7] * 32) not in data


def test_keys_by_reference_are_asked_for(tree, dask):
    with pytest.raises(sealwax.InvalidArgumentError, match="other processes take keys by refer"):
        bulk.encrypt(tree.plain, tree.sealed, keys=KEY, engine="dask")


def test_hidden_names_are_restored_by_threads(tree, dask, reference):
    bulk.encrypt(tree.plain, tree.sealed, keys=reference, engine="dask", hidden_names=True)
    with pytest.raises(sealwax.InvalidArgumentError, match="use engine='threads'"):
        bulk.decrypt(tree.sealed, tree.back, keys=reference, engine="dask", hidden_names=True)
    bulk.decrypt(tree.sealed, tree.back, keys=reference, hidden_names=True)
    assert contents(tree.back) == contents(tree.plain)


def test_the_command_runs_on_dask(tree, key_file):
    pytest.importorskip("distributed")
    run("encrypt", "-r", tree.plain, tree.sealed, "--key", "k", "--engine", "dask", "--jobs", "2")
    assert bulk.verify(tree.sealed, keys=KEY).done == 3
    told = run(
        *("encrypt", "-r", tree.plain, tree.back, "--key", "-", "--engine", "dask"),
        data=b"07" * 32,
        expect=2,
    )
    assert b"other processes cannot read a key from the standard input" in told.stderr


def test_a_package_that_is_missing_is_named(tree, monkeypatch, reference):
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'sealwax\[ray\]'"):
        bulk.encrypt(tree.plain, tree.sealed, keys=reference, engine="ray")
