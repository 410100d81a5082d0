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
    """`project` is empty where the file does not name it."""

    path: str
    project: str
    project_line: int
    services: tuple[ComposeService, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """One file as YAML has it, values and the nodes that know the lines."""

    path: str
    data: Mapping[str, Any]
    node: yaml.Node | None

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        return _project(filled(str(self.data.get("name") or "")))

    @property
    def networks(self) -> Mapping[str, Any]:
        declared = self.data.get("networks")
        return declared if isinstance(declared, dict) else {}


def compose_files(tree: Tree, findings: list[Finding]) -> tuple[ComposeFile, ...]:
    """Every compose file that is at most two folders down. One that cannot be read becomes a finding.

    Files of one folder are one project: an override has the name and the networks of the file that it overrides.
    """
    paths = [path for path in tree.matching(FILES) if path.count("/") <= _DEEPEST]
    every = [read for path in paths if (read := _read(path, tree, findings))]
    return tuple(_file(read, [one for one in every if one.folder == read.folder], tree) for read in every)


def _read(path: str, tree: Tree, findings: list[Finding]) -> _Read | None:
    try:
        loader = _Loader(tree.text(path))
        node = loader.get_single_node()
        data = (loader.construct_document(node) if node else None) or {}
        if not isinstance(data, dict) or not isinstance(data.get("services") or {}, dict):
            raise ValueError("it holds no services")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        findings.append(_unreadable(path, error))
        return None
    return _Read(path, data, node)


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


def _file(read: _Read, siblings: list[_Read], tree: Tree) -> ComposeFile:
    project = next((one.name for one in siblings if one.name), "")
    project = project or _project(read.folder.rpartition("/")[2] or tree.root.resolve().name)
    networks = {key: value for one in siblings for key, value in one.networks.items()}
    bodies = read.data.get("services") or {}
    lines = [line_of(read.node, "services", name) for name in bodies]
    ends = [*(line - 1 for line in lines[1:]), len(tree.lines(read.path))]
    services = [
        _service(read, name, (line, end), [_network(key, networks, project) for key in _joined(body)])
        for (name, body), line, end in zip(bodies.items(), lines, ends, strict=False)
        if isinstance(name, str) and isinstance(body, dict)
    ]
    return ComposeFile(read.path, read.name, line_of(read.node, "name"), tuple(services))


def _service(read: _Read, name: str, span: tuple[int, int], networks: list[str]) -> ComposeService:
    body = read.data["services"][name]
    deploy = body.get("deploy") if isinstance(body.get("deploy"), dict) else {}
    replicas = body.get("scale", deploy.get("replicas"))
    at = ("services", name)
    return ComposeService(
        name=name,
        path=read.path,
        line=span[0],
        end=span[1],
        image=filled(str(body.get("image") or "")),
        image_line=line_of(read.node, *at, "image") or span[0],
        build=_build(body.get("build"), read.folder),
        ports=tuple(dict.fromkeys(_ports(body))),
        networks=tuple(networks),
        replicas=replicas if isinstance(replicas, int) and not isinstance(replicas, bool) else None,
        replicas_line=line_of(read.node, *at, "deploy") or line_of(read.node, *at, "scale") or span[0],
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


def _joined(body: Mapping[str, Any]) -> list[str]:
    """The keys of the networks that the service is in."""
    if body.get("network_mode"):
        return []
    names = body.get("networks") or ["default"]
    return [str(name) for name in names] if isinstance(names, list | dict) else []


def _network(key: str, declared: Mapping[str, Any], project: str) -> str:
    """What compose calls the network."""
    entry = declared.get(key)
    entry = entry if isinstance(entry, dict) else {}
    return filled(str(entry.get("name") or "")) or (key if entry.get("external") else f"{project}_{key}")
