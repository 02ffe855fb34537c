"""Wrapping under a public key, and unwrapping in every place for the private key."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import sealwax
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from sealwax import kms

from .servers.azure import Credential, KeyVault
from .servers.certificates import Authority
from .servers.gcp import CloudKms
from .servers.openbao import OpenBao

KEY = rsa.generate_private_key(65537, 3072)


def public_pem(key: Any = KEY) -> bytes:
    """The public half."""
    pem: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem


def private_pem(password: bytes = b"", key: Any = KEY) -> bytes:
    """The private half, encrypted if there is a password."""
    protection: Any = serialization.NoEncryption()
    if password:
        protection = serialization.BestAvailableEncryption(password)
    pem: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    )
    return pem


def certificate_pem() -> bytes:
    """A certificate of the key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "recovery")])
    start = datetime.datetime(2026, 1, 1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=1))
        .sign(KEY, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


def test_an_offline_recovery_key() -> None:
    """Its public half is in every service; its private half comes out of the safe once."""
    everyday, safe = sealwax.LocalKey.generate("everyday"), private_pem(b"in two envelopes")
    recovery = kms.RsaOaepPublicKey(public_pem())
    envelope = sealwax.encrypt(b"tide table", [everyday, recovery], context={"tenant": "acme"})
    with pytest.raises(sealwax.NoMatchingKeyError):
        sealwax.decrypt(envelope, recovery)
    opened = kms.RsaOaepPublicKey.from_private_key(safe, b"in two envelopes")
    assert sealwax.decrypt(envelope, opened) == b"tide table"
    assert sealwax.decrypt(envelope, [recovery, everyday]) == b"tide table"


def test_key_ids() -> None:
    key = kms.RsaOaepPublicKey(public_pem())
    assert re.fullmatch("sha256:[0-9a-f]{64}", key.key_id)
    assert kms.RsaOaepPublicKey(public_pem().decode()).key_id == key.key_id
    assert kms.RsaOaepPublicKey(certificate_pem()).key_id == key.key_id
    assert kms.RsaOaepPublicKey.from_private_key(private_pem()).key_id == key.key_id
    assert kms.RsaOaepPublicKey(public_pem(), hash_name="sha1").key_id.startswith("sha1:")
    assert kms.RsaOaepPublicKey(public_pem(), key_id="safe").key_id == "safe"


def test_arguments() -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    short = rsa.generate_private_key(65537, 1024)
    for wrong in (b"", b"no key", public_pem(elliptic), public_pem(short), private_pem()):
        with pytest.raises(sealwax.InvalidArgumentError):
            kms.RsaOaepPublicKey(wrong)
    with pytest.raises(sealwax.InvalidArgumentError):
        kms.RsaOaepPublicKey(public_pem(), hash_name="md5")
    for pem, password in ((b"", None), (private_pem(b"a"), b"b"), (private_pem(b"a"), None)):
        with pytest.raises(sealwax.InvalidArgumentError):
            kms.RsaOaepPublicKey.from_private_key(pem, password)
    with pytest.raises(sealwax.InvalidArgumentError):
        kms.RsaOaepPublicKey.from_private_key(private_pem(key=elliptic))


def test_the_wrong_private_key() -> None:
    """It never gets to a chunk: OAEP refuses, whoever's key the header names."""
    other = private_pem(key=rsa.generate_private_key(65537, 2048))
    envelope = sealwax.encrypt(b"", kms.RsaOaepPublicKey(public_pem(), key_id="safe"))
    with pytest.raises(sealwax.KeyUnwrapError):
        sealwax.decrypt(envelope, kms.RsaOaepPublicKey.from_private_key(other, key_id="safe"))


def test_private_halves_in_each_kms(
    bao: OpenBao, cloud_kms: CloudKms, key_vault: KeyVault, authority: Authority
) -> None:
    bao.create_key("private-half", key_type="rsa-3072")
    transit = kms.VaultTransit("private-half", url=bao.url, token=bao.token)
    version, pem = cloud_kms.create_rsa_key("private-half")
    google = kms.GcpKms(version, endpoint=cloud_kms.url)
    azure = kms.AzureKeyVault(
        key_vault.create_key("private-half"),
        Credential(),
        verify=str(authority.file),
        verify_challenge_resource=False,
    )
    halves = [
        (transit.public_key(), transit.rsa_oaep_decrypt),
        (pem, google.rsa_oaep_decrypt),
        (key_vault.public_pem("private-half"), azure.rsa_oaep_decrypt),
    ]
    writers = [kms.RsaOaepPublicKey(public) for public, _ in halves]
    envelope = sealwax.encrypt(b"tide table", writers)
    for public, decrypt in halves:
        reader = kms.RsaOaepPublicKey(public, decrypt=decrypt)
        assert sealwax.decrypt(envelope, reader) == b"tide table"
