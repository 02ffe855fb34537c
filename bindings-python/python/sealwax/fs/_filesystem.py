"""The file system of the protocol `sealwax`."""

from __future__ import annotations

from glob import has_magic
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, Optional, Union

from fsspec import filesystem
from fsspec.asyn import AsyncFileSystem, sync_wrapper
from fsspec.implementations.chained import ChainedFileSystem
from fsspec.spec import AbstractFileSystem

from .._errors import InvalidArgumentError
from ..aio import AsyncFile
from ..config import Config
from ._below import Below, in_thread
from ._keys import KeySet, named, resolved, shared
from ._listing import Listing
from ._reading import Reading
from ._writing import Writing

if TYPE_CHECKING:
    from .._types import Context, Padding

Plain = Literal["refuse", "pass", "hide"]
"""What becomes of objects that are not sealed."""


class _ByName(type(AbstractFileSystem)):  # type: ignore[misc]
    """Options have a name in place of keys, before tokens are made of them."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        if "keys" in options:
            options["keys"] = named(options["keys"])
        return super().__call__(*args, **options)


class SealwaxFileSystem(
    Reading, Writing, Listing, AsyncFileSystem, ChainedFileSystem, metaclass=_ByName
):
    """Seals what is written to another file system, and reads it at any offset.

    Paths and names are those of the file system below. Sizes are those of the plaintext; they
    follow from the lengths of an object and its header, which takes one small request for each new
    object and no KMS. Opening an object authenticates its size.

    Args:
        target_protocol, target_options: which file system lies below; or `fs`, the file system
            itself. A chained URL says it, too: `sealwax::s3://bucket/x.parquet`.
        keys: providers; or references as on the command line, such as `aws:alias/data`, which
            are all that travels in a pickle. Without any, `sealwax.toml` says them, and the
            context, for each URL.
        config: that file, if it is not the one of the working folder; or a `sealwax.config.Config`.
        context: the encryption context of what is written, and required of what is read.
        padding, require_all: for writing, as for `sealwax.encrypt`.
        plain: what becomes of objects that are not sealed: `refuse` lists them, and opens them
            with an error; `pass` reads them as they are; `hide` does as if they were not there.
        durable: on a local disk, whether a file is there after a power failure once it is closed.
    """

    protocol = "sealwax"
    _strip_tokenize_options = ("fo",)

    def __init__(
        self,
        target_protocol: Optional[str] = None,
        target_options: Optional[dict[str, Any]] = None,
        fs: Optional[AbstractFileSystem] = None,
        *,
        keys: Any = None,
        config: Union[str, Config, None] = None,
        context: Context = None,
        padding: Padding = None,
        require_all: bool = True,
        plain: Plain = "refuse",
        durable: bool = True,
        fo: Optional[str] = None,
        **options: Any,
    ) -> None:
        if plain not in ("refuse", "pass", "hide"):
            raise InvalidArgumentError(f"plain is refuse, pass or hide, and not {plain!r}")
        super().__init__(**options)
        self.fs = fs if fs is not None else self._made(target_protocol, target_options)
        if self.fs.async_impl and self.asynchronous != self.fs.asynchronous:
            mode = {"asynchronous": self.asynchronous}
            self.fs = type(self.fs)(*self.fs.storage_args, **{**self.fs.storage_options, **mode})
        self._below = Below(self.fs, self._loop)
        self._keys, self._given_config = keys, config
        self._plain, self._durable = plain, durable
        self._context, self._padding, self._require_all = context, padding, require_all
        self.sep, self.root_marker = self.fs.sep, self.fs.root_marker
        self._take_paths()

    def _made(self, protocol: Optional[str], options: Optional[dict[str, Any]]) -> Any:
        mode = {"asynchronous": True} if self.asynchronous else {}
        return filesystem(protocol or "file", **{**(options or {}), **mode})

    def _take_paths(self) -> None:
        """Paths are those of the file system below, with `sealwax` before them or not."""
        below, own = self.fs, AsyncFileSystem._strip_protocol.__func__

        def strip(path: Any) -> Any:
            if isinstance(path, list):
                return [strip(each) for each in path]
            return below._strip_protocol(own(type(self), path))

        self._strip_protocol = strip
        self._parent = below._parent

    @property
    def fsid(self) -> str:
        """That of the file system below."""
        return f"sealwax_{self.fs.fsid}"

    def _url(self, path: str) -> str:
        """What an object is called in errors, in the audit log and by `sealwax.toml`."""
        url: str = self.fs.unstrip_protocol(path)
        return url

    def invalidate_cache(self, path: Optional[str] = None) -> None:
        """Forgets the listings of the file system below."""
        self.fs.invalidate_cache(path)
        super().invalidate_cache(path)

    def _config(self) -> Config:
        if not isinstance(self._given_config, Config):
            self._given_config = Config.load(self._given_config)
        return shared(self._given_config)

    def _key_set(self, path: str) -> KeySet:
        return resolved(self._keys, self._config, self._url(path))

    def _context_of(self, path: str) -> Context:
        if self._context is not None or self._keys is not None:
            return self._context
        return self._config().context_for(self._url(path))

    def _open(
        self, path: str, mode: str = "rb", block_size: Optional[int] = None, **options: Any
    ) -> Any:
        for name in ("cache_options", "cache_type", "size"):
            options.pop(name, None)  # Of caches that other file systems need.
        autocommit = options.pop("autocommit", True)
        if mode == "rb":
            return self._open_reader(path, block_size, options)
        if mode not in ("wb", "xb"):
            raise InvalidArgumentError(f"a sealed object is read, or written anew: not {mode!r}")
        return self._open_writer(path, mode, not autocommit, options)

    async def open_async(self, path: str, mode: str = "rb", **options: Any) -> AsyncFile:
        """As `open`, with coroutines."""
        path = self._strip_protocol(path)
        if mode == "rb" and not self._below.is_local:
            return AsyncFile(await self._opened_reader(path, None, options))
        return AsyncFile(await in_thread(lambda: self._open(path, mode, **options)))

    def created(self, path: str) -> Any:
        """When the object was made."""
        return self.fs.created(self._strip_protocol(path))

    def modified(self, path: str) -> Any:
        """When the object was changed last."""
        return self.fs.modified(self._strip_protocol(path))

    async def _rm_file(self, path: str, **options: Any) -> None:
        await self._below("rm_file", self._strip_protocol(path), **options)

    async def _rm(self, path: Any, recursive: bool = False, **options: Any) -> None:
        paths = [self._strip_protocol(each) for each in ([path] if isinstance(path, str) else path)]
        named = [[each] if not has_magic(each) else await self._glob(each) for each in paths]
        await self._below("rm", list(chain.from_iterable(named)), recursive=recursive, **options)

    async def _cp_file(self, path1: str, path2: str, **options: Any) -> None:
        """Copies what is stored: the copy has the data key, and the context, of the original."""
        stripped = self._strip_protocol([path1, path2])
        await self._below("cp_file", *stripped, **options)

    def mv(self, path1: Any, path2: Any, **options: Any) -> None:
        """Moves what is stored."""
        self.fs.mv(self._strip_protocol(path1), self._strip_protocol(path2), **options)

    async def _mkdir(self, path: str, create_parents: bool = True, **options: Any) -> None:
        path = self._strip_protocol(path)
        await self._below("mkdir", path, create_parents=create_parents, **options)

    async def _makedirs(self, path: str, exist_ok: bool = False) -> None:
        await self._below("makedirs", self._strip_protocol(path), exist_ok=exist_ok)

    async def _rmdir(self, path: str) -> None:
        await self._below("rmdir", self._strip_protocol(path))

    rmdir = sync_wrapper(_rmdir)

    def touch(self, path: str, truncate: bool = True, **options: Any) -> None:
        """Makes an empty sealed object, or has the store note the time."""
        if not truncate and self.exists(path):
            self.fs.touch(self._strip_protocol(path), truncate=False, **options)
        else:
            self.open(path, "wb", **options).close()
