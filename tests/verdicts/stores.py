"""Objects of log stores, and what real ones said of them: stores.yaml, read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from obsboot.sources.stored import settings

RECORD: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("stores.yaml").read_text(encoding="utf-8"))
ENGINES = ("elasticsearch", "opensearch")
PATHS = {
    "component": "_component_template",
    "template": "_index_template",
    "legacy": "_template",
    "pipeline": "_ingest/pipeline",
}
"""Where a kind of object is put."""
_SINGLE: Mapping[str, Callable[[Any], tuple[str, Any]]] = {
    "processors": lambda put: ("pipeline", {"processors": [put]}),
    "pipelines": lambda put: ("pipeline", put),
    "properties": lambda put: ("component", {"template": {"mappings": {"properties": put}}}),
    "mappings": lambda put: ("component", {"template": {"mappings": put}}),
    "settings": lambda put: ("component", {"template": {"settings": put}}),
    "components": lambda put: ("component", put),
    "templates": lambda put: ("template", {"index_patterns": ["verdict-*"], **put}),
}
VALUES: Mapping[str, object] = {
    "word": "abc", "integer": 3, "float": 1.5, "boolean": True, "date": "2026-01-02T03:04:05Z", "address": "10.0.0.1",
    "object": {"lat": 1, "lon": 2},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Put:
    """One object: its kind, its name, and what it says."""

    kind: str
    name: str
    body: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """Objects that are put one after the other and a document after them, and what each store said in the end.

    `refused` has words of the answer for each store that refused. `at` stands in the line of obsboot's error. `taken` tells
    why there is none though both refused: `later` where other versions or plugins take it, `unjudged` where obsboot does
    not look. `says` are words of what obsboot says where no object was refused, and a document was.
    """

    name: str
    puts: tuple[Put, ...]
    index: str = ""
    document: Any = None
    refused: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    taken: str = ""
    says: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether obsboot has to have an error."""
        return len(self.refused) == len(ENGINES) and not self.taken


def verdicts() -> Iterator[Verdict]:
    """The whole record."""
    for section, of in _SINGLE.items():
        for each in RECORD[section]:
            kind, body = of(each["put"])
            yield _verdict(f"{section} {json.dumps(each['put'])[:90]}", (Put(kind, "verdict", body),), each)
    for each in RECORD["stories"]:
        puts = (Put(kind, f"verdict-{name}", body) for one in each["put"] for (kind, name), body in _named(one))
        yield _verdict(each["name"], tuple(puts), each)


def _named(one: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Any]]:
    for key, body in one.items():
        kind, name = key.split()
        yield (kind, name), body


def _verdict(name: str, puts: tuple[Put, ...], each: Mapping[str, Any]) -> Verdict:
    refused = each.get("refused", {})
    said = dict.fromkeys(ENGINES, refused) if isinstance(refused, str) else refused
    taken = "later" if each.get("later") else "unjudged" if each.get("unjudged") else ""
    index, document = next(iter(each.get("document", {"": None}).items()))
    return Verdict(name, puts, index, document, said, str(each.get("at", "")), taken, each.get("says", ""))


def asked(engine: str) -> Iterator[Verdict]:
    """The record as a store is asked for it: many processors, fields and settings that it took are put as one object."""
    apart, processors, fields, kept = [], [], dict[str, Any](), dict[str, Any]()
    for each in verdicts():
        section, body = each.name.partition(" ")[0], each.puts[0].body
        if engine in each.refused or section not in ("processors", "properties", "settings"):
            apart.append(each)
        elif section == "settings":
            own = {name.removeprefix("index."): value for name, value, _ in settings(body["template"]["settings"])}
            together = not set(map(_object, own)) & set(map(_object, kept))
            kept.update(own if together else {})
            apart += [] if together else [each]
        elif section == "processors":
            processors += body["processors"]
        elif _can_be_inside(own := body["template"]["mappings"]["properties"]):
            fields[f"object{len(fields)}"] = {"properties": own}
        else:
            apart.append(each)
    yield Verdict("all processors that are taken", (Put("pipeline", "verdict", {"processors": processors}),))
    mappings = {"template": {"mappings": {"properties": fields}}}
    yield Verdict("all fields that are taken", (Put("component", "verdict", mappings),))
    yield Verdict("all settings that are taken", (Put("component", "verdict", {"template": {"settings": kept}}),))
    yield from apart


def _object(name: str) -> str:
    """What a setting is part of, so that it may not be said in two ways at once."""
    return ".".join(name.split(".")[:3]) if name.startswith(("analysis.", "similarity.")) else name


def _can_be_inside(own: Mapping[str, Any]) -> bool:
    """Whether fields may be those of an object as well; an alias is not, for it names another field from the top."""
    return not any(name.startswith("_") for name in own) and not {"alias", "join"} & set(
        re.findall(r"\w+", json.dumps(own))
    )
