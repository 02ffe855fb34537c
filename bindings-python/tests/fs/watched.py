"""What `test_leaks` runs under watch: sealed files are written, read, copied and given up.

    python watched.py FOLDER [FORM]

With FORM, a secret in that form is written to a file that is deleted at once.
"""

from __future__ import annotations

import base64
import os
import pickle
import sys
import tempfile
from typing import Any

KEY = bytes(range(100, 132))
MARKER = b"Cuxhaven-06:12-high-water-marker\n"
DATA = MARKER * 3_000_000
"""More than is kept in memory of an upload; every part of it shows the marker."""


def forms(secret: bytes) -> dict[str, bytes]:
    """How bytes may be written down."""
    text = secret.hex().encode()
    return {
        "raw": secret,
        "hex": text,
        "upper": text.upper(),
        "base64": base64.b64encode(secret).rstrip(b"="),
    }


def secrets() -> list[bytes]:
    """All that must not be found."""
    return [form for secret in (KEY, MARKER.strip()) for form in forms(secret).values()]


def check(what: str, data: bytes) -> None:
    """Ends the process if there is a secret in the data."""
    if any(secret in data for secret in secrets()):
        raise SystemExit(f"{what} holds a secret")


def use(fs: Any, folder: str) -> None:
    """Whatever a program does with a file system."""
    fs.makedirs(folder, exist_ok=True)
    fs.pipe(f"{folder}/x", DATA)
    with fs.open(f"{folder}/y", "wb") as file:
        file.write(DATA)
        file.flush()
    with fs.open(f"{folder}/y") as file:
        while file.read(100_000):
            pass
        file.seek(-40, 2)
        check("the pickle of a file", pickle.dumps(file))
    fs.cat_ranges([f"{folder}/x"] * 2, [0, 5], [9, 70])
    fs.cp(f"{folder}/x", f"{folder}/z")
    fs.mv(f"{folder}/z", f"{folder}/w")
    with fs.transaction, fs.open(f"{folder}/t", "wb") as file:
        file.write(DATA)
    give_up(fs, f"{folder}/broken")
    check("the pickle of the file system", pickle.dumps(fs))
    check("its JSON", fs.to_json().encode())


def give_up(fs: Any, path: str) -> None:
    """A file that is never completed."""
    try:
        with fs.open(path, "wb") as file:
            file.write(DATA)
            raise RuntimeError("mine")
    except RuntimeError:
        assert not fs.exists(path)


def use_pandas(folder: str) -> None:
    """A library that writes and reads by URL, also compressed."""
    import pandas

    frame = pandas.DataFrame({"text": [MARKER.decode()] * 1000})
    options = {"storage_options": {"sealwax": {"keys": "env:DATA_KEY"}}}
    frame.to_parquet(f"sealwax::file://{folder}/p.parquet", compression=None, **options)
    assert len(pandas.read_parquet(f"sealwax::file://{folder}/p.parquet", **options)) == 1000
    frame.to_csv(f"sealwax::file://{folder}/p.csv", **options)


def leak(secret: bytes) -> None:
    """What the watcher must find."""
    with tempfile.TemporaryFile() as file:
        file.write(secret)


def main(folder: str) -> None:
    """All of it, on a disk and in memory."""
    import fsspec

    os.environ["DATA_KEY"] = KEY.hex()
    for protocol, place in {"file": folder, "memory": "/lake"}.items():
        fs = fsspec.filesystem("sealwax", target_protocol=protocol, keys="env:DATA_KEY")
        use(fs, f"{place}/lake")
    use_pandas(f"{folder}/lake")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        leak(forms(KEY)[sys.argv[2]] if sys.argv[2] != "text" else DATA[:70_000])
    else:
        main(sys.argv[1])
