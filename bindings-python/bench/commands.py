"""Start-up times: the import and the command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from table import race, row


def importing() -> None:
    """What an import costs beyond the start of Python."""

    def run(program: str) -> Callable[[], object]:
        return lambda: subprocess.check_call([sys.executable, "-c", program])

    with_it, without = race(run("import sealwax"), run("pass"), rounds=15)
    took = (with_it - without) * 1e3
    row("import sealwax: time", f"{took:.1f} ms", "30 ms", took / 30, most=1)


def starting(folder: Path) -> None:
    """The whole command, from its start to its end."""
    command = [sys.executable, "-m", "sealwax"]
    key, plain, sealed = (str(folder / name) for name in ("key", "plain", "sealed"))
    subprocess.check_call([*command, "keygen", "--quiet", key])
    Path(plain).write_bytes(bytes(1000))

    def run(*words: str) -> Callable[[], object]:
        return lambda: subprocess.check_call([*command, *words], stdout=subprocess.DEVNULL)

    version, encrypt = race(
        run("--version"), run("encrypt", "--force", "--key", key, plain, "-o", sealed), rounds=15
    )
    for what, seconds in (
        ("sealwax --version: time", version),
        ("sealwax encrypt, 1 kB: time", encrypt),
    ):
        row(what, f"{seconds * 1e3:.1f} ms", "80 ms", seconds / 0.08, most=1)
