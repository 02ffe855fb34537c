"""Speed of the Python package against its limits and its peers: `cargo xtask bench python`.

Every figure is a ratio of two things that were measured in turns, in this run; the best of several
rounds counts. Peers that are not installed are left out, and said.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Optional

import peers
import sealwax
from table import MIB, race, rate, row, table

try:
    import numpy
except ImportError:  # then its rows are left out
    numpy = None
else:
    del sys.modules["numpy"]

KEY = sealwax.LocalKey.generate("bench")


class Core:
    """The Rust core in a process of its own, asked for one round at a time: `core/examples/rate`."""

    len = 256 * MIB

    def __init__(self, program: str) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([program, "--turns"], stdin=pipe, stdout=pipe, text=True)

    def turn(self, name: str) -> Callable[[], float]:
        """An action that has the core do one thing and returns its seconds for 1 byte."""

        def ask() -> float:
            assert self._process.stdin is not None and self._process.stdout is not None
            print(name, file=self._process.stdin, flush=True)
            return float(self._process.stdout.readline()) / self.len

        return ask

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


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
    turns = [core.turn(name) for name in ("seal", "open", "seal_all", "open_all")]
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


def files(size: int, folder: Path) -> None:
    """Whole files on tmpfs."""
    plain, sealed, back, other = (folder / name for name in ("plain", "sealed", "back", "other"))
    plain.write_bytes(os.urandom(MIB) * (size // MIB))

    def encrypt() -> None:
        sealwax.encrypt_file(plain, sealed, KEY, overwrite=True)

    def decrypt() -> None:
        sealwax.decrypt_file(sealed, back, KEY, overwrite=True)

    def copy() -> None:
        subprocess.check_call(["cp", plain, other])

    copying, sealing, opening = race(copy, encrypt, decrypt, rounds=3)
    against = f"{rate(size, copying)}, cp"
    row("encrypt_file", rate(size, sealing), against, copying / sealing, least=1)
    row("decrypt_file", rate(size, opening), against, copying / opening, least=1)
    for name, least, make in peers.FILES:
        peer = peers.load(make)
        if peer is None:
            continue
        lock, unlock = peer
        ours, theirs = race(encrypt, lambda: lock(plain, other), rounds=2)  # noqa: B023
        against = f"{rate(size, theirs)}, {name}"
        row("encrypt_file", rate(size, ours), against, theirs / ours, least=least)
        ours, theirs = race(decrypt, lambda: unlock(other, back), rounds=2)  # noqa: B023
        against = f"{rate(size, theirs)}, {name}"
        row("decrypt_file", rate(size, ours), against, theirs / ours, least=least)


def small(count: int) -> None:
    """Messages of 1 KiB under a cached DEK."""
    message = bytes(1024)
    encryptor, provider = sealwax.CachingEncryptor(KEY), sealwax.CachingProvider(KEY)

    def many(action: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(count):
                action()

        return run

    def per_second(seconds: float) -> str:
        return f"{count / seconds:,.0f}/s"

    ours = {
        "1 KiB, CachingEncryptor": many(lambda: encryptor.encrypt(message)),
        "1 KiB, encrypt with a CachingProvider": many(lambda: sealwax.encrypt(message, provider)),
    }
    others: list[tuple[str, Optional[float], Callable[[], object]]] = [
        ("Tink's KmsEnvelopeAead", 1.5, peers.tink_aead),
        ("the AWS SDK's caching manager", None, peers.sdk_cached),
    ]
    loaded = [(name, least, peers.load(make)) for name, least, make in others]
    there = [(name, least, encrypt) for name, least, encrypt in loaded if encrypt is not None]
    theirs = [many(lambda encrypt=encrypt: encrypt(message)) for _, _, encrypt in there]
    best = race(*ours.values(), *theirs)
    for what, seconds in zip(ours, best):
        figure = per_second(seconds)
        row(what, figure, "250,000/s", count / seconds / 250_000, least=1)
        for (name, least, _), their_seconds in zip(there, best[len(ours) :]):
            against = f"{per_second(their_seconds)}, {name}"
            row(what, figure, against, their_seconds / seconds, least=least)


def seeking(size: int, folder: Path) -> None:
    """4 KiB at random offsets of a large object."""
    data = os.urandom(MIB) * (size // MIB)
    path = folder / "seek.sealwax"
    path.write_bytes(sealwax.encrypt(data, KEY))
    offsets = [random.randrange(size - 4096) for _ in range(500)]
    reader = sealwax.open(path, "rb", KEY)

    def ours() -> None:
        for offset in offsets:
            reader.seek(offset)
            reader.read(4096)

    theirs = peers.load(peers.crypt4gh_reader, folder, data, offsets)
    if theirs is None:
        return
    mine, yours = race(ours, theirs, rounds=3)

    def each(seconds: float) -> str:
        return f"{seconds / len(offsets) * 1e3:.3f} ms"

    what = f"4 KiB at a random offset of {size // MIB} MiB"
    row(what, each(mine), f"{each(yours)}, crypt4gh", yours / mine, least=3)


def importing() -> None:
    """What an import costs beyond the start of Python."""

    def run(program: str) -> Callable[[], object]:
        return lambda: subprocess.check_call([sys.executable, "-c", program])

    with_it, without = race(run("import sealwax"), run("pass"), rounds=15)
    took = (with_it - without) * 1e3
    row("import sealwax", f"{took:.1f} ms", "30 ms", took / 30, most=1)


def peak(size: int, folder: Path) -> None:
    """A process of its own, because a peak is for ever; what `getrusage` says includes its parent's."""
    plain, sealed, back = folder / "sparse", folder / "peak", folder / "peak-back"
    with open(plain, "wb") as file:
        file.truncate(size)
    program = f"""
import sealwax
key = sealwax.LocalKey.generate()
sealwax.encrypt_file({str(plain)!r}, {str(sealed)!r}, key)
sealwax.decrypt_file({str(sealed)!r}, {str(back)!r}, key)
status = open("/proc/self/status").read()
print(status.split("VmHWM:")[1].split()[0])
"""
    mib = int(subprocess.check_output([sys.executable, "-c", program])) / 1024
    what = f"peak memory, {size / (1 << 30):g} GiB encrypted and decrypted"
    row(what, f"{mib:.0f} MiB", "96 MiB", mib / 96, most=1)


def main() -> None:
    """Measures everything and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--core", required=True, help="the core's example `rate`, built")
    parser.add_argument("--quick", action="store_true", help="tiny inputs, to see that it runs")
    arguments = parser.parse_args()
    scale = 1 if arguments.quick else 256
    # Memory and not the disk is to be measured.
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(dir=base))
    core = Core(arguments.core)
    try:
        into(scale * MIB, core)
        core.close()
        fresh(scale * MIB)
        small(100 if arguments.quick else 20_000)
        for size, measure in ((4, files), (1, seeking), (16, peak)):
            part = folder / measure.__name__
            part.mkdir()
            measure(max(2, size * scale) * MIB, part)
            shutil.rmtree(part)
        importing()
    finally:
        core.close()
        shutil.rmtree(folder)
    print(table())
    if peers.MISSING:
        print("\nNot installed, so left out: " + ", ".join(sorted(peers.MISSING)) + ".")


if __name__ == "__main__":
    main()
