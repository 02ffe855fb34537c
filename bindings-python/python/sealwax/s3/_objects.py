"""Operations on sealed objects that need no key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Optional

from ..kms._base import PerProcess
from ._body import Source, attempts_of
from ._errors import translated
from ._names import checked, header_name, is_header
from ._ranges import Front
from ._server_side import ServerSide

FRONT = 4 * 1024
"""As long as most headers are, so that one request gets them; in bytes."""


class ObjectInfo(NamedTuple):
    """An object in a listing: `stored_size` is the length of what is stored, in bytes."""

    name: str
    stored_size: int
    modified: Any
    etag: str


class Objects:
    """Sealed objects in a bucket, without their keys."""

    name: str
    _clients: PerProcess[Any]
    _server_side: Optional[ServerSide]
    _detached: bool

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """The objects whose names begin with `prefix`, in the order of their names.

        A thousand for each request, when they are asked for. Headers of their own are left out.
        """
        with translated(self._url(prefix)):
            pages = self._clients.get().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.name, Prefix=prefix):
                for each in page.get("Contents", []):
                    if not (self._detached and is_header(each["Key"])):
                        yield ObjectInfo(
                            each["Key"], each["Size"], each["LastModified"], each["ETag"]
                        )

    def exists(self, name: str) -> bool:
        """Whether there is an object of that name, sealed or not."""
        server_side = self._server_side.to_read() if self._server_side else {}
        try:
            with translated(self._url(checked(name))):
                self._clients.get().head_object(Bucket=self.name, Key=name, **server_side)
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        """Remove an object, and its header where that is stored apart; one that is not there, too.

        Other versions that the store keeps stay readable for whoever has a key.
        """
        names = [checked(name)]
        if self._detached and self.exists(name):
            # The body first: without one a header opens nothing.
            names.append(header_name(name, Front.of(self._source(name), FRONT).data))
        for each in names:
            with translated(self._url(each)):
                self._clients.get().delete_object(Bucket=self.name, Key=each)

    def copy(self, name: str, new_name: str) -> None:
        """Copy an object as it is stored, with its keys and its context: nothing is decrypted.

        The store copies by itself, at most 5 GiB where the store is Amazon's.
        """
        if self._detached:
            body = Front.of(self._source(name), FRONT).data
            place = header_name(new_name, body)
            self._copy(header_name(name, body), checked(place))
        self._copy(checked(name), checked(new_name))

    def _copy(self, name: str, new_name: str) -> None:
        write = self._server_side.to_write() if self._server_side else {}
        read = self._server_side.to_read() if self._server_side else {}
        source = {f"CopySource{field}": value for field, value in read.items()}
        with translated(self._url(name)):
            self._clients.get().copy_object(
                Bucket=self.name,
                Key=new_name,
                CopySource={"Bucket": self.name, "Key": name},
                **write,
                **source,
            )

    def _url(self, name: str) -> str:
        return f"s3://{self.name}/{name}"

    def _source(self, name: str) -> Source:
        """An object that is there."""
        client, url = self._clients.get(), self._url(checked(name))
        server_side = self._server_side.to_read() if self._server_side else {}

        def fetch(fields: Mapping[str, Any]) -> Mapping[str, Any]:
            with translated(url):
                answer: Mapping[str, Any] = client.get_object(
                    Bucket=self.name, Key=name, **server_side, **fields
                )
                return answer

        return Source(url, fetch, attempts_of(client))
