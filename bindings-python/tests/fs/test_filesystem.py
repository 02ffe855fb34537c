"""What the file system promises beyond fsspec's own suites."""

from __future__ import annotations

import asyncio
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sealwax
from sealwax import config

from .conftest import KEY, fsspec, s3_options

CONTEXT = {"tenant": "acme"}


def data_of(size: int) -> bytes:
    return (b"%015d\n" * (size // 16 + 1) % tuple(range(size // 16 + 1)))[:size]


@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 40_000, 3_000_000])
def test_what_is_written_is_read_and_listed_with_its_size(place: Any, size: int) -> None:
    fs, folder = place
    data, path = data_of(size), f"{folder}/tides.csv"
    with fs.open(path, "wb") as file:
        file.write(data)
    stored = fs.fs.cat_file(path)
    assert sealwax.decrypt(stored, KEY) == data
    assert (fs.info(path)["size"], fs.info(path)["sealed_size"]) == (size, len(stored))
    assert fs.du(folder) == fs.ls(folder)[0]["size"] == size
    assert fs.cat_file(path) == fs.cat(path) == data
    for start, end in [(1, 5), (-4, None), (None, -1), (16_000, 17_000), (0, None), (9, 2)]:
        assert fs.cat_file(path, start, end) == data[start:end]
    with fs.open(path) as file:
        assert file.size == size
        file.seek(max(0, size - 3))
        assert file.read() == data[-3:]
    fs.pipe(path, data[::-1])
    assert fs.cat_file(path) == data[::-1]


def test_text(place: Any) -> None:
    fs, folder = place
    with fs.open(f"{folder}/text", "w", encoding="cp1252") as file:
        file.write("Ebbe\nFlut\u0153")
    with fs.open(f"{folder}/text", "r", encoding="cp1252") as file:
        assert file.readlines() == ["Ebbe\n", "Flut\u0153"]
    assert fs.read_text(f"{folder}/text", encoding="cp1252") == "Ebbe\nFlut\u0153"


def test_ranges_of_several_objects(place: Any) -> None:
    fs, folder = place
    data = data_of(200_000)
    paths = [f"{folder}/{name}" for name in "ab"]
    fs.pipe(dict.fromkeys(paths, data))
    asked = [(0, 10), (100_000, 100_010), (-5, None), (150_000, 199_999)]
    found = fs.cat_ranges(paths * 4, *zip(*(span for span in asked for _ in "ab")))
    assert found == [data[a:b] for a, b in asked for _ in "ab"]
    missing, there = fs.cat_ranges([f"{folder}/none", paths[0]], 0, 4)
    assert (type(missing), there) == (FileNotFoundError, data[:4])
    with pytest.raises(FileNotFoundError):
        fs.cat_ranges([f"{folder}/none"], 0, 4, on_error="raise")


def test_a_block_that_fails_leaves_nothing(place: Any) -> None:
    fs, folder = place
    path = f"{folder}/broken"
    with pytest.raises(RuntimeError, match="mine"), fs.open(path, "wb") as file:
        file.write(data_of(200_000))
        raise RuntimeError("mine")
    assert not fs.exists(path)
    fs.pipe(path, b"old")
    with pytest.raises(RuntimeError), fs.open(path, "wb") as file:
        file.write(b"new")
        raise RuntimeError
    assert fs.cat_file(path) == b"old"


def test_nothing_appears_before_the_end(place: Any) -> None:
    fs, folder = place
    file = fs.open(f"{folder}/late", "wb")
    file.write(data_of(9_000_000))
    file.flush()
    assert not fs.exists(f"{folder}/late")
    file.close()
    assert fs.info(f"{folder}/late")["size"] == 9_000_000


def test_transactions(place: Any) -> None:
    fs, folder = place
    names = [f"{folder}/{index}" for index in range(3)]
    with fs.transaction:
        for name in names:
            with fs.open(name, "wb") as file:
                file.write(b"tide")
        assert not any(map(fs.exists, names))
    assert [fs.cat_file(name) for name in names] == [b"tide"] * 3
    with pytest.raises(RuntimeError), fs.transaction:
        with fs.open(names[0], "wb") as file:
            file.write(b"ebb")
        raise RuntimeError
    assert fs.cat_file(names[0]) == b"tide"


