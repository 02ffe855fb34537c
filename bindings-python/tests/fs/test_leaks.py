"""No plaintext and no key is written: to no disk, no file in memory, no pipe, into no pickle.

A process is watched by strace. It shows the start of all that is written to any descriptor, also to
files that are deleted at once; what is left in the folders is searched as a whole.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from . import watched

SHOWN = 256
"""How much of each write is shown: the marker is in any 65 bytes of the plaintext."""

CALLS = "write,pwrite64,writev,pwritev,pwritev2,memfd_create,openat"


def run(folder: Path, *arguments: str) -> str:
    """What the script wrote, with all of its folders in one place."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace, home = folder / "trace", folder / "home"
    home.mkdir()
    watch = ["strace", "-f", "-qq", "-y", "-xx", f"-s{SHOWN}", f"-etrace={CALLS}", f"-o{trace}"]
    script = [sys.executable, watched.__file__, str(home), *arguments]
    env = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        watch + script, env=env, cwd=home, capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return trace.read_text().replace("\\x", "")


def found(trace: str) -> list[str]:
    """The writes that show a secret."""
    shown = [secret.hex() for secret in watched.secrets()]
    return [line for line in trace.splitlines() if any(secret in line for secret in shown)]


OPENED = re.compile(r' openat\([^<]*<([0-9a-f]*)>, "([0-9a-f]*)", (\S*O_(?:WRONLY|RDWR).*)')


def opened_outside(trace: str, folder: Path) -> list[str]:
    """The files outside of the folder that were opened for writing."""
    places = []
    for base, path, rest in OPENED.findall(trace):
        if " = -1" not in rest:
            places.append(os.path.join(*(bytes.fromhex(each).decode() for each in (base, path))))
    assert places
    return [place for place in places if not place.startswith((str(folder), "/dev/null"))]


def test_nothing_secret_is_written(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    trace = run(tmp_path)
    assert trace.count(b"SEALWAX".hex()) > 5  # The watcher sees what is written.
    assert found(trace) == []
    assert opened_outside(trace, tmp_path) == []
    left = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert {"x", "y", "w", "t", "p.parquet", "p.csv"} <= {path.name for path in left}
    for path in left:
        data = path.read_bytes()
        assert not any(secret in data for secret in watched.secrets()), path


@pytest.mark.parametrize("form", ["raw", "hex", "upper", "base64", "text"])
def test_the_watcher_finds_a_deleted_file(tmp_path: Path, form: str) -> None:
    assert found(run(tmp_path, form))
