"""Messages of 1 KiB, against their cryptographic primitives and the peers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

import sealwax

import peers
from core import Core
from table import race, row

KEY = sealwax.LocalKey.generate("bench")


MESSAGE = bytes(1024)


def small(count: int, core: Core) -> None:
    """Under a data key that a cache keeps, and under one of their own."""
    encryptor, provider = sealwax.CachingEncryptor(KEY), sealwax.CachingProvider(KEY)
    cached, single = sealwax.encrypt(MESSAGE, provider), sealwax.encrypt(MESSAGE, KEY)
    tink, sdk = peers.load(peers.tink_aead), peers.load(peers.sdk_cached)
    actions: dict[str, Callable[[], object]] = {
        "encryptor": lambda: encryptor.encrypt(MESSAGE),
        "encrypt cached": lambda: sealwax.encrypt(MESSAGE, provider),
        "decrypt cached": lambda: sealwax.decrypt(cached, provider),
        "encrypt": lambda: sealwax.encrypt(MESSAGE, KEY),
        "decrypt": lambda: sealwax.decrypt(single, KEY),
    }
    if tink is not None:
        theirs = tink.encrypt(MESSAGE, b"")
        actions["Tink encrypt"] = lambda: tink.encrypt(MESSAGE, b"")
        actions["Tink decrypt"] = lambda: tink.decrypt(theirs, b"")
    if sdk is not None:
        actions["SDK encrypt"] = lambda: sdk(MESSAGE)
    turns = [core.turn("primitives_seal"), core.turn("primitives_open")]
    best = race(*turns, *(many(count, action) for action in actions.values()))
    seconds = dict(zip(("primitives seal", "primitives open", *actions), best))
    for name in actions:
        seconds[name] /= count

    def against(
        what: str, name: str, other: str, words: str, least: Optional[float] = None
    ) -> None:
        if other in seconds:
            figures = f"{per_second(seconds[name])}", f"{per_second(seconds[other])}, {words}"
            row(f"1 KiB, {what}", *figures, seconds[other] / seconds[name], least=least)

    tinks, sdks = "Tink's KmsEnvelopeAead", "the AWS SDK's caching manager"
    primitives = "the format's primitives alone"
    seconds["target"] = 1 / 250_000
    for what, name in (
        ("CachingEncryptor", "encryptor"),
        ("encrypt with a CachingProvider", "encrypt cached"),
    ):
        against(what, name, "target", "the target", 1)
        against(what, name, "Tink encrypt", tinks, 1.5)
        against(what, name, "SDK encrypt", sdks)
    what = "decrypt with a CachingProvider"
    against(what, "decrypt cached", "encrypt cached", "encrypt", 0.8)
    against(what, "decrypt cached", "Tink decrypt", tinks, 1.5)
    what = "encrypt with a LocalKey"
    against(what, "encrypt", "primitives seal", primitives, 0.85)
    against(what, "encrypt", "Tink encrypt", tinks, 1.5)
    what = "decrypt with a LocalKey"
    against(what, "decrypt", "primitives open", primitives, 0.85)
    against(what, "decrypt", "Tink decrypt", tinks, 1.1)


def many(count: int, action: Callable[[], object]) -> Callable[[], None]:
    """The action so often."""

    def run() -> None:
        for _ in range(count):
            action()

    return run


def per_second(seconds: float) -> str:
    """How many of what takes so long."""
    return f"{1 / seconds:,.0f}/s"
