"""Clients of S3: each process makes its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from .._errors import InvalidArgumentError
from ..kms import _tls, _travel
from ..kms._base import require
from ._server_side import ServerSide


def known(extra_args: Mapping[str, Any]) -> dict[str, Any]:
    """Refuses what boto3 would refuse, but now."""
    allowed = require("boto3.s3.transfer", "aws").S3Transfer.ALLOWED_UPLOAD_ARGS
    for name in extra_args:
        if name not in allowed:
            raise InvalidArgumentError(f"boto3 knows no argument {name!r} for new objects")
    return dict(extra_args)


class ClientMaker:
    """Makes the client of a process; a class, so that buckets can be pickled."""

    def __init__(self, client: Any, server_side: Optional[ServerSide] = None) -> None:
        self._client, self._server_side = client, server_side

    def __call__(self) -> Any:
        client = _travel.made(self._client)
        if not hasattr(client, "get_object"):
            text = "client is a boto3 client of s3, or a function that makes one"
            raise InvalidArgumentError(text)
        if self._server_side is not None and self._server_side.needs_tls:
            _tls.require_secure(client.meta.endpoint_url)
        return client

    def __getstate__(self) -> dict[str, Any]:
        _travel.refuse_client(self._client, "client")
        return self.__dict__


class ClientOptions:
    """How a client is made: without credentials, so that it can be pickled.

    Credentials are those of the process, or of the profile.
    """

    def __init__(
        self,
        *,
        endpoint: Optional[str] = None,
        region: Optional[str] = None,
        profile: Optional[str] = None,
        addressing: str = "auto",
        anonymous: bool = False,
        threads: int = 4,
    ) -> None:
        self._endpoint, self._region, self._profile = endpoint, region, profile
        self._addressing, self._anonymous, self._threads = addressing, anonymous, threads

    def __call__(self) -> Any:
        boto3, botocore = require("boto3", "aws"), require("botocore", "aws")
        config = require("botocore.config", "aws").Config(
            retries={"mode": "standard", "total_max_attempts": 5},
            max_pool_connections=max(10, 2 * self._threads),
            s3={"addressing_style": self._addressing},
            **({"signature_version": botocore.UNSIGNED} if self._anonymous else {}),
        )
        session = boto3.session.Session(profile_name=self._profile)
        return session.client(
            "s3", endpoint_url=self._endpoint, region_name=self._region, config=config
        )
