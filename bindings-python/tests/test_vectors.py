"""The vectors of the format, through the Python API."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
import sealwax

VECTORS = Path(__file__).parents[2] / "core" / "vectors"


def vectors(name, suitable=lambda test: True):
    file = json.loads((VECTORS / f"{name}.json").read_text())
    tests = [test for group in file["testGroups"] for test in group["tests"] if suitable(test)]
    return pytest.mark.parametrize(
        "test", tests, ids=[f"{test['tcId']}-{test['comment'][:40]}" for test in tests]
    )


@vectors("hpke_wrap")
def test_hpke_wraps(test):
    key = sealwax.HpkeIdentity.from_text(test["secretKey"], test["keyId"])
    wrapped = sealwax.WrappedKey(test["keyId"], base64.b64decode(test["wrappedDek"]))
    context = dict(map(tuple, test["context"]))
    if "error" in test:
        with pytest.raises(sealwax.KeyUnwrapError) as caught:
            key.unwrap(wrapped, context)
        assert caught.value.code == test["error"]["code"]
    else:
        assert key.unwrap(wrapped, context).hex() == test["dek"]


@vectors("key_text")
def test_key_texts(test):
    def read():
        if test["readAs"] == "public":
            return sealwax.HpkeRecipient(test["text"])
        identity = sealwax.HpkeIdentity.from_text(test["text"])
        assert identity.to_text() == test["text"]
        return identity.recipient

    if "error" in test:
        with pytest.raises(sealwax.InvalidArgumentError) as caught:
            read()
        assert caught.value.code == test["error"]["code"]
    else:
        recipient = read()
        found = recipient.kem, str(recipient), recipient.key_id
        assert found == (test["kem"], test["recipient"], test["keyId"])


class Fixed:
    """Answers every unwrapping with the same bytes, and reports success."""

    def __init__(self, spec):
        self.provider_id, self.key_id = spec["providerId"], spec["keyId"]
        self.dek = bytes.fromhex(spec["dek"]) if "dek" in spec else None

    def accepts(self, key_id):
        return key_id == self.key_id

    def wrap(self, dek, context):
        raise AssertionError("nobody encrypts here")

    def unwrap(self, wrapped, context):
        if self.dek is None:
            raise TimeoutError
        return bytearray(self.dek)


def provider(spec):
    if spec["type"] == "local":
        return sealwax.LocalKey(bytes.fromhex(spec["kek"]), spec["keyId"])
    return Fixed(spec)


def arguments(test):
    options = {
        "context": dict(map(tuple, test["requiredContext"])) or None,
        "associated_data": bytes.fromhex(test["associatedData"]) or None,
    }
    if "envelope" in test:
        data = base64.b64decode(test["envelope"])
    else:
        data, options["header"] = base64.b64decode(test["body"]), base64.b64decode(test["header"])
    return data, [provider(spec) for spec in test["providers"]], options


def formula(spec):
    if spec is None:
        return None
    data = bytes((i % 251 + spec["seed"]) % 256 for i in range(spec["length"]))
    assert hashlib.sha512(data).hexdigest() == spec["sha512"]
    return data


def read_all(test):
    """As decrypt, by a file object that cannot seek."""
    import io

    data, keys, options = arguments(test)

    class Pipe(io.RawIOBase):
        source = io.BytesIO(data)

        def readable(self):
            return True

        def readinto(self, buffer):
            return self.source.readinto(memoryview(buffer)[:7000])

    with sealwax.open(Pipe(), "rb", keys, **options) as file:
        return file.read()


def check_error(raised, error):
    assert raised.code == error["code"] and str(raised.code) == error["name"]
    if "chunk" in error:
        assert raised.chunk == error["chunk"]


@vectors("envelope_valid")
def test_valid_envelopes(test):
    data, keys, options = arguments(test)
    plaintext = formula(test["plaintext"])
    assert sealwax.decrypt(data, keys, **options) == plaintext
    assert read_all(test) == plaintext
    out = bytearray(len(plaintext))
    assert sealwax.decrypt_into(data, out, keys, **options) == len(out)
    assert out == plaintext
    header = sealwax.inspect(options.get("header", data))
    assert header.context == dict(map(tuple, test["context"]))
    assert header.header_len == test["headerLen"] and header.padding_len == test["paddingLen"]
    found = [(k.provider_id, k.key_id, k.wrapped_dek) for k in header.wrapped_keys]
    assert found == [
        (k["providerId"], k["keyId"], base64.b64decode(k["wrappedDek"]))
        for k in test["wrappedKeys"]
    ]
    handle = sealwax.DecryptHandle(bytes(header), keys)
    assert handle.metadata == formula(test["metadata"])


@vectors("envelope_invalid")
def test_invalid_envelopes(test):
    data, keys, options = arguments(test)
    if test.get("openMetadata"):
        header = bytes(sealwax.inspect(options.get("header", data)))
        with pytest.raises(sealwax.SealwaxError) as caught:
            _ = sealwax.DecryptHandle(header, keys).metadata
        check_error(caught.value, test["error"])
        return
    for way in (lambda: sealwax.decrypt(data, keys, **options), lambda: read_all(test)):
        with pytest.raises(sealwax.SealwaxError) as caught:
            way()
        check_error(caught.value, test["error"])


def is_mapping(test):
    """A dict cannot repeat a key."""
    return len({key for key, _ in test["pairs"]}) == len(test["pairs"])


@vectors("context", is_mapping)
def test_contexts(test):
    pairs = [tuple(pair) for pair in test["pairs"]]
    if test["result"] == "valid":
        assert sealwax.canonical_context(dict(pairs)).hex() == test["canonical"]
        return
    with pytest.raises(sealwax.SealwaxError) as caught:
        sealwax.canonical_context(dict(pairs))
    check_error(caught.value, test["error"])


@vectors("local_wrap")
def test_local_wrapping(test):
    key = sealwax.LocalKey(bytes.fromhex(test["kek"]), test["keyId"])
    context = dict(map(tuple, test["context"]))
    wrapped = sealwax.WrappedKey(test["keyId"], base64.b64decode(test["wrappedDek"]))
    if test["result"] == "valid":
        assert key.unwrap(wrapped, context).hex() == test["dek"]
        again = key.wrap(bytes.fromhex(test["dek"]), context)
        assert key.unwrap(again, context).hex() == test["dek"]
        return
    with pytest.raises(sealwax.KeyUnwrapError) as caught:
        key.unwrap(wrapped, context)
    check_error(caught.value, test["error"])


@vectors("rewrap")
def test_rewrapping(test):
    class Named(Fixed):
        def __init__(self, wrapped, dek):
            self.provider_id, self.key_id = wrapped["providerId"], wrapped["keyId"]
            self.dek, self.wrapped = dek, base64.b64decode(wrapped["wrappedDek"])

        def wrap(self, dek, context):
            return self.key_id, self.wrapped

    header, dek = base64.b64decode(test["header"]), bytes.fromhex(test["dek"])
    new = [Named(wrapped, dek) for wrapped in test["wrappedKeys"]]

    class Opener:
        provider_id = sealwax.inspect(header).wrapped_keys[0].provider_id

        def accepts(self, key_id):
            return True

        def unwrap(self, wrapped, context):
            return dek

        def wrap(self, dek, context):
            raise AssertionError

    if test["result"] == "valid":
        assert sealwax.rewrap_header(header, Opener(), new) == base64.b64decode(test["newHeader"])
        return
    with pytest.raises(sealwax.SealwaxError) as caught:
        sealwax.rewrap_header(header, Opener(), new)
    check_error(caught.value, test["error"])


@vectors("text_form")
def test_text_forms(test):
    if test["result"] == "valid":
        assert sealwax.from_text(test["text"]) == base64.b64decode(test["bytes"])
        assert sealwax.to_text(base64.b64decode(test["bytes"])) == test["text"]
        return
    with pytest.raises(sealwax.FormatError) as caught:
        sealwax.from_text(test["text"])
    check_error(caught.value, test["error"])


@vectors("lengths", lambda test: test["function"] == "body_len")
def test_lengths(test):
    if test["result"] == "valid":
        assert [sealwax.sealed_size(*test["arguments"], 0)] == test["output"]
        return
    with pytest.raises(sealwax.LimitError) as caught:
        sealwax.sealed_size(*test["arguments"], 0)
    check_error(caught.value, test["error"])


def test_error_codes_are_those_of_every_language():
    listed = json.loads((VECTORS / "error_codes.json").read_text())
    assert {str(code): int(code) for code in sealwax.ErrorCode} == {
        code["name"]: code["code"] for code in listed["errorCodes"]
    }
