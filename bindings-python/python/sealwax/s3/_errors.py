"""Converts exceptions of boto3 to `IoError`."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, Optional

from .._errors import (
    ConflictError,
    DeniedFileError,
    InvalidArgumentError,
    IoError,
    MissingFileError,
)
from .._text import printable
from ..kms._base import require, tamed

_BY_STATUS: dict[int, tuple[type[IoError], int]] = {
    403: (DeniedFileError, errno.EACCES),
    404: (MissingFileError, errno.ENOENT),
    412: (ConflictError, errno.ESTALE),
    416: (IoError, errno.ENODATA),
}

_MEANINGS = {412: "the object was replaced meanwhile"}


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Converts exceptions of the SDK inside the block to an `IoError` about `url`."""
    exceptions = require("botocore.exceptions", "aws")
    try:
        yield
    except exceptions.ClientError as error:
        _answered(error, url)
    except exceptions.ParamValidationError as error:
        raise InvalidArgumentError(printable(str(error))) from error
    except (exceptions.BotoCoreError, require("boto3.exceptions", "aws").Boto3Error) as error:
        raise IoError(printable(str(error)), errno=errno.EIO, filename=url) from tamed(error)
    except RecursionError:
        # botocore looks up the region of a bucket, and repeats that after a redirect.
        text = "the store redirects to nowhere"
        raise IoError(text, errno=errno.EIO, filename=url) from None


def _answered(error: Any, url: str) -> NoReturn:
    said, about = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    status = about.get("HTTPStatusCode", 0)
    kind, number = _BY_STATUS.get(status, (IoError, errno.EIO))
    if said.get("Code") == "ConditionalRequestConflict":
        kind, number = ConflictError, errno.ESTALE
    message = _MEANINGS.get(status) or said.get("Message") or "no message"
    text = f"{said.get('Code', 'error')}: {message}"
    request_id: Optional[str] = about.get("RequestId")
    if request_id:
        text += f" (request {request_id})"
    raise kind(printable(text), errno=number, filename=url) from tamed(error)
