"""Providers that call the cache which is calling them get an error instead of a deadlock."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading

import pytest
import sealwax
from sealwax import CachingProvider, _threads, aio, audit

REFUSED = "a provider or listener asked the cache that is asking it"


def in_time(call):
    """What a call returns or raises; a thread that waits for itself would wait for ever."""
    ended = []

    def work():
        try:
            ended.append(call())
        except BaseException as error:
            ended.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(30)
    assert ended, "it waits for itself"
    return ended[0]


async def a_task(call):
    return await asyncio.create_task(call(aio))


async def a_thread(call):
    return await asyncio.to_thread(call, sealwax)


async def another_loop(call):
    return await asyncio.to_thread(lambda: asyncio.run(call(aio)))


async def at_once(call):
    return call(sealwax)


WAYS = {
    "a coroutine": lambda call: call(aio),
    "a task": a_task,
    "a thread": a_thread,
    "another loop": another_loop,
    "the loop itself": at_once,
}


class Asking:
    """A provider that asks the cache in front of it before it answers."""

    def __init__(self, kms):
        self.kms, self.provider_id, self.key_id = kms, kms.provider_id, kms.key_id
        self.cache = CachingProvider(self)
        self.envelope, self.answers = sealwax.encrypt(b"x", kms), []

    def accepts(self, key_id):
        return self.kms.accepts(key_id)

    def encrypting(self, api):
        return api.encrypt(b"again", self.cache)

    def decrypting(self, api):
        return api.decrypt(self.envelope, self.cache)


class Blocking(Asking):
    """It waits for the answer."""

    way = None

    def wrap(self, dek, context):
        self.answer(self.encrypting)
        return self.kms.wrap(dek, context)

    def unwrap(self, wrapped, context):
        self.answer(self.decrypting)
        return self.kms.unwrap(wrapped, context)

    def answer(self, call):
        sealwax.decrypt(self.envelope, self.kms)  # which has a caller of its own
        try:
            asyncio.run(call(aio)) if self.way == "a loop" else call(sealwax)
        except sealwax.SealwaxError as error:
            self.answers.append(error)


class Awaiting(Asking):
    """It awaits the answer."""

    async def wrap(self, dek, context):
        await self.answer(self.encrypting)
        return self.kms.wrap(dek, context)

    async def unwrap(self, wrapped, context):
        await self.answer(self.decrypting)
        return self.kms.unwrap(wrapped, context)

    async def answer(self, call):
        try:
            await WAYS[self.way](call)
        except sealwax.SealwaxError as error:
            self.answers.append(error)


class Generating(Awaiting):
    """It makes the data keys, too."""

    async def generate(self, context):
        dek = bytearray(b"\x05" * 32)
        await self.answer(self.encrypting)
        return dek, self.kms.wrap(bytes(dek), context)


def check_told(provider):
    (error,) = provider.answers
    assert type(error) is sealwax.ProviderError, repr(error)
    assert str(error) == f"the key provider failed: example k: invalid state: {REFUSED}"


@pytest.mark.parametrize("way", ["directly", "a loop"])
def test_a_provider_that_blocks(kms, way):
    for call in (Asking.encrypting, Asking.decrypting):
        provider = Blocking(kms)
        provider.way = way
        assert isinstance(in_time(lambda: call(provider, sealwax)), bytes)
        check_told(provider)


@pytest.mark.parametrize("kind", [Awaiting, Generating])
@pytest.mark.parametrize("way", WAYS)
def test_a_provider_that_awaits(kms, kind, way):
    for call in (Asking.encrypting, Asking.decrypting):
        provider = kind(kms)
        provider.way = way
        assert isinstance(in_time(lambda: asyncio.run(call(provider, aio))), bytes)
        check_told(provider)


def test_an_error_that_nobody_catches_reaches_the_caller(kms):
    class Careless(Asking):
        async def unwrap(self, wrapped, context):
            return await aio.decrypt(self.envelope, self.cache)

    provider = Careless(kms)
    error = in_time(lambda: asyncio.run(aio.decrypt(provider.envelope, provider.cache)))
    assert type(error) is sealwax.ProviderError and REFUSED in str(error)


def test_a_coroutine_that_blocks_its_loop_is_not_waited_for(kms):
    """It would wait for a coroutine that only this loop can run."""

    class Awaiting(type(kms)):
        async def unwrap(self, wrapped, context):
            return super().unwrap(wrapped, context)

    class Blocking(Awaiting):
        async def unwrap(self, wrapped, context):
            return sealwax.decrypt(envelope, Awaiting())

    envelope = sealwax.encrypt(b"x", kms)
    error = in_time(lambda: asyncio.run(aio.decrypt(envelope, Blocking())))
    assert type(error) is sealwax.ProviderError
    assert str(error).endswith(
        "InvalidTypeError: a provider with coroutines needs the calls of sealwax.aio"
    )


def test_calls_that_providers_make_have_threads_however_many_there_are(kms, key):
    """Each call holds a thread while its provider waits for another call."""

    class Deep(type(kms)):
        async def unwrap(self, wrapped, context):
            await aio.decrypt(token, Deeper())
            return super().unwrap(wrapped, context)

    class Deeper(type(kms)):
        async def unwrap(self, wrapped, context):
            await aio.encrypt(b"x", key)
            return super().unwrap(wrapped, context)

    async def main():
        calls = (aio.decrypt(token, Deep()) for _ in range(2 * _threads.MAX_THREADS))
        return await asyncio.gather(*calls)

    token = sealwax.encrypt(b"t", kms)
    assert in_time(lambda: asyncio.run(main())) == [b"t"] * 2 * _threads.MAX_THREADS


def test_calls_that_share_a_cache_wait_for_each_other(kms):
    """Those of one provider, of several providers that wrap at once, and of others."""

    class Slow(type(kms)):
        async def unwrap(self, wrapped, context):
            self.calls.append("unwrap")
            while tokens.decrypt_stats["hits"] < 8:
                await asyncio.sleep(0.001)
            return kms.unwrap(wrapped, context)

    class Sharing(type(kms)):
        async def wrap(self, dek, context):
            await asyncio.gather(*(aio.decrypt(token, tokens) for _ in range(2)))
            return super().wrap(dek, context)

    async def main():
        providers = [Sharing(name) for name in "abc"]
        calls = (aio.encrypt(b"x", providers), *(aio.decrypt(token, tokens) for _ in range(3)))
        return await asyncio.gather(*calls)

    slow, token = Slow(), sealwax.encrypt(b"t", kms)
    tokens = CachingProvider(slow)
    assert in_time(lambda: asyncio.run(main()))[1:] == [b"t"] * 3
    assert slow.calls == ["unwrap"]


def test_a_task_that_outlives_the_call_waits_like_any_other(kms):
    """What the provider has started and not waited for is nobody's call any more."""

    class Leaving(type(kms)):
        async def unwrap(self, wrapped, context):
            if late:
                later.set()
                while cache.decrypt_stats["hits"] < 1:
                    await asyncio.sleep(0.001)
            else:
                late.append(asyncio.ensure_future(self.ask_later()))
            return super().unwrap(wrapped, context)

        async def ask_later(self):
            while not later.is_set():
                await asyncio.sleep(0.001)
            return await aio.decrypt(envelope, cache)

    async def main():
        await aio.decrypt(envelope, cache)
        cache.clear()
        return await asyncio.gather(aio.decrypt(envelope, cache), *late)

    late, later, envelope = [], threading.Event(), sealwax.encrypt(b"x", kms)
    cache = CachingProvider(Leaving())
    assert in_time(lambda: asyncio.run(main())) == [b"x", b"x"]


def test_a_listener_that_asks_the_cache_that_tells_it(kms, monkeypatch):
    cache, seen = CachingProvider(kms), []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: seen.append(args.exc_value))

    class Asking(logging.Handler):
        def emit(self, record):
            sealwax.encrypt(b"again", cache)

    handler = Asking()
    audit.logger.addHandler(handler)
    audit.logger.setLevel(logging.INFO)
    try:
        envelope = in_time(lambda: sealwax.encrypt(b"x", cache))
    finally:
        audit.logger.removeHandler(handler)
        audit.logger.setLevel(logging.NOTSET)
    assert sealwax.decrypt(envelope, kms) == b"x"
    assert seen
