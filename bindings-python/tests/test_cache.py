"""Caches of data keys: how often a provider is asked, limits, audit, threads, pickles."""

from __future__ import annotations

import multiprocessing
import pickle
import threading
import time

import pytest
import sealwax
from sealwax import CachingDecryptor, CachingEncryptor, CachingProvider


def test_one_call_for_many_messages_of_one_context(kms):
    cached = CachingProvider(kms)
    envelopes = [sealwax.encrypt(b"x", cached, context={"a": "b"}) for _ in range(100)]
    other = sealwax.encrypt(b"x", cached, context={"a": "c"})
    assert kms.calls == ["wrap"] * 2
    assert cached.encrypt_stats == {
        "hits": 99, "misses": 2, "bypassed": 0, "evictions": 0, "entries": 2
    }  # fmt: skip
    assert [sealwax.decrypt(e, cached) for e in envelopes] == [b"x"] * 100
    assert kms.calls == ["wrap"] * 2 + ["unwrap"] and cached.decrypt_stats["hits"] == 99
    assert sealwax.decrypt(other, kms) == b"x"
    cached.clear()
    sealwax.decrypt(other, cached)
    assert kms.calls[-1] == "unwrap" and cached.decrypt_stats["entries"] == 1
    assert (cached.inner, cached.provider_id, cached.accepts("k")) == (kms, "example", True)
    assert isinstance(cached, sealwax.Provider)


def test_an_encryptor_and_a_decryptor_keep_headers_too(kms, key):
    encryptor = CachingEncryptor([kms, key])
    envelopes = [encryptor.encrypt(bytes([i]), context={"a": "b"}) for i in range(50)]
    envelopes += [encryptor.encrypt(b"m", context={"a": "b"}, metadata=b"meta", padding="page")]
    assert kms.calls == ["wrap"] and encryptor.stats["hits"] == 50
    decryptor = CachingDecryptor(kms)
    for i, envelope in enumerate(envelopes[:50]):
        assert decryptor.decrypt(envelope, context={"a": "b"}) == bytes([i])
    assert kms.calls == ["wrap", "unwrap"] and decryptor.stats["misses"] == 1
    with pytest.raises(sealwax.ContextMismatchError):
        decryptor.decrypt(envelopes[0], context={"a": "c"})
    with pytest.raises(sealwax.AuthenticationError):
        decryptor.decrypt(envelopes[0], associated_data=b"x")
    assert sealwax.decrypt(envelopes[50], key) == b"m"
    assert sealwax.inspect(envelopes[50]).header_len == 4096
    header, body = sealwax.encrypt_detached(b"x", kms)
    assert decryptor.decrypt(body, header=header) == b"x"
    encryptor.clear()
    decryptor.clear()
    encryptor.encrypt(b"x")
    assert encryptor.stats["entries"] == 1 and decryptor.stats["entries"] == 0


@pytest.mark.parametrize(
    ("limits", "calls"),
    [({"max_messages": 10}, 10), ({"max_bytes": 500}, 20), ({"capacity": 1}, 1)],
)
def test_limits(kms, limits, calls):
    cached = CachingProvider(kms, **limits)
    for _ in range(100):
        sealwax.encrypt(bytes(100), cached)
    assert kms.calls == ["wrap"] * calls


def test_age(kms):
    cached = CachingProvider(kms, max_age=0.05)
    sealwax.encrypt(b"x", cached)
    time.sleep(0.1)
    cached.remove_expired()
    assert cached.encrypt_stats["entries"] == 0
    sealwax.encrypt(b"x", cached)
    assert kms.calls == ["wrap"] * 2


@pytest.mark.parametrize("limits", [{"capacity": 0}, {"max_age": 0}, {"max_age": -1}])
def test_limits_that_make_no_sense(kms, limits):
    for kind in (CachingProvider, CachingEncryptor, CachingDecryptor):
        with pytest.raises(sealwax.InvalidArgumentError):
            kind(kms, **limits)


