"""Whole messages in memory."""

import pytest
import sealwax


@pytest.fixture
def key():
    return sealwax.LocalKey.generate("k1")


@pytest.mark.parametrize("size", [0, 1, 16383, 16384, 16385, 300_000, 2_000_000])
@pytest.mark.parametrize("kind", [bytes, bytearray, lambda b: memoryview(bytearray(b))])
def test_any_buffer_comes_back(key, size, kind):
    plaintext = bytes(i * 7 % 251 for i in range(size % 1000)) + bytes(size - size % 1000)
    envelope = sealwax.encrypt(kind(plaintext), key, context={"a": "b"}, associated_data=b"ad")
    assert type(envelope) is bytes
    assert sealwax.decrypt(kind(envelope), key, context={"a": "b"}, associated_data=b"ad") == plaintext


def test_a_provider_of_the_host_gets_a_dek_that_is_wiped_afterwards(key):
    class Kms:
        provider_id = "example"

        def wrap(self, dek, context):
            self.dek, self.copy, self.context = dek, bytes(dek), context
            return sealwax.WrappedKey("k", bytes(dek))

        def unwrap(self, wrapped, context):
            assert wrapped == sealwax.WrappedKey("k", self.copy, "example")
            self.given = bytearray(wrapped.wrapped_dek)
            return self.given

        def accepts(self, key_id):
            return key_id == "k"

    kms = Kms()
    assert isinstance(kms, sealwax.Provider)
    envelope = sealwax.encrypt(b"x", kms, context={"b": "2", "a": "1"})
    assert kms.dek == bytes(32) and kms.copy != bytes(32) and kms.context == {"a": "1", "b": "2"}
    assert sealwax.decrypt(envelope, kms) == b"x"
    assert kms.given == bytes(32)


def test_fail_over_names_each_attempt_and_keeps_the_cause(key):
    class Broken:
        provider_id = "local"

        def wrap(self, dek, context):
            raise ConnectionError("s3cret-endpoint")

        def unwrap(self, wrapped, context):
            raise ConnectionError("s3cret-endpoint")

        def accepts(self, key_id):
            return True

    envelope = sealwax.encrypt(b"x", key)
    assert sealwax.decrypt(envelope, [Broken(), key]) == b"x"
    with pytest.raises(sealwax.ProviderError) as caught:
        sealwax.decrypt(envelope, [Broken(), sealwax.LocalKey.generate("k1")])
    error = caught.value
    assert error.code is sealwax.ErrorCode.PROVIDER_FAILED
    assert [attempt.reason for attempt in error.attempts] == [
        "ConnectionError",
        "the wrapped key was rejected",
    ]
    assert type(error.__cause__) is ConnectionError and error.__cause__ is error.attempts[0].error
    assert "s3cret" not in str(error)
    with pytest.raises(sealwax.ProviderError):
        sealwax.encrypt(b"x", [key, Broken()])
