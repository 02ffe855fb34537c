"""Public keys: HpkeRecipient and HpkeIdentity, and another implementation of HPKE."""

from __future__ import annotations

import hashlib
import io
import pickle
import stat

import pytest
import sealwax
from sealwax import HpkeIdentity, HpkeRecipient

from commandline import HEX, KEY, run

KEMS = ("x25519", "x-wing")
NUMBERS = {"x25519": b"\x00\x20", "x-wing": b"\x64\x7a"}
SECRET = bytes([0xA7]) * 32
both = pytest.mark.parametrize("kem", KEMS)


@both
def test_the_secret_half_reads_what_the_public_half_wrote(kem):
    identity = HpkeIdentity.generate(kem)
    recipient = HpkeRecipient(str(identity.recipient))
    envelope = sealwax.encrypt(b"tide table", recipient, context={"tenant": "blue"})
    assert sealwax.decrypt(envelope, identity, context={"tenant": "blue"}) == b"tide table"
    (wrapped,) = sealwax.inspect(envelope).wrapped_keys
    assert (wrapped.provider_id, wrapped.key_id) == ("hpke", recipient.key_id)
    assert recipient.key_id == f"{kem}:{hashlib.sha512(recipient.public_key).hexdigest()[:32]}"
    with pytest.raises(sealwax.NoMatchingKeyError) as caught:
        sealwax.decrypt(envelope, recipient)
    assert caught.value.code == sealwax.ErrorCode.NO_MATCHING_KEY


@both
def test_what_the_halves_say(kem):
    identity = HpkeIdentity(kem, SECRET, "inbox")
    recipient = identity.recipient
    assert repr(identity) == f"HpkeIdentity(kem='{kem}', key_id='inbox')"
    assert repr(recipient) == f"HpkeRecipient(kem='{kem}', key_id='inbox')"
    assert identity.export() == SECRET
    assert (identity.kem, identity.key_id, identity.provider_id) == (kem, "inbox", "hpke")
    assert (recipient.kem, recipient.key_id, recipient.provider_id) == (kem, "inbox", "hpke")
    assert identity.accepts("inbox") and not identity.accepts("other")
    assert not recipient.accepts("inbox")
    again = HpkeRecipient.from_public_key(kem, recipient.public_key, "inbox")
    assert str(again) == str(recipient)


def test_several_recipients_and_a_kms_in_one_object():
    keys = [HpkeIdentity.generate(kem) for kem in KEMS]
    envelope = sealwax.encrypt(b"x", [*(key.recipient for key in keys), KEY])
    for key in (*keys, KEY):
        assert sealwax.decrypt(envelope, key) == b"x"
    other = HpkeIdentity.generate("x25519")
    with pytest.raises(sealwax.NoMatchingKeyError):
        sealwax.decrypt(envelope, other)
    added = sealwax.rewrap(envelope, old=KEY, new=other.recipient, add=True)
    assert sealwax.decrypt(added, other) == b"x"


@both
def test_a_recipient_serves_streams_and_caches(kem):
    identity = HpkeIdentity.generate(kem)
    out = io.BytesIO()
    with sealwax.open(out, "wb", keys=identity.recipient) as file:
        file.write(b"x" * 100_000)
    assert sealwax.decrypt(out.getvalue(), identity) == b"x" * 100_000
    cached = sealwax.CachingProvider(identity, max_age=60)
    assert sealwax.decrypt(out.getvalue(), cached) == b"x" * 100_000


def test_a_pickle_holds_no_secret(tmp_path):
    identity = HpkeIdentity.generate("x-wing")
    recipient = pickle.loads(pickle.dumps(identity.recipient))
    assert str(recipient) == str(identity.recipient)
    with pytest.raises(TypeError) as caught:
        pickle.dumps(identity)
    assert str(caught.value) == (
        "a HpkeIdentity made of a secret in memory cannot be pickled; one of from_file or from_env "
        "can, and is loaded again where it is needed"
    )
    (tmp_path / "k").write_text(f"# mine\n{identity.to_text()}\n")
    stored = pickle.dumps(HpkeIdentity.from_file(tmp_path / "k", "inbox"))
    assert identity.to_text()[20:].encode() not in stored
    again = pickle.loads(stored)
    assert (again.key_id, again.to_text()) == ("inbox", identity.to_text())


