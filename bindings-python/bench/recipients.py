"""Messages of 1 KiB to public keys: every message has a data key of its own."""

from __future__ import annotations

import sealwax
from messages import MESSAGE, many, per_second

from table import race, row

TARGETS = {"x25519": 8_000, "x-wing": 4_000}
"""Encryptions a second."""


def recipients(count: int) -> None:
    """Encrypts to each kind of key, and decrypts."""
    for kem in ("x25519", "x-wing"):
        identity = sealwax.HpkeIdentity.generate(kem)
        recipient = identity.recipient
        sealed = sealwax.encrypt(MESSAGE, recipient)
        wrap, unwrap = (
            seconds / count
            for seconds in race(
                many(count, lambda to=recipient: sealwax.encrypt(MESSAGE, to)),
                many(count, lambda data=sealed, key=identity: sealwax.decrypt(data, key)),
            )
        )
        target = TARGETS[kem]
        words = f"{target:,}/s, the target"
        row(
            f"1 KiB, encrypt to a public key, {kem}",
            per_second(wrap),
            words,
            1 / wrap / target,
            least=1,
        )
        row(
            f"1 KiB, decrypt with its secret key, {kem}",
            per_second(unwrap),
            "encrypt",
            wrap / unwrap,
        )
