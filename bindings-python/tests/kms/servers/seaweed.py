"""SeaweedFS: a store that speaks S3, checks signatures and encrypts on its own side."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Optional

from .aws import OPTIONS
from .openbao import OpenBao
from .process import Port, Process, answers, program

_PARTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc")
_PARTS += ("filer.port", "filer.port.grpc", "s3.port.grpc")


@contextmanager
def seaweed(folder: Path, bao: Optional[OpenBao] = None) -> Iterator[str]:
    """All of its parts in one process, data below `folder`, `bao` as the KMS of SSE-KMS."""
    port, others = Port(), [Port() for _ in _PARTS]
    config = folder / "s3.json"
    settings: dict[str, object] = {"identities": [_identity()]}
    if bao is not None:
        settings["kms"] = _kms(bao)
    config.write_text(json.dumps(settings))
    command = [program("weed"), "server", f"-dir={folder}", "-ip=127.0.0.1"]
    command += ["-ip.bind=127.0.0.1", "-filer", "-s3", f"-s3.port={port}", f"-s3.config={config}"]
    command += [
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-volume.max=0",
        "-master.telemetry=false",
    ]
    command += ["-master.volumeSizeLimitMB=512", "-volume.preStopSeconds=0"]
    command += [f"-{part}={other}" for part, other in zip(_PARTS, others)]
    env = {"WEED_S3_SSE_KEK": os.urandom(32).hex()}  # For SSE-S3.
    with Process(command, answers(port, "/", 403), env, port):
        yield port.url
    for other in others:
        other.release()


def _identity() -> dict[str, object]:
    key = {"accessKey": OPTIONS["aws_access_key_id"], "secretKey": OPTIONS["aws_secret_access_key"]}
    return {"name": "tests", "credentials": [key], "actions": ["Admin", "Read", "Write", "List"]}


def _kms(bao: OpenBao) -> dict[str, object]:
    provider = {
        "type": "openbao",
        "address": bao.url,
        "token": bao.token,
        "transit_path": "transit",
    }
    return {"default_provider": "bao", "providers": {"bao": provider}}
