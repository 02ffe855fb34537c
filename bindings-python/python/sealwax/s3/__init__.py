"""Sealed objects in a bucket of Amazon S3, or of a store that speaks its protocol.

`SealedBucket` works over a boto3 client of the host's: it encrypts before anything is sent, uploads
in parts with constant memory, and reads any range by ranged requests. The store's own encryption
can be switched on besides, as a second layer that protects the store's disks: `SseS3` and `SseKms`
under a key that the provider manages, `SseC` under one that is sent along with each request.

Failures of the store are an `IoError`, which is an `OSError` with its `errno`: also a
`FileNotFoundError` where there is no such object, a `PermissionError` where the store denies it.
The SDK's own exception is the `__cause__`.
"""

from __future__ import annotations

from ._bucket import MEDIA_TYPE, SealedBucket
from ._server_side import ServerSide, SseC, SseKms, SseS3

__all__ = ["MEDIA_TYPE", "SealedBucket", "ServerSide", "SseC", "SseKms", "SseS3"]