def test_a_key_of_a_variable(monkeypatch):
    identity = HpkeIdentity.generate("x25519")
    monkeypatch.setenv("INBOX", identity.to_text())
    again = pickle.loads(pickle.dumps(HpkeIdentity.from_env("INBOX")))
    assert again.to_text() == identity.to_text()
    monkeypatch.setenv("INBOX", HEX)
    with pytest.raises(sealwax.InvalidArgumentError) as caught:
        HpkeIdentity.from_env("INBOX")
    told = "the text form of a secret key starts with sealwaxsec1."
    assert str(caught.value) == f"invalid argument: {told} (environment variable INBOX)"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (
            lambda: HpkeRecipient(HpkeIdentity("x25519", SECRET).to_text()),
            "this is a secret key: keep it, and give the public one, which starts with "
            "sealwaxpub1.",
        ),
        (
            lambda: HpkeIdentity.from_text(str(HpkeIdentity("x25519", SECRET).recipient)),
            "this is a public key, which only encrypts: the secret one, which decrypts, starts "
            "with sealwaxsec1.",
        ),
        (lambda: HpkeIdentity.generate("rsa"), "kem must be 'x25519' or 'x-wing'"),
        (
            lambda: HpkeRecipient.from_public_key("x25519", bytes(32)),
            "the public key has a point of low order: no secret comes of it",
        ),
        (
            lambda: HpkeRecipient.from_public_key("x-wing", bytes([9]) * 32),
            "these bytes are no public key of this KEM",
        ),
        (lambda: HpkeIdentity("x-wing", b"short"), "a KEK has 32 bytes"),
    ],
)
def test_mistakes(make, told):
    with pytest.raises(sealwax.InvalidArgumentError) as caught:
        make()
    assert str(caught.value) == f"invalid argument: {told}"


@both
def test_another_context_does_not_open(kem):
    identity = HpkeIdentity.generate(kem)
    wrapped = identity.recipient.wrap(bytes(32), {"tenant": "blue"})
    assert identity.unwrap(wrapped, {"tenant": "blue"}) == bytes(32)
    with pytest.raises(sealwax.KeyUnwrapError) as caught:
        identity.unwrap(wrapped, {"tenant": "red"})
    assert caught.value.code == sealwax.ErrorCode.KEY_UNWRAP
    with pytest.raises(sealwax.ProviderError) as refused:
        identity.recipient.unwrap(wrapped, {"tenant": "blue"})
    assert "a public key cannot unwrap: the secret key can" in str(refused.value)


def peer(kem):
    """Suite, secret and public key of the `cryptography` package, for SECRET."""
    hpke = pytest.importorskip("cryptography.hazmat.primitives.hpke")
    from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

    def suite(kem):
        return hpke.Suite(kem, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)

    if kem == "x25519":
        secret = x25519.X25519PrivateKey.from_private_bytes(SECRET)
        return suite(hpke.KEM.X25519), secret, secret.public_key()
    seed = hashlib.shake_256(SECRET).digest(96)
    secret = hpke.MLKEM768X25519PrivateKey(
        mlkem.MLKEM768PrivateKey.from_seed_bytes(seed[:64]),
        x25519.X25519PrivateKey.from_private_bytes(seed[64:]),
    )
    return suite(hpke.KEM.MLKEM768_X25519), secret, secret.public_key()


@both
def test_another_implementation_agrees(kem):
    """[K-12], [K-13]."""
    suite, secret, public = peer(kem)
    identity = HpkeIdentity(kem, SECRET, "inbox")
    context = {"tenant": "blue"}
    info = b"sealwax/v1 hpke\0\0\5inbox" + sealwax.canonical_context(context)
    dek = bytes(range(32))

    wrapped = identity.recipient.wrap(dek, context).wrapped_dek
    assert wrapped[:2] == NUMBERS[kem]
    assert suite.decrypt(wrapped[2:], secret, info) == dek

    theirs = NUMBERS[kem] + suite.encrypt(dek, public, info)
    assert identity.unwrap(sealwax.WrappedKey("inbox", theirs), context) == dek


