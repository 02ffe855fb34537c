"""Keyword arguments that several calls share: each call accepts its own and rejects others."""

from __future__ import annotations

import inspect
import pydoc

import pytest
import sealwax

SEALING = ["context", "associated_data", "metadata", "padding", "require_all"]
OPENING = ["context", "associated_data", "header"]
WRITING = ["overwrite", "durable", "mode", "sparse", "batch", "threads", "progress"]
TEXT = ["encoding", "errors", "newline"]
OPTIONS = {
    "encrypt": SEALING,
    "encrypt_detached": SEALING,
    "encrypt_into": SEALING,
    "encrypt_stream": SEALING,
    "decrypt": OPENING,
    "decrypt_into": OPENING,
    "encrypt_file": [*SEALING, *WRITING],
    "decrypt_file": [*OPENING[:2], *WRITING],
    "open": [*SEALING, "header", "detached", "durable", "permissions", *TEXT],
    "s3.SealedBucket.put": SEALING,
    "s3.SealedBucket.upload": [*SEALING, "progress"],
    "s3.SealedBucket.get": OPENING[:2],
    "s3.SealedBucket.open": OPENING[:2],
    "s3.SealedBucket.download": [*OPENING[:2], "overwrite", "progress"],
    "EncryptHandle": ["context", "metadata", "padding", "require_all"],
    "DecryptHandle": ["context"],
    "CachingEncryptor.encrypt": ["context", "associated_data", "metadata", "padding"],
    "CachingDecryptor.decrypt": OPENING,
}


OPTIONS |= {
    f"aio.{name}": OPTIONS[name]
    for name in ("encrypt", "encrypt_detached", "decrypt", "encrypt_file", "decrypt_file", "open")
}


def found(name):
    place = sealwax
    for part in name.split("."):
        place = getattr(place, part)
    return place


@pytest.mark.parametrize("name", OPTIONS)
def test_the_signature_names_every_option(name):
    parameters = inspect.signature(found(name)).parameters.values()
    assert [each.name for each in parameters if each.kind is each.KEYWORD_ONLY] == OPTIONS[name]
    assert not any(each.kind is each.VAR_KEYWORD for each in parameters)


def calls(key):
    envelope, out = sealwax.encrypt(b"x", key), bytearray(1000)
    return {
        "encrypt": lambda **o: sealwax.encrypt(b"x", key, **o),
        "encrypt_detached": lambda **o: sealwax.encrypt_detached(b"x", key, **o),
        "encrypt_into": lambda **o: sealwax.encrypt_into(b"x", out, key, **o),
        "decrypt": lambda **o: sealwax.decrypt(envelope, key, **o),
        "decrypt_into": lambda **o: sealwax.decrypt_into(envelope, out, key, **o),
        "EncryptHandle.__new__": lambda **o: sealwax.EncryptHandle(key, **o),
        "DecryptHandle.__new__": lambda **o: sealwax.DecryptHandle(envelope[:-73], key, **o),
        "CachingEncryptor.encrypt": lambda **o: sealwax.CachingEncryptor(key).encrypt(b"x", **o),
        "CachingDecryptor.decrypt": lambda **o: sealwax.CachingDecryptor(key).decrypt(
            envelope, **o
        ),
    }


@pytest.mark.parametrize("name", calls(sealwax.LocalKey.generate()))
def test_what_a_call_does_not_know_is_refused(key, name):
    call, known = calls(key)[name], OPTIONS[name.removesuffix(".__new__")]
    call(**dict.fromkeys(set(known) - {"require_all"}))
    for other in {*SEALING, "contxt"} - set(known):
        with pytest.raises(TypeError) as raised:
            call(**{other: None})
        assert str(raised.value) == f"{name}() got an unexpected keyword argument '{other}'"


@pytest.mark.parametrize(
    "name", ["encrypt_file", "decrypt_file", *filter(lambda name: "s3" in name, OPTIONS)]
)
def test_an_unknown_option_is_refused_before_anything_is_read_or_written(name):
    call = found(name)
    needed = len(inspect.signature(call).parameters) - len(OPTIONS[name])
    with pytest.raises(TypeError) as raised:
        call(*[None] * needed, contxt={"bucket": "tides"})
    told = f"{name.rpartition('.')[2]}() got an unexpected keyword argument 'contxt'"
    assert str(raised.value) == told


def test_help_and_sources_are_those_of_the_function():
    assert "context=None, associated_data=None, metadata=None" in pydoc.plain(
        pydoc.render_doc(sealwax.encrypt_file)
    )
    assert inspect.getsource(sealwax.open).count("def open(") == 1


def test_options_of_a_wrong_type(key):
    with pytest.raises(TypeError, match="^argument 'require_all': "):
        sealwax.encrypt(b"x", key, require_all="yes")
    for option in ("associated_data", "metadata"):
        with pytest.raises(sealwax.InvalidTypeError) as raised:
            sealwax.encrypt(b"x", key, **{option: "text"})
        assert str(raised.value) == f"{option} must be bytes, not 'str': encode it"