def test_plain_objects_are_refused_passed_or_hidden(place: Any) -> None:
    fs, folder = place
    plain, sealed = f"{folder}/plain", f"{folder}/sealed"
    fs.fs.pipe({plain: b"not sealed at all", f"{folder}/short": b"x"})
    fs.pipe(sealed, b"tide")
    sizes = {
        info["name"].rsplit("/", 1)[1]: (info["size"], info["sealed"]) for info in fs.ls(folder)
    }
    assert sizes == {"plain": (17, False), "short": (1, False), "sealed": (4, True)}
    for read in (
        lambda: fs.cat_file(plain),
        lambda: fs.cat_file(plain, 1, 3),
        lambda: fs.open(plain).read(),
        lambda: fs.get_file(plain, "/nowhere"),
    ):
        with pytest.raises(sealwax.FormatError, match="not sealed") as caught:
            read()
        assert str(caught.value.code) == "bad_magic"
        assert not isinstance(caught.value, OSError)
    passing = fsspec.filesystem("sealwax", fs=fs.fs, keys=KEY, plain="pass")
    assert passing.cat_file(plain) == b"not sealed at all"
    assert passing.cat_file(plain, 4, 10) == b"sealed"
    assert passing.open(plain).read(3) == b"not"
    assert passing.cat_file(sealed) == b"tide"
    hiding = fsspec.filesystem("sealwax", fs=fs.fs, keys=KEY, plain="hide")
    assert [info["name"] for info in hiding.ls(folder)] == hiding.find(folder) == [sealed]
    assert hiding.glob(f"{folder}/*") == [sealed]
    assert not hiding.exists(plain) and hiding.exists(sealed)
    with pytest.raises(FileNotFoundError):
        hiding.cat_file(plain)


class Broken:
    """A provider that fails as if a file were missing."""

    provider_id, key_id = "local", "data"

    def accepts(self, key_id: str) -> bool:
        return True

    def unwrap(self, wrapped: Any, context: Any) -> bytes:
        raise FileNotFoundError(2, "the KMS's own file", "/etc/kms")

    wrap = unwrap


def test_a_key_that_fails_is_no_missing_object(place: Any) -> None:
    """Or Zarr would take a chunk for one that was never written, and fill it with zeros."""
    fs, folder = place
    fs.pipe(f"{folder}/x", b"tide")
    stranger = sealwax.LocalKey.generate("another")
    for keys, error in [
        (stranger, sealwax.NoMatchingKeyError),
        (Broken(), sealwax.ProviderError),
        ("file:/none/there", sealwax.ProviderError),
        ("env:SEALWAX_NOT_SET", sealwax.ProviderError),
        (None, config.ConfigError),
    ]:
        other = fsspec.filesystem("sealwax", fs=fs.fs, keys=keys)
        assert other.exists(f"{folder}/x") and other.info(f"{folder}/x")["size"] == 4
        for read in (
            lambda: other.cat_file(f"{folder}/x"),
            lambda: other.cat_file(f"{folder}/x", 1, 2),
            lambda: other.open(f"{folder}/x"),
            lambda: other.get_mapper(folder)["x"],
        ):
            with pytest.raises(error) as caught:
                read()
            assert not isinstance(caught.value, (OSError, KeyError))


def test_a_changed_object_is_refused(place: Any) -> None:
    fs, folder = place
    path = f"{folder}/changed"
    fs.pipe(path, data_of(100_000))
    stored = bytearray(fs.fs.cat_file(path))
    assert fs.cat_file(path, 50_000, 50_001)
    stored[60_000] ^= 1
    fs.fs.pipe(path, bytes(stored))
    for read in (
        lambda: fs.cat_file(path),
        lambda: fs.cat_file(path, 58_000, 62_000),
        lambda: fs.open(path).read(),
    ):
        with pytest.raises(sealwax.AuthenticationError):
            read()
    fs.fs.pipe(path, bytes(stored[:-20_000]))
    with pytest.raises((sealwax.TruncatedError, sealwax.AuthenticationError)):
        fs.open(path)


