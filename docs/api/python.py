"""Runs pdoc on modules that import a part of their names only when these are needed."""

from __future__ import annotations

import collections.abc
import os
import sys
import typing
from importlib import import_module
from types import ModuleType

import sealwax._types
import typing_extensions
from pdoc.__main__ import cli


def load(name: str) -> None:
    """Has all public names of a module there, and what the annotations of private modules use."""
    module = import_module(name)
    for public in module.__all__:
        vars(module).setdefault(public, getattr(module, public))
    private = [it for key, it in sys.modules.items() if key.startswith(f"{name}.")]
    types = [typing, collections.abc, typing_extensions, sealwax._types]
    for source in [*private, *types]:
        add(module, source)
    vars(module).setdefault("os", os)


def add(module: ModuleType, source: ModuleType) -> None:
    for key, value in vars(source).items():
        vars(module).setdefault(key, value)


for argument in sys.argv[1:]:
    if argument.split(".")[0] == "sealwax":
        load(argument)
cli()
