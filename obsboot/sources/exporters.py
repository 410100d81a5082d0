"""What the jobs of a folder expose, as far as there is evidence: an answer that was kept, an image, a metric's name."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from obsboot.catalog import Inventory, inventory, parse
from obsboot.model import Component
from obsboot.sources.configs import Job
from obsboot.sources.documents import Mapped, listed, mapped
from obsboot.sources.source import Source

Evidence = Literal["answers", "seen", "image", "name"]
"""The pack's answers; an exposition of the job; the image behind the target; what its metrics are called."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """One thing that exposes metrics, and all that is known of them."""

    title: str
    inventory: Inventory
    component: Component | None = None
    evidence: Evidence = "answers"

    @property
    def bounds_fixed(self) -> bool:
        """Whether its histograms have these buckets; an application's own are not known beforehand."""
        return self.component is None or self.component.kind in ("server", "platform")

    def counts(self, series: str) -> bool:
        """Whether the series only grows."""
        listed = self.component.counters if self.component else ()
        return self.inventory.type_of(series) == "counter" or series in listed


@dataclass(frozen=True, slots=True)
class Reach:
    """The targets of a job and their labels. `open` is whether there may be more than the files tell."""

    hosts: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()
    several: bool = False
    open: bool = False


@dataclass(frozen=True)
class Exporters:
    """`images` by the names that containers have in their networks, `answers` expositions by job or by other names."""

    catalogue: Callable[[], Mapping[str, Component]]
    images: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    discovered: tuple[Source, ...] = ()
    external: frozenset[str] = frozenset()
    """Labels that only what lies behind Prometheus sees, such as a panel that asks a store of several."""
    _named: dict[str, Exposed | None] = field(default_factory=dict)
    _reached: dict[str, Reach] = field(default_factory=dict)
    _inventories: dict[str, Inventory] = field(default_factory=dict)

    def of_job(self, name: str, job: Job | None) -> tuple[Exposed, ...]:
        """What a job exposes; nothing where there is no evidence."""
        if name in self.answers:
            return (Exposed(f"the answer of job {name}", parse(self.answers[name]), evidence="seen"),)
        images = [self.images.get(host, "") for host in self.reach(job).hosts] if job else []
        found = [self._by_image.get(bare(image)) for image in images]
        if not found or None in found:
            return ()
        return tuple({each.id: self._exposed(each, "image") for each in found if each is not None}.values())

    def by_name(self, series: str) -> Exposed | None:
        """What is known to expose a series of this name, wherever it runs."""
        if series not in self._named:
            self._named[series] = self._by_name(series)
        return self._named[series]

    def _by_name(self, series: str) -> Exposed | None:
        for answer in self._unclaimed:
            if series in answer.inventory:
                return answer
        if not re.match(r"[a-z]+_", series):
            return None
        for each in self._components.values():
            if each.kind in ("server", "platform") and series.startswith(each.series or ("\0",)):
                return self._exposed(each, "name")
        return None

    def reach(self, job: Job) -> Reach:
        """Where a job's targets are, and the labels that they get."""
        if job.name not in self._reached:
            self._reached[job.name] = self._reach(job)
        return self._reached[job.name]

    def _reach(self, job: Job) -> Reach:
        blocks = [each for each in listed(job.data.get("static_configs")) if isinstance(each, Mapped)]
        found, blind = self._found(job)
        addresses = [target for target, _ in job.targets] + [
            str(t) for each in found for t in _items(each.get("targets"))
        ]
        labels = {str(name) for each in (*blocks, *found) for name in _keys(each.get("labels"))}
        mapping = any(rule.get("action") == "labelmap" for rule in _relabelling(job.data))
        hosts = tuple(dict.fromkeys(host(address) for address in addresses))
        open_ended = blind or mapping or job.data.get("honor_labels") is True
        return Reach(hosts, frozenset(labels) | job.added, len(set(addresses)) > 1, open_ended)

    def _found(self, job: Job) -> tuple[list[Mapping[str, Any]], bool]:
        """The blocks of targets that files say, and whether there are others that only a running system knows."""
        ways = [key for key in job.data if key.endswith("_sd_configs")]
        globs = [
            str(each)
            for block in listed(job.data.get("file_sd_configs"))
            for each in listed(mapped(block).get("files"))
        ]
        blocks: list[Mapping[str, Any]] = []
        blind = any(key != "file_sd_configs" for key in ways)
        for glob in globs:
            wanted = posixpath.normpath(posixpath.join(posixpath.dirname(job.path), glob))
            fitting = [each for each in self.discovered if fnmatch.fnmatchcase(each.path, wanted)]
            blocks += [block for each in fitting for block in each.data or () if isinstance(block, dict)]
            blind = blind or not fitting
        return blocks, blind

    @cached_property
    def _components(self) -> Mapping[str, Component]:
        return self.catalogue()

    @cached_property
    def _by_image(self) -> Mapping[str, Component]:
        every = self._components.values()
        return {bare(each.exporter.image): each for each in every if each.exporter and each.series}

    @cached_property
    def _unclaimed(self) -> tuple[Exposed, ...]:
        return tuple(Exposed(f"the answer {name}", parse(text), evidence="seen") for name, text in self.answers.items())

    def _exposed(self, component: Component, evidence: Evidence) -> Exposed:
        if component.id not in self._inventories:
            self._inventories[component.id] = inventory(component)
        return Exposed(f"{component.title}'s exporter", self._inventories[component.id], component, evidence)


def bare(image: str) -> str:
    """The last part of an image's name, without registry, owner, tag and digest."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0].replace("_", "-")


def host(address: str) -> str:
    """The host of a target's address."""
    return re.sub(r"^\w+://", "", address).partition("/")[0].rpartition(":")[0] or address


def images_of(sources: Iterable[Source]) -> dict[str, str]:
    """The images of compose services, by every name that a service has in its networks."""
    return {name: image for source in sources for name, image in _images(mapped(mapped(source.data).get("services")))}


def _images(services: Mapped) -> Iterator[tuple[str, str]]:
    for name, service in services.items():
        said = mapped(service)
        names = [name, said.get("container_name"), said.get("hostname")]
        networks = mapped(said.get("networks"))
        names += [alias for each in networks.values() for alias in listed(mapped(each).get("aliases"))]
        yield from ((str(each), str(said.get("image") or "")) for each in names if each)


def _relabelling(data: Mapped) -> Iterator[Mapped]:
    for key in ("relabel_configs", "metric_relabel_configs"):
        yield from (mapped(rule) for rule in listed(data.get(key)))


def _items(value: object) -> list[Any]:
    """The items of a list of YAML or of JSON; none of what is no list."""
    return value if isinstance(value, list) else []


def _keys(value: object) -> list[Any]:
    return list(value) if isinstance(value, dict) else []
