"""Options for writing files: permissions, durability, holes, batches."""

from __future__ import annotations

import asyncio
import io
import os
import pickle
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest
import sealwax

BLOCK = 4096
HOLE = 1 << 20


@pytest.fixture
def plain(tmp_path):
    path = tmp_path / "plain"
    path.write_bytes(b"06:12,high")
    return path


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="there are no such permissions")
def test_permissions(tmp_path, plain, key):
    sealed, back = tmp_path / "sealed", tmp_path / "back"
    sealwax.encrypt_file(plain, sealed, key, mode=0o604)
    sealwax.decrypt_file(sealed, back, key, mode=0o666)
    assert mode_of(sealed) == 0o604 and mode_of(back) == 0o666
    sealwax.encrypt_file(plain, sealed, key, overwrite=True)
    sealwax.decrypt_file(sealed, back, key, overwrite=True, mode=0o400)
    assert mode_of(sealed) == 0o604 and mode_of(back) == 0o400
    sealwax.decrypt_file(sealed, tmp_path / "private", key)
    assert mode_of(tmp_path / "private") == 0o600


@pytest.mark.skipif(os.name != "posix", reason="there are no such permissions")
@pytest.mark.parametrize("mode", ["wb", "xb", "w"])
def test_permissions_of_a_file_that_is_opened(tmp_path, key, mode):
    sealed = tmp_path / "sealed"
    with sealwax.open(sealed, mode, key, permissions=0o604, durable=False) as file:
        file.write("06:12" if mode == "w" else b"06:12")
    assert mode_of(sealed) == 0o604 and sealwax.decrypt(sealed.read_bytes(), key) == b"06:12"
    with sealwax.open(sealed, "wb", key):
        pass
    assert mode_of(sealed) == 0o604
    with pytest.raises(sealwax.InvalidTypeError) as raised:
        sealwax.open(sealed, "wb", key, permissions="640")
    assert str(raised.value) == f"permissions must be a number such as 0o640: {str(sealed)!r}"
    with pytest.raises(sealwax.InvalidTypeError, match="durable must be True or False"):
        sealwax.open(sealed, "wb", key, durable=None)


@pytest.mark.parametrize("option", [{"durable": False}, {"permissions": 0o640}])
def test_how_a_file_is_written_is_no_matter_of_readers_and_file_objects(tmp_path, key, option):
    with pytest.raises(sealwax.InvalidArgumentError) as raised:
        sealwax.open(tmp_path / "sealed", "rb", key, **option)
    told = "metadata, padding, detached, require_all, durable and permissions are for writing"
    assert str(raised.value) == told
    with pytest.raises(sealwax.InvalidArgumentError) as raised:
        sealwax.open(io.BytesIO(), "wb", key, **option)
    assert str(raised.value) == "durable and permissions are for a path, not a file object"


@pytest.mark.skipif(sys.platform != "linux", reason="not every file system counts its blocks")
def test_holes(tmp_path, key):
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    small = b"x" * BLOCK + b"\0" * BLOCK
    plain.write_bytes(small * 16 + b"\0" * HOLE + b"x")
    sealwax.encrypt_file(plain, sealed, key)

    def room(sparse):
        back = tmp_path / sparse
        sealwax.decrypt_file(sealed, back, key, sparse=sparse)
        assert back.read_bytes() == plain.read_bytes()
        return back.stat().st_blocks * 512

    never, auto, always = map(room, ("never", "auto", "always"))
    assert never - auto >= HOLE // 2 and auto - always >= 8 * BLOCK


def test_a_result_that_nobody_waited_for(tmp_path, plain, key):
    sealwax.encrypt_file(plain, tmp_path / "sealed", key, durable=False)
    assert sealwax.decrypt_file(tmp_path / "sealed", tmp_path / "back", key, durable=False) == 10
    assert (tmp_path / "back").read_bytes() == b"06:12,high"


