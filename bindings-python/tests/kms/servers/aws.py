"""Servers that speak AWS's protocol: roto-aws, ministack, moto."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .process import Port, Process, answers, program

REGION = "us-east-1"
OPTIONS = {"aws_access_key_id": "test", "aws_secret_access_key": "not-a-secret"}


@contextmanager
def roto() -> Iterator[str]:
    """roto-aws: correct about contexts, tampering and disabled keys."""
    port = Port()
    command = [program("roto-server"), "--port", str(port), "--ephemeral"]
    with Process(command, answers(port), port=port):
        yield port.url


@contextmanager
def ministack() -> Iterator[str]:
    """ministack: answers with a wrong key, and with success, to a ciphertext that was changed."""
    port = Port()
    env = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "PERSIST_STATE": "0"}
    with Process([program("ministack")], answers(port), env, port):
        yield port.url


@contextmanager
def moto() -> Iterator[str]:
    """moto: has rotation on demand and multi-Region keys; for the thorough suite."""
    port = Port()
    command = [program("moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    with Process(command, answers(port), port=port):
        yield port.url


@contextmanager
def local_kms(folder: Path) -> Iterator[str]:
    """local-kms, which listens on every address: it runs where only this machine's is there."""
    port = Port()
    env = {"PORT": str(port), "KMS_DATA_PATH": str(folder), "KMS_REGION": REGION}
    with Process([os.environ["SEALWAX_LOCAL_KMS"]], answers(port), env, port):
        yield port.url


def client(url: str, service: str = "kms", region: str = REGION) -> Any:
    """A plain client for the tests' own use, not that of a provider."""
    import boto3
    from botocore.config import Config

    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    session = boto3.session.Session()
    return session.client(service, endpoint_url=url, region_name=region, config=config, **OPTIONS)


def create_key(url: str, **fields: Any) -> str:
    """A new key's ARN."""
    arn: str = client(url).create_key(**fields)["KeyMetadata"]["Arn"]
    return arn
