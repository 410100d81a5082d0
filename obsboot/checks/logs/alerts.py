"""Alerts on logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.checks.base import Check
from obsboot.checks.rules.severity import SEVERITIES
from obsboot.model import Finding
from obsboot.sources.context import Context, listed
from obsboot.sources.documents import Mapped
from obsboot.sources.logfiles import fits
from obsboot.sources.logrules import needs
from obsboot.sources.watching import LogRule, span

_LABELS = ("service", "team", "environment", "severity", "component", "job")
_WINDOW = {
    "frequency": "timeframe",
    "spike": "timeframe",
    "percentage_match": "buffer_time",
    "metric_aggregation": "buffer_time",
}
"""The types of rules that a pack writes, and how each calls its window."""
_RUNS = 2
"""Looks that a window has to hold, so that nothing passes between two of them."""

Fault = tuple[int, str]


class LogAlerts(Check):
    id = "logs/alerts"
    title = "Every alert on logs is told to Alertmanager, for as long as it holds"
    explanation = (
        "ElastAlert tells an alert anew at each look, and Alertmanager forgets what it is not told: with `realert`, or a "
        "resolve time below the window, an alert goes up and down while its cause stays."
    )
    fix = (
        "realert 0; alertmanager_resolve_time of at least the window and one look; a window of at least two looks; the "
        "v2 API of a host that is there; the labels service, team, environment, severity, component and job."
    )

    def run(self, context: Context) -> Iterator[Finding]:
        context.logs.wanted()
        name = "elastalert/config.yaml"
        config = context.mapping(name)
        every = span(config.get("run_every"))
        if every is None:
            yield self.finding(context.path(name), config.at("run_every"), "run_every is no span of time")
        for line, fault in _store(context, config):
            yield self.finding(context.path(name), line, fault)
        names = Counter(rule.rule for rule in context.log_rules)
        for rule in context.log_rules:
            if names[rule.rule] > 1:
                yield self.finding(rule.path, rule.data.at("name"), f"two rules are called {rule.rule!r}")
            for line, fault in (*_judges(context, rule), *_timing(rule, every), *_delivery(context, rule)):
                yield self.finding(rule.path, line, f"alert {rule.name}: {fault}")


def _store(context: Context, config: Mapped) -> Iterator[Fault]:
    host, known = str(config.get("es_host") or ""), context.logs.hosts()
    if known is not None and host not in known:
        yield config.at("es_host"), f"no container is called {host!r}"
    for key in ("rules_folder", "writeback_index"):
        if not config.get(key):
            yield config.at(key), f"{key} is missing"


def _judges(context: Context, rule: LogRule) -> Iterator[Fault]:
    """What it looks at, and when it speaks."""
    kind = str(rule.data.get("type") or "")
    for key in dict.fromkeys((*needs(kind), _WINDOW[kind])) if kind in _WINDOW else ():
        if rule.data.get(key) in (None, "", []):
            yield rule.data.at("type"), f"a {kind} rule needs {key}"
    if kind not in _WINDOW:
        yield rule.data.at("type"), f"a pack has no rule of type {kind!r}: {', '.join(_WINDOW)}"
    elif kind in ("percentage_match", "metric_aggregation") and not _limited(rule, kind):
        yield rule.data.at("type"), "it has no limit: neither a maximum nor a minimum"
    if not listed(rule.data.get("filter")):
        yield rule.data.at("filter"), "it has no filter, so it judges every document"
    index = str(rule.data.get("index") or "")
    if not any(fits(stream, index) for stream in context.logs.streams):
        yield rule.data.at("index"), f"nothing is written into {index!r}"


def _limited(rule: LogRule, kind: str) -> bool:
    end = "percentage" if kind == "percentage_match" else "threshold"
    return f"max_{end}" in rule.data or f"min_{end}" in rule.data


def _timing(rule: LogRule, every: float | None) -> Iterator[Fault]:
    key = _WINDOW.get(str(rule.data.get("type")), "timeframe")
    window = rule.seconds(key)
    if window is None:
        yield rule.data.at(key), f"{key} is no span of time"
    elif every is not None:
        if window < _RUNS * every:
            message = f"{key} is {window:g} s: below two looks, of which there is one in {every:g} s"
            yield rule.data.at(key), message
        resolve = rule.seconds("alertmanager_resolve_time")
        if resolve is None or resolve < window + every:
            said = "missing" if resolve is None else f"{resolve:g} s"
            message = f"alertmanager_resolve_time is {said}: below the window and one look, {window + every:g} s"
            yield rule.data.at("alertmanager_resolve_time"), message
    if rule.seconds("realert") != 0:
        yield rule.data.at("realert"), "realert is not 0, so that it is over for Alertmanager while it still holds"


def _delivery(context: Context, rule: LogRule) -> Iterator[Fault]:
    if "alertmanager" not in listed(rule.data.get("alert")):
        yield rule.data.at("alert"), "it is not told to Alertmanager"
    if rule.data.get("alertmanager_api_version") != "v2":
        yield rule.data.at("alertmanager_api_version"), "Alertmanager only knows the API v2"
    for key in ("alertmanager_alertname", "alert_subject"):
        if not str(rule.data.get(key) or "").strip():
            yield rule.data.at(key), f"{key} is missing"
    yield from _hosts(context, rule)
    yield from _labels(context, rule)


def _labels(context: Context, rule: LogRule) -> Iterator[Fault]:
    """What routes and inhibitions go by, and what tells the alerts of two packs apart."""
    stack, labels = context.stack, rule.labels
    wanted = {"service": stack.service, "team": stack.team, "environment": stack.environment}
    instance = next((each for each in stack.instances if each.job == labels.get("job")), None)
    if instance:
        wanted["component"] = instance.component.id
    for key in _LABELS:
        value = labels.get(key)
        if not value:
            yield labels.line, f"it has no label {key}"
        elif value != wanted.get(key, value):
            yield labels.at(key), f"its {key} is {value!r}, and has to be {wanted[key]!r}"
    if labels.get("job") and instance is None:
        yield labels.at("job"), f"nothing of this stack has the job {labels['job']!r}"
    if labels.get("severity") and labels["severity"] not in SEVERITIES[:-1]:
        yield labels.at("severity"), f"{labels['severity']!r} is none of {', '.join(SEVERITIES[:-1])}"


def _hosts(context: Context, rule: LogRule) -> Iterator[Fault]:
    found = listed(rule.data.get("alertmanager_hosts"))
    if not found:
        yield rule.data.at("alertmanager_hosts"), "it names no Alertmanager"
    known = set(context.services) if context.stack.owns_stack else None
    for address, line in found.texts:
        url = urlsplit(address)
        if not url.scheme or (known is not None and url.hostname not in known):
            yield line, f"no container is called {url.hostname or address!r}"
