"""One folder an example stack: its answers, and every byte of the pack that they give."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from obsboot.answers import read
from obsboot.catalog import Catalogue
from obsboot.model import GeneratedFile
from obsboot.render import render
from obsboot.stack import resolve

HERE = Path(__file__).parent
EXAMPLES = sorted(path.parent.name for path in HERE.glob("*/answers.yml"))


def pack(example: str, catalogue: Catalogue) -> tuple[GeneratedFile, ...]:
    answers = read(HERE / example / "answers.yml", catalogue)
    return render(resolve(answers, catalogue))


@pytest.mark.parametrize("example", EXAMPLES)
def test_same_answers_same_bytes(example: str, catalogue: Catalogue, request: pytest.FixtureRequest) -> None:
    files = pack(example, catalogue)
    expected = HERE / example / "expected"
    if request.config.getoption("--refresh-golden"):
        shutil.rmtree(expected, ignore_errors=True)
        for file in files:
            path = expected / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text)
    held = {str(path.relative_to(expected)): path.read_text() for path in expected.rglob("*") if path.is_file()}
    assert {file.path: file.text for file in files} == held


def test_there_are_examples() -> None:
    assert {"shop-api", "files-only"} <= set(EXAMPLES)
