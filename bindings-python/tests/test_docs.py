"""The examples of the extension module and of the README."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest
import sealwax._sealwax as native

MODULES = ["_sealwax", "_files", "_header", "_open", "aio", "audit", "stores", ""]
MODULES += [f"config.{name}" for name in ("_config", "_references", "_urls")] + ["stores._open"]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module(name):
    module = importlib.import_module(f"sealwax.{name}".rstrip("."))
    result = doctest.testmod(module)
    assert result.failed == 0 and result.attempted > 2


@pytest.mark.parametrize(("parent", "most"), [(1, 10), (2, 3)], ids=["python", "project"])
def test_the_readmes_examples(parent, most, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    readme = Path(__file__).parents[parent] / "README.md"
    result = doctest.testfile(str(readme), module_relative=False)
    assert result.failed == 0 and result.attempted > most


@pytest.mark.parametrize("name", [name for name in dir(native) if not name.startswith("_")])
def test_everything_has_a_docstring(name):
    assert name.isupper() or getattr(native, name).__doc__
