from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, final

from typing_extensions import Unpack

from ._provider import AsyncProvider, Provider, WrappedKey
from ._types import Buffer, Context, Keys, Opening, Padding, Path, Sealing, Sparse

__all__ = [
    "ERROR_CODES",
    "MAX_HEADER_LEN",
    "CachingDecryptor",
    "CachingEncryptor",
    "CachingProvider",
    "DecryptHandle",
    "EncryptHandle",
    "FileBatch",
    "FileTarget",
    "LocalKey",
    "RangeOpener",
    "RangeReader",
    "StreamReader",
    "StreamWriter",
    "__version__",
    "announced_header_len",
    "canonical_context",
    "check_buffer",
    "decrypt",
    "decrypt_file",
    "decrypt_into",
    "encrypt",
    "encrypt_detached",
    "encrypt_file",
    "encrypt_into",
    "escaped",
    "from_text",
    "inspect_file",
    "longest_hold",
    "parse_header",
    "plaintext_size",
    "rewrap",
    "rewrap_file",
    "rewrap_header",
    "sealed_size",
    "set_thread_limit",
    "thread_limit",
    "to_text",
]

__version__: str
ERROR_CODES: dict[str, int]
MAX_HEADER_LEN: int

def canonical_context(context: Mapping[str, str], /) -> bytes: ...
def check_buffer(data: Buffer, /) -> None: ...
def longest_hold() -> int: ...
def encrypt(
    data: Buffer,
    /,
    keys: Keys,
    **options: Unpack[Sealing],
) -> bytes: ...
def encrypt_detached(
    data: Buffer,
    /,
    keys: Keys,
    **options: Unpack[Sealing],
) -> tuple[bytes, bytes]: ...
def encrypt_into(
    data: Buffer,
    out: Buffer,
    /,
    keys: Keys,
    **options: Unpack[Sealing],
) -> int: ...
def decrypt(
    data: Buffer,
    /,
    keys: Keys,
    **options: Unpack[Opening],
) -> bytes: ...
def decrypt_into(
    data: Buffer,
    out: Buffer,
    /,
    keys: Keys,
    **options: Unpack[Opening],
) -> int: ...
def rewrap(data: Buffer, /, old: Keys, new: Keys, *, add: bool = False) -> bytes: ...
def rewrap_header(header: Buffer, /, old: Keys, new: Keys, *, add: bool = False) -> bytes: ...
def sealed_size(plaintext_size: int, /, header_len: int = ...) -> int: ...
def plaintext_size(sealed_size: int, /, header_len: int) -> int: ...
def announced_header_len(data: Buffer, /) -> int | None: ...
def thread_limit() -> int: ...
def set_thread_limit(threads: int, /) -> None: ...
def to_text(data: Buffer, /) -> str: ...
def escaped(text: str, /) -> str: ...
def from_text(text: str, /) -> bytes: ...
def parse_header(data: Buffer, /) -> dict[str, Any]: ...

@final
class LocalKey:
    def __new__(cls, kek: Buffer, key_id: str) -> LocalKey: ...
    @staticmethod
    def generate(key_id: str = "default") -> LocalKey: ...
    @staticmethod
    def from_hex(text: str, key_id: str = "default") -> LocalKey: ...
    @staticmethod
    def from_base64(text: str, key_id: str = "default") -> LocalKey: ...
    @staticmethod
    def from_file_content(content: Buffer, key_id: str = "default") -> LocalKey: ...
    @staticmethod
    def from_file(path: Path, key_id: str = "default") -> LocalKey: ...
    @staticmethod
    def from_env(name: str, key_id: str = "default") -> LocalKey: ...
    def export(self) -> bytearray: ...
    @property
    def provider_id(self) -> str: ...
    @property
    def key_id(self) -> str: ...
    def accepts(self, key_id: str) -> bool: ...
    def wrap(self, dek: Buffer, context: Mapping[str, str]) -> WrappedKey: ...
    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytearray: ...

@final
class EncryptHandle:
    def __new__(
        cls,
        keys: Keys,
        *,
        context: Context = None,
        metadata: Buffer | None = None,
        padding: Padding = None,
        require_all: bool = True,
    ) -> EncryptHandle: ...
    def encrypt(self, data: Buffer, /, *, associated_data: Buffer | None = None) -> bytes: ...
    def encrypt_detached(
        self, data: Buffer, /, *, associated_data: Buffer | None = None
    ) -> bytes: ...
    def encrypt_into(
        self, data: Buffer, out: Buffer, /, *, associated_data: Buffer | None = None
    ) -> int: ...
    def sealed_size(self, plaintext_size: int, /) -> int: ...
    @property
    def header(self) -> bytes: ...

@final
class DecryptHandle:
    def __new__(cls, header: Buffer, keys: Keys, *, context: Context = None) -> DecryptHandle: ...
    def decrypt(
        self,
        data: Buffer,
        /,
        *,
        associated_data: Buffer | None = None,
        detached: bool = False,
    ) -> bytes: ...
    @property
    def metadata(self) -> bytes | None: ...

