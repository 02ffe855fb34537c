"""Folders, file systems of fsspec and URLs as stores: what is special about each."""

from __future__ import annotations

import errno
import os
import pickle
import resource
import subprocess
import sys

import pytest
import sealwax
from sealwax import stores
from sealwax.config import Config, ConfigError
from sealwax.stores import ConflictError, FsspecStore, LocalStore, MemoryStore, UnsupportedError


def test_folders_links_and_special_files_are_no_objects(folder):
    store = LocalStore(folder)
    store.put("a/x", b"there")
    os.symlink("a/x", "link")
    os.symlink("a", "folder-link")
    os.mkfifo("pipe")
    os.mkdir("empty")
    assert [info.name for info in store.list()] == ["a/x"]
    for name in ("a", "empty", "pipe"):
        with pytest.raises(FileNotFoundError):
            store.head(name)
    assert store.get("link") == b"there"


def test_names_that_are_no_text(folder):
    name = os.fsdecode(b"\xff.csv")
    store = LocalStore(folder)
    store.put(name, b"x")
    assert [info.name for info in store.list()] == [name]
    assert store.get(name) == b"x"


def test_a_file_that_is_changed_where_it_is_has_another_etag(folder):
    store = LocalStore(folder)
    first = store.put("x", b"first")
    with open("x", "r+b") as file:
        file.write(b"First")
    os.utime("x", ns=(0, int(first.modified * 1e9)))
    assert store.head("x").etag != first.etag
    with pytest.raises(ConflictError):
        store.put("x", b"second", if_match=first.etag)


def test_a_file_that_is_cut_while_it_is_read(folder):
    store = LocalStore(folder)
    store.put("x", bytes(3_000_000))
    with store.open("x") as stream:
        stream.read(1_000_000)
        os.truncate("x", 1_500_000)
        with pytest.raises(ConflictError, match="cut while it was read"):
            stream.read()


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(folder, monkeypatch):
    store = LocalStore(folder)
    store.put("a/x", b"1")
    scandir = os.scandir

    def denied(path):
        if str(path).rstrip("/").endswith("a"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(PermissionError) as caught:
        list(store.list())
    assert caught.value.filename.startswith(f"file://{folder}")


def test_a_full_disk_leaves_what_was_there(folder):
    store = LocalStore(folder)
    store.put("x", b"old")
    child = "import sys; from sealwax.stores import LocalStore\n"
    child += "try: LocalStore('.').put('x', bytes(200_000))\n"
    child += "except OSError as error: sys.exit(error.errno)"
    limit = 100_000
    inherited = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-c", child],
        env=inherited,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert result.returncode == errno.EFBIG
    assert store.get("x") == b"old" and os.listdir() == ["x"]


def test_a_listing_of_many_files_is_not_in_memory(folder):
    """As many as one folder has, and no more."""
    for number in range(60):
        os.makedirs(f"{number:03}")
        for each in range(200):
            os.close(os.open(f"{number:03}/{each:03}", os.O_CREAT))
    import tracemalloc

    listing = LocalStore(folder).list()
    assert next(listing).name == "000/000"
    tracemalloc.start()
    assert sum(1 for _ in listing) == 60 * 200 - 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200_000


def test_local_stores_travel(folder):
    store = LocalStore(folder)
    store.put("x", b"there")
    assert pickle.loads(pickle.dumps(store)).get("x") == b"there"
    with pytest.raises(TypeError, match="a MemoryStore is of one process"):
        pickle.dumps(MemoryStore())


def test_a_store_that_can_do_less_refuses(folder):
    store = MemoryStore(capabilities=stores.Capability.METADATA)
    etag = store.put("x", b"1", metadata={"a": "b"}).etag
    with pytest.raises(UnsupportedError) as caught:
        store.put("x", b"2", if_match=etag)
    assert caught.value.filename == store.url_of("x")
    assert not isinstance(caught.value, (FileNotFoundError, PermissionError))
    with pytest.raises(UnsupportedError, match="get with version|open with version"):
        store.get("x", version="v1")


def test_urls(folder, monkeypatch):
    monkeypatch.setenv("SEALWAX_CONFIG", "")
    for url in (folder, str(folder), f"file://{folder}", "."):
        assert stores.open_store(url).url == f"file://{folder}/"
    store, name = stores.locate(folder / "a/x.csv")
    assert (store.url, name) == (f"file://{folder}/a/", "x.csv")


class TestFsspec:
    @pytest.fixture
    def faulty(self):
        """A file system of fsspec that fails with what it is told."""
        fsspec = pytest.importorskip("fsspec")
        from fsspec.implementations.memory import MemoryFileSystem

        class Faulty(MemoryFileSystem):
            protocol = "faulty"
            store, pseudo_dirs, fault = {}, [""], None
            cachable = False  # The name is fsspec's.

            def _check(self, path):
                if self.fault is not None:
                    raise self.fault

            def info(self, path, **options):
                self._check(path)
                return super().info(path, **options)

            def ls(self, path, detail=True, **options):
                self._check(path)
                return super().ls(path, detail, **options)

            def _open(self, path, mode="rb", **options):
                self._check(path)
                return super()._open(path, mode, **options)

            def rm_file(self, path):
                self._check(path)
                return super().rm_file(path)

        fsspec.register_implementation("faulty", Faulty, clobber=True)
        filesystem = Faulty()
        return filesystem, FsspecStore("faulty://tides", filesystem=filesystem)

    @pytest.mark.parametrize(
        ("fault", "error", "told"),
        [
            (PermissionError("no"), PermissionError, "[Errno 13] Permission denied"),
            (OSError("the host is gone"), sealwax.IoError, "[Errno 5] OSError: the host is gone"),
            (RuntimeError("503\x1b[2J"), sealwax.IoError, "[Errno 5] RuntimeError: 503\\u{1b}[2J"),
            (NotImplementedError(), UnsupportedError, "it only reads, or its fsspec"),
            (TimeoutError(110, "slow"), sealwax.IoError, "[Errno 110] slow"),
        ],
    )
    def test_what_fails_is_not_missing(self, faulty, fault, error, told):
        filesystem, store = faulty
        store.put("x", b"there")
        filesystem.fault = fault
        calls = (store.head, store.get, store.delete, lambda name: list(store.list()))
        for call in (*calls, lambda name: store.put(name, b"new")):
            with pytest.raises(error) as caught:
                call("x")
            assert not isinstance(caught.value, FileNotFoundError)
            assert isinstance(caught.value, sealwax.SealwaxError)
            assert told in str(caught.value) and "faulty://tides/" in str(caught.value)
            assert caught.value.__cause__ is fault
        filesystem.fault = None
        assert store.get("x") == b"there"

    def test_options_of_sealwax_toml(self, folder):
        pytest.importorskip("fsspec")
        config = Config({"stores": [{"match": "memory://**", "region": "x", "threads": 2}]})
        with pytest.raises(ConfigError, match="memory:///a/ takes no region, threads"):
            stores.open_store("memory://a/", config=config)
        store = stores.open_store("memory://a", config=Config({}))
        store.put("x", b"there")
        assert pickle.loads(pickle.dumps(store)).get("x") == b"there"

    def test_a_pickle_holds_no_credential(self):
        pytest.importorskip("fsspec")
        store = FsspecStore("memory://a", options={"token": "s3cret"})
        with pytest.raises(TypeError, match="the option token would travel in the pickle"):
            pickle.dumps(store)
