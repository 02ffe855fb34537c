"""The libraries to compare with, each as its own documentation says."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Optional

MISSING: set[str] = set()
"""Packages that are not installed."""


def load(make: Callable[..., Any], *arguments: Any) -> Optional[Callable[..., Any]]:
    """The peer's action, or nothing if its package is not there."""
    try:
        return make(*arguments)  # type: ignore[no-any-return]
    except ModuleNotFoundError as error:
        MISSING.add(str(error.name))
        return None


def _sdk(frame_length: int) -> Callable[[Path], Any]:
    def make(_folder: Path) -> Callable[[Path, Path], None]:
        import aws_encryption_sdk
        from aws_encryption_sdk.identifiers import (
            CommitmentPolicy,
            EncryptionKeyType,
            WrappingAlgorithm,
        )
        from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
        from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider

        kek = os.urandom(32)

        class Provider(RawMasterKeyProvider):
            provider_id = "bench"

            def _get_raw_key(self, key_id: bytes) -> WrappingKey:
                algorithm = WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING
                return WrappingKey(
                    wrapping_algorithm=algorithm,
                    wrapping_key=kek,
                    wrapping_key_type=EncryptionKeyType.SYMMETRIC,
                )

        provider = Provider()
        provider.add_master_key(b"bench")
        client = aws_encryption_sdk.EncryptionSDKClient(
            commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
        )

        def encrypt(source: Path, target: Path) -> None:
            with open(source, "rb") as plain, open(target, "wb") as out:
                stream = client.stream(
                    mode="e", source=plain, key_provider=provider, frame_length=frame_length
                )
                with stream as sealed:
                    for chunk in sealed:
                        out.write(chunk)

        return encrypt

    return make


def _tink_file(_folder: Path) -> Callable[[Path, Path], None]:
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

    return encrypt


def _pyrage_file(_folder: Path) -> Callable[[Path, Path], None]:
    from pyrage import encrypt_file, x25519

    recipient = x25519.Identity.generate().to_public()
    return lambda source, target: encrypt_file(str(source), str(target), [recipient])


FILES = [
    ("AWS Encryption SDK, 4 KiB frames (default)", 5.0, _sdk(4096)),
    ("AWS Encryption SDK, 64 KiB frames", 1.5, _sdk(65536)),
    ("Tink streaming, 1 MiB segments", 1.5, _tink_file),
    ("pyrage", 2.0, _pyrage_file),
]
"""Name, how many times as fast we are to be, and what makes the action."""


def tink_aead() -> Callable[[bytes], bytes]:
    """Tink's envelope encryption with a key in memory as the KMS: a fresh DEK for each message."""
    import tink
    from tink import aead

    aead.register()
    templates = aead.aead_key_templates
    remote = tink.new_keyset_handle(templates.AES256_GCM).primitive(aead.Aead)
    envelope = aead.KmsEnvelopeAead(templates.AES256_GCM, remote)
    return lambda message: bytes(envelope.encrypt(message, b""))


def crypt4gh_reader(folder: Path, data: bytes, offsets: list[int]) -> Callable[[], None]:
    """crypt4gh decrypts a range by one call, from the header on."""
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
