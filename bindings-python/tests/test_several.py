"""Several providers for one object: concurrent wraps, required or optional, and fail-over."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import sys
import threading
import time

import pytest
import sealwax
from sealwax import aio, audit

from conftest import BrokenKms, Kms


class Meeting:
    """Holds those who call until enough are there; whoever is alone for long gets an error."""

    def __init__(self, wanted):
        self.barrier = threading.Barrier(wanted)
        self.threads = set()

    def join(self):
        self.threads.add(threading.get_ident())
        self.barrier.wait(60)


class Slow(Kms):
    """A KMS behind a network, and a name of its own."""

    def __init__(self, provider_id, meeting):
        super().__init__()
        self.provider_id, self.meeting = provider_id, meeting

    def wrap(self, dek, context):
        self.meeting.join()
        return super().wrap(dek, context)


def named(cls, provider_id):
    provider = cls()
    provider.provider_id = provider_id
    return provider


def ids(source):
    return [key.provider_id for key in sealwax.inspect(source).wrapped_keys]


def test_providers_wrap_at_the_same_time(key):
    meeting = Meeting(3)
    keys = [Slow("a", meeting), key, Slow("b", meeting), Slow("c", meeting)]
    envelope = sealwax.encrypt(b"x", keys)
    assert ids(envelope) == ["a", "local", "b", "c"]
    assert len(meeting.threads) == 3 and threading.get_ident() in meeting.threads
    for provider in keys:
        assert sealwax.decrypt(envelope, provider) == b"x"


def calls_that_write(tmp_path):
    """Every call that makes a new object; each returns what `inspect` takes."""

    def encrypt_file(keys, **options):
        (tmp_path / "plain").write_bytes(b"x")
        sealwax.encrypt_file(
            tmp_path / "plain", tmp_path / "sealed", keys, overwrite=True, **options
        )
        return tmp_path / "sealed"

    def open_(keys, **options):
        with sealwax.open(tmp_path / "opened", "wb", keys, **options) as file:
            file.write(b"x")
        return tmp_path / "opened"

    def encrypt_into(keys, **options):
        out = bytearray(10_000)
        return out[: sealwax.encrypt_into(b"x", out, keys, **options)]

    return {
        "encrypt": lambda keys, **o: sealwax.encrypt(b"x", keys, **o),
        "encrypt_detached": lambda keys, **o: sealwax.encrypt_detached(b"x", keys, **o)[0],
        "encrypt_into": encrypt_into,
        "encrypt_stream": lambda keys, **o: sealwax.encrypt_stream(
            io.BytesIO(b"x"), keys, **o
        ).read(),
        "EncryptHandle": lambda keys, **o: sealwax.EncryptHandle(keys, **o).header,
        "encrypt_file": encrypt_file,
        "open": open_,
        "aio.encrypt": lambda keys, **o: asyncio.run(aio.encrypt(b"x", keys, **o)),
    }


WRITING = sorted(calls_that_write(None))


@pytest.mark.parametrize("name", WRITING)
def test_all_keys_are_required_by_default(tmp_path, key, name):
    call = calls_that_write(tmp_path)[name]
    keys = [key, named(BrokenKms, "b1"), named(BrokenKms, "b2")]
    with pytest.raises(sealwax.ProviderError) as caught:
        call(keys)
    assert [attempt.provider_id for attempt in caught.value.attempts] == ["b1", "b2"]
    assert all(type(attempt.error) is ConnectionError for attempt in caught.value.attempts)
    assert type(caught.value.__cause__) is ConnectionError
    assert not (tmp_path / "sealed").exists() and not (tmp_path / "opened").exists()


@pytest.mark.parametrize("name", WRITING)
def test_one_key_is_enough_where_that_is_asked_for(tmp_path, key, events, caplog, name):
    call = calls_that_write(tmp_path)[name]
    keys = [named(BrokenKms, "b1"), key, named(BrokenKms, "b2")]
    with caplog.at_level(logging.WARNING, "sealwax"):
        source = call(keys, require_all=False)
    assert ids(source) == ["local"]
    told = [r.getMessage() for r in caplog.records if r.name == "sealwax"]
    assert told == [
        "written without a key of b1: ConnectionError",
        "written without a key of b2: ConnectionError",
    ]
    uses = sorted((e.event.operation, e.event.provider_id, e.event.outcome) for e in events)
    assert uses == [("wrap", "b1", "failed"), ("wrap", "b2", "failed"), ("wrap", "local", "ok")]
    with pytest.raises(sealwax.ProviderError) as caught:
        call([keys[0], keys[2]], require_all=False)
    assert [attempt.provider_id for attempt in caught.value.attempts] == ["b1", "b2"]


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
@pytest.mark.parametrize("name", WRITING)
def test_no_other_key_makes_up_for_an_interruption(tmp_path, key, caplog, name, interrupt):
    class Interrupted(BrokenKms):
        def wrap(self, dek, context):
            raise interrupt

    call = calls_that_write(tmp_path)[name]
    for keys in (
        [key, named(Interrupted, "i")],
        [named(Interrupted, "i"), named(Interrupted, "j"), key],
    ):
        with caplog.at_level(logging.WARNING, "sealwax"), pytest.raises(interrupt):
            call(keys, require_all=False)
        assert not (tmp_path / "sealed").exists() and not (tmp_path / "opened").exists()
    assert not [record for record in caplog.records if record.name == "sealwax"]


def test_nothing_is_told_of_an_object_that_was_not_written(key, caplog):
    broken = [named(BrokenKms, "b1"), named(BrokenKms, "b2")]
    with caplog.at_level(logging.WARNING, "sealwax"), pytest.raises(sealwax.ProviderError):
        sealwax.encrypt(b"x", broken, require_all=False)
    with caplog.at_level(logging.WARNING, "sealwax"), pytest.raises(sealwax.ProviderError):
        sealwax.encrypt(b"x", [key, *broken])
    assert not [record for record in caplog.records if record.name == "sealwax"]


def test_other_threads_know_what_the_calling_one_does(events):
    meeting = Meeting(2)

    class Noting(Slow):
        def wrap(self, dek, context):
            audit.annotate(request_id=self.provider_id)
            return super().wrap(dek, context)

    with audit.object_name("tides"):
        sealwax.encrypt(b"x", [Noting("a", meeting), Noting("b", meeting)], context={"c": "d"})
    seen = [(e.event.object_name, e.event.notes, dict(e.event.context)) for e in events]
    expected = [("tides", {"request_id": name}, {"c": "d"}) for name in "ab"]
    assert sorted(seen, key=str) == sorted(expected, key=str)


def test_a_cache_in_front_of_one_of_several(events):
    meeting = Meeting(2)
    first, others = Kms(), [Slow("a", meeting), sealwax.CachingProvider(Slow("b", meeting))]
    cached = sealwax.CachingProvider(first)
    for _ in range(2):
        envelope = sealwax.encrypt(b"x", [cached, *others])
    assert first.calls == ["wrap"] and ids(envelope) == ["example", "a", "b"]
    uses = sorted((e.event.operation, e.event.provider_id) for e in events)
    assert uses == sorted(
        [("wrap", "example"), ("cache_hit", "example"), *[("wrap", "a"), ("wrap", "b")] * 2]
    )


def test_an_encryptor_with_several_providers(events):
    meeting = Meeting(2)
    encryptor = sealwax.CachingEncryptor([Slow("a", meeting), Slow("b", meeting)])
    envelopes = [encryptor.encrypt(b"x") for _ in range(3)]
    assert ids(envelopes[2]) == ["a", "b"]
    uses = sorted((e.event.operation, e.event.provider_id) for e in events)
    assert uses == [("cache_hit", "a"), ("cache_hit", "a"), ("wrap", "a"), ("wrap", "b")]


def test_rewrapping_for_several(key):
    meeting = Meeting(2)
    new = [Slow("a", meeting), Slow("b", meeting)]
    rewrapped = sealwax.rewrap(sealwax.encrypt(b"x", key), old=key, new=new)
    assert ids(rewrapped) == ["a", "b"] and sealwax.decrypt(rewrapped, new[1]) == b"x"


class AsyncSlow:
    """A KMS with coroutines, which needs the others to be asked meanwhile."""

    def __init__(self, provider_id, present, wanted=3):
        self.provider_id, self.present, self.wanted = provider_id, present, wanted

    async def wrap(self, dek, context):
        self.present.append((self.provider_id, threading.get_ident()))
        for _ in range(6000):
            if len(self.present) >= self.wanted:
                return sealwax.WrappedKey("k", bytes(b ^ 0x55 for b in dek))
            await asyncio.sleep(0.01)
        raise TimeoutError

    async def unwrap(self, wrapped, context):
        return bytearray(b ^ 0x55 for b in wrapped.wrapped_dek)

    def accepts(self, key_id):
        return True


def test_coroutines_wrap_at_the_same_time_on_the_loop_of_the_caller():
    present = []
    keys = [AsyncSlow(name, present) for name in "abc"]

    async def main():
        envelope = await aio.encrypt(b"x", keys)
        return envelope, await aio.decrypt(envelope, keys[2])

    envelope, plaintext = asyncio.run(main())
    assert ids(envelope) == ["a", "b", "c"] and plaintext == b"x"
    assert {thread for _, thread in present} == {threading.get_ident()}


def test_cancelling_stops_all_that_wrap():
    present = []
    keys = [AsyncSlow(name, present, wanted=99) for name in "abc"]

    async def main():
        call = asyncio.ensure_future(aio.encrypt(b"x", keys))
        while len(present) < 3:
            await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait_for(asyncio.gather(*rest, return_exceptions=True), 60)

    asyncio.run(main())


@pytest.mark.parametrize("is_async", [False, True])
def test_unwrapping_fails_over_in_the_readers_order(key, is_async):
    good, other = named(Kms, "good"), named(Kms, "other")
    envelope = sealwax.encrypt(b"x", [named(Kms, "b1"), named(Kms, "b2"), good, other])

    def decrypt(keys):
        return (
            asyncio.run(aio.decrypt(envelope, keys))
            if is_async
            else sealwax.decrypt(envelope, keys)
        )

    good.calls, other.calls = [], []
    broken = [named(BrokenKms, "b2"), named(BrokenKms, "b1")]
    assert decrypt([*broken, good, other]) == b"x"
    assert (good.calls, other.calls) == (["unwrap"], [])
    with pytest.raises(sealwax.ProviderError) as caught:
        decrypt([key, *broken])
    attempts = [(a.provider_id, a.key_id, type(a.error)) for a in caught.value.attempts]
    assert attempts == [("b2", "k", ConnectionError), ("b1", "k", ConnectionError)]
    assert "b2 k" in str(caught.value) and "b1 k" in str(caught.value)
    assert caught.value.__cause__ is caught.value.attempts[0].error


def test_the_interpreter_lock_is_free_while_providers_wait(key):
    """Two that wait, and a third thread that must run for them to end."""
    go = threading.Event()

    class Waiting(Kms):
        def wrap(self, dek, context):
            assert go.wait(60)
            return super().wrap(dek, context)

    opener = threading.Timer(0.1, go.set)
    opener.start()
    sealwax.encrypt(b"x", [named(Waiting, "a"), named(Waiting, "b")])
    opener.join()


@pytest.mark.skipif(not hasattr(signal, "raise_signal"), reason="no signals here")
def test_an_interrupt_on_the_calling_thread_ends_the_call():
    main = threading.get_ident()

    class Interrupted(Kms):
        def wrap(self, dek, context):
            if threading.get_ident() == main:
                signal.raise_signal(signal.SIGINT)
                time.sleep(60)
            return super().wrap(dek, context)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            sealwax.encrypt(b"x", [named(Interrupted, "a"), named(Interrupted, "b")])
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_a_rewrap_that_copies(tmp_path, kms):
    """The signal comes when no Python runs any more on the thread that handles it."""
    path = tmp_path / "sealed"
    path.write_bytes(sealwax.encrypt(bytes(100_000), kms, padding="none"))
    before, main = path.read_bytes(), threading.main_thread().ident

    class Late(Kms):
        def wrap(self, dek, context):
            if threading.get_ident() != main:
                while sys._current_frames()[main].f_code is not sealwax.rewrap.__code__:
                    time.sleep(0.001)
                signal.raise_signal(signal.SIGINT)
            return super().wrap(dek, context)

    before_it = signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored
    try:
        with pytest.raises(KeyboardInterrupt):
            sealwax.rewrap(path, kms, [named(Late, "a"), named(Late, "b")])
    finally:
        signal.signal(signal.SIGINT, before_it)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["sealed"]
