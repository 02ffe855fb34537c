"""Speed of the Python package against its limits and its peers.

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
import time
from collections.abc import Callable
from pathlib import Path

import peers
import sealwax

MIB = 1 << 20
KEY = sealwax.LocalKey.generate("bench")
ROWS: list[tuple[str, str, str, str]] = []


def race(*actions: Callable[[], object], rounds: int = 5) -> list[float]:
    """The best time of each action in seconds, measured in turns so that all see the same noise."""
    best = [float("inf")] * len(actions)
    for _ in range(rounds):
        for index, action in enumerate(actions):
            start = time.perf_counter()
            action()
            best[index] = min(best[index], time.perf_counter() - start)
    return best


def row(what: str, figure: str, ratio: float, target: float, *, at_most: bool = False) -> None:
    met = ratio <= target if at_most else ratio >= target
    sign = "<=" if at_most else ">="
    ROWS.append((what, figure, f"{ratio:.2f}", f"{sign} {target:g} {'met' if met else 'missed'}"))
    print(*ROWS[-1], sep=" | ", file=sys.stderr, flush=True)


def rate(size: int, seconds: float) -> str:
    return f"{size / seconds / 1e9:.2f} GB/s"


def memory(size: int) -> None:
    """Large buffers: the reference is what the Rust core does with immutable memory."""
    data = os.urandom(MIB) * (size // MIB)
    mutable = bytearray(data)
    sealing = sealwax.EncryptHandle(KEY)
    envelope = sealing.encrypt(data)
    out = bytearray(len(envelope))

    copying, fresh, fresh_mutable, opened = race(
        lambda: bytes(mutable),
        lambda: sealing.encrypt(data),
        lambda: sealing.encrypt(mutable),
        lambda: sealwax.decrypt(envelope, KEY),
    )
    row("encrypt to fresh bytes: time / time of bytes(bytearray)", rate(size, fresh), fresh / copying, 1.3, at_most=True)
    row("the same, bytearray in", rate(size, fresh_mutable), fresh_mutable / copying, 1.3, at_most=True)
    row("decrypt to fresh bytes", rate(size, opened), opened / copying, 1.3, at_most=True)
    into, into_mutable, back, copied = race(
        lambda: sealing.encrypt_into(data, out),
        lambda: sealing.encrypt_into(mutable, out),
        lambda: sealwax.decrypt_into(envelope, mutable, KEY),
        lambda: out.__setitem__(slice(0, size), data),
    )
    core = core_rates()
    for what, seconds, name in (
        ("encrypt_into, bytes in, bytearray out", into, "seal"),
        ("encrypt_into, bytearray in and out", into_mutable, "seal"),
        ("decrypt_into, bytes in, bytearray out", back, "open"),
    ):
        if name in core:
            row(f"{what} / Rust core", rate(size, seconds), size / seconds / core[name], 0.95)
        else:
            row(f"{what} / one copy of as much", rate(size, seconds), copied / seconds, 0.95)


def core_rates() -> dict[str, float]:
    """Bytes per second of the Rust core, by `core/examples/rate`, if SEALWAX_CORE_BENCH names it."""
    program = os.environ.get("SEALWAX_CORE_BENCH")
    if not program:
        return {}
    output = subprocess.check_output([program], text=True)
    return {name: float(figure) for name, figure in map(str.split, output.splitlines())}


def files(size: int, folder: Path) -> None:
    plain, sealed, back = folder / "plain", folder / "sealed", folder / "back"
    plain.write_bytes(os.urandom(MIB) * (size // MIB))
    options = {"overwrite": True}
    copying, sealing, opening = race(
        lambda: subprocess.check_call(["cp", plain, folder / "copy"]),
        lambda: sealwax.encrypt_file(plain, sealed, KEY, **options),
        lambda: sealwax.decrypt_file(sealed, back, KEY, **options),
        rounds=3,
    )
    row("encrypt_file / cp", rate(size, sealing), copying / sealing, 1.0)
    row("decrypt_file / cp", rate(size, opening), copying / opening, 1.0)
    part = min(size, 128 * MIB)
    with open(plain, "r+b") as file:
        file.truncate(part)
    ours, = race(lambda: sealwax.encrypt_file(plain, sealed, KEY, **options), rounds=3)
    for name, target, make in peers.FILES:
        encrypt = peers.load(make, folder)
        if encrypt is None:
            continue
        theirs, = race(lambda: encrypt(plain, folder / "theirs"), rounds=1)  # noqa: B023
        row(f"encrypt_file / {name}", rate(part, ours), theirs / ours, target)


def small(count: int) -> None:
    message = bytes(1024)
    encryptor, provider = sealwax.CachingEncryptor(KEY), sealwax.CachingProvider(KEY)

    def many(action: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(count):
                action()

        return run

    cached, one_shot = race(
        many(lambda: encryptor.encrypt(message)), many(lambda: sealwax.encrypt(message, provider))
    )
    per_second = count / cached
    row("1 KiB, CachingEncryptor, messages a second / 250,000", f"{per_second:,.0f}/s", per_second / 250_000, 1.0)
    per_second = count / one_shot
    row("1 KiB, encrypt with CachingProvider / 250,000", f"{per_second:,.0f}/s", per_second / 250_000, 1.0)
    encrypt = peers.load(peers.tink_aead)
    if encrypt is not None:
        ours, theirs = race(many(lambda: encryptor.encrypt(message)), many(lambda: encrypt(message)))
        row("1 KiB, CachingEncryptor / Tink's KmsEnvelopeAead", f"{count / ours:,.0f}/s", theirs / ours, 1.5)


def seeking(size: int, folder: Path) -> None:
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
    figure = f"{mine / len(offsets) * 1e3:.3f} ms"
    row("4 KiB at a random offset / crypt4gh", figure, yours / mine, 3.0)


def importing() -> None:
    def run(program: str) -> Callable[[], object]:
        return lambda: subprocess.check_call([sys.executable, "-c", program])

    with_it, without = race(run("import sealwax"), run("pass"), rounds=10)
    took = (with_it - without) * 1e3
    row("import / 30 ms", f"{took:.1f} ms", took / 30, 1.0, at_most=True)


def peak(size: int, folder: Path) -> None:
    """A process of its own, because a peak is for ever."""
    plain = folder / "sparse"
    with open(plain, "wb") as file:
        file.truncate(size)
    program = f"""
