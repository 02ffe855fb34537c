"""The errors of stores, in addition to those of files."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .._convert_errors import build
from .._errors import AlreadyExistsError, ConflictError, ErrorCode, IoError, SealwaxError
from .._text import printable
from ._model import Capability


class UnsupportedError(IoError, io.UnsupportedOperation):
    """This store cannot do that; the text says what to do instead."""


_REMEDIES = {
    Capability.CONDITIONAL_PUT: "put without a condition if nobody else writes here",
    Capability.CONDITIONAL_DELETE: "delete without a condition if nobody else writes here",
    Capability.NEW_HEAD: "allow_copy=True reads the object and writes all of it anew",
    Capability.VERSIONS: "copy what is to be kept before it is replaced",
    Capability.RETENTION: "use a store with object lock for what must not be deleted",
    Capability.METADATA: "seal it with the object, as its metadata",
    Capability.TAGS: "use a store with tags, or metadata",
}


def unsupported(url: str, operation: str, needed: Capability) -> UnsupportedError:
    """Says which store cannot do what, and what to do instead."""
    what = str(needed.name).lower().replace("_", " ")
    text = f"{operation}: this store has no {what}; {_REMEDIES[needed]}"
    return UnsupportedError(text, errno=errno.ENOTSUP, filename=url)


def conflict(url: str, doing: str = "replaced meanwhile") -> ConflictError:
    """Somebody else was faster."""
    text = f"the object was {doing}: read it again and decide anew"
    return ConflictError(text, errno=errno.ESTALE, filename=url)


def exists(url: str) -> AlreadyExistsError:
    """There is one, which was not to be replaced."""
    text = "the object exists already"
    return AlreadyExistsError(text, errno=errno.EEXIST, filename=url)


def missing(url: str) -> IoError:
    """There is no such object."""
    return failed(url, errno.ENOENT)


def denied(url: str, why: str) -> IoError:
    """The store does not allow it."""
    return failed(url, errno.EACCES, why)


def failed(url: str, number: int, text: str = "") -> IoError:
    """The error for a number of the system, of the class that Python has for it."""
    error: Any = build(ErrorCode.IO, "", errno=number)
    kind = type(error) if isinstance(error, IoError) else IoError
    return kind(printable(text) or error.strerror, errno=number, filename=url)


_NUMBERS: tuple[tuple[type[BaseException], int], ...] = (
    (FileNotFoundError, errno.ENOENT),
    (NotADirectoryError, errno.ENOENT),  # `a/b`, where `a` is an object: there is no such object.
    (PermissionError, errno.EACCES),
    (IsADirectoryError, errno.EISDIR),
    (FileExistsError, errno.EEXIST),
)


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Turns what the system or a foreign file system raises into an `IoError` about `url`."""
    try:
        yield
    except SealwaxError as error:
        error._name(url)
        raise
    except (ImportError, MemoryError):
        raise
    except NotImplementedError as error:
        text = "this store cannot do that: it only reads, or its fsspec implementation is not whole"
        raise UnsupportedError(text, errno=errno.ENOTSUP, filename=url) from error
    except OSError as error:
        raise _of_os_error(error, url) from error
    except Exception as error:
        raise failed(url, errno.EIO, f"{type(error).__name__}: {error}") from error


def _of_os_error(error: OSError, url: str) -> IoError:
    """The same; libraries raise them without a number, too."""
    for kind, number in _NUMBERS:
        if isinstance(error, kind):
            return failed(url, number)
    text = error.strerror or f"{type(error).__name__}: {error}"
    return failed(url, error.errno or errno.EIO, text)
