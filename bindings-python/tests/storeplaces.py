"""Every kind of store, for the contract that is the same for all."""

from __future__ import annotations

import contextlib
import uuid

import pytest
from sealwax import stores

from objectstore import seaweedfs

KINDS = ("local", "memory", "s3", "fsspec-local", "fsspec-memory")


class Server:
    """SeaweedFS with the buckets `tides`, and `locked` with versions and object lock."""

    def __init__(self, folder):
        self._stack = contextlib.ExitStack()
        self.url, *self._credentials = self._stack.enter_context(seaweedfs(folder))
        self.client().create_bucket(Bucket="tides")
        self.client().create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)

    def client(self, url=None, attempts=3, credentials=None):
        """A client of it, or of a proxy before it."""
        boto3 = pytest.importorskip("boto3")
        from botocore.config import Config

        config = Config(
            s3={"addressing_style": "path"},
            retries={"mode": "standard", "total_max_attempts": attempts},
        )
        identity, secret = credentials or self._credentials
        return boto3.session.Session().client(
            "s3",
            endpoint_url=url or self.url,
            region_name="us-east-1",
            aws_access_key_id=identity,
            aws_secret_access_key=secret,
            config=config,
        )

    def store(self, bucket="tides", **options):
        """A part of a bucket that nobody else uses."""
        return stores.S3Store(self.client(**options), bucket, uuid.uuid4().hex, part_size=5 << 20)

    def close(self):
        self._stack.close()


def make(kind, folder, server):
    """A new and empty store."""
    if kind == "local":
        return stores.LocalStore(folder / "objects")
    if kind == "memory":
        return stores.MemoryStore()
    if kind == "s3":
        return server().store()
    pytest.importorskip("fsspec")
    place = f"file://{folder}/objects" if kind == "fsspec-local" else f"memory://{uuid.uuid4().hex}"
    return stores.FsspecStore(place)
