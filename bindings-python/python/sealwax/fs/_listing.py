"""Listings, with sizes of plaintext."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any, Optional, cast

from fsspec.asyn import _run_coros_in_chunks

from .._errors import MissingFileError
from ._below import Part
from ._heads import FRONT, PLAIN, SHORTEST, Head, heads, version

if TYPE_CHECKING:
    from ._below import Below

AT_ONCE = 64
"""How many objects are looked at concurrently."""

Info = dict[str, Any]


class Listing(Part):
    """The part of the file system that tells what there is."""

    if TYPE_CHECKING:
        _below: Below
        _plain: str
        fs: Any

    async def _ls(self, path: str, detail: bool = True, **options: Any) -> list[Any]:
        sizes = options.pop("sizes", True)
        path = self._strip_protocol(path)
        listed = await self._below("ls", path, detail=True, **options)
        if (detail and sizes) or self._plain == "hide":
            listed = await self._shown(listed)
        return listed if detail else sorted(info["name"] for info in listed)

    async def _info(self, path: str, **options: Any) -> Info:
        path = self._strip_protocol(path)
        info = await self._below("info", path, **options)
        shown = await self._shown([info])
        if not shown:
            raise MissingFileError("a plain object, which is hidden", errno=2, filename=path)
        return shown[0]

    async def _exists(self, path: str, **options: Any) -> bool:
        try:
            await self._info_if_hiding(self._strip_protocol(path), **options)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    async def _info_if_hiding(self, path: str, **options: Any) -> Info:
        if self._plain == "hide":
            return await self._info(path, **options)
        info: Info = await self._below("info", path, **options)
        return info

    async def _isfile(self, path: str) -> bool:
        return await self._is(path, "file")

    async def _isdir(self, path: str) -> bool:
        return await self._is(path, "directory")

    async def _is(self, path: str, kind: str) -> bool:
        try:
            info = await self._info_if_hiding(self._strip_protocol(path))
        except (FileNotFoundError, NotADirectoryError):
            return False
        return bool(info["type"] == kind)

    async def _walk(self, path: str, **options: Any) -> AsyncIterator[Any]:
        detail = options.pop("detail", False)
        walk = cast("Any", super())._walk
        async for step in walk(path, detail=detail, sizes=detail, **options):
            yield step

    async def _find(
        self,
        path: str,
        maxdepth: Optional[int] = None,
        withdirs: bool = False,
        **options: Any,
    ) -> Any:
        detail, path = options.pop("detail", False), self._strip_protocol(path)
        depth = {"maxdepth": maxdepth, "withdirs": withdirs, **options}
        if not detail and self._plain != "hide":
            return await self._below("find", path, **depth)
        return await self._answer(await self._below("find", path, detail=True, **depth), detail)

    async def _glob(self, path: str, maxdepth: Optional[int] = None, **options: Any) -> Any:
        detail = options.pop("detail", False)
        path = self._pattern(path)
        if not detail and self._plain != "hide":
            return await self._below("glob", path, maxdepth=maxdepth, **options)
        found = await self._below("glob", path, maxdepth=maxdepth, detail=True, **options)
        return await self._answer(found, detail)

    async def _du(
        self, path: str, total: bool = True, maxdepth: Optional[int] = None, **options: Any
    ) -> Any:
        found = await self._find(path, maxdepth=maxdepth, detail=True, **options)
        sizes = {name: info["size"] or 0 for name, info in found.items()}
        return sum(sizes.values()) if total else sizes

    def _pattern(self, path: str) -> str:
        """Without its protocol, yet with the slash at its end, which says something."""
        stripped: str = self._strip_protocol(path)
        return f"{stripped}/" if path.endswith("/") and not stripped.endswith("/") else stripped

    async def _answer(self, found: dict[str, Info], detail: bool) -> Any:
        # A file system may have nothing to say of a path that is a file itself.
        infos = [info or await self._below("info", name) for name, info in found.items()]
        shown = {info["name"]: info for info in await self._shown(infos)}
        return shown if detail else list(shown)

    async def _shown(self, infos: Iterable[Info]) -> list[Info]:
        """What a listing tells of objects; without those that are gone meanwhile, or hidden."""
        infos = list(infos)
        known = [self._known_head(info) for info in infos]
        asked = [info for info, head in zip(infos, known) if head is None]
        found = iter(
            await _run_coros_in_chunks(
                [self._asked_head(info) for info in asked], batch_size=self.batch_size or AT_ONCE
            )
        )
        told = (self._told(info, head or next(found)) for info, head in zip(infos, known))
        return [info for info in told if info is not None]

    def _told(self, info: Info, head: Head) -> Optional[Info]:
        if head is _GONE or (head is PLAIN and self._plain == "hide"):
            return None
        if head is _NO_FILE:
            return info
        size = None if info["size"] is None else head.size(info["size"])
        return {**info, "size": size, "sealed": head.is_sealed, "sealed_size": info["size"]}

    def _known_head(self, info: Info) -> Optional[Head]:
        """The head of an object that needs no request: it is known, or cannot be there."""
        if info["type"] != "file":
            return _NO_FILE
        if info["size"] is not None and info["size"] < SHORTEST:
            return PLAIN
        kept, now = heads.get(self._place(info["name"])), version(info)
        return kept[1] if kept and now and kept[0] == now else None

    async def _asked_head(self, info: Info) -> Head:
        try:
            return await self._head(info)
        except FileNotFoundError:
            return _GONE

    async def _head(self, info: Info) -> Head:
        """The head of an object, for one small request at most."""
        head = self._known_head(info)
        if head is None:
            front = await self._below("cat_file", info["name"], start=0, end=FRONT)
            head = self._learned(info, front)
        return head

    def _learned(self, info: Info, front: bytes) -> Head:
        """The head that an object's first bytes show, which is remembered."""
        size = len(front) if info["size"] is None else info["size"]
        head, now = Head.of(front, size), version(info)
        if now:
            heads.put(self._place(info["name"]), (now, head))
        return head

    def _place(self, path: str) -> tuple[Any, str]:
        return (self.fs._fs_token, path)


_NO_FILE, _GONE = Head(False, -1, b""), Head(False, -2, b"")
