"""The examples of the extension module and of the README."""

from __future__ import annotations

import doctest
import importlib
import inspect
from pathlib import Path

import pytest
import sealwax._sealwax as native

MODULES = {
    "": 70,
    ".aio": 3,
    ".audit": 8,
    ".columns": 6,
    ".config": 3,
    ".fs": 3,
    ".sqlalchemy": 8,
    ".stores": 3,
}


def examples_of(module):
    """Those of a module and of its public names, wherever these are defined."""
    names = {**vars(module), **{name: getattr(module, name) for name in module.__all__}}
    yield doctest.DocTestParser().get_doctest(module.__doc__, names, module.__name__, None, 0)
    for public in module.__all__:
        value = getattr(module, public)
        if inspect.isclass(value) or inspect.isroutine(value):
            yield from doctest.DocTestFinder().find(value, public, module=False, globs=dict(names))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module(name):
    runner = doctest.DocTestRunner()
    for example in examples_of(importlib.import_module(f"sealwax{name}")):
        runner.run(example)
    assert runner.failures == 0 and runner.tries > MODULES[name]


@pytest.mark.parametrize(("parent", "most"), [(1, 10), (2, 3)], ids=["python", "project"])
def test_the_readmes_examples(parent, most, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    readme = Path(__file__).parents[parent] / "README.md"
    result = doctest.testfile(str(readme), module_relative=False)
    assert result.failed == 0 and result.attempted > most


@pytest.mark.parametrize("name", [name for name in dir(native) if not name.startswith("_")])
def test_everything_has_a_docstring(name):
    assert name.isupper() or getattr(native, name).__doc__
