"""Interoperability with NumPy, pandas, Parquet, torch and S3."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
import sealwax

from objectstore import seaweedfs


def test_numpy(tmp_path, key):
    numpy = pytest.importorskip("numpy")
    array = numpy.arange(300_000, dtype="float64").reshape(300, 1000)
    with sealwax.open(tmp_path / "a.npy", "wb", key) as file:
        numpy.save(file, array)
    with sealwax.open(tmp_path / "a.npy", "rb", key) as file:
        assert (numpy.load(file) == array).all()
    with sealwax.open(tmp_path / "a.npz", "wb", key) as file:
        numpy.savez_compressed(file, a=array, b=array[0])
    with sealwax.open(tmp_path / "a.npz", "rb", key) as file:
        assert (numpy.load(file)["b"] == array[0]).all()
    assert sealwax.decrypt(sealwax.encrypt(array, key), key) == array.tobytes()
    part = array[::2, ::3]
    assert sealwax.decrypt(sealwax.encrypt(part, key), key) == part.tobytes()
    assert sealwax.decrypt(sealwax.encrypt(array.T, key), key) == array.T.tobytes()
    back = numpy.zeros_like(array)
    assert sealwax.decrypt_into(sealwax.encrypt(array, key), back, key) == array.nbytes
    assert (back == array).all()
    with pytest.raises(BufferError, match="contiguous"):
        sealwax.decrypt_into(sealwax.encrypt(part, key), numpy.zeros((300, 1000))[::2, ::3], key)
    overlapping = numpy.frombuffer(bytearray(2_000_000), dtype="uint8")
    data = overlapping[5 : 5 + 1_000_000]
    data[:] = numpy.arange(1_000_000) % 251
    expected = data.tobytes()
    length = sealwax.encrypt_into(data, overlapping, key)
    assert sealwax.decrypt(overlapping[:length], key) == expected


def test_parquet_reads_one_column_by_range(tmp_path, key):
    pandas = pytest.importorskip("pandas")
    parquet = pytest.importorskip("pyarrow.parquet")
    frame = pandas.DataFrame({f"c{i}": range(i, 200_000 + i) for i in range(10)})
    path = tmp_path / "frame.parquet"
    with sealwax.open(path, "wb", key) as file:
        frame.to_parquet(file)
    with sealwax.open(path, "rb", key) as file:
        assert pandas.read_parquet(file).equals(frame)

    class Counting(io.BytesIO):
        fetched = 0

        def read(self, size=-1):
            data = super().read(size)
            self.fetched += len(data)
            return data

    source = Counting(path.read_bytes())
    with sealwax.open(source, "rb", key) as file:
        column = parquet.read_table(file, columns=["c3"])
    assert column["c3"].to_pylist() == frame["c3"].tolist()
    assert source.fetched < path.stat().st_size / 4


def test_csv_by_pandas(tmp_path, key):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    with sealwax.open(tmp_path / "csv", "w", key, newline="") as file:
        frame.to_csv(file, index=False)
    with sealwax.open(tmp_path / "csv", "r", key) as file:
        assert pandas.read_csv(file).equals(frame)


def test_torch(tmp_path, key):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed for this Python")
    state = {"weights": torch.arange(100_000).reshape(100, 1000)}
    for legacy in (False, True):
        with sealwax.open(tmp_path / "model", "wb", key) as file:
            torch.save(state, file, _use_new_zipfile_serialization=not legacy)
        with sealwax.open(tmp_path / "model", "rb", key) as file:
            assert torch.equal(torch.load(file)["weights"], state["weights"])


@pytest.fixture
def bucket(tmp_path):
    """A bucket of a real S3 server on this machine."""
    boto3 = pytest.importorskip("boto3")
    (tmp_path / "store").mkdir()
    with seaweedfs(tmp_path / "store") as (address, key_id, secret):
        client = boto3.client(
            "s3",
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
        )
        client.create_bucket(Bucket="bucket")
        yield client


def test_uploads_and_downloads_by_boto3(bucket, tmp_path, key):
    plaintext = os.urandom(9 << 20)  # more than one part
    bucket.upload_fileobj(sealwax.encrypt_stream(io.BytesIO(plaintext), key), "bucket", "sealed")
    body = bucket.get_object(Bucket="bucket", Key="sealed")["Body"]
    with sealwax.open(body, "rb", key) as file:
        assert file.read() == plaintext
    (tmp_path / "sealed").write_bytes(sealwax.encrypt(plaintext, key))
    with sealwax.open(tmp_path / "sealed", "rb", key) as file:
        bucket.upload_fileobj(file, "bucket", "plain")
    assert bucket.get_object(Bucket="bucket", Key="plain")["Body"].read() == plaintext
    with sealwax.open(tmp_path / "downloaded", "wb", key) as file:
        bucket.download_fileobj("bucket", "plain", file)
    assert sealwax.decrypt((tmp_path / "downloaded").read_bytes(), key) == plaintext


def test_the_notebook_runs(tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    for module in ("ipykernel", "matplotlib", "pandas", "pyarrow"):
        pytest.importorskip(module)
    path = Path(__file__).parents[1] / "notebooks" / "quickstart.ipynb"
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    client.NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", ())]
    assert any("image/png" in o.get("data", ()) for o in outputs)
    assert any("<table>" in o.get("data", {}).get("text/html", "") for o in outputs)
