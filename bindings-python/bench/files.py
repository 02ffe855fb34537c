"""Files: whole ones, many small ones, and parts of one, against copying and the peers."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import sealwax

import peers
from table import MIB, micro, race, rate, row

KEY = sealwax.LocalKey.generate("bench")


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


def opening(size: int, folder: Path) -> None:
    """A local file, opened for 4 KiB of it; and a little more of an open one."""
    path, count = folder / "open.sealwax", 400
    path.write_bytes(sealwax.encrypt(os.urandom(MIB) * (size // MIB), KEY))
    offsets = [random.randrange(size - 4096) for _ in range(count)]

    def anew() -> None:
        for offset in offsets:
            with sealwax.open(path, "rb", KEY) as file:
                file.seek(offset)
                file.read(4096)

    reader = sealwax.open(path, "rb", KEY)

    def further() -> None:
        for offset in offsets:
            reader.seek(offset)
            reader.read(100)

    first, second = race(anew, further)
    for what, seconds, limit in (
        ("open a local file, seek, read 4 KiB: time", first / count, 60e-6),
        ("100 B more at a random offset: time", second / count, 15e-6),
    ):
        row(what, micro(seconds), micro(limit), seconds / limit, most=1)


def many(count: int, folder: Path) -> None:
    """Small files one after the other, in one process, against copies of them by Python."""
    plain = [folder / f"{number}" for number in range(count)]
    for path in plain:
        path.write_bytes(os.urandom(1000))
    sealed, back = folder / "sealed", folder / "back"

    def fresh(target: Path) -> None:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()

    def timed(target: Path, work: Callable[[Path], object]) -> Callable[[], float]:
        """The work with each, and not the making of the folder."""

        def run() -> float:
            fresh(target)
            start = time.perf_counter()
            for path in plain:
                work(path)
            return time.perf_counter() - start

        return run

    copying, sealing, opening = race(
        timed(folder / "copy", lambda path: shutil.copyfile(path, folder / "copy" / path.name)),
        timed(
            sealed,
            lambda path: sealwax.encrypt_file(path, sealed / path.name, KEY, durable=False),
        ),
        timed(
            back,
            lambda path: sealwax.decrypt_file(
                sealed / path.name, back / path.name, KEY, durable=False
            ),
        ),
        rounds=3,
    )
    against = f"{copying:.2f} s, shutil.copyfile"
    for what, seconds in (("encrypt_file", sealing), ("decrypt_file", opening)):
        name = f"{count:,} files of 1 kB, {what}(durable=False): time"
        row(name, f"{seconds:.2f} s", against, seconds / copying, most=1.5)


def sparse(size: int, folder: Path) -> None:
    """A disk image that is all holes but for two blocks, against `cp`."""
    plain, sealed, back, other = (folder / name for name in ("plain", "sealed", "back", "other"))
    with open(plain, "wb") as file:
        file.write(b"x" * 4096)
        file.truncate(size)
        file.seek(size // 2)
        file.write(b"x" * 4096)
    sealing, opening, copying = race(
        lambda: sealwax.encrypt_file(plain, sealed, KEY, overwrite=True),
        lambda: sealwax.decrypt_file(sealed, back, KEY, overwrite=True),
        lambda: subprocess.check_call(["cp", sealed, other]),
        rounds=1,
    )
    name = f"{size / (1 << 30):g} GiB of holes"
    against = f"{copying:.2f} s, cp of the envelope"
    row(f"{name}, encrypt_file: time", f"{sealing:.2f} s", against, sealing / copying)
    row(f"{name}, decrypt_file: time", f"{opening:.2f} s", against, opening / copying)
    taken = back.stat().st_blocks * 512 / 1024
    row(
        f"{name}, decrypted: room on the disk",
        f"{taken:.0f} KiB",
        "1,024 KiB",
        taken / 1024,
        most=1,
    )


def peak(size: int, folder: Path) -> None:
    """A process of its own: a peak is for ever, and `getrusage` includes the parent's."""
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
