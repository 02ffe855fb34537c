"""Sealed objects in a bucket of Amazon S3, or of a store with the same protocol.

`SealedBucket` uses the host's boto3 client. It encrypts before anything is sent, uploads in parts
with constant memory, and reads any range with ranged requests. The store's own encryption can be
added as a second layer that protects the store's disks: `SseS3` and `SseKms` with a key that the
provider manages, `SseC` with a key that is sent with each request.

A failure of the store is an `IoError`, which is an `OSError` with its `errno`. It is also a
`FileNotFoundError` if there is no such object, and a `PermissionError` if the store denies access.
The SDK's own exception is the `__cause__`.
"""

from __future__ import annotations

from .._public import publish as _publish
from ._bucket import MEDIA_TYPE, SealedBucket
from ._server_side import ServerSide, SseC, SseKms, SseS3

__all__ = ["MEDIA_TYPE", "SealedBucket", "ServerSide", "SseC", "SseKms", "SseS3"]

_publish(globals())
