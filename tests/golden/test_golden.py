"""One folder an example stack: its answers, and every byte of the pack that they give."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
EXAMPLES = sorted(path.parent.name for path in HERE.glob("*/answers.yml"))
SECRET = (".env", "secrets")
"""Random, and no part of the rendering."""


def written(example: str, repository: Path) -> dict[str, str]:
    """What `obsboot init` writes for the answers of the example, by path."""
    command = [sys.executable, "-m", "obsboot", "init", "--yes", "--answers", str(HERE / example / "answers.yml")]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return texts(repository / "observability")


def texts(folder: Path) -> dict[str, str]:
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path): (folder / path).read_text() for path in paths if path.parts[0] not in SECRET}


@pytest.mark.parametrize("example", EXAMPLES)
def test_same_answers_same_bytes(example: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    now, expected = written(example, tmp_path), HERE / example / "expected"
    if request.config.getoption("--refresh-golden"):
        shutil.rmtree(expected, ignore_errors=True)
        for name, text in now.items():
            path = expected / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    held = texts(expected)
    assert sorted(now) == sorted(held)
    changed = {name for name, text in now.items() if held[name] != text}
    assert not changed, "`make golden` writes them anew; read the diff"


def test_there_are_examples() -> None:
    assert {"shop-api", "files-only"} <= set(EXAMPLES)
