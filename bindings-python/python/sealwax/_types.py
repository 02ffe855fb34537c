"""Names for the types of arguments. They are for annotations only and not needed at run time."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, Optional, Protocol, TypedDict, Union

from ._provider import AsyncProvider, Provider
from ._sealwax import FileBatch

if sys.version_info >= (3, 12):
    from collections.abc import Buffer as _Buffer
else:
    from typing_extensions import Buffer as _Buffer


class _Array(Protocol):
    """A NumPy array. Its stubs declare it as a buffer only from Python 3.12 on."""

    @property
    def __array_interface__(self) -> dict[str, Any]: ...


Buffer = Union[_Buffer, _Array]
Keys = Union[Provider, Iterable[Provider]]
AnyKeys = Union[Provider, AsyncProvider, Iterable[Union[Provider, AsyncProvider]]]
Kem = Literal["x25519", "x-wing"]
Context = Optional[Mapping[str, str]]
Padding = Union[str, int, None]
Path = Union[str, "os.PathLike[str]"]
Sparse = Literal["auto", "never", "always"]
Progress = Union[bool, Callable[[int, int], object], None]

ReadMode = Literal["rb", "br"]
WriteMode = Literal["wb", "bw", "xb", "bx"]
TextMode = Literal["r", "rt", "tr", "w", "wt", "tw", "x", "xt", "tx"]
Mode = Union[ReadMode, WriteMode, TextMode]


class Sealing(TypedDict, total=False):
    """Keyword arguments of an encryption."""

    context: Context
    associated_data: Optional[Buffer]
    metadata: Optional[Buffer]
    padding: Padding
    require_all: bool


class Matching(TypedDict, total=False):
    """Keyword arguments of a decryption that must match those of the encryption."""

    context: Context
    associated_data: Optional[Buffer]


class Opening(Matching, total=False):
    """Keyword arguments of a decryption."""

    header: Optional[Buffer]


class FileWriting(TypedDict, total=False):
    """Keyword arguments for how a file is written."""

    overwrite: bool
    durable: bool
    mode: Optional[int]
    sparse: Sparse
    batch: Optional[FileBatch]
    threads: int
    progress: Progress


class FileSealing(Sealing, FileWriting, total=False):
    """Keyword arguments of the encryption of a file."""


class FileOpening(Matching, FileWriting, total=False):
    """Keyword arguments of the decryption of a file."""


class FileObjectSealing(Sealing, total=False):
    """Keyword arguments of `open` for writing."""

    detached: bool
    durable: bool
    permissions: Optional[int]


class FileText(TypedDict, total=False):
    """Keyword arguments for text, as of the built-in `open`."""

    encoding: Optional[str]
    errors: Optional[str]
    newline: Optional[str]


class FileObject(FileObjectSealing, FileText, total=False):
    """Keyword arguments of `open`."""

    header: Optional[Buffer]


class Upload(Sealing, total=False):
    """Keyword arguments of an upload to a bucket."""

    progress: Progress


class Download(Matching, total=False):
    """Keyword arguments of a download from a bucket."""

    overwrite: bool
    progress: Progress
