"""The rules of the house, checked on the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from obsboot.catalog import load

PACKAGE = Path(__file__).parents[1] / "obsboot"
MODULES = sorted(PACKAGE.rglob("*.py"))
PLATFORM = {"prometheus", "alertmanager", "grafana", "host", "blackbox", "service"}

ORDER = (
    "model", "formula", "promql", "catalog", "detect", "answers", "stack", "render", "workspace", "checks",
    "promtool", "replay", "report", "live", "commands", "cli",
)  # fmt: skip
"""Each part may import what stands before it. `fleet` and `update` will join between live and commands."""


def names(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("obsboot."):
            yield str(node.module).split(".")[1]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_a_module_imports_only_what_comes_before_it(path: Path) -> None:
    own = part_of(path)
    if own in ("__init__", "__main__"):
        return
    late = {other for other in imports(path) if other != own and ORDER.index(other) > ORDER.index(own)}
    assert not late, f"{names(path)} reaches forward to {late}"


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_no_technology_is_named_in_the_engine(path: Path) -> None:
    technologies = sorted(set(load()) - PLATFORM)
    found = re.findall(rf"\b({'|'.join(technologies)})\b", path.read_text(), re.IGNORECASE)
    assert not found, f"{names(path)} names {set(found)}; technologies are data"


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_modules_and_functions_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300, names(path)
    for function in functions(path):
        size = (function.end_lineno or 0) - function.lineno + 1
        arguments = [a.arg for a in (*function.args.args, *function.args.kwonlyargs) if a.arg not in ("self", "cls")]
        assert size <= 40, f"{names(path)}: {function.name} has {size} lines"
        commands = any("option" in ast.unparse(d) or "argument" in ast.unparse(d) for d in function.decorator_list)
        assert len(arguments) <= 5 or commands, f"{names(path)}: {function.name} takes {len(arguments)} arguments"


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), names(path)


def test_no_module_is_called_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    assert not [names(path) for path in MODULES if path.stem in vague]


def test_only_the_workspace_writes_into_a_repository() -> None:
    """The others that write do so into temporary folders, or where the user said."""
    writers = {part_of(p) for p in MODULES if re.search(r"\.write_(text|bytes)\(|os\.replace\(", p.read_text())}
    assert writers <= {"workspace", "live", "replay", "commands", "answers"}, writers