@pytest.fixture
def inbox(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    return run("keygen", "--type", "x-wing", "inbox.key").stdout.decode().strip()


def test_the_command_makes_a_key_pair(folder, inbox):
    assert stat.S_IMODE((folder / "inbox.key").stat().st_mode) == 0o600
    comment, line = (folder / "inbox.key").read_text().splitlines()
    assert comment == f"# public key: {inbox}"
    assert str(HpkeIdentity.from_text(line).recipient) == inbox
    assert run("recipient", "inbox.key").stdout.decode() == f"{inbox}\n"
    told = run("keygen", "--type", "rsa", "other.key", expect=2).stderr
    assert told == b"sealwax: --type rsa: there is local, x25519 and x-wing\n"
    told = run("keygen", "--type", "x25519", "inbox.key", expect=3).stderr
    assert told == b"sealwax: inbox.key: exists already; --force replaces it\n"
    on_stdout = run("keygen", "--type", "x25519", "-").stdout
    assert HpkeIdentity.from_file_content(on_stdout).kem == "x25519"


@pytest.mark.parametrize("spec", ["TEXT", "hpke:TEXT", "inbox.pub", "file:inbox.pub", "inbox.key"])
def test_the_command_encrypts_to_a_public_key(folder, inbox, spec):
    (folder / "inbox.pub").write_text(f"# of the inbox\n{inbox}\n")
    (folder / "inbox.pub").chmod(0o644)
    to = spec.replace("TEXT", inbox)
    sealed = run("encrypt", "--to", to, "-", data=b"tide table")
    assert sealed.stderr == b""
    opened = run("decrypt", "--key", "inbox.key", "-", data=sealed.stdout)
    assert opened.stdout == b"tide table"


def test_the_command_takes_recipients_beside_keys(folder, inbox):
    (folder / "k").write_text(HEX)
    (folder / "k").chmod(0o600)
    sealed = run("encrypt", "--key", "k", "--to", f"{inbox}#inbox", "-", data=b"x").stdout
    assert [key.key_id for key in sealwax.inspect(sealed).wrapped_keys] == ["default", "inbox"]
    for key in ("k", "inbox.key#inbox"):
        assert run("decrypt", "--key", key, "-", data=sealed).stdout == b"x"
    run("decrypt", "--key", "inbox.key", "-", data=sealed, expect=5)


def test_mistakes_on_the_command_line(folder, inbox):
    (folder / "k").write_text(HEX)
    (folder / "k").chmod(0o600)
    told = run("encrypt", "--to", "k", "-", expect=2).stderr
    assert told == b"sealwax: --to k: this is neither a public key nor a key pair\n"
    secret = (folder / "inbox.key").read_text().splitlines()[1]
    for option in ("--to", "--key"):
        told = run("encrypt", option, secret, "-", expect=2).stderr
        assert secret[20:].encode() not in told
        reason = f"sealwax: {option} takes a reference, not the key itself: use a file\n"
        assert told == reason.encode()
    told = run("encrypt", "--to", "-", "-", data=inbox.encode(), expect=2).stderr
    assert told == b"sealwax: only one thing can come from the standard input\n"
    changed = inbox[:40] + ("A" if inbox[40] != "A" else "B") + inbox[41:]
    told = run("encrypt", "--to", changed, "-", expect=5).stderr.decode()
    assert told == (
        f"sealwax: --to {changed}: invalid argument: the checksum of the key is wrong: a character "
        "was changed or lost; a public key begins with sealwaxpub1.\n"
    )
    (folder / "empty.pub").write_bytes(b"")
    told = run("encrypt", "--to", "empty.pub", "-", expect=5).stderr.decode()
    assert told == (
        "sealwax: --to empty.pub: invalid argument: a key is 32 bytes: raw, 64 hex digits, or "
        "base64; a public key begins with sealwaxpub1.\n"
    )
    (folder / "inbox.pub").write_text(inbox)
    sealed = run("encrypt", "--to", inbox, "-", data=b"x").stdout
    told = run("decrypt", "--key", "inbox.pub", "-", data=sealed, expect=5).stderr.decode()
    assert "no configured key matches" in told
    told = run("recipient", "k", expect=2).stderr
    assert told == b"sealwax: recipient k: this is neither a public key nor a key pair\n"


def test_sealwax_toml_names_public_keys(folder, inbox):
    (folder / "sealwax.toml").write_text(
        f'[keys]\ninbox = "hpke:{inbox}"\n\n[[rules]]\nmatch = "in/*"\nkeys = "inbox"\n'
    )
    (folder / "in").mkdir()
    (folder / "in" / "a").write_bytes(b"tide table")
    run("encrypt", "in/a")
    assert run("decrypt", "--key", "inbox.key", "in/a.sealwax", "-").stdout == b"tide table"
    told = run("decrypt", "in/a.sealwax", "-", expect=5).stderr.decode()
    assert "no configured key matches" in told


def test_sealwax_toml_refuses_a_secret_key(folder, inbox):
    secret = (folder / "inbox.key").read_text().splitlines()[1]
    (folder / "sealwax.toml").write_text(f'[keys]\ninbox = "hpke:{secret}"\n')
    told = run("encrypt", "--key", "config:inbox", "-", expect=3).stderr.decode()
    assert secret[20:] not in told
    assert told.endswith("is the place of a key, and not the key: put it into a file\n")