def test_an_object_that_was_replaced_is_read_anew(place: Any) -> None:
    fs, folder = place
    path = f"{folder}/replaced"
    for size in (100_000, 50_000, 200_000):
        fs.pipe(path, data_of(size))
        assert fs.cat_file(path, size - 5, None) == data_of(size)[-5:]
        assert fs.info(path)["size"] == size


def test_copies_and_moves_need_no_key(place: Any) -> None:
    fs, folder = place
    fs.pipe(f"{folder}/a", b"tide", context=CONTEXT)
    nobody = fsspec.filesystem("sealwax", fs=fs.fs)
    nobody.cp(f"{folder}/a", f"{folder}/b")
    nobody.mv(f"{folder}/b", f"{folder}/c")
    assert sorted(nobody.ls(folder, detail=False)) == [f"{folder}/a", f"{folder}/c"]
    assert fs.cat_file(f"{folder}/c", context=CONTEXT) == b"tide"
    with pytest.raises(sealwax.ContextMismatchError):
        fs.cat_file(f"{folder}/c", context={"tenant": "other"})
    nobody.rm(folder, recursive=True)
    assert not nobody.exists(f"{folder}/a")


def test_times(place: Any) -> None:
    fs, folder = place
    fs.pipe(f"{folder}/a", b"tide")
    assert fs.modified(f"{folder}/a") == fs.fs.modified(f"{folder}/a")


def test_one_unwrap_for_each_object(place: Any, kms: Any) -> None:
    fs, folder = place
    fs = fsspec.filesystem("sealwax", fs=fs.fs, keys=kms)
    paths = [f"{folder}/{index}" for index in range(5)]
    fs.pipe({path: data_of(50_000) for path in paths})
    assert kms.calls == ["wrap"] * 5
    assert sum(info["size"] for info in fs.ls(folder)) == 250_000 == fs.du(folder)
    assert kms.calls == ["wrap"] * 5
    for _ in range(3):
        fs.cat(paths)
        fs.cat_ranges(paths, 5, 10)
        for path in paths:
            fs.open(path).close()
    assert kms.calls == ["wrap"] * 5 + ["unwrap"] * 5


def test_a_pickle_holds_references(tmp_path: Path) -> None:
    (tmp_path / "k").write_text("ab" * 32)
    (tmp_path / "k").chmod(0o600)
    fs = fsspec.filesystem("sealwax", keys=f"file:{tmp_path}/k", context=CONTEXT)
    fs.pipe(f"{tmp_path}/x", data_of(100_000))
    again = pickle.loads(pickle.dumps(fs))
    assert again is fs  # one instance in one process
    with fs.open(f"{tmp_path}/x") as file:
        file.seek(50_000)
        with pickle.loads(pickle.dumps(file)) as copy:
            assert copy.read(16) == data_of(100_000)[50_000:50_016]
    assert json.loads(fs.to_json())["keys"] == f"file:{tmp_path}/k"
    assert type(fs).from_json(fs.to_json()) is fs


