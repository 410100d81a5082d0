"""Scrape jobs and Alertmanager's matchers as the configuration holds them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from obsboot.promql import Matcher, seconds_of
from obsboot.sources.documents import Listed, Mapped
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
        rules = [*(self.data.get("relabel_configs") or ()), *(self.data.get("metric_relabel_configs") or ())]
        return frozenset(str(r["target_label"]) for r in rules if isinstance(r, Mapped) and "target_label" in r)


def jobs(source: Source, interval: float) -> dict[str, Job]:
    """The jobs of a scrape configuration by name; `interval` holds where neither job nor global says one."""
    data = source.data
    found = data.get("scrape_configs") if isinstance(data, Mapped) else None
    overall = data.get("global") if isinstance(data, Mapped) else None
    usual = overall if isinstance(overall, Mapped) else Mapped(0)
    return {
        job.name: job
        for each in found or ()
        if isinstance(each, Mapped)
        for job in [_job(source.path, each, usual, interval)]
    }


def _job(path: str, data: Mapped, usual: Mapped, interval: float) -> Job:
    every = duration(data.get("scrape_interval", usual.get("scrape_interval")), interval)
    timeout = duration(data.get("scrape_timeout", usual.get("scrape_timeout")), min(10.0, every))
    static = [each for each in data.get("static_configs") or () if isinstance(each, Mapped)]
    targets = tuple((target, line) for each in static for target, line in _targets(each))
    return Job(str(data.get("job_name", "")), path, data, targets, _shared(static), every, timeout)


def _targets(static: Mapped) -> Iterator[tuple[str, int]]:
    found = static.get("targets")
    if isinstance(found, Listed):
        yield from zip(map(str, found), found.lines, strict=True)


def _shared(static: list[Mapped]) -> dict[str, str]:
    labels = [dict(each.get("labels") or {}) for each in static]
    first = labels[0] if labels else {}
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


_MATCHER = re.compile(r'\s*"?([a-zA-Z_][\w.]*)"?\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"{}]+))\s*')


def matcher(text: str) -> Matcher | None:
    """One matcher of Alertmanager such as `severity="critical"`; None where it is none."""
    found = _MATCHER.fullmatch(text)
    if not found:
        return None
    value = found[3] if found[3] is not None else found[4]
    return Matcher(found[1], found[2], re.sub(r'\\(["\\])', r"\1", value))


def agrees(each: Matcher, value: str) -> bool:
    """Whether a matcher accepts a label's value, the empty one included. An invalid regular expression accepts none."""
    if each.op in ("=", "!="):
        return (value == each.value) == (each.op == "=")
    try:
        return bool(re.fullmatch(each.value, value)) == (each.op == "=~")
    except re.error:
        return False
