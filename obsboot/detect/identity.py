"""Who the repository says it is: the service's name, the team, and where its files can be read."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator

from obsboot.detect.composefile import ComposeFile
from obsboot.detect.evidence import Evidence, Suggestion
from obsboot.detect.tree import Tree

_OWNERS = (".github/CODEOWNERS", "CODEOWNERS", ".gitlab/CODEOWNERS")
_IDENTIFIER = re.compile(r"^[a-z][a-z0-9-]{0,62}$")
_REMOTE = re.compile(
    r"^(?:[a-z+]+://(?:[^@/]*@)?|[\w.-]+@)(?P<host>[\w.-]+)(?::\d+(?=/))?[:/]+(?P<path>[\w./~-]+?)(?:\.git)?/?$"
)


def service_name(tree: Tree, compose: tuple[ComposeFile, ...]) -> Suggestion | None:
    """The first that says a usable name: a package file, the compose project, the folder (of which nobody is sure)."""
    return next((s for s in _names(tree, compose) if _IDENTIFIER.match(str(s.value))), None)


def _names(tree: Tree, compose: tuple[ComposeFile, ...]) -> Iterator[Suggestion]:
    for path, section in (("pyproject.toml", "project"), ("pyproject.toml", "tool.poetry"), ("package.json", "")):
        name = _declared(tree, path, section)
        if isinstance(name, str):
            yield Suggestion(identifier(name), Evidence(path, _line(tree, path, name), "the package's name"))
    for file in compose:  # names the service and what it runs with, so the package is nearer
        if file.project and "/" not in file.path:
            at = Evidence(file.path, file.project_line, "the compose project")
            yield Suggestion(identifier(file.project), at)
    yield Suggestion(identifier(tree.root.resolve().name), Evidence(".", 0, "the folder's name"), sure=False)


def _declared(tree: Tree, path: str, section: str) -> object:
    if path not in tree.paths:
        return None
    try:
        data = tomllib.loads(tree.text(path)) if path.endswith(".toml") else json.loads(tree.text(path))
        for key in filter(None, section.split(".")):
            data = data.get(key, {})
        return data.get("name")
    except (ValueError, AttributeError, RecursionError):
        return None


def _line(tree: Tree, path: str, name: str) -> int:
    return next((n for n, line in enumerate(tree.lines(path), 1) if "name" in line and name in line), 1)


def identifier(name: str) -> str:
    """The name as an identifier, as far as that goes: `Shop_API` becomes `shop-api`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def team(tree: Tree) -> Suggestion | None:
    """The owner of everything, as the code owners' file has it."""
    path = next((path for path in _OWNERS if path in tree.paths), None)
    if path is None:
        return None
    found: Suggestion | None = None
    for number, line in enumerate(tree.lines(path), 1):  # the last line that matches holds
        owner = re.match(r"^\*\s+@(?:[\w.-]+/)*([\w.-]+)", line)
        if owner and _IDENTIFIER.match(identifier(owner[1])):
            sure = "/" in line.split()[1]
            found = Suggestion(identifier(owner[1]), Evidence(path, number, "owns every file"), sure)
    return found


def repository_url(tree: Tree) -> Suggestion | None:
    """Where the default branch's files are read at the git host, without any credentials that the remote holds."""
    try:
        lines = (tree.root / ".git" / "config").read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return None
    section = ""
    for number, line in enumerate(lines, 1):
        if line.strip().startswith("["):
            section = line.strip()
        key, _, url = line.partition("=")
        if section == '[remote "origin"]' and key.strip() == "url" and (found := _REMOTE.match(url.strip())):
            evidence = Evidence(".git/config", number, "the git remote")
            return Suggestion(_browsable(found["host"], found["path"].lstrip("/")), evidence)
    return None


def _browsable(host: str, path: str) -> str:
    kind = "-/blob/HEAD" if "gitlab" in host else "src/HEAD" if "bitbucket" in host else "blob/HEAD"
    return f"https://{host}/{path}/{kind}"