def test_a_batch(tmp_path, plain, key):
    names = [f"{number}" for number in range(20)]
    with sealwax.FileBatch() as batch, ThreadPoolExecutor(4) as threads:
        for folder in ("sealed", "back"):
            (tmp_path / folder).mkdir()

        def there_and_back(name):
            sealed = tmp_path / "sealed" / name
            sealwax.encrypt_file(plain, sealed, key, batch=batch)
            sealwax.decrypt_file(sealed, tmp_path / "back" / name, key, batch=batch)

        list(threads.map(there_and_back, names))
    assert all((tmp_path / "back" / name).read_bytes() == b"06:12,high" for name in names)
    batch.finish()  # nothing waits any more
    with pytest.raises(TypeError):
        pickle.dumps(batch)


@pytest.mark.skipif(sys.platform != "linux", reason="counts descriptors")
@pytest.mark.parametrize("error", [None, KeyError])
def test_a_batch_holds_its_directory_until_its_end(tmp_path, plain, key, error):
    def is_held():
        links = (f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd"))
        return str(tmp_path) in {os.readlink(link) for link in links if os.path.islink(link)}

    with pytest.raises(error) if error else nullcontext():
        with sealwax.FileBatch() as batch:
            sealwax.encrypt_file(plain, tmp_path / "sealed", key, batch=batch)
            assert is_held()
            if error:
                raise error
    assert not is_held() and (tmp_path / "sealed").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_batch_belongs_to_its_process(tmp_path, plain, key):
    batch = sealwax.FileBatch()
    child = os.fork()
    if child == 0:
        refused = 0
        for call in (
            batch.finish,
            lambda: sealwax.encrypt_file(plain, tmp_path / "sealed", key, batch=batch),
        ):
            try:
                call()
            except sealwax.InvalidStateError:
                refused += 1
        os._exit(refused)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2


@pytest.mark.parametrize(
    ("option", "kind", "words"),
    [
        ({"durable": "no"}, sealwax.InvalidTypeError, "durable must be True or False"),
        ({"overwrite": 1}, sealwax.InvalidTypeError, "overwrite must be True or False"),
        ({"mode": "0o640"}, sealwax.InvalidTypeError, "mode must be permissions such as 0o640"),
        ({"mode": -1}, sealwax.InvalidArgumentError, "mode must be permissions such as 0o640"),
        ({"mode": 0o4755}, sealwax.InvalidArgumentError, "a mode is of three octal digits"),
        ({"sparse": "some"}, sealwax.InvalidArgumentError, "'auto', 'never' or 'always'"),
        ({"sparse": None}, sealwax.InvalidTypeError, "'auto', 'never' or 'always'"),
        ({"batch": True}, sealwax.InvalidTypeError, "batch must be a FileBatch"),
        ({"threads": -1}, sealwax.InvalidArgumentError, "0 for every core"),
        ({"threads": "2"}, sealwax.InvalidTypeError, "0 for every core"),
        ({"fsync": False}, TypeError, "fsync"),
    ],
)
def test_wrong_options(tmp_path, plain, key, option, kind, words):
    sealed = tmp_path / "sealed"
    sealed.write_bytes(sealwax.encrypt(b"x", key))
    for call in (sealwax.encrypt_file, sealwax.decrypt_file):
        with pytest.raises(kind) as caught:
            call(sealed, tmp_path / "out", key, **option)
        assert type(caught.value) is kind and words in str(caught.value)
    assert sorted(os.listdir(tmp_path)) == ["plain", "sealed"]


def test_coroutines_take_them_too(tmp_path, plain, key):
    async def main():
        with sealwax.FileBatch() as batch:
            options = {"mode": 0o640, "batch": batch, "sparse": "never", "durable": True}
            await sealwax.aio.encrypt_file(plain, tmp_path / "sealed", key, **options)
            await sealwax.aio.decrypt_file(tmp_path / "sealed", tmp_path / "back", key, **options)
        with pytest.raises(sealwax.InvalidTypeError, match="batch must be a FileBatch"):
            await sealwax.aio.encrypt_file(plain, tmp_path / "out", key, batch="b")

    asyncio.run(main())
    assert (tmp_path / "back").read_bytes() == b"06:12,high"
    if os.name == "posix":
        assert mode_of(tmp_path / "sealed") == mode_of(tmp_path / "back") == 0o640
