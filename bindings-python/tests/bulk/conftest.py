"""Trees to work on, and a folder for journals."""

from __future__ import annotations

import os

import pytest
from sealwax import bulk


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """Where the journals of these tests are."""
    folder = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


class Tree:
    """A source with some files, and the places that it goes to."""

    def __init__(self, folder):
        self.folder = folder
        self.plain, self.sealed, self.back = (folder / name for name in ("plain", "sealed", "back"))
        self.plain.mkdir()

    def write(self, files):
        """Writes files of the source: contents by names."""
        for name, content in files.items():
            path = os.path.join(os.fsencode(self.plain), os.fsencode(name))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)

    def round_trip(self, key, **options):
        """Encrypts and decrypts it; returns what came back."""
        for report in (
            bulk.encrypt(self.plain, self.sealed, keys=key, **options),
            bulk.decrypt(self.sealed, self.back, keys=key, **options),
        ):
            assert report.is_complete, report.failures
        return contents(self.back)


def contents(folder):
    """The contents of all files of a folder, by their names."""
    base, found = os.fsencode(folder), {}
    for place, _, names in os.walk(base):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                found[os.fsdecode(os.path.relpath(path, base))] = file.read()
    return found


@pytest.fixture
def tree(tmp_path):
    made = Tree(tmp_path)
    made.write({"a.csv": b"one", "2026/b.csv": b"two" * 1000, "2026/07/c.bin": bytes(300_000)})
    return made
