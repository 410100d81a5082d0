"""The rules of the house, checked on the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from obsboot.catalog import Catalogue

PACKAGE = Path(__file__).parents[1] / "obsboot"
MODULES = sorted(PACKAGE.rglob("*.py"))
PLATFORM = {
    "prometheus",
    "alertmanager",
    "grafana",
    "host",
    "blackbox",
    "log-store",
    "logstash",
    "elastalert",
    "service",
}

ORDER = (
    "model", "merge", "formula", "promql", "logs", "catalog", "detect", "answers", "stack", "render", "sources", "workspace",
    "checks", "filtering", "promtool", "replay", "report", "live", "commands", "parser", "cli",
)  # fmt: skip
"""Each part may import what stands before it. `fleet` and `update` will join between live and commands."""


Function = ast.FunctionDef | ast.AsyncFunctionDef


def names(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("obsboot."):
            yield str(node.module).split(".")[1]


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(syntax(path)):
        if isinstance(node, Function):
            yield node


def test_a_module_imports_only_what_comes_before_it() -> None:
    late = {
        f"{names(path)} reaches forward to {other}"
        for path in MODULES
        if (own := part_of(path)) not in ("__init__", "__main__")
        for other in imports(path)
        if other != own and ORDER.index(other) > ORDER.index(own)
    }
    assert not late


def test_no_technology_is_named_in_the_engine(catalogue: Catalogue) -> None:
    technologies = "|".join(sorted(set(catalogue) - PLATFORM))
    found = {
        f"{names(path)} names {name}; technologies are data"
        for path in MODULES
        for name in re.findall(rf"\b({technologies})\b", path.read_text(), re.IGNORECASE)
    }
    assert not found


def test_modules_stay_small() -> None:
    sizes = {names(path): len(path.read_text().splitlines()) for path in MODULES}
    assert not {name: lines for name, lines in sizes.items() if lines > 300}


def test_functions_stay_small() -> None:
    every = [(names(path), function) for path in MODULES for function in functions(path)]
    sizes = {f"{name}: {f.name}": (f.end_lineno or 0) - f.lineno + 1 for name, f in every}
    assert not {name: lines for name, lines in sizes.items() if lines > 40}
    takes = {f"{name}: {f.name}": arguments(f) for name, f in every if not is_command(f)}
    assert not {name: count for name, count in takes.items() if count > 5}


def arguments(function: Function) -> int:
    """How many arguments it takes, itself aside."""
    every = (*function.args.args, *function.args.kwonlyargs)
    return len([each for each in every if each.arg not in ("self", "cls")])


def is_command(function: Function) -> bool:
    """Whether its arguments are options of the command line."""
    return any("option" in ast.unparse(d) or "argument" in ast.unparse(d) for d in function.decorator_list)


def test_every_module_says_what_it_is_for() -> None:
    assert not [names(path) for path in MODULES if not ast.get_docstring(syntax(path))]


def test_no_module_is_called_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    assert not [names(path) for path in MODULES if path.stem in vague]


def test_only_the_workspace_writes_into_a_repository() -> None:
    """The others that write do so into temporary folders, or where the user said."""
    writers = {part_of(p) for p in MODULES if re.search(r"\.write_(text|bytes)\(|os\.replace\(", p.read_text())}
    assert writers <= {"workspace", "live", "replay", "commands", "answers"}, writers