import resource, sealwax
key = sealwax.LocalKey.generate()
sealwax.encrypt_file({str(plain)!r}, {str(folder / 'peak')!r}, key, overwrite=True)
sealwax.decrypt_file({str(folder / 'peak')!r}, {str(folder / 'peak-back')!r}, key, overwrite=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    peak_kib = int(subprocess.check_output([sys.executable, "-c", program]))
    row(f"peak memory, {size / (1 << 30):g} GiB of files / 96 MiB", f"{peak_kib / 1024:.0f} MiB", peak_kib / 1024 / 96, 1.0, at_most=True)


def table() -> str:
    lines = ["| measured | figure | ratio | target |", "|---|---|---|---|"]
    lines += ["| " + " | ".join(cells) + " |" for cells in ROWS]
    if peers.MISSING:
        lines += ["", "Not installed, so left out: " + ", ".join(sorted(peers.MISSING)) + "."]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny inputs, to see that it runs")
    arguments = parser.parse_args()
    scale = 1 if arguments.quick else 256
    # Memory and not the disk is to be measured.
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(dir=base))
    try:
        memory(scale * MIB)
        small(100 if arguments.quick else 20_000)
        files(4 * scale * MIB, folder)
        seeking(max(2, scale) * MIB, folder)
        importing()
        peak(16 * scale * MIB, folder)
    finally:
        shutil.rmtree(folder)
    print(table())


if __name__ == "__main__":
    main()
