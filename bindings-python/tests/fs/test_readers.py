"""Libraries that open URLs, on the local disk and on a store that speaks S3."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from .conftest import fsspec, s3_options

readers = pytest.mark.readers


class Place(NamedTuple):
    """A folder by its URL, and what opens it there."""

    url: str
    options: dict[str, Any]
    fs: Any
    folder: str

    @property
    def short(self) -> tuple[str, dict[str, Any]]:
        """The same for what knows no chained URLs: the file system below is an option."""
        protocol = "s3" if "s3" in self.options else "file"
        below = {"target_protocol": protocol, "target_options": self.options[protocol]}
        return f"sealwax://{self.folder}", {**self.options["sealwax"], **below}

    @property
    def sealed(self) -> dict[str, Any]:
        return {"storage_options": self.options}


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.xdist_group("s3"))])
def place(request: Any, tmp_path: Path, folders: dict[str, str]) -> Place:
    (tmp_path / "k").write_text("ab" * 32)
    (tmp_path / "k").chmod(0o600)
    options: dict[str, Any] = {"sealwax": {"keys": f"file:{tmp_path}/k", "durable": False}}
    url = f"sealwax::file://{folders['local']}"
    if request.param == "s3":
        options["s3"] = s3_options(request.getfixturevalue("store"))
        url = f"sealwax::s3://{folders['s3']}"
    else:
        options["file"] = {"auto_mkdir": True}
    fs, folder = fsspec.url_to_fs(url, **options)
    return Place(url, options, fs, folder)


@pytest.fixture
def frame() -> Any:
    pandas, numpy = pytest.importorskip("pandas"), pytest.importorskip("numpy")
    chance = numpy.random.default_rng(1)
    return pandas.DataFrame({"id": range(50_000), **{c: chance.random(50_000) for c in "abc"}})


def is_sealed(place: Place, name: str) -> bool:
    return bool(place.fs.fs.cat_file(f"{place.folder}/{name}").startswith(b"SEALWAX"))


def test_pandas(place: Place, frame: Any) -> None:
    pandas = pytest.importorskip("pandas")
    frame.to_parquet(f"{place.url}/x.parquet", **place.sealed)
    again = pandas.read_parquet(f"{place.url}/x.parquet", columns=["b"], **place.sealed)
    assert again.equals(frame[["b"]]) and is_sealed(place, "x.parquet")
    frame[:100].to_csv(f"{place.url}/x.csv", index=False, **place.sealed)
    assert len(pandas.read_csv(f"{place.url}/x.csv", **place.sealed)) == 100
    frame[:100].to_csv(f"{place.url}/x.csv.gz", index=False, **place.sealed)
    assert len(pandas.read_csv(f"{place.url}/x.csv.gz", **place.sealed)) == 100
    frame[:100].to_json(f"{place.url}/x.jsonl", orient="records", lines=True, **place.sealed)
    assert len(pandas.read_json(f"{place.url}/x.jsonl", lines=True, **place.sealed)) == 100


def test_pyarrow(place: Place, frame: Any) -> None:
    arrow, dataset = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.dataset")
    table = arrow.Table.from_pandas(frame)
    where = {"filesystem": place.fs, "format": "parquet"}
    folder = f"{place.folder}/lake"
    dataset.write_dataset(
        table, folder, max_rows_per_file=20_000, max_rows_per_group=5_000, **where
    )
    lake = dataset.dataset(folder, **where)
    found = lake.to_table(columns=["b"], filter=dataset.field("id") >= 40_000)
    assert found["b"].to_pylist() == frame["b"][40_000:].tolist()
    feather = pytest.importorskip("pyarrow.feather")
    with place.fs.open(f"{folder}/x.arrow", "wb") as file:
        feather.write_feather(table, file)
    with place.fs.open(f"{folder}/x.arrow") as file:
        assert feather.read_table(file, columns=["a"])["a"].equals(table["a"])


def test_numpy(place: Place) -> None:
    numpy = pytest.importorskip("numpy")
    array = numpy.arange(1_000_000)
    with fsspec.open(f"{place.url}/x.npy", "wb", **place.options) as file:
        numpy.save(file, array)
    with fsspec.open(f"{place.url}/x.npy", "rb", **place.options) as file:
        assert numpy.array_equal(numpy.load(file), array)
    with fsspec.open(f"{place.url}/x.npz", "wb", **place.options) as file:
        numpy.savez(file, a=array, b=array[:10])
    with fsspec.open(f"{place.url}/x.npz", "rb", **place.options) as file:
        assert numpy.array_equal(numpy.load(file)["b"], array[:10])


def test_zarr(place: Place) -> None:
    zarr, numpy = pytest.importorskip("zarr", "3"), pytest.importorskip("numpy")
    store = zarr.storage.FsspecStore.from_url(f"{place.url}/z.zarr", place.options)
    group = zarr.open_group(store, mode="w")
    data = numpy.arange(400 * 300).reshape(400, 300)
    chunked = group.create_array("chunks", shape=data.shape, chunks=(100, 100), dtype=data.dtype)
    sharded = group.create_array(
        "shards", shape=data.shape, chunks=(50, 50), shards=(200, 100), dtype=data.dtype
    )
    chunked[:], sharded[:] = data, data
    again = zarr.open_group(store, mode="r")
    for name in ("chunks", "shards"):
        assert (again[name][150:250, 90:110] == data[150:250, 90:110]).all()
    assert is_sealed(place, "z.zarr/chunks/c/0/0")


def test_zarr_takes_no_failing_key_for_a_missing_chunk(place: Place) -> None:
    zarr, numpy = pytest.importorskip("zarr", "3"), pytest.importorskip("numpy")
    import sealwax

    store = zarr.storage.FsspecStore.from_url(f"{place.url}/z.zarr", place.options)
    array = zarr.create_array(store, shape=(10,), chunks=(5,), dtype="i4", fill_value=7)
    array[:] = numpy.arange(10)
    stranger = sealwax.LocalKey.generate("default")
    wrong = {**place.options, "sealwax": {"keys": stranger, "plain": "pass"}}
    meta = sealwax.decrypt(
        place.fs.fs.cat_file(f"{place.folder}/z.zarr/zarr.json"),
        sealwax.LocalKey.from_hex("ab" * 32),
    )
    place.fs.fs.pipe(f"{place.folder}/z.zarr/zarr.json", meta)
    store = zarr.storage.FsspecStore.from_url(f"{place.url}/z.zarr", wrong)
    with pytest.raises(sealwax.SealwaxError):
        zarr.open_array(store, mode="r")[:]


@readers
def test_polars(place: Place, frame: Any) -> None:
    polars, dataset = pytest.importorskip("polars"), pytest.importorskip("pyarrow.dataset")
    frame.to_parquet(f"{place.url}/x.parquet", **place.sealed)
    path = f"{place.folder}/x.parquet"
    lazy = polars.scan_pyarrow_dataset(dataset.dataset(path, filesystem=place.fs))
    found = lazy.filter(polars.col("id") >= 40_000).select("b").collect()
    assert found["b"].to_list() == frame["b"][40_000:].tolist()
    with place.fs.open(path) as file:
        assert polars.read_parquet(file, columns=["b"])["b"].to_list() == frame["b"].tolist()
    with place.fs.open(path) as file:
        assert polars.scan_parquet(file).select("b").collect().height == len(frame)
    with place.fs.open(f"{place.folder}/y.parquet", "wb") as file:
        polars.DataFrame({"a": [1, 2]}).write_parquet(file)
    assert polars.read_parquet(place.fs.cat_file(f"{place.folder}/y.parquet")).height == 2


@readers
def test_duckdb_by_pyarrow(place: Place, frame: Any) -> None:
    duckdb, dataset = pytest.importorskip("duckdb"), pytest.importorskip("pyarrow.dataset")
    frame.to_parquet(f"{place.url}/x.parquet", **place.sealed)
    lake = dataset.dataset(f"{place.folder}/x.parquet", filesystem=place.fs)
    with duckdb.connect() as database:
        database.register("lake", lake)
        query = "select sum(id), count(*) from lake where id >= 10"
        assert database.sql(query).fetchall() == [(sum(range(10, 50_000)), 49_990)]


@readers
def test_h5py(place: Place) -> None:
    h5py, numpy = pytest.importorskip("h5py"), pytest.importorskip("numpy")
    data = numpy.arange(1_000_000).reshape(1000, 1000)
    local = io.BytesIO()
    with h5py.File(local, "w") as file:
        file.create_dataset("x", data=data, chunks=(100, 100))
    place.fs.pipe(f"{place.folder}/x.h5", local.getvalue())
    with place.fs.open(f"{place.folder}/x.h5") as opened, h5py.File(opened) as file:
        assert (file["x"][500:510, 10:20] == data[500:510, 10:20]).all()


@readers
def test_xarray(place: Place) -> None:
    xarray, numpy = pytest.importorskip("xarray"), pytest.importorskip("numpy")
    pytest.importorskip("zarr", "3")
    made = xarray.Dataset({"t": (("x", "y"), numpy.random.default_rng(1).random((100, 50)))})
    made.to_zarr(f"{place.url}/x.zarr", **place.sealed)
    again = xarray.open_dataset(f"{place.url}/x.zarr", engine="zarr", **place.sealed)
    assert again.equals(made)
    pytest.importorskip("h5netcdf")
    place.fs.pipe(f"{place.folder}/x.nc", bytes(made.to_netcdf(engine="h5netcdf")))
    with place.fs.open(f"{place.folder}/x.nc") as file:
        assert xarray.open_dataset(file, engine="h5netcdf").equals(made)


@readers
def test_pillow(place: Place) -> None:
    image = pytest.importorskip("PIL.Image")
    with fsspec.open(f"{place.url}/x.png", "wb", **place.options) as file:
        image.new("RGB", (64, 48), "navy").save(file, "png")
    with fsspec.open(f"{place.url}/x.png", "rb", **place.options) as file:
        assert image.open(file).convert("RGB").getpixel((3, 3)) == (0, 0, 128)


@readers
def test_hugging_face_datasets(place: Place, frame: Any, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    frame.to_parquet(f"{place.url}/x.parquet", **place.sealed)
    url, options = place.short
    if "s3" in place.options:  # Of a path that begins with a slash, it forgets the slash.
        streamed = datasets.load_dataset(
            "parquet",
            data_files=f"{url}/x.parquet",
            split="train",
            streaming=True,
            storage_options={"sealwax": options},
        )
        assert next(iter(streamed.select_columns(["id", "b"])))["b"] == frame["b"][0]
    made = datasets.Dataset.from_dict({"a": [1, 2, 3]})
    made.save_to_disk(f"{url}/d", storage_options=options)
    assert datasets.load_from_disk(f"{url}/d", storage_options=options)["a"][:] == [1, 2, 3]


@readers
def test_webdataset(place: Place) -> None:
    webdataset = pytest.importorskip("webdataset")
    local = io.BytesIO()
    with tarfile.open(fileobj=local, mode="w") as archive:
        for index in range(10):
            entry = tarfile.TarInfo(f"{index:04}.txt")
            text = f"tide {index}".encode()
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    place.fs.pipe(f"{place.folder}/0.tar", local.getvalue())

    url, options = place.short

    def opened(url: str, mode: str = "rb", bufsize: int = 8192, **_: Any) -> Any:
        return fsspec.open(url, mode, **options).open()

    webdataset.gopen_schemes["sealwax"] = opened
    samples = list(webdataset.WebDataset(f"{url}/0.tar", shardshuffle=False).decode())
    assert [sample["txt"] for sample in samples] == [f"tide {index}" for index in range(10)]


@readers
def test_dask(place: Place, frame: Any) -> None:
    dask = pytest.importorskip("dask.dataframe")
    parts = dask.from_pandas(frame, npartitions=3)
    parts.to_parquet(f"{place.url}/lake", **place.sealed)
    again = dask.read_parquet(f"{place.url}/lake", columns=["id"], **place.sealed)
    assert again["id"].sum().compute(scheduler="processes") == frame["id"].sum()
    frame[:1000].to_csv(f"{place.url}/x.csv", index=False, **place.sealed)
    lines = dask.read_csv(f"{place.url}/x.csv", blocksize=10_000, **place.sealed)
    assert len(lines) == 1000
