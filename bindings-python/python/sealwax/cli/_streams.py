"""Sources and targets that are read and written in sequence, like those of `cat`.

A name of an open descriptor (`-`, `/dev/stdin`, `/dev/fd/63`) means this descriptor at its current
position. It is not opened again, so sockets work, and bytes that were already read stay read.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from typing import Any, Optional, Union

from . import _fd
from ._exits import RefusedError
from ._text import UsageError

STREAM_LEN = 1 << 20
"""Most bytes of one read; fewer if fewer are available."""

_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_NUMBERED = ("/dev/fd/", "/proc/self/fd/")


class Input:
    """A descriptor to read from. It cannot seek, even if it is a file."""

    def __init__(self, descriptor: int, name: str, *, owned: bool = False) -> None:
        self.descriptor, self.name, self._owned = descriptor, name, owned

    def __enter__(self) -> Input:
        return self

    def __exit__(self, *_: object) -> None:
        if self._owned:
            os.close(self.descriptor)

    def read(self, size: int = STREAM_LEN) -> bytes:
        """Reads the available bytes and waits for the first; empty only at the end."""
        try:
            return _fd.read_some(self.descriptor, size)
        except OSError as error:
            raise OSError(error.errno, error.strerror, self.name) from None

    def gather(self, size: int, seconds: float) -> tuple[bytes, bool]:
        """What arrives within this time, up to a size, and whether the stream ended."""
        gathered, end = bytearray(), time.monotonic() + seconds
        while len(gathered) < size:
            if not _fd.is_ready(self.descriptor, reading=True, seconds=end - time.monotonic()):
                break
            data = self.read(size - len(gathered))
            if not data:
                return bytes(gathered), True
            gathered += data
        return bytes(gathered), False


class Output:
    """A descriptor to write to."""

    def __init__(self, descriptor: int, name: str, *, owned: bool = False) -> None:
        self.descriptor, self.name, self._owned = descriptor, name, owned

    def __enter__(self) -> Output:
        return self

    def __exit__(self, *_: object) -> None:
        if self._owned:
            os.close(self.descriptor)

    def write(self, data: Any) -> int:
        """Writes everything, in as many calls as necessary."""
        try:
            _fd.write_all(self.descriptor, data)
        except OSError as error:
            raise OSError(error.errno, error.strerror, self.name) from None
        return len(data)


def source(name: str) -> Union[Input, str]:
    """The source of a name: a stream, or the path of a file that can seek."""
    descriptor = _descriptor(name, 0)
    if descriptor is not None:
        return Input(_fd.check(descriptor, shown(name, 0)), shown(name, 0))
    mode = os.stat(name).st_mode
    if stat.S_ISDIR(mode):
        raise _named(errno.EISDIR, "is a directory, not a file", name)
    if stat.S_ISREG(mode):
        return name
    return Input(os.open(name, os.O_RDONLY), name, owned=True)


def target(name: str, *, force: bool, if_folder: str = "name a file in it") -> Union[Output, str]:
    """The target of a name: a stream, or the path of a file to create.

    `if_folder` says what to do instead of naming a directory.
    """
    descriptor = _descriptor(name, 1)
    if descriptor is not None:
        return Output(_fd.check(descriptor, shown(name, 1)), shown(name, 1))
    mode = _mode(name)
    if stat.S_ISDIR(mode):
        raise _named(errno.EISDIR, f"is a directory; {if_folder}", name)
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        return Output(os.open(name, os.O_WRONLY | os.O_NOCTTY), name, owned=True)
    if os.path.lexists(name) and not force:
        raise _named(errno.EEXIST, "exists", name)
    if not os.path.isdir(os.path.dirname(name) or "."):
        raise _named(errno.ENOENT, "there is no such folder", os.path.dirname(name))
    return name


def standard_output() -> Output:
    """The standard output."""
    return Output(_fd.check(1, _fd.NAMES[1]), _fd.NAMES[1])


def show(text: str) -> None:
    """Writes a text to the standard output."""
    out = standard_output()
    encoding = sys.stdout.encoding if sys.stdout is not None else "utf-8"
    out.write(text.encode(encoding, "backslashreplace"))


def is_stream(name: str) -> bool:
    """Whether the name refers to an open descriptor."""
    return _descriptor(name, 0) is not None


def shown(name: str, standard: int) -> str:
    """The name of a source or target in messages."""
    return _fd.NAMES[standard] if name == "-" else name


def refuse_terminal(out: Output) -> None:
    """Rejects binary output to a terminal, which would interpret it."""
    if os.isatty(out.descriptor):
        raise UsageError("binary data on a terminal: redirect it, or say --force")


def refuse_same(given: Union[Input, str], taken: Output) -> None:
    """Rejects an output that appends to its own input, which would never end."""
    its = os.fstat(taken.descriptor)
    mine = os.stat(given) if isinstance(given, str) else os.fstat(given.descriptor)
    if stat.S_ISREG(mine.st_mode) and os.path.samestat(mine, its):
        raise RefusedError(f"{taken.name} is also the source")


def _descriptor(name: str, standard: int) -> Optional[int]:
    """The descriptor to which a name refers; `-` is the standard one."""
    if name == "-":
        return standard
    for folder in _NUMBERED:
        number = name[len(folder) :]
        if name.startswith(folder) and number.isascii() and number.isdigit():
            return int(number)
    return _STANDARD.get(name)


def _mode(name: str) -> int:
    try:
        return os.stat(name).st_mode
    except FileNotFoundError:
        return 0


def _named(number: int, text: str, name: str) -> OSError:
    return OSError(number, text, name)
