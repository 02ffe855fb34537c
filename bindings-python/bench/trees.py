"""Whole trees of small files, against `cp -r` and against `rclone crypt`, if it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Optional

import peers
from table import row

_PER_FOLDER = 1000
_SIZE = 1000


def trees(count: int, folder: Path) -> None:
    """Files of 1 kB on a disk: the command in a process of its own, with its peak of memory."""
    plain, sealed, back = folder / "plain", folder / "sealed", folder / "back"
    _write(plain, count)
    key = folder / "key"
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}

    def sealwax(*words: object) -> tuple[float, int]:
        command = [sys.executable, "-m", "sealwax", *map(str, words), "--quiet"]
        return _run(command, environment)

    sealwax("keygen", key)
    copying, _ = _run(["cp", "-r", str(plain), str(folder / "copy")], environment)
    against = f"{count / copying:,.0f}/s, cp -r"
    peak = 0
    for name, words in (
        ("encrypt -r", ("encrypt", "-r", plain, sealed)),
        ("verify -r", ("verify", "-r", sealed)),
        ("decrypt -r", ("decrypt", "-r", sealed, back)),
        ("encrypt -r --continue, nothing to do", ("encrypt", "-r", plain, sealed, "--continue")),
    ):
        seconds, memory = sealwax(*words, "--key", key)
        peak = max(peak, memory)
        what = f"{count:,} files of 1 kB, {name}"
        row(what, f"{count / seconds:,.0f}/s", against, copying / seconds)
    for name, words in (
        ("encrypt -r --no-sync", ("encrypt", "-r", plain, folder / "sealed2")),
        ("decrypt -r --no-sync", ("decrypt", "-r", folder / "sealed2", folder / "back2")),
    ):
        seconds, memory = sealwax(*words, "--key", key, "--no-sync")
        peak = max(peak, memory)
        what = f"{count:,} files of 1 kB, {name}"
        row(what, f"{count / seconds:,.0f}/s", against, copying / seconds)
        theirs = _rclone(name.split()[0], plain, folder, environment)
        if theirs is not None:
            other = f"{count / theirs:,.0f}/s, rclone crypt"
            row(what, f"{count / seconds:,.0f}/s", other, theirs / seconds)
    mib = peak / 1024
    row(f"{count:,} files: peak memory", f"{mib:.0f} MiB", "300 MiB", mib / 300, most=1)


def _write(folder: Path, count: int) -> None:
    for number in range(count):
        if number % _PER_FOLDER == 0:
            below = folder / f"{number // _PER_FOLDER}"
            below.mkdir(parents=True)
        (below / f"{number}").write_bytes(os.urandom(_SIZE))


def _run(command: list[str], environment: dict[str, str]) -> tuple[float, int]:
    """Seconds, and the peak of memory in KiB."""
    start = time.perf_counter()
    child = subprocess.Popen(command, env=environment)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise subprocess.CalledProcessError(status, command)
    return time.perf_counter() - start, usage.ru_maxrss


def _rclone(verb: str, plain: Path, folder: Path, environment: dict[str, str]) -> Optional[float]:
    """Seconds of rclone for the same; it waits for no disk either."""
    if shutil.which("rclone") is None:
        peers.MISSING.add("rclone")
        return None
    secret = subprocess.check_output(["rclone", "obscure", "bench"], text=True).strip()
    crypt = f":crypt,remote={folder / 'rclone'},password={secret}:"
    ends = [str(plain), crypt] if verb == "encrypt" else [crypt, str(folder / "rclone-back")]
    options = ["--config", "/dev/null", "--quiet", "--transfers", "16"]
    seconds, _ = _run(["rclone", "copy", *ends, *options], environment)
    return seconds
