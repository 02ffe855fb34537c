"""Datasets by URL: how fast a reader scans sealed files against plain ones, and what it fetches.

    python bench/readers.py            # a local disk and a store that speaks S3, on this machine
    python bench/readers.py --quick    # does it run at all?

The store is SeaweedFS; its part is left out where that is not installed.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import numpy
import pandas
import pyarrow
import pyarrow.dataset
import pyarrow.parquet
import sealwax
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.spec import AbstractBufferedFile
from sealwax.fs._heads import heads, opened

TESTS = Path(__file__).parent.parent / "tests"
Read = Callable[[Any, str], object]


def scan_pyarrow(fs: Any, folder: str) -> object:
    return pyarrow.dataset.dataset(f"{folder}/x.parquet", filesystem=fs).to_table()


def scan_pandas(fs: Any, folder: str) -> object:
    return pandas.read_parquet(f"{folder}/x.parquet", filesystem=fs)


def scan_csv(fs: Any, folder: str) -> object:
    with fs.open(f"{folder}/x.csv") as file:
        return pandas.read_csv(file)


def scan_numpy(fs: Any, folder: str) -> object:
    with fs.open(f"{folder}/x.npy") as file:
        return numpy.load(file)


def scan_bytes(fs: Any, folder: str) -> object:
    return fs.cat_file(f"{folder}/x.parquet")


SCANS: dict[str, Read] = {
    "pyarrow.dataset": scan_pyarrow,
    "pandas.read_parquet": scan_pandas,
    "pandas.read_csv": scan_csv,
    "numpy.load": scan_numpy,
    "fs.cat_file": scan_bytes,
}


def column_pyarrow(fs: Any, folder: str) -> object:
    lake = pyarrow.dataset.dataset(f"{folder}/x.parquet", filesystem=fs)
    return lake.to_table(columns=["b"])


def column_pandas(fs: Any, folder: str) -> object:
    return pandas.read_parquet(f"{folder}/x.parquet", columns=["b"], filesystem=fs)


def column_polars_lazy(fs: Any, folder: str) -> object:
    import polars

    lake = pyarrow.dataset.dataset(f"{folder}/x.parquet", filesystem=fs)
    return polars.scan_pyarrow_dataset(lake).select("b").collect()


def column_polars(fs: Any, folder: str) -> object:
    import polars

    with fs.open(f"{folder}/x.parquet") as file:
        return polars.read_parquet(file, columns=["b"])


def column_duckdb(fs: Any, folder: str) -> object:
    import duckdb

    lake = pyarrow.dataset.dataset(f"{folder}/x.parquet", filesystem=fs)  # noqa: F841
    return duckdb.sql("select sum(b) from lake").fetchall()


def column_dask(fs: Any, folder: str) -> object:
    import dask.dataframe

    lake = dask.dataframe.read_parquet(f"{folder}/x.parquet", columns=["b"], filesystem=fs)
    return lake.sum().compute(scheduler="synchronous")


def column_h5py(fs: Any, folder: str) -> object:
    import h5py

    with fs.open(f"{folder}/x.h5") as file, h5py.File(file) as opened:
        return opened["b"][:]


def column_zarr(fs: Any, folder: str) -> object:
    import zarr

    store = zarr.storage.FsspecStore.from_mapper(fs.get_mapper(f"{folder}/x.zarr"))
    return zarr.open_group(store, mode="r")["b"][:]


COLUMNS: dict[str, Read] = {
    "pandas.read_parquet": column_pandas,
    "pyarrow.dataset": column_pyarrow,
    "polars, by pyarrow": column_polars_lazy,
    "polars.read_parquet of a file": column_polars,
    "DuckDB, by pyarrow": column_duckdb,
    "dask.dataframe": column_dask,
    "h5py": column_h5py,
    "zarr 3": column_zarr,
}


def write(fs: Any, folder: str, rows: int) -> None:
    chance = numpy.random.default_rng(1)
    frame = pandas.DataFrame({name: chance.random(rows) for name in "abcdefgh"})
    fs.makedirs(folder, exist_ok=True)
    with fs.open(f"{folder}/x.parquet", "wb") as file:
        frame.to_parquet(file, row_group_size=rows // 8)
    fs.pipe(f"{folder}/x.csv", frame[: rows // 20].to_csv(index=False).encode())
    with io.BytesIO() as array:
        numpy.save(array, frame.to_numpy())
        fs.pipe(f"{folder}/x.npy", array.getvalue())
    with io.BytesIO() as local:
        import h5py

        with h5py.File(local, "w") as file:
            for name in frame:
                file.create_dataset(name, data=frame[name], chunks=(rows // 8,))
        fs.pipe(f"{folder}/x.h5", local.getvalue())
    import zarr

    for name in frame:
        place = zarr.storage.FsspecStore.from_mapper(fs.get_mapper(f"{folder}/x.zarr/{name}"))
        zarr.save_array(place, frame[name].to_numpy())
    fs.pipe(
        f"{folder}/x.zarr/zarr.json",
        b'{"zarr_format": 3, "node_type": "group", "attributes": {}}',
    )


def seconds(read: Read, fs: Any, folder: str) -> float:
    start = time.perf_counter()
    read(fs, folder)
    return time.perf_counter() - start


def compare(read: Read, places: dict[str, tuple[Any, str]], rounds: int) -> dict[str, float]:
    """The best of some rounds, in which plain and sealed take turns."""
    taken: dict[str, list[float]] = {name: [] for name in places}
    for _ in range(rounds):
        for name, (fs, folder) in places.items():
            taken[name].append(seconds(read, fs, folder))
    return {name: statistics.median(each) for name, each in taken.items()}


@contextmanager
def local(folder: Path) -> Iterator[tuple[Any, str]]:
    yield LocalFileSystem(auto_mkdir=True), str(folder)


@contextmanager
def store(folder: Path) -> Iterator[tuple[Any, str]]:
    sys.path.insert(0, str(TESTS))
    from fs.conftest import s3_options
    from kms.servers import aws

    from objectstore import seaweedfs

    with seaweedfs(folder) as (url, _, _):
        aws.client(url, "s3").create_bucket(Bucket="tides")
        yield fsspec.filesystem("s3", **s3_options(url)), "tides"


_STORES: dict[str, Any] = {}


class Counted(MemoryFileSystem):
    """Objects in memory; it counts the bytes and the requests, and reads nothing in advance."""

    counts: ClassVar[dict[str, list[int]]] = {}

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self.name, self.pseudo_dirs = name, [""]
        self.store = _STORES.setdefault(name, {})

    def cat_file(self, path: str, start: Any = None, end: Any = None, **options: Any) -> bytes:
        path = self._strip_protocol(path)
        if path not in self.store:
            raise FileNotFoundError(path)
        data = bytes(self.store[path].getbuffer()[start:end])
        self.counts[self.name].append(len(data))
        return data

    def _open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        if mode == "rb":
            return AbstractBufferedFile(self, path, cache_type="none")
        return super()._open(path, mode, **options)


def decrypting(below: Any, path: str, key: sealwax.LocalKey, rounds: int) -> float:
    """Seconds that the cipher takes alone, for bytes that are in memory."""
    sealed, taken = below.cat_file(path), []
    for _ in range(rounds):
        start = time.perf_counter()
        sealwax.decrypt(sealed, key)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def throughput(rows: int, rounds: int) -> None:
    print("| reader | store | plain, s | sealed, s | sealed is as fast as |")
    print("|---|---|---|---|---|")
    key = sealwax.LocalKey.generate()
    for name, make in [("local disk", local), ("S3 server", store)]:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            below, base = stack.enter_context(make(folder))
            sealed = fsspec.filesystem("sealwax", fs=below, keys=key, durable=False)
            places = {"plain": (below, f"{base}/plain"), "sealed": (sealed, f"{base}/sealed")}
            for fs, place in places.values():
                write(fs, place, rows)
            alone = decrypting(below, f"{base}/sealed/x.parquet", key, rounds)
            print("| decrypting in memory |", name, f"| | {alone:.3f} | |")
            for reader, read in SCANS.items():
                took = compare(read, places, rounds)
                share = took["plain"] / took["sealed"]
                cells = [reader, name, f"{took['plain']:.3f}", f"{took['sealed']:.3f}"]
                print("|", " | ".join([*cells, f"{share:.2f}"]), "|", flush=True)


def fetched(rows: int) -> None:
    print("| reader | plain: bytes | requests | sealed: bytes | requests |")
    print("|---|---|---|---|---|")
    plain, below = Counted("plain"), Counted("sealed")
    sealed = fsspec.filesystem("sealwax", fs=below, keys=sealwax.LocalKey.generate())
    for fs in (plain, sealed):
        Counted.counts = {"plain": [], "sealed": []}
        write(fs, "/data", rows)
    for reader, read in COLUMNS.items():
        cells = [reader]
        for fs, name in [(plain, "plain"), (sealed, "sealed")]:
            heads.clear(), opened.clear()
            counts = Counted.counts[name] = []
            read(fs, "/data")
            cells += [f"{sum(counts):,}", str(len(counts))]
        print("|", " | ".join(cells), "|", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    throughput(rows=80_000 if quick else 2_000_000, rounds=1 if quick else 5)
    fetched(rows=80_000 if quick else 2_000_000)


if __name__ == "__main__":
    main()