def test_keys_and_context_by_sealwax_toml(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("DATA_KEY", "cd" * 32)
    (tmp_path / "sealwax.toml").write_text(
        """
        [keys]
        data = "env:DATA_KEY"
        [[rules]]
        match = "lake/**"
        keys = "data"
        context = { tenant = "blue" }
        """
    )
    fs = fsspec.filesystem("sealwax", config=str(tmp_path / "sealwax.toml"))
    fs.makedirs(f"{tmp_path}/lake")
    fs.pipe(f"{tmp_path}/lake/x", b"tide")
    assert sealwax.inspect(tmp_path / "lake" / "x").context == {"tenant": "blue"}
    assert pickle.loads(pickle.dumps(fs)).cat_file(f"{tmp_path}/lake/x") == b"tide"
    with pytest.raises(config.ConfigError, match="no rule"):
        fs.pipe(f"{tmp_path}/elsewhere", b"tide")
    named = fsspec.filesystem("sealwax", keys="config:data", config=str(tmp_path / "sealwax.toml"))
    assert named.cat_file(f"{tmp_path}/lake/x") == b"tide"


def test_nothing_secret_is_in_tokens_options_or_representations(tmp_path: Path) -> None:
    secret = bytes(range(32))
    first = fsspec.filesystem("sealwax", keys=sealwax.LocalKey(secret, "same"))
    second = fsspec.filesystem("sealwax", keys=sealwax.LocalKey(bytes(32), "same"))
    assert first != second and first._fs_token != second._fs_token
    shown = f"{first!r} {first.storage_options} {first.__dict__} {first._fs_token}"
    assert secret.hex() not in shown and str(secret) not in shown
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(first)
    assert json.loads(first.to_json())["keys"].startswith("process:")
    assert type(first).from_json(first.to_json()) is first
    with pytest.raises(sealwax.InvalidArgumentError, match="keys of another process"):
        fsspec.filesystem("sealwax", keys="process:0123")
    key = sealwax.LocalKey.generate()
    assert fsspec.filesystem("sealwax", keys=key) is fsspec.filesystem("sealwax", keys=[key])


def test_by_chained_urls(store: str, folders: dict[str, str]) -> None:
    url = f"sealwax::s3://{folders['s3']}/x.csv"
    options = {"s3": s3_options(store), "sealwax": {"keys": KEY, "context": CONTEXT}}
    with fsspec.open(url, "w", **options) as file:
        file.write("06:12,high")
    with fsspec.open(url, "r", **options) as file:
        assert file.read() == "06:12,high"
    fs, path = fsspec.url_to_fs(url, **options)
    assert fs.open(fs.unstrip_protocol(path)).read() == b"06:12,high"
    assert fs is fsspec.url_to_fs(url.replace("x.csv", "y.csv"), **options)[0]


def test_over_archives_and_http(tmp_path: Path, store: str) -> None:
    """Stores that can only be read, by files without coroutines and by ones with."""
    sealed = {f"{i}.bin": sealwax.encrypt(data_of(60_000), KEY) for i in range(3)}
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, envelope in sealed.items():
            archive.writestr(name, envelope)
    fs = fsspec.filesystem(
        "sealwax", target_protocol="zip", target_options={"fo": str(tmp_path / "a.zip")}, keys=KEY
    )
    assert sorted((i["name"], i["size"]) for i in fs.ls("")) == [(n, 60_000) for n in sealed]
    assert fs.cat_ranges(list(sealed), 50_000, 50_016) == [data_of(60_000)[50_000:50_016]] * 3
    assert fs.open("1.bin").read() == data_of(60_000)


def test_coroutines(store: str, folders: dict[str, str]) -> None:
    async def main() -> None:
        below = fsspec.filesystem("s3", asynchronous=True, **s3_options(store))
        fs = fsspec.filesystem("sealwax", fs=below, keys=KEY, asynchronous=True)
        path = f"{folders['s3']}/async"
        await fs._pipe_file(path, data_of(200_000))
        assert await fs._cat_file(path, 5, 10) == data_of(10)[5:]
        assert (await fs._info(path))["size"] == 200_000
        async with await fs.open_async(path) as file:
            await file.seek(100_000)
            assert await file.read(16) == data_of(200_000)[100_000:100_016]
        await (await below.set_session()).close()

    asyncio.run(main())


def test_unknown_options_are_errors(place: Any) -> None:
    fs, folder = place
    with pytest.raises(TypeError, match="unexpected keyword arguments: kesy"):
        fs.open(f"{folder}/x", "wb", kesy=1)
    fs.pipe(f"{folder}/x", b"")
    with pytest.raises(TypeError, match="unexpected keyword arguments: kesy"):
        fs.cat_file(f"{folder}/x", kesy=1)
    with pytest.raises(sealwax.InvalidArgumentError):
        fs.open(f"{folder}/x", "ab")
    with pytest.raises(sealwax.InvalidArgumentError):
        fsspec.filesystem("sealwax", keys=KEY, plain="ignore")
