"""Every example of the site runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from blocks import PAGES, blocks, page_names
from runner import ROOT, Page

CORE = (ROOT / "core/src/lib.rs").read_text(encoding="utf-8")


def has_examples(name: str) -> bool:
    return any(block.language for block in blocks((PAGES / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", list(filter(has_examples, page_names())))
def test_the_examples_of(name: str, tmp_path: Path, prefix: Path) -> None:
    with Page(tmp_path, prefix) as page:
        assert page.run(name) > 0


@pytest.mark.parametrize("name", page_names())
def test_the_core_runs_the_rust_of(name: str) -> None:
    languages = {block.language for block in blocks((PAGES / name).read_text(encoding="utf-8"))}
    assert "rust" not in languages or f"docs/pages/{name}" in CORE
