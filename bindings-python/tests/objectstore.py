"""SeaweedFS as an S3 server: it checks signatures, and keeps the objects on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kms.servers.aws import OPTIONS
from kms.servers.process import program
from kms.servers.seaweed import seaweed


@contextmanager
def seaweedfs(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Runs it; gives its address, the name of an access key, and the secret."""
    if shutil.which(program("weed")) is None:
        pytest.skip("SeaweedFS is not installed for this Python")
    with seaweed(folder) as url:
        yield url, OPTIONS["aws_access_key_id"], OPTIONS["aws_secret_access_key"]
