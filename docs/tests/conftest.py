"""Shared fixtures of the documentation's tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

# The servers of the Python package's tests serve here too.
sys.path.append(str(Path(__file__).parents[2] / "bindings-python/tests"))


@pytest.fixture(scope="session")
def prefix() -> Path:
    """Where the C library is installed."""
    path = Path(os.environ["SEALWAX_C_PREFIX"])
    assert (path / "include/sealwax.h").is_file(), f"there is no C library in {path}"
    return path


@pytest.fixture(scope="session")
def site() -> Path:
    """The built site."""
    path = Path(os.environ["SEALWAX_SITE"])
    assert (path / "index.html").is_file(), f"there is no site in {path}"
    return path
