"""Scrape jobs and Alertmanager's matchers as the configuration holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from obsboot.promql import seconds_of
from obsboot.sources.documents import Mapped, listed, mapped
from obsboot.sources.source import Source


@dataclass(frozen=True, slots=True)
class Job:
    """One scrape job. `targets` are (address, line); `labels` those that all its targets get; durations in seconds."""

    name: str
    path: str
    data: Mapped
    targets: tuple[tuple[str, int], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    interval: float = 15.0
    timeout: float = 10.0

    @property
    def relabelled(self) -> bool:
        """Whether relabelling may give the series other labels than the configuration says."""
        return bool(self.data.get("relabel_configs") or self.data.get("metric_relabel_configs"))

    @property
    def added(self) -> frozenset[str]:
        """Labels that relabelling sets."""
        rules = (*listed(self.data.get("relabel_configs")), *listed(self.data.get("metric_relabel_configs")))
        return frozenset(str(rule["target_label"]) for rule in map(mapped, rules) if "target_label" in rule)


def jobs(source: Source, interval: float) -> dict[str, Job]:
    """The jobs of a scrape configuration by name; `interval` holds where neither job nor global says one."""
    data = mapped(source.data)
    found = [each for each in listed(data.get("scrape_configs")) if isinstance(each, Mapped)]
    read = (_job(source.path, each, mapped(data.get("global")), interval) for each in found)
    return {job.name: job for job in read}


def _job(path: str, data: Mapped, usual: Mapped, interval: float) -> Job:
    every = duration(data.get("scrape_interval", usual.get("scrape_interval")), interval)
    timeout = duration(data.get("scrape_timeout", usual.get("scrape_timeout")), min(10.0, every))
    static = [each for each in listed(data.get("static_configs")) if isinstance(each, Mapped)]
    targets = tuple((target, line) for each in static for target, line in _targets(each))
    return Job(str(data.get("job_name", "")), path, data, targets, _shared(static), every, timeout)


def _targets(static: Mapped) -> Iterator[tuple[str, int]]:
    found = listed(static.get("targets"))
    yield from found.texts


def _shared(static: list[Mapped]) -> dict[str, str]:
    labels = [mapped(each.get("labels")) for each in static]
    first = labels[0] if labels else Mapped(0)
    return {str(k): str(v) for k, v in first.items() if all(each.get(k) == v for each in labels)}


def duration(text: object, otherwise: float) -> float:
    """A Prometheus duration in seconds; `otherwise` where there is none, or none that can be read."""
    try:
        return seconds_of(str(text)) if text is not None else otherwise
    except ValueError:
        return otherwise


def seconds(value: object) -> float | None:
    """The length of a Prometheus duration; None where it is none."""
    try:
        return seconds_of(str(value))
    except ValueError:
        return None
