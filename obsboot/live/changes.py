"""Changes of a text that can be listed, applied and undone byte for byte, and where in a document they belong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from obsboot.model import Exit, ObsbootError
from obsboot.promql import seconds_of

Node = Any
"""A node of PyYAML's composed document."""

_ANCHOR = re.compile(r"&[^\s,\[\]{}]+\s+")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Change:
    """At `start` (a character of the pack's text) the pack says `before` and the run says `after`.

    `kind` is one of KINDS; `what` names the place (`groups.0.rules.1.for`).
    """

    path: str
    kind: str
    what: str
    start: int
    before: str
    after: str


KINDS = {
    "surroundings": "files of an own stack around the fragments of a pack that has none",
    "durations": "intervals, windows and holds divided by the speed, the scrape interval not below its floor",
    "ports": "published on free ports of the loopback interface",
    "networks": "networks of the run's own, and container names",
    "images": "image references replaced by the images file",
    "receivers": "every receiver a sink of the run's own behind the same routes",
    "thresholds": "thresholds lowered where a real one would take hours",
    "mounts": "parts of the machine's own /proc replaced by a copy, and folders of log files by empty ones",
    "limits": "limits of open files left to the engine, which may not be allowed to raise them",
    "tags": "a tag of the run's own on the lines of its containers, so that those of no other are read",
    "addresses": "addresses of other machines replaced by those of the run's own servers, or left out",
}
"""The closed list of what a proving run may change in its copy of the pack."""


def apply(text: str, changes: Iterable[Change]) -> str:
    """`text` with the changes made. Raises ValueError where one does not fit, or two overlap."""
    parts, at = [], 0
    for change in sorted(changes, key=lambda c: (c.start, len(c.before))):
        if change.start < at or not text.startswith(change.before, change.start):
            raise ValueError(f"{change.path}: {change.what}: the text is not what the change expects")
        parts += [text[at : change.start], change.after]
        at = change.start + len(change.before)
    return "".join([*parts, text[at:]])


def undo(text: str, changes: Iterable[Change]) -> str:
    """The text that `apply` was given."""
    parts, at, shift = [], 0, 0
    for change in sorted(changes, key=lambda c: (c.start, len(c.before))):
        start = change.start + shift
        if start < at or not text.startswith(change.after, start):
            raise ValueError(f"{change.path}: {change.what}: the text is not what the change made")
        parts += [text[at:start], change.before]
        at = start + len(change.after)
        shift += len(change.after) - len(change.before)
    return "".join([*parts, text[at:]])


class Document:
    """A YAML (or JSON) text whose nodes know where they stand."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.root: Node = yaml.compose(text, _Loader)

    def entries(self, node: Node) -> Iterator[tuple[str, Node]]:
        """Keys or indexes of a node, with what they hold; nothing for a scalar."""
        if isinstance(node, yaml.MappingNode):
            yield from ((str(key.value), value) for key, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            yield from ((str(index), value) for index, value in enumerate(node.value))

    def at(self, *keys: str) -> Node:
        """The node under the keys, or None."""
        node = self.root
        for key in keys:
            node = next((value for name, value in self.entries(node) if name == key), None)
        return node

    def values(self, *keys: str) -> Iterator[tuple[str, Node]]:
        """The nodes that a path of keys leads to, `*` for any key, with their own paths."""
        found: list[tuple[tuple[str, ...], Node]] = [((), self.root)]
        for key in keys:
            found = [
                ((*path, name), value)
                for path, node in found
                for name, value in self.entries(node)
                if key in ("*", name)
            ]
        return ((".".join(path), node) for path, node in found)

    def scalars(self, node: Node) -> Iterator[Node]:
        """Every scalar at or below a node, keys aside; nothing for None."""
        if isinstance(node, yaml.ScalarNode):
            yield node
        for _, value in self.entries(node):
            yield from self.scalars(value)

    def texts(self, node: Node) -> list[str]:
        """What these scalars say."""
        return [str(each.value) for each in self.scalars(node)]

    def seconds(self, node: Node) -> float:
        """The duration that a node says. Raises ObsbootError with its line where it says none."""
        try:
            return seconds_of(node.value)
        except (TypeError, ValueError) as error:
            said = error if isinstance(error, ValueError) else "a duration has to be here"
            raise ObsbootError(
                f"{self.path}:{node.start_mark.line + 1}: {said}", fix="mend it in the pack", code=Exit.FAILED
            ) from None

    def replace(self, node: Node, after: str, kind: str, what: str) -> Change:
        """The change that puts the text `after` where `node` stands, after its anchor if it has one."""
        start = node.start_mark.index
        if anchor := _ANCHOR.match(self.text, start):
            start = anchor.end()
        before = self.text[start : node.end_mark.index].rstrip()
        block = isinstance(node, yaml.CollectionNode) and not node.flow_style
        if start and (block or node.start_mark.column == 0):
            after = f" {after}"  # a flow value has to stand deeper than its key
        return Change(self.path, kind, what, start, before, after)

    def first_item(self, node: Node, item: str, kind: str, what: str) -> Change:
        """The change that puts a text before the first item of a filled list."""
        start, quoted = node.start_mark.index, json.dumps(item)
        if node.flow_style:
            return Change(self.path, kind, what, start + 1, "", f"{quoted}, ")
        return Change(self.path, kind, what, start, "", f"- {quoted}\n{' ' * node.start_mark.column}")


def scalar(text: str) -> str:
    """`text` as a YAML and JSON string on one line."""
    return json.dumps(text, ensure_ascii=False)


def grouped(changes: Iterable[Change]) -> list[tuple[str, str, list[Change]]]:
    """The changes by kind: (kind, what it means, the changes), kinds in their fixed order."""
    made = list(changes)
    groups = ((kind, text, [c for c in made if c.kind == kind]) for kind, text in KINDS.items())
    return [(kind, text, found) for kind, text, found in groups if found]
