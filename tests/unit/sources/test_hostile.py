"""Files that were made to break a reader: each ends in a finding or is left out, in little time and memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SECONDS = 10
BYTES = 512 * 1024**2
RULES = "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up == 0\n    labels: {severity: page}\n"
BOARD = '{"uid": "a", "title": "A", "schemaVersion": 39, "panels": [%s]}'


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def checked(root: Path) -> str:
    """What `obsboot check` says of a folder; it must not break, nor need more than it is given."""
    command = [sys.executable, "-m", "obsboot", "check", str(root)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "COLUMNS": "200"}
    ran = subprocess.run(command, capture_output=True, timeout=120, check=False, preexec_fn=limited, env=environment)
    said = (ran.stdout + ran.stderr).decode()
    assert 0 <= ran.returncode < 10, (ran.returncode, said[-2000:])
    for sign in ("Traceback", "the check broke", "MemoryError", "RecursionError"):
        assert sign not in said, said[said.index(sign) - 500 :][:2000]
    return said


def bomb(levels: int = 12) -> str:
    """A few lines that mean 9 to the power of `levels` values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return RULES + "\n".join(lines) + "\n"


YAML = {
    "a bomb of aliases": (bomb(), "aliases mean more than 1000000 values"),
    "an alias of itself": (RULES + "a: &a [*a]\n", "found undefined alias 'a'"),
    "many merges": (RULES + "b: &b {<<: [" + "{x: 1}, " * 50_000 + "]}\n", ""),
    "brackets without an end": (RULES + "a: " + "[" * 100_000 + "\n", "nesting depth|nests deeper"),
    "braces without an end": (RULES + "a: " + "{a: " * 100_000 + "\n", "nesting depth|nests deeper"),
    "nested brackets": (RULES + "a: " + "[" * 500 + "]" * 500 + "\n", "nests deeper than 100 levels"),
    "nested blocks": (RULES + "a:\n" + "\n".join(" " * n + "a:" for n in range(1, 5000)), "nesting depth|nests deeper"),
    "keys of keys": (RULES + "? " * 5000 + "a\n", "nesting depth|nests deeper"),
    "millions of values": (RULES + "a:\n" + "- b\n" * 3_000_000, "more than 300000 values"),
    "millions of lines": (RULES + "\n" * 10_000_000, ""),
    "one long line": (RULES + f"a: '{'x' * 5_000_000}'\n", ""),
    "one long line that is wrong": (RULES + f"a: '{'x' * 5_000_000}\n", "found unexpected end of stream"),
    "a number of a million digits": (RULES + f"a: {'9' * 1_000_000}\n", ""),
    "a number to the base of sixty": (RULES + f"a: 1{':01' * 500_000}\n", ""),
    "a control character": (RULES + f"{'#' * 70_000}\n" + "a: \0\n", "control characters are not allowed"),
    "a tag that makes objects": (RULES + "a: !!python/object/apply:os.system ['exit 9']\n", ""),
    "half a character": (RULES + 'a: "\\ud800"\n', "character"),
    "more than is read": (RULES + "# comment\n" * 2_000_000, "larger than 16 MiB"),
}


@pytest.mark.parametrize("name", YAML)
def test_yaml(name: str, tmp_path: Path) -> None:
    text, says = YAML[name]
    (tmp_path / "rules.yaml").write_text(text)
    (tmp_path / "good.yaml").write_text(RULES)
    said = checked(tmp_path)
    assert not says or any(each in said for each in says.split("|")), said[-2000:]


