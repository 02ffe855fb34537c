"""Every vector of `core/vectors`: opened or rejected, and reproduced byte for byte."""

import hashlib
import json

import pytest
from sealwax_reference import (
    CODES,
    Fixed,
    LocalKey,
    canonical_context,
    encrypt,
    from_text,
    identity,
    lengths,
    open_envelope,
    parse_header,
    recipient,
    rewrap_header,
    to_text,
)
from vectors import (
    FOLDER,
    FixedKey,
    attached,
    from_base64,
    load,
    outcome,
    pairs,
    pattern,
    reader_keys,
    writer_keys,
)


def open_vector(test):
    header, data = attached(test)
    required = pairs(test, "requiredContext")
    return open_envelope(data, reader_keys(test), required=required, detached_header=header)


@pytest.mark.parametrize("test", load("envelope_valid.json"))
def test_valid_envelope_opens(test):
    opened = open_vector(test)
    header = opened.header
    assert (len(header.raw), header.padding) == (test["headerLen"], test["paddingLen"])
    assert header.context == sorted(pairs(test, "context"), key=lambda pair: pair[0].encode())
    assert opened.metadata() == pattern(test["metadata"])
    assert opened.dek.hex() == test["encrypt"]["dek"]
    associated_data = bytes.fromhex(test["associatedData"])
    plaintext = pattern(test["plaintext"])
    assert opened.plaintext(associated_data) == plaintext
    reader = opened.reader(associated_data)
    assert reader.length() == len(plaintext)
    middle = len(plaintext) // 2
    assert reader.read(middle, len(plaintext)) == plaintext[middle:]


@pytest.mark.parametrize("test", load("envelope_valid.json"))
def test_valid_envelope_is_made_again(test):
    keys, wrap_salts = writer_keys(test)
    secrets = {name: bytes.fromhex(text) for name, text in test["encrypt"].items()}
    sealed = encrypt(
        pattern(test["plaintext"]),
        keys,
        context=reversed(pairs(test, "context")),
        metadata=pattern(test["metadata"]),
        associated_data=bytes.fromhex(test["associatedData"]),
        pad_multiple=test["headerLen"],
        fixed=Fixed(secrets["dek"], secrets["bodySalt"], secrets.get("metadataSalt"), wrap_salts),
    )
    header, data = attached(test)
    assert sealed.envelope == (header or b"") + data


@pytest.mark.parametrize("test", load("envelope_invalid.json"))
def test_invalid_envelope_is_refused(test):
    released = []

    def open_all():
        opened = open_vector(test)
        if test["openMetadata"]:
            opened.metadata()
        for chunk in opened.chunks(bytes.fromhex(test["associatedData"])):
            released.append(chunk)

    assert outcome(open_all) == test["error"]
    plaintext = b"".join(released)
    digest = hashlib.sha512(plaintext).hexdigest()
    assert {"length": len(plaintext), "sha512": digest} == test["released"]


@pytest.mark.parametrize("test", load("context.json"))
def test_context(test):
    canonical = outcome(lambda: canonical_context(pairs(test, "pairs")).hex())
    assert canonical == test.get("canonical", test.get("error"))


@pytest.mark.parametrize("test", load("local_wrap.json"))
def test_local_wrap(test):
    key = LocalKey(test["keyId"], bytes.fromhex(test["kek"]))
    context = canonical_context(pairs(test, "context"))
    wrapped = from_base64(test["wrappedDek"])
    opened = outcome(lambda: key.unwrap(wrapped, context).hex())
    assert opened == test.get("dek", test.get("error"))
    if "dek" in test:
        made = key.wrap(bytes.fromhex(test["dek"]), context, bytes.fromhex(test["salt"]))
        assert made.wrapped_dek == wrapped


@pytest.mark.parametrize("test", load("hpke_wrap.json"))
def test_hpke_wrap(test):
    """[K-12], [K-13], [K-15]; and what this side wraps opens here."""
    key = identity(test["secretKey"]).with_key_id(test["keyId"])
    context = canonical_context(pairs(test, "context"))
    opened = outcome(lambda: key.unwrap(from_base64(test["wrappedDek"]), context).hex())
    assert opened == test.get("dek", test.get("error"))
    if "dek" in test:
        made = key.wrap(bytes.fromhex(test["dek"]), context)
        assert len(made.wrapped_dek) == len(from_base64(test["wrappedDek"]))
        assert key.unwrap(made.wrapped_dek, context).hex() == test["dek"]


@pytest.mark.parametrize("test", load("key_text.json"))
def test_key_text(test):
    """[K-14], [K-16], [K-17]"""
    read = {"public": recipient, "secret": identity}[test["readAs"]]
    found = outcome(lambda: read(test["text"]))
    if "error" in test:
        assert found == test["error"]
        return
    made = found.public_text(), found.kem.name, found.key_id
    assert made == (test["recipient"], test["kem"], test["keyId"])
    if found.secret is not None:
        assert found.secret_text() == test["text"]


@pytest.mark.parametrize("test", load("text_form.json"))
def test_text_form(test):
    found = outcome(lambda: from_text(test["text"]))
    if "error" in test:
        assert found == test["error"]
    else:
        assert found == from_base64(test["bytes"])
        assert to_text(found) == test["text"]


@pytest.mark.parametrize("test", load("lengths.json"))
def test_length(test):
    function = getattr(lengths, test["function"])
    found = outcome(lambda: function(*test["arguments"]))
    if "error" in test:
        assert found == test["error"]
    else:
        as_list = list(found) if isinstance(found, tuple) else [found]
        is_empty = test["function"] == "ciphertext_range" and found == (0, 0)
        assert ([] if is_empty else as_list) == test["output"]


@pytest.mark.parametrize("test", load("rewrap.json"))
def test_rewrap(test):
    old = from_base64(test["header"])
    dek = bytes.fromhex(test["dek"])
    keys, salts = writer_keys(test)

    def rewrap():
        first = parse_header(old, alone=True).wrapped_keys[0]
        holder = FixedKey(first.provider_id, first.key_id, dek=dek)
        return rewrap_header(old, [holder], keys, fixed=Fixed(wrap_salts=salts))

    expected = from_base64(test["newHeader"]) if "newHeader" in test else test["error"]
    assert outcome(rewrap) == expected


def test_error_codes():
    file = json.loads((FOLDER / "error_codes.json").read_text())
    listed = {code["name"]: code["code"] for code in file["errorCodes"]}
    assert listed | {"ok": 0} == CODES
