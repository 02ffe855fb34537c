"""Providers that fail, lie or return nonsense, and invalid keys and contexts."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
import traceback

import pytest
import sealwax
from sealwax import ErrorCode, audit

from conftest import flipped


def test_fail_over_names_each_attempt_and_keeps_the_cause(key, broken_kms, kms):
    envelope = sealwax.encrypt(b"x", [key, kms])
    assert sealwax.decrypt(envelope, [broken_kms, key]) == b"x"
    wrong = sealwax.LocalKey.generate("k1")
    with pytest.raises(sealwax.ProviderError) as caught:
        sealwax.decrypt(envelope, [broken_kms, wrong])
    error = caught.value
    assert [(a.provider_id, a.key_id, a.reason) for a in error.attempts] == [
        ("example", "k", "ConnectionError"),
        (
            "local",
            "k1",
            "the wrapped key was rejected: the key of this id has other key material (or the "
            "header was modified)",
        ),
    ]
    assert type(error.__cause__) is ConnectionError is type(error.attempts[0].error)
    assert error.attempts[1].error is None
    assert "s3cret" not in str(error) and "s3cret" not in repr(error)


def test_a_provider_can_blame_the_wrapped_key(kms):
    envelope = sealwax.encrypt(b"x", kms)

    class Refusing(type(kms)):
        def unwrap(self, wrapped, context):
            try:
                raise OSError("InvalidCiphertextException")
            except OSError as error:
                raise sealwax.KeyUnwrapError("the KMS refused it") from error

    with pytest.raises(sealwax.KeyUnwrapError) as caught:
        sealwax.decrypt(envelope, Refusing())
    assert type(caught.value.__cause__) is sealwax.KeyUnwrapError
    assert type(caught.value.__cause__.__cause__) is OSError
    assert caught.value.attempts[0].key_id == "k"


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_an_interrupt_in_a_provider_stops_at_once(kms, key, interrupt):
    class Interrupted(type(kms)):
        def unwrap(self, wrapped, context):
            raise interrupt

    envelope = sealwax.encrypt(b"x", [kms, key])
    later = type(kms)()
    with pytest.raises(interrupt):
        sealwax.decrypt(envelope, [Interrupted(), later])
    assert later.calls == []


@pytest.mark.parametrize(
    "answer", [None, 5, ("k",), ("k", 5), (b"k", b"x"), ("", b"x"), ("k", b""), ("k" * 3000, b"x")]
)
def test_a_provider_that_answers_nonsense(kms, answer):
    class Odd(type(kms)):
        def wrap(self, dek, context):
            self.seen.append(dek)
            return answer

    odd = Odd()
    with pytest.raises(sealwax.ProviderError) as caught:
        sealwax.encrypt(b"x", odd)
    assert caught.value.__cause__ is not None and odd.seen[0] == bytes(32)


@pytest.mark.parametrize("dek", [b"", bytes(31), bytes(33), bytearray(64)])
def test_a_kms_that_returns_a_key_of_another_length(kms, dek):
    envelope = sealwax.encrypt(b"x", kms)
    kms.unwrap = lambda wrapped, context: dek
    with pytest.raises(sealwax.ProviderError) as caught:
        sealwax.decrypt(envelope, kms)
    assert f"a data key of {len(dek)} bytes" in str(caught.value.__cause__)
    kms.generate = lambda context: (dek, sealwax.WrappedKey("k", b"x"))
    with pytest.raises(sealwax.ProviderError):
        sealwax.encrypt(b"x", kms)


def test_a_kms_that_lies(kms):
    envelope = sealwax.encrypt(b"x", kms)
    kms.unwrap = lambda wrapped, context: bytes(32)
    with pytest.raises(sealwax.AuthenticationError) as caught:
        sealwax.decrypt(envelope, kms)
    assert caught.value.code is ErrorCode.HEADER_AUTHENTICATION


def test_the_context_is_checked_before_any_provider_is_asked(kms):
    envelope = sealwax.encrypt(b"x", kms, context={"tenant": "blue"})
    kms.calls.clear()
    for required in ({"tenant": "red"}, {"tenant": "blue", "more": ""}):
        with pytest.raises(sealwax.ContextMismatchError):
            sealwax.decrypt(envelope, kms, context=required)
    assert kms.calls == []
    assert sealwax.decrypt(envelope, kms, context={}) == b"x"


@pytest.mark.parametrize("context", [["a"], "a", {"a": 1}, {1: "a"}, {"a": None}, {"a": b"b"}])
def test_a_context_maps_text_to_text(key, context):
    with pytest.raises(TypeError, match="context"):
        sealwax.encrypt(b"x", key, context=context)


def test_a_context_of_any_mapping_and_with_surrogates(key):
    from collections import ChainMap, OrderedDict
    from types import MappingProxyType

    for kind in (OrderedDict, ChainMap, MappingProxyType):
        envelope = sealwax.encrypt(b"x", key, context=kind({"b": "ü", "a": ""}))
        assert list(sealwax.inspect(envelope).context.items()) == [("a", ""), ("b", "ü")]
    for context, what in (({"a": "\ud800"}, 'the value of "a"'), ({"\ud800": "a"}, "a key")):
        with pytest.raises(sealwax.InvalidTypeError) as caught:
            sealwax.encrypt(b"x", key, context=context)
        told = f"{what} has a lone surrogate, which UTF-8 cannot hold"
        assert str(caught.value) == f"context must map str to str: {told}"
    with pytest.raises(sealwax.InvalidArgumentError):
        sealwax.encrypt(b"x", key, context={"": "b"})


@pytest.mark.parametrize("keys", [None, 5, b"0" * 32, "key", [b"0" * 32], [None], object()])
def test_keys_are_providers(keys):
    with pytest.raises(TypeError, match="provider"):
        sealwax.encrypt(b"x", keys)


@pytest.mark.parametrize("keys", [[], (), iter([])])
def test_at_least_one_key_is_needed_to_encrypt(keys):
    with pytest.raises(sealwax.InvalidArgumentError):
        sealwax.encrypt(b"x", keys)


def test_a_provider_whose_accepts_fails_is_not_asked(kms, key, monkeypatch):
    envelope = sealwax.encrypt(b"x", kms)
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: seen.append(args.exc_type))
    kms.accepts = lambda key_id: 1 / 0
    kms.calls.clear()
    with pytest.raises(sealwax.NoMatchingKeyError):
        sealwax.decrypt(envelope, kms)
    assert kms.calls == [] and seen == [ZeroDivisionError]


def test_no_secret_in_anything_that_is_printed(kms):
    kek = os.urandom(32)
    key = sealwax.LocalKey(kek, "k1")
    envelope = sealwax.encrypt(b"plaintext-marker", key)
    texts = [repr(key), str(key), repr(sealwax.EncryptHandle(key)), repr(sealwax.inspect(envelope))]
    for action in (
        lambda: sealwax.decrypt(flipped(envelope, -1), key),
        lambda: sealwax.decrypt(envelope, sealwax.LocalKey(kek[::-1], "k1")),
        lambda: sealwax.LocalKey(kek[:31], "k1"),
        lambda: sealwax.LocalKey.from_hex(kek.hex()[:-1]),
        lambda: pickle.dumps(key),
    ):
        with pytest.raises(Exception) as caught:
            action()
        lines = traceback.format_exception_only(type(caught.value), caught.value)
        texts += [repr(caught.value), *lines]
    output = "\n".join(texts)
    for secret in (kek.hex(), repr(kek)[2:-1], "plaintext-marker", repr(kek[:8])[2:-1]):
        assert secret not in output


@pytest.mark.parametrize("where", ["accepts", "isEnabledFor"])
def test_an_interrupt_where_nobody_could_take_it_is_raised(tmp_path, kms, monkeypatch, where):
    """A signal handler runs in whatever Python code comes next."""
    envelope, path = sealwax.encrypt(b"x", kms), tmp_path / "sealed"
    path.write_bytes(envelope)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(kms if where == "accepts" else audit.logger, where, interrupted)
    calls = [
        lambda: sealwax.decrypt(envelope, kms),
        lambda: sealwax.decrypt_file(path, tmp_path / "new", kms),
        lambda: sealwax.open(path, "rb", kms),
        lambda: sealwax.rewrap(envelope, kms, sealwax.LocalKey.generate()),
        lambda: sealwax.CachingDecryptor(kms).decrypt(envelope),
    ]
    if where == "isEnabledFor":
        calls += [
            lambda: sealwax.encrypt(b"x", kms),
            lambda: sealwax.encrypt_file(path, tmp_path / "new", kms),
            lambda: sealwax.open(tmp_path / "new", "wb", kms),
            lambda: sealwax.CachingEncryptor(kms).encrypt(b"x"),
        ]
    for call in calls:
        with pytest.raises(KeyboardInterrupt):
            call()
        assert os.listdir(tmp_path) == ["sealed"]
    monkeypatch.undo()
    assert sealwax.decrypt(envelope, kms) == b"x"