JSON = {
    "brackets without an end": (BOARD % ("[" * 100_000), "nests deeper than 100 levels"),
    "nested brackets": (BOARD % ("[" * 500 + "]" * 500), "nests deeper than 100 levels"),
    "nested panels": (BOARD % ('{"panels": [' * 40 + "]}" * 40), ""),
    "not a number": (BOARD % '{"gridPos": {"x": NaN}}', "NaN is no JSON"),
    "a number of a million digits": (BOARD % f'{{"id": {"9" * 1_000_000}}}', "too many digits"),
    "a number beyond all": (
        BOARD % '{"id": 1, "gridPos": {"x": 0, "y": 1e999, "w": 1e999, "h": 1}, "type": "stat"}',
        "",
    ),
    "half a character": (BOARD % '{"id": 1, "type": "timeserie", "title": "\\udc00"}', "panel '\ufffd' is of type"),
    "millions of values": (BOARD % ",".join(["{}"] * 1_000_000), "more than 500000 values"),
    "one long line": (
        BOARD % f'{{"id": 1, "type": "timeserie", "title": "{"x" * 5_000_000}"}}',
        "did you mean 'timeseries'",
    ),
    "one long line that is wrong": (BOARD % f'{{"title": "{"x" * 5_000_000}}}', "Unterminated string"),
    "panels of all sorts": (
        BOARD % '1, null, "a", [], {"targets": 1}, {"targets": [1, {}]}, {"title": []}',
        "a panel is an object",
    ),
    "panels on one place": (
        BOARD % ",".join(['{"type":"stat","gridPos":{"x":0,"y":0,"w":9,"h":9}}'] * 20_000),
        "panels lie on others",
    ),
    "a long expression": (BOARD % f'{{"type": "stat", "targets": [{{"expr": "{"(" * 20_000}"}}]}}', ""),
}


@pytest.mark.parametrize("name", JSON)
def test_json(name: str, tmp_path: Path) -> None:
    text, says = JSON[name]
    (tmp_path / "board.json").write_text(text)
    said = checked(tmp_path)
    assert not says or says in said, said[-2000:]


ODD: list[Any] = [
    None, 1, "a", True, [], {}, [1], {"a": 1}, {"list": 1}, {"list": [1, {}]}, {"defaults": [], "overrides": [1]},
]  # fmt: skip


def test_parts_of_dashboards_of_every_wrong_type(tmp_path: Path) -> None:
    """Whatever stands where something else belongs, nothing breaks."""
    panel = {"id": 1, "type": "timeseries", "title": "T", "gridPos": {}, "fieldConfig": {}, "targets": []}
    whole = json.loads(BOARD % json.dumps(panel))
    for number, odd in enumerate(ODD):
        for key in ("title", "uid", "panels", "templating", "annotations", "links", "refresh", "timezone", "__inputs"):
            (tmp_path / f"{key}{number}.json").write_text(json.dumps({**whole, key: odd}))
        for key in (*panel, "datasource", "links", "options", "repeat", "panels", "description", "yaxes"):
            (tmp_path / f"inner-{key}{number}.json").write_text(json.dumps({**whole, "panels": [{**panel, key: odd}]}))
    assert "dashboard/uid" in checked(tmp_path)


def sparse(root: Path) -> None:
    with (root / "large.yaml").open("wb") as file:
        file.truncate(1024**3)


def large(root: Path) -> None:
    with (root / "large.yaml").open("wb") as file:
        file.write(RULES.encode())
        file.truncate(1024**3)


def binary(root: Path) -> None:
    (root / "binary.yaml").write_bytes(b"\0\1groups:\n" + bytes(range(256)) * 1000)


def wide(root: Path) -> None:
    (root / "wide.yaml").write_bytes(RULES.encode("utf-16"))


def latin(root: Path) -> None:
    (root / "latin.yaml").write_bytes(RULES.encode() + "# größer\n".encode("latin-1"))


def folder(root: Path) -> None:
    (root / "folder.yaml").mkdir()


def pipe(root: Path) -> None:
    os.mkfifo(root / "pipe.yaml")


def loop(root: Path) -> None:
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "self.yaml").symlink_to(root / "self.yaml")


def odd_name(root: Path) -> None:
    (Path(os.fsdecode(os.fsencode(root) + b"/\xff.yaml"))).write_text("groups: [")


FILES: dict[Callable[[Path], None], str] = {
    sparse: "", large: "", binary: "", wide: "it is UTF-16", latin: "is no UTF-8", folder: "", pipe: "", loop: "",
    odd_name: "",
}  # fmt: skip


@pytest.mark.parametrize("make", FILES, ids=lambda make: make.__name__)
def test_files_of_odd_sorts(make: Callable[[Path], None], tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    make(tmp_path)
    assert FILES[make] in checked(tmp_path)


def test_a_file_that_nobody_may_read(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)
    secret = tmp_path / "secret.yaml"
    secret.write_text(RULES)
    secret.chmod(0)
    said = checked(tmp_path)
    assert os.access(secret, os.R_OK) or "Permission denied" in said
