"""Encryption, decryption and rewrap of whole files. A result is complete or absent."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Optional, Union, overload

from . import _sealwax
from ._call_context import object_name
from ._convert_errors import about, path_of
from ._header import Header
from ._options import FILE_WRITING, MATCHING, SEALING, chosen, takes

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._types import Buffer, FileOpening, FileSealing, FileWriting, Keys, Path, Progress


@takes(SEALING, FILE_WRITING)
def encrypt_file(src: Path, dst: Path, keys: Keys, **options: Unpack[FileSealing]) -> int:
    """Encrypt the file `src` into the file `dst`; returns the length of the envelope in bytes.

    The result gets its name only when it is complete and safe on disk. After an error or Ctrl-C
    nothing is left. Memory use does not depend on the size. `src` may be a pipe. `threads=0` uses
    every core. `require_all` is that of `encrypt`.

    `durable=False` does not wait for the disk. Many small files are then written several times as
    fast, but after a power failure the result, and the file that it replaced, may be lost or empty.
    A `batch` makes the names of many files durable together and loses nothing, see `FileBatch`.
    `mode` sets the permissions of `dst`, such as `0o640`, regardless of the umask. Without it `dst`
    gets those of the file that it replaces; a new envelope gets the default permissions of new
    files, and a new plaintext `0o600`.

    `sparse` says which runs of zeros in the plaintext become holes, which occupy no disk space:
    `auto` those of 64 KiB and more, so that a sparse file stays sparse; `never` none; `always`
    every block of 4 KiB.

    `progress` is called on this thread with the bytes done and the total (0 if unknown). It
    cancels by raising, or by returning `False`. `progress=True` shows a bar (of tqdm, which
    `sealwax[progress]` installs).

    Raises:
        AlreadyExistsError: `dst` exists and `overwrite` is false.
        CancelledError: `progress` returned `False`.
        OSError: reading or writing failed.

    >>> import sealwax, tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "tides.csv").write_bytes(b"06:12,high")
    >>> key = sealwax.LocalKey.generate()
    >>> _ = sealwax.encrypt_file(folder / "tides.csv", folder / "tides.csv.sealwax", key)
    >>> sealwax.decrypt_file(folder / "tides.csv.sealwax", folder / "again.csv", key)
    10
    """
    sealing, writing = chosen(options, SEALING), _writing(options)
    src, dst = path_of(src), path_of(dst)
    with object_name(dst), about(src, dst), callback(options["progress"], "encrypting") as report:
        return _sealwax.encrypt_file(src, dst, keys, sealing, writing, report)


@takes(MATCHING, FILE_WRITING)
def decrypt_file(src: Path, dst: Path, keys: Keys, **options: Unpack[FileOpening]) -> int:
    """Decrypt the file `src` into the file `dst`; returns the length of the plaintext in bytes.

    As `encrypt_file`; keys and further errors are those of `decrypt`.
    """
    opening, writing = chosen(options, MATCHING), _writing(options)
    src, dst = path_of(src), path_of(dst)
    with object_name(src), about(src, dst), callback(options["progress"], "decrypting") as report:
        return _sealwax.decrypt_file(src, dst, keys, opening, writing, report)


def _writing(options: FileWriting) -> Any:
    """How the target is written, in the order in which the native calls take it."""
    return tuple(
        options[name] for name in ("overwrite", "durable", "mode", "sparse", "batch", "threads")
    )


@overload
def rewrap(
    source: Union[str, os.PathLike[str]], /, old: Keys, new: Keys, *, add: bool = ...
) -> bool: ...
@overload
def rewrap(source: Buffer, /, old: Keys, new: Keys, *, add: bool = ...) -> bytes: ...
def rewrap(source: Any, /, old: Keys, new: Keys, *, add: bool = False) -> Union[bytes, bool]:
    """Replace the wrapped keys of an envelope: unwrap with `old`, wrap with `new`.

    The encrypted data does not change. For bytes, the new envelope is returned. A file (`source` is
    `str` or `os.PathLike`) is changed in place, safe against a crash at any time; the result is
    `True` if only a few kilobytes were written, and `False` if the file was copied.

    `add` keeps the existing wrapped keys. A rewrap does not revoke a data key that was already
    unwrapped.

    Raises:
        NoMatchingKeyError, KeyUnwrapError: no provider of `old` unwrapped the key.
        ProviderError: a provider failed.
        FormatError, TruncatedError, LimitError: this is not an envelope, or the new header is too
            large.
        OSError: reading or writing failed.

    >>> import sealwax
    >>> old, new = sealwax.LocalKey.generate("2025"), sealwax.LocalKey.generate("2026")
    >>> envelope = sealwax.rewrap(sealwax.encrypt(b"tide table", old), old=old, new=new)
    >>> sealwax.decrypt(envelope, new)
    b'tide table'
    """
    if isinstance(source, (str, os.PathLike)):
        path = path_of(source)
        with object_name(path), about(path):
            return _sealwax.rewrap_file(path, old, new, add)
    return _sealwax.rewrap(source, old, new, add=add)


def inspect(source: Union[Buffer, str, os.PathLike[str]]) -> Header:
    """The header of an envelope in bytes, or of a file if `source` is `str` or `os.PathLike`.

    No key is needed and no KMS is called. `source` may also be a detached header.

    Raises:
        FormatError, LimitError, TruncatedError: it does not start with a valid header.
        OSError: the file cannot be read.
    """
    if isinstance(source, (str, os.PathLike)):
        path = path_of(source)
        with about(path):
            return Header(_sealwax.inspect_file(path))
    return Header(source)


@contextmanager
def callback(progress: Progress, what: str) -> Iterator[Optional[Callable[[int, int], object]]]:
    """The callback for `progress`, and the bar that is closed at the end."""
    if progress is None or progress is False:
        yield None
    elif progress is True:
        try:
            from tqdm.auto import tqdm
        except ModuleNotFoundError as error:
            message = "progress=True needs tqdm: pip install 'sealwax[progress]'"
            raise ModuleNotFoundError(message, name=error.name) from error

        with tqdm(desc=what, unit="B", unit_scale=True, unit_divisor=1024) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total or None
                bar.update(done - bar.n)

            yield show
    else:
        yield progress
