"""ARCHITECTURE.md is correct: each path exists, and each name is in the files of its row."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
_CODE = re.compile(r"`([^`]+)`")
_PATH = re.compile(r"[\w.-]+(/[\w.-]+)*/?")
_FOLDERS = {entry.name for entry in ROOT.iterdir() if entry.is_dir()}


class Row(NamedTuple):
    """One question: where its answer is, and what it is called there."""

    question: str
    paths: list[str]
    names: list[str]


def rows() -> list[Row]:
    section = TEXT.split("## Where is", 1)[1].split("\n## ", 1)[0]
    table = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return [Row(cells[0].strip(), *map(_CODE.findall, cells[1:3])) for cells in table[1:]]


def texts_of(path: str) -> list[str]:
    place = ROOT / path
    files = [place] if place.is_file() else [file for file in place.rglob("*") if file.is_file()]
    return [file.read_text(encoding="utf-8", errors="replace") for file in files]


def test_it_answers_many_questions() -> None:
    assert len(rows()) >= 20


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.question)
def test_the_answer_is_there(row: Row) -> None:
    assert row.paths, "an answer without a path"
    missing = [path for path in row.paths if not (ROOT / path).exists()]
    assert not missing
    texts = [text for path in row.paths for text in texts_of(path)]
    for name in row.names:
        word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        assert any(map(word.search, texts)), f"{name} is in none of {row.paths}"


def test_every_other_path_exists() -> None:
    words = [word for word in _CODE.findall(TEXT) if _PATH.fullmatch(word)]
    paths = [word for word in words if word.split("/")[0] in _FOLDERS or word.endswith(".md")]
    assert len(paths) > 30
    assert not [path for path in paths if not (ROOT / path).exists()]
