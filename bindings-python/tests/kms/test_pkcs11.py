"""Cases specific to tokens: forks, removal, PINs, keys that cannot be extracted."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest
import sealwax
from sealwax import kms

from .servers.softhsm import SoftHsm

CONTEXT = {"tenant": "acme"}


@pytest.fixture
def key(hsm: SoftHsm) -> kms.Pkcs11:
    return provider(hsm, "particular")


@pytest.fixture(scope="module", autouse=True)
def created(hsm: SoftHsm) -> None:
    hsm.create_aes_key("t1", "particular")


def provider(hsm: SoftHsm, label: str, **options: Any) -> kms.Pkcs11:
    return kms.Pkcs11("t1", label, **{"pin": hsm.pin, "module": hsm.module, **options})


def test_the_key_cannot_be_read(hsm: SoftHsm) -> None:
    import pkcs11

    secret = hsm.session("t1").get_key(
        label="particular", object_class=pkcs11.ObjectClass.SECRET_KEY
    )
    assert secret[pkcs11.Attribute.NEVER_EXTRACTABLE]
    with pytest.raises(pkcs11.exceptions.AttributeSensitive):
        secret[pkcs11.Attribute.VALUE]


def test_wrapped_key_is_what_the_documentation_says(hsm: SoftHsm, key: kms.Pkcs11) -> None:
    assert key.key_id == "pkcs11:token=t1;object=particular"
    assert len(key.wrap(bytearray(32), CONTEXT).wrapped_dek) == 12 + 32 + 16
    by_wrap = provider(hsm, "particular", mechanism="aes-key-wrap")
    assert len(by_wrap.wrap(bytearray(32), CONTEXT).wrapped_dek) == 40
    odd = provider(hsm, "ours; and/theirs")
    assert odd.key_id == "pkcs11:token=t1;object=ours%3B%20and%2Ftheirs"


def test_no_object_is_left_on_the_token(hsm: SoftHsm) -> None:
    before = len(list(hsm.session("t1").get_objects()))
    by_wrap = provider(hsm, "particular", mechanism="aes-key-wrap")
    by_wrap.unwrap(by_wrap.wrap(bytearray(32), CONTEXT), CONTEXT)
    assert len(list(hsm.session("t1").get_objects())) == before


def test_both_sides_of_a_fork(key: kms.Pkcs11) -> None:
    envelope = sealwax.encrypt(b"tide table", key, context=CONTEXT)
    pid = os.fork()
    if pid == 0:
        opened = sealwax.decrypt(envelope, key)
        again = sealwax.encrypt(b"from the child", key)
        opened += sealwax.decrypt(again, key)
        os._exit(0 if opened == b"tide tablefrom the child" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert sealwax.decrypt(envelope, key) == b"tide table"


def test_a_token_that_is_taken_out_and_put_back(hsm: SoftHsm, key: kms.Pkcs11) -> None:
    envelope = sealwax.encrypt(b"tide table", key, context=CONTEXT)
    hsm.remove_tokens()
    try:
        for call in (sealwax.decrypt, sealwax.encrypt):
            with pytest.raises(sealwax.ProviderError) as caught:
                call(envelope, key)
            assert isinstance(caught.value.__cause__, kms.TokenRemovedError)
            assert "'t1'" in str(caught.value.__cause__)
    finally:
        hsm.insert_tokens()
    assert sealwax.decrypt(envelope, key) == b"tide table"


def test_two_providers_of_one_token(hsm: SoftHsm) -> None:
    """The login holds for the process: the second one finds itself logged in."""
    providers = [provider(hsm, "particular", key_id=name) for name in ("first", "second")]
    envelope = sealwax.encrypt(b"tide table", providers)
    assert len(sealwax.inspect(envelope).wrapped_keys) == 2
    assert sealwax.decrypt(envelope, providers[1]) == b"tide table"


def test_threads_share_a_session(key: kms.Pkcs11) -> None:
    envelopes: list[bytes] = []

    def work() -> None:
        for _ in range(20):
            envelopes.append(sealwax.encrypt(b"tide table", key, context=CONTEXT))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sealwax.decrypt(envelope, key) for envelope in envelopes] == [b"tide table"] * 160


def test_a_wrong_pin(hsm: SoftHsm) -> None:
    wrong = provider(hsm, "particular", pin="4321")
    hsm.api().reinitialize()  # Nobody is logged in any more.
    with pytest.raises(kms.CredentialsError) as caught:
        wrong.wrap(bytearray(32), CONTEXT)
    assert "4321" not in str(caught.value) + repr(wrong)


def test_a_pin_that_is_asked_for(hsm: SoftHsm) -> None:
    asked: list[int] = []

    def pin() -> str:
        asked.append(1)
        return hsm.pin

    with_prompt = provider(hsm, "particular", pin=pin)
    assert asked == []
    with_prompt.wrap(bytearray(32), CONTEXT)
    with_prompt.wrap(bytearray(32), CONTEXT)
    assert asked == [1]


def test_no_such_token_and_no_such_key(hsm: SoftHsm) -> None:
    with pytest.raises(kms.TokenRemovedError):
        kms.Pkcs11("t2", "x", pin=hsm.pin, module=hsm.module).wrap(bytearray(32), CONTEXT)
    with pytest.raises(kms.KeyNotFoundError):
        provider(hsm, "unknown").wrap(bytearray(32), CONTEXT)


def test_arguments(monkeypatch: pytest.MonkeyPatch, hsm: SoftHsm) -> None:
    monkeypatch.delenv("PKCS11_MODULE", raising=False)
    with pytest.raises(sealwax.InvalidArgumentError, match="PKCS11_MODULE"):
        kms.Pkcs11("t1", "x", pin="1234")
    with pytest.raises(sealwax.InvalidArgumentError, match="mechanism"):
        provider(hsm, "x", mechanism="rot13")


def test_a_public_key_that_left_the_token(hsm: SoftHsm) -> None:
    """Wrapped offline, unwrapped inside of the token; SoftHSM knows OAEP with SHA-1 only."""
    pem = hsm.create_rsa_key("t1", "offline")
    token = provider(hsm, "offline", mechanism="rsa-oaep-sha1")
    envelope = sealwax.encrypt(b"tide table", kms.RsaOaepPublicKey(pem, hash_name="sha1"))
    reader = kms.RsaOaepPublicKey(pem, hash_name="sha1", decrypt=token.rsa_oaep_decrypt)
    assert sealwax.decrypt(envelope, reader) == b"tide table"
