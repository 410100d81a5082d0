"""What a pack says of logs: who reads which lines, into which streams, and what the store knows of them."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from obsboot.logs.configuration import parse
from obsboot.logs.scanner import ConfigurationError
from obsboot.logs.syntax import Configuration
from obsboot.model import Instance, Unread
from obsboot.render.logs.logged import keeps_logs, logged, store, store_address
from obsboot.sources.documents import Listed, Mapped, Way, mapped
from obsboot.sources.errors import CannotCheckError, NotApplicableError
from obsboot.sources.inputs import Input
from obsboot.sources.source import Source
from obsboot.sources.stored import Stored

if TYPE_CHECKING:
    from obsboot.sources.context import Context


class LogFiles:
    """The files of a pack that are about logs. Built by the context, which knows how files are read."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.stack = context.stack

    def wanted(self) -> None:
        """Raises NotApplicableError where the answers want no logs."""
        if not keeps_logs(self.stack):
            raise NotApplicableError("the pack keeps no logs")

    @property
    def instances(self) -> dict[str, Instance]:
        """The instances whose log is read, by id."""
        return {each.id: each for each in logged(self.stack)}

    # Filebeat

    @property
    def shipper_path(self) -> str:
        return self.context.path("filebeat/filebeat.yml")

    @property
    def shipper(self) -> Mapped:
        """Filebeat's configuration. Raises CannotCheckError."""
        return self.context.mapping("filebeat/filebeat.yml")

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Filebeat's inputs. Raises CannotCheckError."""
        found = self.shipper.get("filebeat.inputs", mapped(self.shipper.get("filebeat")).get("inputs"))
        if not isinstance(found, Listed):
            raise CannotCheckError(f"{self.shipper_path} has no list `filebeat.inputs`")
        return tuple(Input(mapped(each), line) for each, line in found.placed)

    @property
    def streams(self) -> dict[str, Input]:
        """The data streams that are written, each with an input that does. Raises CannotCheckError."""
        return {each.stream: each for each in self.inputs if each.stream}

    # The store

    @property
    def folder(self) -> str:
        """The folder of the store's objects."""
        return store(self.stack)

    def objects(self, kind: str) -> dict[str, Stored]:
        """The objects of a kind (`pipelines`, `index-templates` ...) by name; those that cannot be read are noted."""
        found: dict[str, Stored] = {}
        for path in self.context.paths(f"{self.folder}/{kind}/*.json"):
            data = self.context.readable(path)
            if isinstance(data, dict):
                stored = Stored(Source(path, data, self.context.files.whole(path)))
                found[stored.name] = stored
            elif data is not None:
                self.context.unseen.add(Unread(path, 0, "does not hold an object"))
        return found

    def hosts(self) -> set[str] | None:
        """The hosts that can be reached from the pack's containers; None in files-only mode, where nobody knows."""
        if not self.stack.owns_stack:
            return None
        return {*self.context.services, urlsplit(store_address(self.stack)).hostname or ""}

    # Logstash

    @cached_property
    def configurations(self) -> dict[str, Configuration | ConfigurationError]:
        """The pipelines by their paths, or why they are none."""
        paths = self.context.paths("logstash/pipeline/*.conf")
        return {path: _configuration(self.context.files.texts[path]) for path in paths}


def _configuration(text: str) -> Configuration | ConfigurationError:
    try:
        return parse(text)
    except ConfigurationError as error:
        return error


def covering(stream: str, templates: Mapping[str, Stored]) -> list[Stored]:
    """The index templates whose patterns a data stream's name fits."""
    return [each for each in templates.values() if any(fits(stream, one) for one in each.patterns)]


def fits(name: str, wanted: str) -> bool:
    """Whether a name is one of those that patterns with commas between them mean."""
    return any(fnmatch.fnmatchcase(name, each.strip()) for each in wanted.split(","))


def types(template: Mapping[str, Any], way: Way = ()) -> Iterator[tuple[str, str, Way]]:
    """Every field that a component template maps: name, type, and the way to it; `unsearched` where it is kept unread."""
    body = template.get("template")
    mappings = body.get("mappings") if isinstance(body, dict) else None
    if isinstance(mappings, dict):
        yield from _types(mappings, "", (*way, "template", "mappings"))


def _types(mapping: Mapping[str, Any], above: str, way: Way) -> Iterator[tuple[str, str, Way]]:
    for key in ("properties", "fields"):
        found = mapping.get(key)
        for name, each in found.items() if isinstance(found, dict) else ():
            here = (*way, key, name)
            if isinstance(each, dict):
                type_ = str(each.get("type", "" if "properties" in each else "object"))
                if type_ and not (type_ == "object" and "properties" in each):
                    unread = each.get("enabled") is False or each.get("index") is False
                    yield f"{above}{name}", "unsearched" if unread else type_, here
                yield from _types(each, f"{above}{name}.", here)
