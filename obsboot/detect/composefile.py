"""Compose files: which services there are, from which image or folder, on which ports and networks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from obsboot.detect.evidence import Evidence
from obsboot.detect.tree import Tree
from obsboot.model import Finding

FILES = ("compose*.yml", "compose*.yaml", "docker-compose*.yml", "docker-compose*.yaml")
_DEEPEST = 2
_VARIABLE = re.compile(r"\$\{(\w+)(?::?-([^}]*))?[^}]*\}|\$(\w+)")
_TAG = re.compile(r"^v?(\d+(?:\.\d+)*)")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Compose has tags of its own (`!reset`, `!override`), which say nothing here."""


def _plainly(loader: Any, _suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _plainly)


@dataclass(frozen=True, slots=True)
class ComposeService:
    """One service of a compose file. `build` is its folder in the repository, None where it only has an image."""

    name: str
    path: str
    line: int
    end: int
    image: str
    image_line: int
    build: str | None
    ports: tuple[int, ...]
    networks: tuple[str, ...]
    replicas: int | None = None
    replicas_line: int = 0

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def version(self) -> str:
        """What the image's tag begins with; empty for `latest` and its like."""
        _, _, tag = self.image.rpartition("/")[2].partition("@")[0].partition(":")
        found = _TAG.match(tag)
        return found[1] if found else ""

    def at(self, line: int, why: str) -> Evidence:
        return Evidence(self.path, line, why)


@dataclass(frozen=True, slots=True)
class ComposeFile:
    path: str
    project: str
    project_line: int
    services: tuple[ComposeService, ...]


def compose_files(tree: Tree, findings: list[Finding]) -> tuple[ComposeFile, ...]:
    """Every compose file that is at most two folders down. One that cannot be read becomes a finding."""
    paths = [path for path in tree.matching(FILES) if path.count("/") <= _DEEPEST]
    parsed = (_parse(path, tree, findings) for path in paths)
    return tuple(file for file in parsed if file)


def _parse(path: str, tree: Tree, findings: list[Finding]) -> ComposeFile | None:
    try:
        loader = _Loader(tree.text(path))
        node = loader.get_single_node()
        data = (loader.construct_document(node) if node else None) or {}
        if not isinstance(data, dict) or not isinstance(data.get("services") or {}, dict):
            raise ValueError("it holds no services")
        return _file(path, data, node, tree)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        findings.append(_unreadable(path, error))
        return None


def _unreadable(path: str, error: Exception) -> Finding:
    mark = getattr(error, "problem_mark", None)
    what = "it nests without an end" if isinstance(error, RecursionError) else getattr(error, "problem", None) or error
    return Finding(
        check="detect/compose",
        severity="warning",
        path=path,
        line=mark.line + 1 if mark else 1,
        message=f"this compose file cannot be read: {what}",
        why="What runs in it was not detected.",
        fix="mend the file, or name what is missing with --set <id>.component=<component>",
    )


def _file(path: str, data: Mapping[str, Any], node: yaml.Node | None, tree: Tree) -> ComposeFile:
    folder = path.rpartition("/")[0]
    named = filled(str(data.get("name") or ""))
    project = _project(named or folder.rpartition("/")[2] or tree.root.resolve().name)
    services = []
    last = len(tree.lines(path))
    starts = [(name, line_of(node, "services", name)) for name in data.get("services") or {}]
    ends = dict(zip((name for name, _ in starts), [line - 1 for _, line in starts[1:]] + [last], strict=False))
    for name, line in starts:
        body = data["services"][name]
        if isinstance(name, str) and isinstance(body, dict):
            here = (path, line, ends[name])
            services.append(_service(name, body, here, (data, node, project)))
    return ComposeFile(path, project if named else "", line_of(node, "name"), tuple(services))


def _service(
    name: str, body: Mapping[str, Any], here: tuple[str, int, int], whole: tuple[Mapping[str, Any], Any, str]
) -> ComposeService:
    path, line, end = here
    data, node, project = whole
    deploy = body.get("deploy") if isinstance(body.get("deploy"), dict) else {}
    replicas = body.get("scale", deploy.get("replicas") if deploy else None)
    return ComposeService(
        name=name,
        path=path,
        line=line,
        end=end,
        image=filled(str(body.get("image") or "")),
        image_line=line_of(node, "services", name, "image") or line,
        build=_build(body.get("build"), path.rpartition("/")[0]),
        ports=tuple(dict.fromkeys(_ports(body))),
        networks=tuple(_networks(body, data, project)),
        replicas=replicas if isinstance(replicas, int) and not isinstance(replicas, bool) else None,
        replicas_line=line_of(node, "services", name, "deploy") or line_of(node, "services", name, "scale") or line,
    )


def filled(text: str) -> str:
    """Compose's variables become their default, or nothing where they have none."""
    return _VARIABLE.sub(lambda found: found[2] or "", text)


def line_of(node: yaml.Node | None, *keys: str) -> int:
    """The line of a key, counted from 1; 0 where the file does not have it."""
    line = 0
    for key in keys:
        if not isinstance(node, yaml.MappingNode):
            return 0
        found = next(((name, value) for name, value in node.value if name.value == key), None)
        if found is None:
            return 0
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _project(name: str) -> str:
    """As compose itself makes a project's name of a folder's."""
    return re.sub(r"^[_-]+|[^a-z0-9_-]", "", name.lower())


def _build(build: object, folder: str) -> str | None:
    context = build.get("context", ".") if isinstance(build, dict) else build
    if not isinstance(context, str):
        return None
    parts: list[str] = folder.split("/") if folder else []
    for part in filled(context).split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)


def _ports(body: Mapping[str, Any]) -> Iterator[int]:
    """The ports inside the container, published ones first."""
    for listed in (body.get("ports"), body.get("expose")):
        for port in listed if isinstance(listed, list) else []:
            target = port.get("target") if isinstance(port, dict) else port
            number = re.search(r"(\d+)(?:/\w+)?$", filled(str(target)))
            if number and 0 < int(number[1][:9]) < 65536:
                yield int(number[1])


def _networks(body: Mapping[str, Any], data: Mapping[str, Any], project: str) -> Iterator[str]:
    if body.get("network_mode"):
        return
    names = body.get("networks") or ["default"]
    declared = data.get("networks") if isinstance(data.get("networks"), dict) else {}
    for name in names if isinstance(names, list | dict) else []:
        entry = (declared or {}).get(name)
        entry = entry if isinstance(entry, dict) else {}
        yield filled(str(entry.get("name") or "")) or (str(name) if entry.get("external") else f"{project}_{name}")
