"""The peers, each used as its documentation recommends."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Optional

Copy = Callable[[Path, Path], object]
"""Makes the second file of the first."""

MISSING: set[str] = set()
"""Packages that are not installed."""


def load(make: Callable[..., Any], *arguments: Any) -> Optional[Any]:
    """The peer's actions, or nothing if its package is not there."""
    try:
        return make(*arguments)
    except ModuleNotFoundError as error:
        MISSING.add(str(error.name))
        return None


def _sdk_provider() -> Any:
    from aws_encryption_sdk.identifiers import EncryptionKeyType, WrappingAlgorithm
    from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
    from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider

    kek = os.urandom(32)

    class Provider(RawMasterKeyProvider):
        provider_id = "bench"

        def _get_raw_key(self, key_id: bytes) -> WrappingKey:
            return WrappingKey(
                wrapping_algorithm=WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING,
                wrapping_key=kek,
                wrapping_key_type=EncryptionKeyType.SYMMETRIC,
            )

    provider = Provider()
    provider.add_master_key(b"bench")
    return provider


def _sdk_client() -> Any:
    import aws_encryption_sdk
    from aws_encryption_sdk.identifiers import CommitmentPolicy

    policy = CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
    return aws_encryption_sdk.EncryptionSDKClient(commitment_policy=policy)


def _sdk(frame_length: int) -> Callable[[], tuple[Copy, Copy]]:
    def make() -> tuple[Copy, Copy]:
        client, provider = _sdk_client(), _sdk_provider()

        def stream(source: Path, target: Path, **options: Any) -> None:
            with open(source, "rb") as data, open(target, "wb") as out:
                with client.stream(source=data, key_provider=provider, **options) as chunks:
                    for chunk in chunks:
                        out.write(chunk)

        return (
            lambda source, target: stream(source, target, mode="e", frame_length=frame_length),
            lambda source, target: stream(source, target, mode="d"),
        )

    return make


def _tink_file() -> tuple[Copy, Copy]:
    import tink
    from tink import streaming_aead

    streaming_aead.register()
    template = streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB
    primitive = tink.new_keyset_handle(template).primitive(streaming_aead.StreamingAead)

    def encrypt(source: Path, target: Path) -> None:
        with open(source, "rb") as plain, open(target, "wb") as out:
            with primitive.new_encrypting_stream(out, b"") as sealed:
                while block := plain.read(1 << 20):
                    sealed.write(block)

    def decrypt(source: Path, target: Path) -> None:
        with open(source, "rb") as sealed, open(target, "wb") as out:
            with primitive.new_decrypting_stream(sealed, b"") as plain:
                while block := plain.read(1 << 20):
                    out.write(block)

    return encrypt, decrypt


def _pyrage_file() -> tuple[Copy, Copy]:
    from pyrage import decrypt_file, encrypt_file, x25519

    identity = x25519.Identity.generate()
    recipient = identity.to_public()
    return (
        lambda source, target: encrypt_file(str(source), str(target), [recipient]),
        lambda source, target: decrypt_file(str(source), str(target), [identity]),
    )


FILES: list[tuple[str, float, Callable[[], tuple[Copy, Copy]]]] = [
    ("AWS Encryption SDK, 4 KiB frames (default)", 5.0, _sdk(4096)),
    ("AWS Encryption SDK, 64 KiB frames", 1.5, _sdk(65536)),
    ("Tink streaming, 1 MiB segments", 1.5, _tink_file),
    ("pyrage", 2.0, _pyrage_file),
]
"""Name, how many times as fast we are to be, and what makes the two actions."""


def tink_aead() -> Any:
    """Tink's envelope encryption with a key in memory as the KMS: a fresh DEK for each message."""
    import tink
    from tink import aead

    aead.register()
    templates = aead.aead_key_templates
    remote = tink.new_keyset_handle(templates.AES256_GCM).primitive(aead.Aead)
    return aead.KmsEnvelopeAead(templates.AES256_GCM, remote)


def sdk_cached() -> Callable[[bytes], bytes]:
    """The SDK's caching materials manager: one DEK for many messages."""
    from aws_encryption_sdk.caches.local import LocalCryptoMaterialsCache
    from aws_encryption_sdk.materials_managers.caching import CachingCryptoMaterialsManager

    client = _sdk_client()
    manager = CachingCryptoMaterialsManager(
        master_key_provider=_sdk_provider(),
        cache=LocalCryptoMaterialsCache(capacity=100),
        max_age=300.0,
        max_messages_encrypted=1 << 30,
    )
    return lambda message: bytes(client.encrypt(source=message, materials_manager=manager)[0])


def crypt4gh_reader(folder: Path, data: bytes, offsets: list[int]) -> Callable[[], None]:
    """crypt4gh decrypts a range by one call, from the header on."""
    logging.getLogger("crypt4gh.lib").setLevel(logging.ERROR)  # it warns of every jump
    from crypt4gh.lib import decrypt, encrypt
    from nacl.public import PrivateKey

    secret = PrivateKey.generate()
    keys = [(0, bytes(secret), bytes(secret.public_key))]
    path = folder / "seek.c4gh"
    with open(path, "wb") as out:
        encrypt(keys, io.BytesIO(data), out)

    def read() -> None:
        with open(path, "rb") as file:
            for offset in offsets:
                file.seek(0)
                decrypt(keys, file, io.BytesIO(), offset=offset, span=4096)

    return read
