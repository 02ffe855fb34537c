"""Large messages in memory, against the core and the copying of memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import sealwax

from core import Core
from table import MIB, race, rate, row

try:
    import numpy
except ImportError:  # then its rows are left out
    numpy = None
else:
    del sys.modules["numpy"]

KEY = sealwax.LocalKey.generate("bench")


def fresh(size: int) -> None:
    """Large buffers to new bytes: page faults are the limit."""
    data = os.urandom(MIB) * (size // MIB)
    mutable, sealing = bytearray(data), sealwax.EncryptHandle(KEY)
    envelope = sealing.encrypt(data)
    copying, sealed, sealed_mutable, opened = race(
        lambda: bytes(mutable),
        lambda: sealing.encrypt(data),
        lambda: sealing.encrypt(mutable),
        lambda: sealwax.decrypt(envelope, KEY),
    )
    against = f"{rate(size, copying)}, bytes(bytearray)"
    for what, seconds in (
        ("encrypt, bytes in", sealed),
        ("encrypt, bytearray in", sealed_mutable),
        ("decrypt, bytes in", opened),
    ):
        row(f"{what}: time", rate(size, seconds), against, seconds / copying, most=1.3)


def into(size: int, core: Core) -> None:
    """Large buffers into a buffer that is there: the limit is the core's own call.

    With NumPy loaded, as in most programs with such buffers, which lends their memory; and without.
    """
    data = os.urandom(MIB) * (size // MIB)
    mutable, sealing = bytearray(data), sealwax.EncryptHandle(KEY)
    envelope = sealing.encrypt(data)
    out, mutable_envelope = bytearray(len(envelope)), bytearray(envelope)
    calls = (
        ("encrypt_into, bytes to bytearray", lambda: sealing.encrypt_into(data, out)),
        ("decrypt_into, bytes to bytearray", lambda: sealwax.decrypt_into(envelope, mutable, KEY)),
        ("encrypt_into, bytearray to bytearray", lambda: sealing.encrypt_into(mutable, out)),
        (
            "decrypt_into, bytearray to bytearray",
            lambda: sealwax.decrypt_into(mutable_envelope, mutable, KEY),
        ),
    )
    turns = [core.turn_by_byte(name) for name in ("seal", "open", "seal_all", "open_all")]
    lending = [with_numpy(call) for _, call in calls] if numpy else []
    seconds = race(*turns, *(call for _, call in calls), *lending)
    (seal, unseal, seal_all, open_all), seconds = seconds[:4], seconds[4:]
    ones, everys = (seal, unseal) * 2, (seal_all, open_all) * 2
    for (what, _), copied, one in zip(calls, seconds, ones):
        against = f"{rate(1, one)}, the core's call of that name"
        row(f"{what}, without NumPy", rate(size, copied), against, size * one / copied)
    for (what, _), lent, one, every in zip(calls, seconds[4:], ones, everys):
        against = f"{rate(1, one)}, the core's call of that name"
        row(what, rate(size, lent), against, size * one / lent, least=0.95)
        against = f"{rate(1, every)}, the core on every core"
        row(what, rate(size, lent), against, size * every / lent)


def with_numpy(call: Callable[[], object]) -> Callable[[], None]:
    """The call in a program that has loaded NumPy, which this one hides everywhere else."""

    def run() -> None:
        sys.modules["numpy"] = numpy
        try:
            call()
        finally:
            del sys.modules["numpy"]

    return run
