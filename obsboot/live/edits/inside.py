"""What belongs to a run by name, so that nothing else is ever asked: no page, server or store of anybody's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from obsboot.catalog import recipe
from obsboot.model import Instance, Stack
from obsboot.render.context import fill, template_names
from obsboot.render.scrape import container

_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@\s]*@)?(?P<host>\[[^\]\s]*\]|[^/?#:\s,;]*)", re.IGNORECASE)
_MAIN = ("server", "service")
_ALWAYS = ("prometheus", "alertmanager")
"""What a run has even where the pack does not bring it."""

_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}|::1|")


@dataclass(frozen=True, slots=True)
class Inside:
    """`names` lead to a container of the run. `instead` gives the run's own server for the host of one elsewhere.

    `stand_ins` has, for a job, what is scraped in place of a target of other machines: (pattern, replacement).
    """

    names: frozenset[str] = frozenset()
    instead: Mapping[str, str] = field(default_factory=dict)
    stand_ins: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    servers: Mapping[str, str] = field(default_factory=dict)
    """The pack's container -> the run's own server, which it is there for."""

    def has(self, host: str) -> bool:
        """Whether the host is a container of the run, or the asking container itself."""
        bare = host.strip("[]").lower()
        return bare in self.names or _LOOPBACK.fullmatch(bare) is not None

    def holds(self, text: str) -> bool:
        """Whether every URL in the text leads to the run."""
        return all(self.has(found["host"]) for found in _URL.finditer(text))

    def is_target(self, text: str) -> bool:
        """Whether a scrape target leads to the run; each part of it that may be an address counts."""
        return all(self.has(host) for host in _hosts(text))

    def moved(self, text: str) -> str:
        """The text with the run's own servers in place of those that the stack has elsewhere."""
        for host, own in self.instead.items():
            text = re.sub(rf"(?<![\w.-]){re.escape(host)}(?![\w.-])", own, text)
        return text

    def kept_in(self, container: str, text: str) -> str:
        """A setting of one of the pack's containers, with every server that it names one of the run's own."""
        text = self.moved(text)
        own = self.servers.get(container)
        if own is None:
            return text
        return _URL.sub(lambda found: found[0] if self.has(found["host"]) else _with_host(found, own), text)

    def target(self, job: str, text: str) -> str:
        """The target that is scraped in place of this one; empty where nothing can stand in for it."""
        moved = self.moved(text)
        if self.is_target(moved):
            return moved
        for pattern, stand_in in self.stand_ins.get(job, ()):
            if found := re.fullmatch(pattern, text):
                return found.expand(stand_in)
        return ""


def _with_host(found: re.Match[str], host: str) -> str:
    return found.string[found.start() : found.start("host")] + host


def _hosts(target: str) -> Iterator[str]:
    """The hosts in a target. In `module;address` the last part is an address, whatever it looks like."""
    parts = [part for part in re.split(r"[;,\s]+", target) if part]
    for part in parts:
        if "://" in part:
            yield from (found["host"] for found in _URL.finditer(part))
        elif part is parts[-1] or re.search(r"[.:/]", part):
            yield re.sub(r":\d*$", "", part.split("/")[0])


def inside(stack: Stack) -> Inside:
    """What leads to the run of this stack: the pack's containers, those of the recipes, and the servers' own names."""
    names = set(_ALWAYS)
    instead: dict[str, str] = {}
    servers: dict[str, str] = {}
    for instance in stack.instances:
        names |= {container(instance), *(f"{instance.id}-{name}" for name in recipe(instance.component).containers)}
        names |= set(instance.component.containers)
        host, own = instance.address.rpartition(":")[0], _own(instance)
        if own:
            servers[container(instance)] = own
        if host and own:
            names.add(host.lower())
            if "." in host:
                instead[host] = own
    stand_ins = {i.job: tuple(_stand_ins(stack, i)) for i in stack.instances if recipe(i.component).stand_ins}
    return Inside(frozenset(names), instead, stand_ins, servers)


def _own(instance: Instance) -> str:
    """The name of the run's own server or service for the instance; empty where its recipe has none."""
    mains = (name for name in _MAIN if name in recipe(instance.component).containers)
    return next((f"{instance.id}-{name}" for name in mains), "")


def _stand_ins(stack: Stack, instance: Instance) -> Iterator[tuple[str, str]]:
    names = template_names(stack, instance)
    for pattern, stand_in in recipe(instance.component).stand_ins.items():
        yield pattern, fill(stand_in, **names)


def settled(stack: Stack) -> Stack:
    """The stack as the run's own servers see it: none of its addresses is on another machine."""
    at = inside(stack)
    return replace(stack, instances=tuple(replace(i, address=at.moved(i.address)) for i in stack.instances))
