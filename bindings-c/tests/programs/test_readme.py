"""Every program of the README compiles and runs."""

from __future__ import annotations

import re

import pytest

from programs import ROOT, compiled, run

TEXT = (ROOT / "bindings-c/README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(c|cpp)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def test_the_programs_are_found():
    assert len(BLOCKS) >= 3


@pytest.mark.parametrize(("language", "text"), BLOCKS)
def test_a_program_of_the_readme_runs(language, text, tmp_path):
    source = tmp_path / f"program.{language}"
    source.write_text(text, encoding="utf-8")
    run(compiled(tmp_path / "program", source), cwd=tmp_path)
