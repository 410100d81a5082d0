"""What each configuration of Prometheus scrapes: its jobs, their targets, and what relabelling makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from obsboot.promql import spell
from obsboot.sources.configs import duration
from obsboot.sources.documents import Mapped, listed, mapped
from obsboot.sources.kept import kept
from obsboot.sources.mounting import Located, locate
from obsboot.sources.prometheus import Relabelled, Rule, relabelled, rules
from obsboot.sources.source import Source

if TYPE_CHECKING:
    from obsboot.sources.context import Context

_MINUTE = 60.0
_OWN = frozenset({"static_configs", "file_sd_configs"})
_OTHERS = frozenset({"positions", "clients", "server", "pipeline_stages"})
"""What the shipper of logs that has `scrape_configs` too says beside them."""
_NOT_OURS = frozenset({
    "stream_parse", "series_limit", "scrape_align_interval", "scrape_offset", "no_stale_markers", "max_scrape_size",
    "disable_compression", "disable_keepalive", "relabel_debug", "metric_relabel_debug", "pipeline_stages", "journal",
})  # fmt: skip
"""Fields of jobs that only other programs have."""


@dataclass(frozen=True, slots=True)
class Target:
    """One target. `given` are the labels that it is written with; `became` None where nobody can tell what became of it."""

    address: str
    path: str
    line: int
    given: Mapping[str, str]
    became: Relabelled | None

    @property
    def dropped(self) -> bool:
        return self.became is not None and self.became.labels is None

    @property
    def labels(self) -> Mapping[str, str] | None:
        """The labels after relabelling, the inner ones included; None where it is dropped or nobody can tell."""
        return self.became.labels if self.became else None

    @property
    def series(self) -> Mapping[str, str]:
        """The labels that its series get; none where nobody can tell."""
        found = self.labels or {}
        outer = {name: value for name, value in found.items() if not name.startswith("__")}
        return {"instance": found.get("__address__", ""), **outer} if found else {}


@dataclass(frozen=True, eq=False)
class Scrape:
    """One job. `targets` are those that the files name; `whole` is whether there are no others."""

    name: str
    path: str
    data: Mapped
    interval: float
    timeout: float
    targets: tuple[Target, ...]
    whole: bool

    @cached_property
    def metric_rules(self) -> tuple[Rule, ...]:
        return rules(self.data.get("metric_relabel_configs"))

    @cached_property
    def target_rules(self) -> tuple[Rule, ...]:
        return rules(self.data.get("relabel_configs"))

    @property
    def subject(self) -> str:
        return f"job {self.name}"


@dataclass(frozen=True, eq=False)
class Configuration:
    """One configuration, or a fragment of one that has jobs only."""

    path: str
    data: Mapped
    jobs: tuple[Scrape, ...]

    @property
    def fragment(self) -> bool:
        return set(self.data) == {"scrape_configs"}

    def named(self, line: int) -> str:
        """The job that a line belongs to, as a finding names it; empty where it belongs to none."""
        starts = [(job.data.line, job.subject) for job in self.jobs if job.data.line <= line]
        inside = "scrape_configs" in self.data and line <= self.data.ends.get("scrape_configs", 0)
        return max(starts)[1] if starts and inside else ""


def configurations(context: Context) -> tuple[Configuration, ...]:
    """Every configuration of Prometheus; files that cannot be read are noted.

    Raises CannotCheckError where a pack lacks its own.
    """
    if not context.foreign:
        _ = context.scrape
    _ = context.sources("prometheus"), context.sources("targets")
    return _configurations(context)


@kept
def _configurations(context: Context) -> tuple[Configuration, ...]:
    files: dict[str, Source] = {source.path: source for source in context.sources("targets")}
    sources = [source for source in context.sources("prometheus") if _is_prometheus(source.data)]
    return tuple(
        Configuration(s.path, s.data, tuple(_job(context, s, mapped(each), files) for each in _listed_jobs(s.data)))
        for s in sources
    )


def _is_prometheus(data: object) -> bool:
    """Whether it is no other program that reads the file: some have jobs that are written alike, and more fields."""
    if not isinstance(data, Mapped) or _OTHERS & set(data):
        return False
    return not any(_NOT_OURS & set(each) or _conditional(each) for each in map(mapped, _listed_jobs(data)))


def _conditional(job: Mapped) -> bool:
    every = (*listed(job.get("relabel_configs")), *listed(job.get("metric_relabel_configs")))
    return any("if" in mapped(rule) for rule in every)


def _listed_jobs(data: Mapped) -> Iterator[object]:
    return (each for each in listed(data.get("scrape_configs")) if isinstance(each, Mapped))


def _job(context: Context, source: Source, data: Mapped, files: Mapping[str, Source]) -> Scrape:
    usual = mapped(source.data.get("global"))
    default = _MINUTE if context.foreign else context.interval
    interval = duration(data.get("scrape_interval", usual.get("scrape_interval")), default) or default
    timeout = duration(data.get("scrape_timeout", usual.get("scrape_timeout")), min(10.0, interval))
    base = {
        "job": str(data.get("job_name") or ""),
        "__scheme__": str(data.get("scheme") or "http"),
        "__metrics_path__": str(data.get("metrics_path") or "/metrics"),
        "__scrape_interval__": spell(interval),
        "__scrape_timeout__": spell(timeout),
        **{f"__param_{name}": text(value[0]) for name, value in mapped(data.get("params")).items() if listed(value)},
    }
    steps = rules(data.get("relabel_configs"))
    groups, whole = _groups(context, source, data, files)
    targets = tuple(
        Target(address, path, line, labels, relabelled({**base, **labels, "__address__": address}, steps))
        for path, labels, addresses in groups
        for address, line in addresses
    )
    ways = {key for key, value in data.items() if key.endswith(("_sd_configs", "static_configs")) and value}
    return Scrape(base["job"], source.path, data, interval, timeout, targets, whole and ways <= _OWN)


Group = tuple[str, dict[str, str], list[tuple[str, int]]]
"""The file of a group of targets, their labels, and the targets with their lines."""


def _groups(context: Context, source: Source, data: Mapped, files: Mapping[str, Source]) -> tuple[list[Group], bool]:
    """The groups of targets of a job, and whether all could be read."""
    found = [_group(source, each, ()) for each in listed(data.get("static_configs")) if isinstance(each, Mapped)]
    whole = True
    for _, located, _ in target_files(context, source.path, data):
        whole = whole and located.known and all(path in files for path in located.paths)
        for path in located.paths:
            if path in files and isinstance(files[path].data, list):
                groups = enumerate(files[path].data)
                found += [_group(files[path], each, (number,)) for number, each in groups if isinstance(each, dict)]
    return found, whole


def target_files(context: Context, path: str, job: Mapped) -> Iterator[tuple[str, Located, int]]:
    """The patterns of target files of a job of the configuration at `path`, what they name, and their lines."""
    for each in map(mapped, listed(job.get("file_sd_configs"))):
        patterns = listed(each.get("files"))
        for pattern, line in patterns.placed:
            yield str(pattern), locate(context, path, str(pattern)), line


def _group(source: Source, group: dict[str, Any], way: tuple[int, ...]) -> Group:
    labels = group.get("labels")
    given = {str(name): text(value) for name, value in labels.items()} if isinstance(labels, dict) else {}
    targets = group.get("targets")
    found = targets if isinstance(targets, list) else []
    lines = getattr(found, "lines", None) or [source.line(*way, "targets", at) for at in range(len(found))]
    return source.path, given, [(text(each), line) for each, line in zip(found, lines, strict=True)]


def text(value: object) -> str:
    """A value as Go reads it into a text."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def alertmanagers(configuration: Configuration) -> Iterator[tuple[str, int]]:
    """The Alertmanagers that are named, with their lines; those whose addresses relabelling makes are left out."""
    for manager in map(mapped, listed(mapped(configuration.data.get("alerting")).get("alertmanagers"))):
        if not manager.get("relabel_configs"):
            for static in map(mapped, listed(manager.get("static_configs"))):
                targets = listed(static.get("targets"))
                yield from zip(map(text, targets), targets.lines, strict=True)


def split(address: str) -> tuple[str, str]:
    """Host and port of an address; no port where it has none."""
    host, colon, port = address.rpartition(":")
    return (host.strip("[]"), port) if colon and not port.endswith("]") else (address.strip("[]"), "")
