"""Keyword arguments that several calls share: each call accepts its own and rejects others."""

from __future__ import annotations

import inspect

import pytest
import sealwax

SEALING = ["context", "associated_data", "metadata", "padding", "require_all"]
OPENING = ["context", "associated_data", "header"]
OPTIONS = {
    "encrypt": SEALING,
    "encrypt_detached": SEALING,
    "encrypt_into": SEALING,
    "encrypt_stream": SEALING,
    "decrypt": OPENING,
    "decrypt_into": OPENING,
    "EncryptHandle": ["context", "metadata", "padding", "require_all"],
    "DecryptHandle": ["context"],
    "CachingEncryptor.encrypt": ["context", "associated_data", "metadata", "padding"],
    "CachingDecryptor.decrypt": OPENING,
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


def test_options_of_a_wrong_type(key):
    with pytest.raises(TypeError, match="^argument 'require_all': "):
        sealwax.encrypt(b"x", key, require_all="yes")
    for option in ("associated_data", "metadata"):
        with pytest.raises(sealwax.InvalidTypeError) as raised:
            sealwax.encrypt(b"x", key, **{option: "text"})
        assert str(raised.value) == f"{option} must be bytes, not 'str': encode it"
