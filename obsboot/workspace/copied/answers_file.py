"""The file in which copier keeps what a project answered, and which version of which template it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from obsboot.model import ObsbootError
from obsboot.workspace.obstacles import content, obstacle

USUAL = ".copier-answers.yml"
SOURCE, COMMIT = "_src_path", "_commit"
_PLACES = ("*.yml", "*.yaml", "*/*.yml", "*/*.yaml")
"""Where the file is looked for: a template may call it what it likes, and a project may have several."""
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class CopierAnswers:
    """An answers file: its path in the project, `_src_path`, `_commit`, and the answers themselves."""

    path: str
    template: str
    commit: str
    values: Mapping[str, Any]


def copier_answers(root: Path, template: str, path: str = "") -> CopierAnswers:
    """The answers file at `path`, else the one that names `template`, else the only one, else copier's usual one.

    Raises ObsbootError where there is none, where it is not clear which, or where it cannot be used.
    """
    if path:
        found = _read(root, path)
        if found is None:
            raise ObsbootError(
                f"{path}: no answers file of copier: it has no `{SOURCE}`", fix="name the one that copier wrote"
            )
        return _usable(found)
    every = list(_every(root))
    named = [each for each in every if each.template == template] or every
    usual = [each for each in named if each.path == USUAL]
    one = usual if len(named) > 1 else named
    if len(one) != 1:
        raise _unclear(root, named)
    return _usable(one[0])


def _every(root: Path) -> Iterator[CopierAnswers]:
    paths = {path.relative_to(root) for place in _PLACES for path in root.glob(place)}
    for path in sorted(path for path in paths if path.parts[0] not in (".git", ".obsboot")):
        there = root / path
        if there.is_file() and there.stat().st_size <= _LARGEST and SOURCE.encode() in (content(there) or b""):
            found = _read(root, path.as_posix())
            if found is not None:
                yield found


def _read(root: Path, path: str) -> CopierAnswers | None:
    """None where it is no such file."""
    try:
        data = None if obstacle(root, path) else yaml.safe_load((root / path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    if not isinstance(data, dict) or not data.get(SOURCE):
        return None
    values = {str(key): value for key, value in data.items() if not str(key).startswith("_")}
    return CopierAnswers(path, str(data[SOURCE]), str(data.get(COMMIT) or ""), values)


def _usable(found: CopierAnswers) -> CopierAnswers:
    if not found.commit:
        raise ObsbootError(
            f"{found.path}: it has no `{COMMIT}`, so the version that the project began with is not known",
            fix=f"write the template's tag or commit of that time into it as `{COMMIT}:`",
        )
    return found


def _unclear(root: Path, found: list[CopierAnswers]) -> ObsbootError:
    if not found:
        what = f"{root}: no answers file of copier is here, such as {USUAL}"
        return ObsbootError(what, fix="name it with --answers-file, or make the project with `copier copy`")
    paths = ", ".join(each.path for each in found)
    return ObsbootError(
        f"{root}: several answers files of copier are here: {paths}", fix="name one with --answers-file"
    )


def with_value(text: str, key: str, value: str) -> str:
    """The answers file with another value of a key, the rest of it byte for byte."""
    line = yaml.safe_dump({key: value}, allow_unicode=True, width=10**9).rstrip("\n")
    return re.sub(rf"(?m)^{key}:.*(?:\n[ \t]+.*)*$", lambda _: line, text, count=1)
