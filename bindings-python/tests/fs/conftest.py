"""Underlying file systems: memory, the local disk, a real store that speaks S3."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sealwax
from kms.servers import aws
from kms.servers.http import Proxy

from objectstore import seaweedfs

fsspec = pytest.importorskip("fsspec")
pytest.importorskip("s3fs")

KEY = sealwax.LocalKey.generate("data")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Over S3 the many edge cases of globs take long, and are the same as over memory."""
    for item in items:
        if "OverS3" in item.nodeid and "edge_cases" in item.nodeid:
            item.add_marker(pytest.mark.readers)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """SeaweedFS's address; it has the bucket `tides`."""
    with seaweedfs(tmp_path_factory.mktemp("seaweed")) as (url, _, _):
        aws.client(url, "s3").create_bucket(Bucket="tides")
        yield url


@pytest.fixture(scope="session")
def folderless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Moto's address: it has no folders, as S3 has none, but SeaweedFS has."""
    with aws.moto() as url:
        aws.client(url, "s3").create_bucket(Bucket="tides")
        yield url


@pytest.fixture
def proxy(store: str) -> Iterator[Proxy]:
    """Counts what goes to the store."""
    with Proxy(store) as made:
        yield made


def s3_options(url: str) -> dict[str, Any]:
    """Options of s3fs, whose listings are never those of another test."""
    return {
        "key": aws.OPTIONS["aws_access_key_id"],
        "secret": aws.OPTIONS["aws_secret_access_key"],
        "endpoint_url": url,
        "use_listings_cache": False,
    }


@pytest.fixture
def memory() -> Any:
    return fsspec.filesystem("sealwax", target_protocol="memory", keys=KEY)


@pytest.fixture
def local() -> Any:
    options = {"auto_mkdir": True}
    return fsspec.filesystem("sealwax", target_options=options, keys=KEY, durable=False)


@pytest.fixture
def s3(store: str) -> Any:
    return fsspec.filesystem(
        "sealwax", target_protocol="s3", target_options=s3_options(store), keys=KEY
    )


@pytest.fixture
def folders(tmp_path: Any) -> dict[str, str]:
    """A place of its own on each."""
    name = uuid.uuid4().hex
    return {"memory": f"/{name}", "local": str(tmp_path / name), "s3": f"tides/{name}"}


@pytest.fixture(params=["memory", "local", pytest.param("s3", marks=pytest.mark.xdist_group("s3"))])
def place(request: pytest.FixtureRequest, folders: dict[str, str]) -> tuple[Any, str]:
    """Each file system in turn, and a folder on it."""
    fs = request.getfixturevalue(request.param)
    folder = folders[request.param]
    fs.makedirs(folder, exist_ok=True)
    return fs, folder
