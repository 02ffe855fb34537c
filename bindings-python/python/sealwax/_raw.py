"""The raw files below those of `sealwax.open`: each call goes to the extension module."""

from __future__ import annotations

import errno
import io
import os
import stat
from typing import Any, Optional

from . import _errors, _sealwax


class RangeRaw(io.RawIOBase):
    """Plaintext at any offset."""

    def __init__(self, native: _sealwax.RangeReader) -> None:
        self._native, self._position = native, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._native.readinto_at(self._position, buffer)
        self._position += read
        return read

    def readall(self) -> bytes:
        data = self._native.read_at(self._position, self._native.size)
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._native.size}
        if whence not in base:
            raise ValueError(f"invalid whence ({whence}, should be 0, 1 or 2)")
        position = base[whence] + offset
        if position < 0:
            raise ValueError(f"negative seek position {position}")
        self._position = position
        return position

    def tell(self) -> int:
        return self._position


class StreamRaw(io.RawIOBase):
    """Plaintext, or an envelope that is being made, from the front to the end."""

    def __init__(self, native: _sealwax.StreamReader) -> None:
        self._native, self._position = native, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._native.readinto(buffer)
        self._position += read
        return read

    def tell(self) -> int:
        return self._position


class Target:
    """A temporary file beside the target, which takes its name at the end."""

    def __init__(self, path: str, exclusive: bool) -> None:
        self.path, self.exclusive = path, exclusive
        folder, name = os.path.split(path)
        self.temporary = os.path.join(folder, f".{name[:200]}-{os.urandom(6).hex()}.tmp")
        if exclusive and os.path.lexists(path):
            raise _errors.build(82, "")
        if os.path.isdir(path):
            raise _errors.DirectoryError(os.strerror(errno.EISDIR), errno=errno.EISDIR, filename=path)

    def commit(self) -> None:
        """Gives the complete file its name."""
        if self.exclusive:
            os.link(self.temporary, self.path)  # unlike a rename, it never replaces a file
            os.unlink(self.temporary)
            return
        try:
            os.chmod(self.temporary, stat.S_IMODE(os.stat(self.path).st_mode))
        except FileNotFoundError:
            pass
        os.replace(self.temporary, self.path)

    def remove(self) -> None:
        """Removes what is not complete."""
        try:
            os.unlink(self.temporary)
        except FileNotFoundError:
            pass


class WriterRaw(io.RawIOBase):
    """Encrypts what is written."""

    def __init__(self, native: _sealwax.StreamWriter, target: Optional[Target]) -> None:
        self._native, self._target, self._position = native, target, 0
        self.given_up = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.given_up:
            return memoryview(data).nbytes
        written = self._native.write(data)
        self._position += written
        return written

    def tell(self) -> int:
        return self._position

    def give_up(self) -> None:
        """Leaves the envelope without its end, and no file."""
        self.given_up = True
        self._native.discard()
        if self._target is not None:
            self._target.remove()

    def close(self) -> None:
        if self.closed:
            return
        try:
            if not self.given_up:
                self._native.finish()
                if self._target is not None:
                    self._target.commit()
        except BaseException:
            self.give_up()
            raise
        finally:
            super().close()

    def __del__(self) -> None:
        self.give_up()
