"""asyncio: a cancelled call stops, a queued one never starts, and the event loop is not blocked."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import threading
import warnings

import pytest
import sealwax
from sealwax import _threads, aio
from sealwax._sealwax import longest_hold


class Held:
    """A provider whose every call waits until it is let go."""

    provider_id = "held"

    def __init__(self):
        self.begun, self.go, self.calls = threading.Semaphore(0), threading.Event(), []

    def _hold(self, name):
        self.calls.append(name)
        self.begun.release()
        assert self.go.wait(60)

    def wrap(self, dek, context):
        self._hold("wrap")
        return sealwax.WrappedKey("k", bytes(dek))

    def unwrap(self, wrapped, context):
        self._hold("unwrap")
        raise ConnectionError("the next one, please")

    def accepts(self, key_id):
        return True


class Counted(Held):
    """The same, which does not wait."""

    provider_id = "counted"

    def _hold(self, name):
        self.calls.append(name)


async def begun(held):
    await asyncio.to_thread(held.begun.acquire)


async def cancelled(task):
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def idle():
    """Returns when every thread of the pool has nothing to do."""
    pool = _threads.threads()
    barrier = threading.Barrier(_threads.MAX_THREADS)
    await asyncio.gather(
        *(asyncio.wrap_future(pool.submit(barrier.wait, 60)) for _ in range(_threads.MAX_THREADS))
    )


@pytest.mark.parametrize("how", ["open", "decrypt"])
def test_a_cancelled_call_asks_no_other_provider(tmp_path, how):
    held, later = Held(), Counted()
    held.go.set()
    envelope = sealwax.encrypt(b"x", [held, later])
    (tmp_path / "sealed").write_bytes(envelope)
    held, later.calls = Held(), []

    async def opening():
        if how == "decrypt":
            return await aio.decrypt(envelope, [held, later])
        return await aio.open(tmp_path / "sealed", "rb", [held, later])

    logged = []

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, about: logged.append(about["message"]))
        task = asyncio.ensure_future(opening())
        await begun(held)
        await cancelled(task)
        held.go.set()
        await idle()
        await asyncio.sleep(0)
        gc.collect()

    asyncio.run(main())
    gc.collect()
    assert (held.calls, later.calls, logged) == (["unwrap"], [], [])


def test_a_cancelled_open_stops_the_coroutine_of_its_provider(tmp_path, key):
    class Endless:
        provider_id = "endless"

        async def wrap(self, dek, context):
            self.started.set()
            try:
                await asyncio.sleep(600)
            finally:
                self.ended.set()

        unwrap = wrap

        def accepts(self, key_id):
            return True

    kms = Endless()

    async def main():
        kms.started, kms.ended = asyncio.Event(), asyncio.Event()
        task = asyncio.ensure_future(aio.open(tmp_path / "x", "wb", kms).__aenter__())
        await kms.started.wait()
        await cancelled(task)
        await asyncio.wait_for(kms.ended.wait(), 60)
        await idle()

    asyncio.run(main())
    assert os.listdir(tmp_path) == []


def test_a_writer_that_is_opened_in_vain_is_given_up_silently(tmp_path):
    held = Held()

    async def main():
        task = asyncio.ensure_future(aio.open(tmp_path / "x", "wb", held).__aenter__())
        await begun(held)
        await cancelled(task)
        held.go.set()
        await idle()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(main())
    assert os.listdir(tmp_path) == []


def test_what_was_cancelled_before_its_turn_never_runs():
    held, queued = Held(), Counted()

    async def main():
        busy = [asyncio.ensure_future(aio.encrypt(b"x", held)) for _ in range(_threads.MAX_THREADS)]
        for _ in busy:
            await begun(held)
        waiting = [asyncio.ensure_future(aio.encrypt(b"x", queued)) for _ in range(50)]
        await asyncio.sleep(0)
        for task in waiting:
            await cancelled(task)
        held.go.set()
        await asyncio.gather(*busy)
        await idle()

    asyncio.run(main())
    assert queued.calls == [] and len(held.calls) == _threads.MAX_THREADS


def test_close_in_an_exception_completes_nothing(tmp_path, key):
    async def main():
        with pytest.raises(ZeroDivisionError), pytest.warns(sealwax.UnfinishedWarning):
            file = await aio.open(tmp_path / "never", "wb", key)
            try:
                await file.write(b"half of it")
                1 / 0
            finally:
                await file.close()
        async with aio.open(tmp_path / "file", "wb", key) as file:
            try:
                1 / 0
            except ZeroDivisionError:
                await file.write(b"tide table")
                await file.close()
        for mode in ("w", "wb"):
            with pytest.raises(ZeroDivisionError):
                async with aio.open(tmp_path / "never", mode, key) as file:
                    1 / 0

    asyncio.run(main())
    assert os.listdir(tmp_path) == ["file"]
    assert sealwax.decrypt((tmp_path / "file").read_bytes(), key) == b"tide table"


MOST = sealwax.sealed_size(1 << 20)
"""So many bytes may be filled or copied at once while the event loop waits for the interpreter."""


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("kind", ["encrypt", "bytearray", "detached", "decrypt", "read", "write"])
def test_the_interpreter_is_held_for_short_pieces_only(tmp_path, key, kind):
    """`cargo xtask bench python` measures what that is in time."""
    data = random.Random(7).randbytes(20 << 20)
    envelope = sealwax.encrypt(data, key)
    (tmp_path / "sealed").write_bytes(envelope)

    async def detached():
        header, body = await aio.encrypt_detached(bytearray(data), key)
        return header + body

    async def reading():
        async with aio.open(tmp_path / "sealed", "rb", key) as file:
            return await file.read()

    async def writing():
        async with aio.open(tmp_path / "out", "wb", key) as file:
            await file.write(data)
        return (tmp_path / "out").read_bytes()

    work = {
        "encrypt": lambda: aio.encrypt(data, key),
        "bytearray": lambda: aio.encrypt(bytearray(data), key),
        "detached": detached,
        "decrypt": lambda: aio.decrypt(envelope, key),
        "read": reading,
        "write": writing,
    }[kind]

    async def main():
        longest_hold()
        return await work(), longest_hold()

    result, held = asyncio.run(main())
    assert held <= MOST
    assert (result if kind in ("decrypt", "read") else sealwax.decrypt(result, key)) == data
    assert sealwax.encrypt(bytearray(1000), key) and longest_hold() >= 1000  # it does count
