"""A part of the package uses those below it, and none above."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import sealwax

PACKAGE = Path(sealwax.__file__).parent
LAYERS = ("sealwax", "kms", "config", "columns", "sqlalchemy", "s3", "stores", "fs", "bulk", "cli")
"""From the bottom to the top; `sealwax` are the modules that are in no part."""


def part(path):
    """The part that a file belongs to."""
    below = path.relative_to(PACKAGE).parts
    return below[0] if len(below) > 1 else "sealwax"


def used(path):
    """The parts whose modules a file imports by `from ..part import name`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1]
            named = base.joinpath(*(node.module or "").split("."))
            targets = [named] if node.module else [base / alias.name for alias in node.names]
            yield from (
                part(target / "x") if target.is_dir() else part(target) for target in targets
            )


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__main__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards(path):
    mine = LAYERS.index(part(path))
    above = {other for other in used(path) if LAYERS.index(other) > mine}
    assert above == set()
