"""How long the calls of `sealwax.aio` block the event loop."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import sealwax
from sealwax import aio

from table import MIB, race, row

KEY = sealwax.LocalKey.generate("bench")


def lag(size: int, folder: Path) -> None:
    """Against `hashlib` on a thread, which does without the interpreter lock wholly."""
    data, path = bytes(size), folder / "sealed"
    envelope, mutable = sealwax.encrypt(data, KEY), bytearray(data)
    path.write_bytes(envelope)

    async def reading() -> None:
        async with aio.open(path, "rb", KEY) as file:
            await file.read()

    async def writing() -> None:
        async with aio.open(folder / "out", "wb", KEY) as file:
            await file.write(data)

    actions: dict[str, Callable[[], Awaitable[Any]]] = {
        "hashlib": lambda: asyncio.to_thread(lambda: hashlib.sha256(data).digest()),
        "encrypt, bytes": lambda: aio.encrypt(data, KEY),
        "encrypt, bytearray": lambda: aio.encrypt(mutable, KEY),
        "encrypt_detached, bytes": lambda: aio.encrypt_detached(data, KEY),
        "decrypt": lambda: aio.decrypt(envelope, KEY),
        "read": reading,
        "write": writing,
    }
    hashing, *ours = race(*map(_longest, actions.values()))
    against = f"{hashing * 1e3:.2f} ms, hashlib on a thread"
    for what, seconds in zip(list(actions)[1:], ours):
        name = f"event loop beside aio, {size // MIB} MiB, {what}: longest stop"
        row(name, f"{seconds * 1e3:.2f} ms", against, seconds / hashing)


def _longest(action: Callable[[], Awaitable[Any]]) -> Callable[[], float]:
    """Does it beside a loop that only counts time; returns the longest time between two turns."""

    async def main() -> float:
        longest, task = 0.0, asyncio.ensure_future(action())
        while not task.done():
            before = time.perf_counter()
            await asyncio.sleep(0)
            longest = max(longest, time.perf_counter() - before)
        await task
        return longest

    return lambda: asyncio.run(main())
