"""Every provider through the same cases."""

from __future__ import annotations

from typing import Any

import pytest
import sealwax
from sealwax import ErrorCode, kms

from .backends import Backend, DerivedVault

CONTEXT = {"tenant": "acme", "purpose": "tests"}
DATA = b"tide table"


def failure(call: Any, *arguments: Any, **keywords: Any) -> sealwax.SealwaxError:
    """What a call raises."""
    with pytest.raises(sealwax.SealwaxError) as caught:
        call(*arguments, **keywords)
    return caught.value


def test_encrypts_and_decrypts(backend: Backend) -> None:
    provider = backend.provider()
    envelope = sealwax.encrypt(DATA, provider, context=CONTEXT)
    assert sealwax.decrypt(envelope, provider, context=CONTEXT) == DATA
    assert sealwax.decrypt(envelope, backend.provider()) == DATA
    (key,) = sealwax.inspect(envelope).wrapped_keys
    assert key.provider_id == provider.provider_id
    assert provider.accepts(key.key_id)


def test_encrypts_without_a_context(backend: Backend) -> None:
    envelope = sealwax.encrypt(DATA, backend.provider())
    assert sealwax.decrypt(envelope, backend.provider()) == DATA


def test_one_call_for_an_object_and_none_to_inspect(backend: Backend) -> None:
    provider = backend.provider()
    assert backend.calls() == 0
    envelope = sealwax.encrypt(DATA, provider, context=CONTEXT)
    assert backend.calls() == backend.calls_to_wrap
    sealwax.inspect(envelope)
    assert backend.calls() == 0
    sealwax.decrypt(envelope, provider)
    assert backend.calls() == 1


def test_another_context_is_refused(backend: Backend) -> None:
    envelope = sealwax.encrypt(DATA, backend.provider(), context=CONTEXT)
    forged = envelope.replace(b"acme", b"evil", 1)
    error = failure(sealwax.decrypt, forged, backend.provider())
    bound = ErrorCode.KEY_UNWRAP, ErrorCode.HEADER_AUTHENTICATION
    assert error.code == bound[0 if backend.binds_context else 1]


def test_a_missing_context_costs_no_call(backend: Backend) -> None:
    envelope = sealwax.encrypt(DATA, backend.provider(), context=CONTEXT)
    backend.calls()
    error = failure(sealwax.decrypt, envelope, backend.provider(), context={"tenant": "evil"})
    assert error.code == ErrorCode.CONTEXT_MISMATCH
    assert backend.calls() == 0


def test_a_rotated_key_opens_old_objects(backend: Backend) -> None:
    old = sealwax.encrypt(DATA, backend.provider(), context=CONTEXT)
    readers = backend.rotate()
    new = sealwax.encrypt(DATA, backend.provider(), context=CONTEXT)
    assert sealwax.decrypt(old, readers) == DATA
    assert sealwax.decrypt(new, readers) == DATA
    rewrapped = sealwax.rewrap(old, old=readers, new=backend.provider())
    assert sealwax.decrypt(rewrapped, backend.provider()) == DATA


def test_a_disabled_key(backend: Backend) -> None:
    envelope = sealwax.encrypt(DATA, backend.provider(), context=CONTEXT)
    backend.disable()
    error = failure(sealwax.decrypt, envelope, backend.provider())
    assert error.code == ErrorCode.PROVIDER_FAILED
    assert type(error.__cause__) is backend.disabled
    if backend.calls_to_wrap:
        error = failure(sealwax.encrypt, DATA, backend.provider())
        assert error.code == ErrorCode.PROVIDER_FAILED
        assert type(error.__cause__) is backend.disabled


def test_an_unknown_key(backend: Backend) -> None:
    unknown = backend.provider_of_unknown_key()
    wrapped = backend.provider().wrap(bytearray(32), CONTEXT)
    with pytest.raises(kms.KmsError) as caught:
        unknown.unwrap(wrapped._replace(key_id=unknown.key_id), CONTEXT)
    assert type(caught.value) is backend.unknown


def test_a_strangers_key_is_not_asked_for(backend: Backend) -> None:
    envelope = sealwax.encrypt(DATA, sealwax.LocalKey.generate("elsewhere"))
    error = failure(sealwax.decrypt, envelope, backend.provider())
    assert error.code == ErrorCode.NO_MATCHING_KEY
    assert backend.calls() == 0


def test_the_next_provider_is_asked(backend: Backend) -> None:
    spare = sealwax.LocalKey.generate("spare")
    keys = [backend.provider(), spare]
    envelope = sealwax.encrypt(DATA, keys, context=CONTEXT)
    backend.disable()
    assert sealwax.decrypt(envelope, keys) == DATA
    other = sealwax.LocalKey.generate("spare")
    error = failure(sealwax.decrypt, envelope, [backend.provider(), other])
    assert error.code == ErrorCode.PROVIDER_FAILED
    asked = [(attempt.provider_id, type(attempt.error)) for attempt in error.attempts]
    assert asked == [(backend.provider().provider_id, backend.disabled), ("local", type(None))]
    assert all(attempt.provider_id in str(error) for attempt in error.attempts)


def test_two_kmss(backend: Backend, request: pytest.FixtureRequest) -> None:
    """Of two real ones, in either order, the one that is left opens; both refuse at the end."""
    other: Any = DerivedVault(request.getfixturevalue)
    try:
        keys = [backend.provider(), other.provider()]
        envelope = sealwax.encrypt(DATA, keys, context=CONTEXT)
        backend.disable()
        for order in (keys, keys[::-1]):
            assert sealwax.decrypt(envelope, order) == DATA
        other.disable()
        error = failure(sealwax.decrypt, envelope, keys)
        asked = [type(attempt.error) for attempt in error.attempts]
        assert asked == [backend.disabled, other.disabled]
    finally:
        other.close()


def test_a_truncated_or_changed_blob(backend: Backend) -> None:
    provider = backend.provider()
    wrapped = provider.wrap(bytearray(32), CONTEXT)
    blob = wrapped.wrapped_dek
    flipped = blob[:-3] + bytes([blob[-3] ^ 1]) + blob[-2:]
    for bad in (blob[:-1], blob[: len(blob) // 2], blob[:1], flipped):
        with pytest.raises(sealwax.KeyUnwrapError):
            provider.unwrap(wrapped._replace(wrapped_dek=bad), CONTEXT)
