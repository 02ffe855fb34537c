"""asyncio: coroutines of providers and file objects, cancellation, concurrency."""

from __future__ import annotations

import asyncio
import io
import os
import threading

import pytest
import sealwax
from sealwax import aio


class AsyncKms:
    """A provider with coroutines, which must run on the caller's event loop."""

    provider_id = "example"

    def __init__(self, delay=0.0):
        self.delay, self.calls, self.seen, self.thread = delay, [], [], threading.get_ident()

    async def _step(self, name):
        self.calls.append(name)
        assert threading.get_ident() == self.thread
        await asyncio.sleep(self.delay)

    async def wrap(self, dek, context):
        self.seen.append(dek)
        await self._step("wrap")
        return sealwax.WrappedKey("k", bytes(dek))

    async def unwrap(self, wrapped, context):
        await self._step("unwrap")
        return bytearray(wrapped.wrapped_dek)

    def accepts(self, key_id):
        return True


def test_every_call(tmp_path, key, blob):
    kms = AsyncKms()

    async def main():
        envelope = await aio.encrypt(blob, [kms, key], context={"a": "b"})
        assert await aio.decrypt(envelope, kms, context={"a": "b"}) == blob
        header, body = await aio.encrypt_detached(b"x", kms)
        assert await aio.decrypt(body, kms, header=header) == b"x"
        assert sealwax.inspect(await aio.rewrap(envelope, old=key, new=kms)).context == {"a": "b"}
        (tmp_path / "plain").write_bytes(blob)
        told = []
        await aio.encrypt_file(
            tmp_path / "plain", tmp_path / "sealed", kms, progress=lambda *p: told.append(p)
        )
        assert told[-1] == (len(blob), len(blob))
        assert await aio.decrypt_file(tmp_path / "sealed", tmp_path / "back", kms) == len(blob)
        assert (tmp_path / "back").read_bytes() == blob
        assert await aio.rewrap(tmp_path / "sealed", kms, key) is True

    asyncio.run(main())
    assert kms.seen and all(dek == bytes(32) for dek in kms.seen)


def test_files(tmp_path, key):
    kms, path = AsyncKms(), tmp_path / "lines"

    async def main():
        async with aio.open(path, "wb", kms, metadata=b"m") as file:
            assert await file.write(b"one\ntwo\n") == 8
            assert not path.exists()
        file = await aio.open(path, "rb", kms)
        assert [line async for line in file] == [b"one\n", b"two\n"]
        assert await file.seek(4) == 4 == await file.tell()
        buffer = bytearray(3)
        assert await file.readinto(buffer) == 3 and buffer == b"two"
        assert file.metadata == b"m" and file.header.wrapped_keys[0].key_id == "k"
        await file.close()
        assert file.closed
        with pytest.raises(ZeroDivisionError):
            async with aio.open(tmp_path / "never", "wb", kms) as file:
                await file.write(b"x")
                1 / 0
        assert os.listdir(tmp_path) == ["lines"]

    asyncio.run(main())


def test_file_objects_with_coroutines(key):
    class Stream:
        def __init__(self, data=b""):
            self.source, self.data = io.BytesIO(data), bytearray()

        async def read(self, size):
            await asyncio.sleep(0)
            return self.source.read(min(size, 7))

        async def write(self, data):
            await asyncio.sleep(0)
            self.data += data

    async def main():
        target = Stream()
        async with aio.open(target, "wb", key) as file:
            await file.write(b"tide table")
        async with aio.open(Stream(target.data), "rb", key) as file:
            assert await file.read() == b"tide table"

    asyncio.run(main())


def test_slow_providers_do_not_block_each_other():
    class Counting(AsyncKms):
        running = most = 0

        async def wrap(self, dek, context):
            self.running += 1
            self.most = max(self.most, self.running)
            while self.most < 5:  # for ever, if they went one by one
                await asyncio.sleep(0.01)
            self.running -= 1
            return await super().wrap(dek, context)

    kms = Counting()

    async def main():
        await asyncio.gather(*(aio.encrypt(b"x", kms) for _ in range(20)))

    asyncio.run(asyncio.wait_for(main(), 120))
    assert kms.most >= 5


def test_cancelling_a_call_cancels_the_provider():
    class Endless(AsyncKms):
        async def wrap(self, dek, context):
            self.started.set()
            try:
                await asyncio.sleep(600)
            finally:
                self.ended.set()

    kms = Endless()

    async def main():
        kms.started, kms.ended = asyncio.Event(), asyncio.Event()
        call = asyncio.ensure_future(aio.encrypt(b"x", kms))
        await kms.started.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.wait_for(kms.ended.wait(), 60)

    asyncio.run(main())


def test_cancelling_file_work_leaves_no_file(tmp_path, key):
    with open(tmp_path / "big", "wb") as file:
        file.truncate(8 << 30)

    async def main():
        work = aio.encrypt_file(tmp_path / "big", tmp_path / "out", key)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(work, 0.2)
        assert os.listdir(tmp_path) == ["big"]

    asyncio.run(main())


def test_errors_and_causes_are_those_of_the_ordinary_calls():
    class Broken(AsyncKms):
        async def wrap(self, dek, context):
            raise ConnectionError

    async def main():
        with pytest.raises(sealwax.ProviderError) as caught:
            await aio.encrypt(b"x", Broken())
        assert type(caught.value.__cause__) is ConnectionError

    asyncio.run(main())


def test_an_ordinary_call_refuses_coroutines():
    with pytest.raises(sealwax.ProviderError) as caught:
        sealwax.encrypt(b"x", AsyncKms())
    told = "InvalidTypeError: a provider with coroutines needs the calls of sealwax.aio"
    assert str(caught.value).endswith(told)


def test_a_cache_in_front_of_coroutines():
    kms = AsyncKms()
    cached = sealwax.CachingProvider(kms)

    async def main():
        envelopes = [await aio.encrypt(b"x", cached) for _ in range(5)]
        assert [await aio.decrypt(e, cached) for e in envelopes] == [b"x"] * 5

    asyncio.run(main())
    assert kms.calls == ["wrap", "unwrap"]