def test_many_threads_ask_once(kms):
    class Slow(type(kms)):
        def wrap(self, dek, context):
            time.sleep(0.2)
            return super().wrap(dek, context)

    slow = Slow()
    cached, envelopes = CachingProvider(slow), []
    threads = [
        threading.Thread(target=lambda: envelopes.append(sealwax.encrypt(b"x", cached)))
        for _ in range(20)
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert slow.calls == ["wrap"] and len(envelopes) == 20


def test_a_failure_is_not_kept(kms, broken_kms):
    envelope = sealwax.encrypt(b"x", kms)
    cached = CachingProvider(broken_kms)
    for _ in range(2):
        with pytest.raises(sealwax.ProviderError) as caught:
            sealwax.decrypt(envelope, cached)
        assert type(caught.value.__cause__) is ConnectionError
    kms.unwrap = lambda wrapped, context: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        sealwax.decrypt(envelope, [CachingProvider(kms), kms])


def test_hits_are_events(kms, events):
    cached = CachingProvider(kms)
    envelopes = [sealwax.encrypt(b"x", cached) for _ in range(2)]
    [sealwax.decrypt(envelope, cached) for envelope in envelopes]
    found = [(r.event.operation, r.event.key_id, r.event.outcome) for r in events]
    hit = ("cache_hit", "k", "ok")
    assert found == [("wrap", "k", "ok"), hit, ("unwrap", "k", "ok"), hit]
    events.clear()
    encryptor, decryptor = CachingEncryptor(kms), CachingDecryptor(kms)
    for _ in range(2):
        decryptor.decrypt(encryptor.encrypt(b"x", context={"a": "b"}))
    assert [r.event.operation for r in events] == ["wrap", "unwrap", "cache_hit", "cache_hit"]
    assert events[-1].event.context == {"a": "b"}


def _opened(cached, envelope):
    assert sealwax.decrypt(envelope, cached) == b"x"
    return cached.decrypt_stats, bytes(cached.inner.export())


def test_a_pickle_holds_the_provider_and_the_limits_but_no_key(monkeypatch):
    monkeypatch.setenv("SEALWAX_KEK", "80" * 32)
    cached = CachingProvider(sealwax.LocalKey.from_env("SEALWAX_KEK"), 5, 6.5, 7, 8)
    sealwax.encrypt(b"x", cached)
    pickled = pickle.dumps(cached)
    assert b"\x80" * 32 not in pickled and b"80" * 32 not in pickled
    assert cached.__reduce__()[1][2:] == (5, 6.5, 7, 8)
    assert pickle.loads(pickled) is cached


def test_pickles_of_one_cache_are_one_cache_in_each_process(monkeypatch):
    monkeypatch.setenv("SEALWAX_KEK", "80" * 32)
    cached = CachingProvider(sealwax.LocalKey.from_env("SEALWAX_KEK"))
    other = CachingProvider(sealwax.LocalKey.from_env("SEALWAX_KEK"))
    envelope = sealwax.encrypt(b"x", cached)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seen = [pool.apply(_opened, (cached, envelope))[0] for _ in range(8)]
        assert (seen[-1]["misses"], seen[-1]["hits"]) == (1, 7)
        assert pool.apply(_opened, (other, envelope))[0]["misses"] == 1


def test_caches_of_one_name_meet_in_a_pickle(key, monkeypatch):
    from sealwax import _caches

    monkeypatch.setattr(_caches, "_kept", type(_caches._kept)())
    monkeypatch.setenv("SEALWAX_KEK", "80" * 32)
    named = sealwax.LocalKey.from_env("SEALWAX_KEK")
    one, two = (CachingProvider(named, name="shared") for _ in range(2))
    assert pickle.loads(pickle.dumps(one)) is one
    pickled = pickle.dumps(two)
    assert pickle.loads(pickled) is two
    for _ in range(_caches.MOST):
        pickle.dumps(CachingProvider(named))
    assert pickle.loads(pickled) is not two and len(_caches._kept) == _caches.MOST


def test_as_a_provider_for_other_providers(key):
    cached = CachingProvider(key)
    wrapped = cached.wrap(bytes(32), {"a": "b"})
    assert cached.unwrap(wrapped, {"a": "b"}) == bytes(32)
    dek, wrapped = cached.generate({})
    assert key.unwrap(wrapped, {}) == dek
    with pytest.raises(sealwax.KeyUnwrapError):
        cached.unwrap(wrapped, {"a": "c"})


@pytest.mark.parametrize("inner", [None, 5, b"0" * 32])
def test_only_a_provider_can_be_cached(inner):
    with pytest.raises(TypeError):
        CachingProvider(inner)
