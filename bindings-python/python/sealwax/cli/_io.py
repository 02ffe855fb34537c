"""Where the bytes come from and go to, and how that is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Optional, cast

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

import sealwax

STREAM_LEN = 1 << 20
SUFFIX = ".sealwax"

console = Console(stderr=True)
"""For people: data goes elsewhere."""


def say(message: str) -> None:
    """Tells a person what was done."""
    console.print(message, highlight=False, markup=False, soft_wrap=True)


def default_output(source: str, *, encrypting: bool) -> str:
    """The name of the result where none was given."""
    if source == "-":
        return "-"
    if encrypting:
        return source + SUFFIX
    if not source.endswith(SUFFIX):
        raise click.UsageError(f"give the name of the result: {source} does not end in {SUFFIX}")
    return source[: -len(SUFFIX)]


def stdout_bytes(*, force: bool) -> IO[bytes]:
    """The standard output, unless a person would see binary data."""
    if sys.stdout.isatty() and not force:
        raise click.UsageError("binary data on a terminal: redirect it, or say --force")
    return sys.stdout.buffer


@contextmanager
def shown(what: str) -> Iterator[Optional[Callable[[int, int], None]]]:
    """A bar on a terminal, nothing elsewhere."""
    if not console.is_terminal:
        yield None
        return
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress("{task.description}", *columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)

        def report(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total or None)

        yield report


def copy(source: Any, target: Any, report: Optional[Callable[[int, int], None]]) -> int:
    """Copies everything; returns how many bytes."""
    done = 0
    while block := source.read(STREAM_LEN):
        target.write(block)
        done += len(block)
        if report is not None:
            report(done, 0)
    return done


def encrypt(source: str, target: str, keys: Any, *, force: bool, **options: Any) -> None:
    """Encrypts a file or a pipe."""
    with shown(f"encrypting {source}") as report:
        if source != "-" and target != "-":
            sealwax.encrypt_file(source, target, keys, overwrite=force, progress=report, **options)
            return
        out: Any = stdout_bytes(force=force) if target == "-" else target
        mode = "wb" if force or target == "-" else "xb"
        with _reading(source) as plain, _open(out, mode, keys, options) as sealed:
            copy(plain, sealed, report)
        _flush(target)


def decrypt(source: str, target: str, keys: Any, *, force: bool, **options: Any) -> None:
    """Decrypts a file or a pipe."""
    with shown(f"decrypting {source}") as report:
        if target == "-":
            out = stdout_bytes(force=True)  # what was encrypted may well be text
            with sealwax.open(_source(source), "rb", keys, **options) as plain:
                copy(plain, out, report)
            out.flush()
        else:
            name = "/dev/stdin" if source == "-" else source
            sealwax.decrypt_file(name, target, keys, overwrite=force, progress=report, **options)


def verify(source: str, keys: Any, **options: Any) -> int:
    """Decrypts everything and keeps nothing; returns the length of the plaintext."""

    with shown(f"verifying {source}") as report:
        with sealwax.open(_source(source), "rb", keys, **options) as plain:
            return copy(plain, _Nowhere(), report)


class _Nowhere:
    def write(self, data: bytes) -> None:
        """Forgets the data."""


def _source(name: str) -> Any:
    """A pipe cannot seek, whatever `-` is connected to."""
    return _Pipe(sys.stdin.buffer) if name == "-" else name


class _Pipe:
    def __init__(self, file: IO[bytes]) -> None:
        self.read = file.read


@contextmanager
def _reading(name: str) -> Iterator[IO[bytes]]:
    if name == "-":
        yield sys.stdin.buffer
    else:
        with open(name, "rb") as file:
            yield file


def _open(target: Any, mode: str, keys: Any, options: dict[str, Any]) -> sealwax.SealedWriter:
    opened: Any = sealwax.open(target, mode, keys, **options)
    return cast("sealwax.SealedWriter", opened)


def _flush(target: str) -> None:
    if target == "-":
        sys.stdout.buffer.flush()
