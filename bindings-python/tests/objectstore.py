"""SeaweedFS as an S3 server: it checks signatures, and keeps the objects on the disk."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kms.servers.process import Process, answers, free_port, program

_PARTS = (
    "s3.port", "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
    "filer.port.grpc", "s3.port.grpc",
)  # fmt: skip


@contextmanager
def seaweedfs(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Runs it; gives its address, the name of an access key, and the secret."""
    weed = program("weed")
    if shutil.which(weed) is None:
        pytest.skip("SeaweedFS is not installed for this Python")
    secret = os.urandom(24).hex()
    credentials = [{"accessKey": "test", "secretKey": secret}]
    actions = ["Admin", "Read", "Write", "List"]
    config: dict[str, Any] = {
        "identities": [{"name": "test", "credentials": credentials, "actions": actions}]
    }
    (folder / "s3.json").write_text(json.dumps(config))
    (folder / "objects").mkdir()
    ports = {name: free_port() for name in _PARTS}
    address = f"http://127.0.0.1:{ports['s3.port']}"
    command = [
        weed, "server", f"-dir={folder / 'objects'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer",
        "-s3", f"-s3.config={folder / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-volume.max=0", "-master.volumeSizeLimitMB=256", "-volume.preStopSeconds=0",
        "-master.telemetry=false", *(f"-{name}={port}" for name, port in ports.items()),
    ]  # fmt: skip
    with Process(command, answers(address)):
        yield address, "test", secret