def encrypt_file(
    src: Path,
    dst: Path,
    keys: Keys,
    options: Sealing,
    writing: tuple[bool, bool, int | None, Sparse, FileBatch | None, int],
    progress: Callable[[int, int], object] | None,
) -> int: ...
def decrypt_file(
    src: Path,
    dst: Path,
    keys: Keys,
    options: Opening,
    writing: tuple[bool, bool, int | None, Sparse, FileBatch | None, int],
    progress: Callable[[int, int], object] | None,
) -> int: ...
def rewrap_file(path: Path, old: Keys, new: Keys, add: bool) -> bool: ...
def inspect_file(path: Path) -> bytes: ...

@final
class FileBatch:
    def __new__(cls) -> FileBatch: ...
    def finish(self) -> None: ...
    def __enter__(self) -> FileBatch: ...
    def __exit__(self, *_exception: object) -> None: ...

@final
class RangeOpener:
    def __new__(
        cls, size: int, front: Buffer, last_chunk: Buffer, keys: Keys, options: Opening
    ) -> RangeOpener: ...
    @staticmethod
    def opening_spans(size: int, header_len: int) -> tuple[tuple[int, int], tuple[int, int]]: ...
    def span(self, offset: int, size: int) -> tuple[int, int]: ...
    def reach(self, offset: int, size: int) -> int: ...
    def open_range(self, offset: int, size: int, sealed: Buffer) -> bytes: ...
    def open_range_into(self, offset: int, buffer: Buffer, sealed: Buffer) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def header(self) -> bytes: ...
    @property
    def metadata(self) -> bytes | None: ...

@final
class RangeReader:
    @staticmethod
    def open(
        source: Any,
        is_path: bool,
        keys: Keys,
        options: Opening,
    ) -> RangeReader: ...
    def read_at(self, offset: int, size: int) -> bytes: ...
    def readinto_at(self, offset: int, buffer: Buffer, wanted: int) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def header(self) -> bytes: ...
    @property
    def metadata(self) -> bytes | None: ...

@final
class StreamReader:
    @staticmethod
    def decrypting(
        source: Any,
        keys: Keys,
        options: Opening,
    ) -> StreamReader: ...
    @staticmethod
    def encrypting(
        source: Any,
        keys: Keys,
        options: Sealing,
    ) -> StreamReader: ...
    def read(self, size: int) -> bytes: ...
    def readinto(self, buffer: Buffer) -> int: ...
    @property
    def header(self) -> bytes | None: ...
    @property
    def metadata(self) -> bytes | None: ...

@final
class StreamWriter:
    @staticmethod
    def to_path(
        path: Path,
        placing: tuple[bool, bool, int | None],
        keys: Keys,
        options: Sealing,
        detached: bool,
    ) -> StreamWriter: ...
    @staticmethod
    def to_object(
        target: Any,
        keys: Keys,
        options: Sealing,
        detached: bool,
    ) -> StreamWriter: ...
    def write(self, data: Buffer) -> int: ...
    def flush(self) -> None: ...
    def finish(self) -> None: ...
    def discard(self) -> None: ...
    @property
    def header(self) -> bytes | None: ...

@final
class FileTarget:
    def __new__(
        cls,
        path: Path,
        *,
        overwrite: bool = False,
        durable: bool = True,
        mode: int | None = None,
    ) -> FileTarget: ...
    def write(self, data: Buffer) -> int: ...
    def commit(self) -> None: ...
    def discard(self) -> None: ...

@final
class CachingProvider:
    def __new__(
        cls,
        inner: Provider | AsyncProvider,
        /,
        capacity: int = 1000,
        max_age: float = 300.0,
        max_messages: int = 65536,
        max_bytes: int = 68719476736,
        *,
        name: str | None = None,
    ) -> CachingProvider: ...
    @property
    def inner(self) -> Provider | AsyncProvider: ...
    @property
    def provider_id(self) -> str: ...
    def accepts(self, key_id: str) -> bool: ...
    def wrap(self, dek: Buffer, context: Mapping[str, str]) -> WrappedKey: ...
    def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytearray: ...
    def generate(self, context: Mapping[str, str]) -> tuple[bytearray, WrappedKey]: ...
    @property
    def encrypt_stats(self) -> dict[str, int]: ...
    @property
    def decrypt_stats(self) -> dict[str, int]: ...
    def clear(self) -> None: ...
    def remove_expired(self) -> None: ...

@final
class CachingEncryptor:
    def __new__(
        cls,
        keys: Keys,
        /,
        capacity: int = 1000,
        max_age: float = 300.0,
        max_messages: int = 65536,
        max_bytes: int = 68719476736,
    ) -> CachingEncryptor: ...
    def encrypt(
        self,
        data: Buffer,
        /,
        *,
        context: Context = None,
        associated_data: Buffer | None = None,
        metadata: Buffer | None = None,
        padding: Padding = None,
    ) -> bytes: ...
    @property
    def stats(self) -> dict[str, int]: ...
    def clear(self) -> None: ...
    def remove_expired(self) -> None: ...

@final
class CachingDecryptor:
    def __new__(
        cls, keys: Keys, /, capacity: int = 1000, max_age: float = 300.0
    ) -> CachingDecryptor: ...
    def decrypt(
        self,
        data: Buffer,
        /,
        **options: Unpack[Opening],
    ) -> bytes: ...
    @property
    def stats(self) -> dict[str, int]: ...
    def clear(self) -> None: ...
    def remove_expired(self) -> None: ...
