"""The scrape configuration in the run: faster, and nothing outside the run is scraped, written to or alerted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from obsboot.live.changes import Change, Document, Node, scalar
from obsboot.live.clock import EVALUATION_FLOOR, Clock, duration
from obsboot.live.edits.inside import Inside

_KEYS = ("scrape_interval", "scrape_timeout", "evaluation_interval")
_FOUND = "_sd_configs"
_AWAY = {"remote_write": "[]", "remote_read": "[]", "scrape_config_files": "[]", "tracing": "null"}
"""What the whole of Prometheus sends elsewhere, or takes from files that nobody looks through here."""

_ADDRESSES = ("__address__", "__param_target")
_JUDGED = ("static_configs", "relabel_configs", "metric_relabel_configs")
"""What of a job is looked at in its own way, or asks nobody."""


def scrape(document: Document, clock: Clock, inside: Inside) -> Iterator[Change]:
    """The changes of `prometheus.yml`."""
    for key in _KEYS:
        yield from _faster(document, f"global.{key}", document.at("global", key), clock)
    for key, nothing in _AWAY.items():
        if (node := document.at(key)) is not None:
            yield document.replace(node, nothing, "addresses", key)
    for name, entry in document.values("alerting", "alertmanagers", "*"):
        if not _is_own(document, entry, inside):
            own = {"static_configs": [{"targets": ["alertmanager:9093"]}]}
            yield document.replace(entry, json.dumps(own), "addresses", name)
    for name, job in document.values("scrape_configs", "*"):
        for key, node in document.entries(job):
            if key in _KEYS:
                yield from _faster(document, f"{name}.{key}", node, clock)
        yield from _job(document, name, job, inside)


def _faster(document: Document, what: str, node: Node, clock: Clock) -> Iterator[Change]:
    if node is None:
        return
    seconds = document.seconds(node)
    if what.endswith("scrape_interval"):
        after = clock.interval(seconds)
    elif what.endswith("evaluation_interval"):
        after = clock.interval(seconds, EVALUATION_FLOOR)
    else:  # a scrape may take as long as the interval, but no longer
        after = min(seconds, clock.scrape)
    if after != seconds:
        yield document.replace(node, duration(after), "durations", what)


def _is_own(document: Document, entry: Node, inside: Inside) -> bool:
    """Whether an Alertmanager is one of the run: listed, not found out, and not behind a proxy."""
    found = any(key.endswith(_FOUND) for key, _ in document.entries(entry))
    targets = [t.value for _, group in _groups(document, entry) for t in _targets(document, group)]
    return not found and all(map(inside.is_target, targets)) and all(map(inside.holds, document.texts(entry)))


def _job(document: Document, name: str, job: Node, inside: Inside) -> Iterator[Change]:
    fields = dict(document.entries(job))
    for key, node in fields.items():
        if key.endswith(_FOUND):
            yield document.replace(node, "[]", "addresses", f"{name}.{key}")
    said = fields["job_name"].value if "job_name" in fields else name
    leads_out = _leads_out(document, fields, inside)
    for number, group in _groups(document, job):
        what = f"{said}.static_configs.{number}.targets"
        targets = dict(document.entries(group)).get("targets")
        if targets is None:
            continue
        if leads_out or _labels_lead_out(document, group, fields, inside):
            yield document.replace(targets, "[]", "addresses", what)
            continue
        after = [inside.target(said, target.value) for target in _targets(document, group)]
        yield from _redirected(document, targets, after, what)


def _redirected(document: Document, targets: Node, after: list[str], what: str) -> Iterator[Change]:
    """Each target by itself, so that the list keeps its shape; where some go, the whole list."""
    if not all(after):
        yield document.replace(targets, json.dumps([each for each in after if each]), "addresses", what)
        return
    for (index, node), each in zip(document.entries(targets), after, strict=True):
        if each != node.value:
            yield document.replace(node, scalar(each), "addresses", f"{what}.{index}")


def _groups(document: Document, job: Node) -> Iterator[tuple[str, Node]]:
    yield from document.entries(dict(document.entries(job)).get("static_configs"))


def _targets(document: Document, group: Node) -> list[Node]:
    return [node for _, node in document.entries(dict(document.entries(group)).get("targets"))]


def _leads_out(document: Document, fields: dict[str, Node], inside: Inside) -> bool:
    """Whether the job asks others whatever its targets are: through a proxy, for a token, or by how it relabels."""
    rest = [node for key, node in fields.items() if key not in _JUDGED and not key.endswith(_FOUND)]
    asked = document.texts(dict(document.entries(fields.get("params"))).get("target"))
    made = [_made(rule) for rule in _addressing(document, fields)]
    return not (
        all(inside.holds(text) for node in rest for text in document.texts(node))
        and all(map(inside.is_target, [*asked, *made]))
    )


def _addressing(document: Document, fields: dict[str, Node]) -> Iterator[dict[str, Node]]:
    """The relabelling rules that make an address."""
    for _, node in document.entries(fields.get("relabel_configs")):
        rule = dict(document.entries(node))
        if "target_label" in rule and rule["target_label"].value in _ADDRESSES:
            yield rule


def _made(rule: dict[str, Node]) -> str:
    """The address that a rule makes, with a name of the run for what it takes from the target."""
    replacement = rule["replacement"].value if "replacement" in rule else "$1"
    return re.sub(r"\$(?:\{\w+\}|\w+)", "localhost", replacement)


def _labels_lead_out(document: Document, group: Node, fields: dict[str, Node], inside: Inside) -> bool:
    """Whether labels of the targets themselves are made addresses, and lead elsewhere."""
    sources = [text for rule in _addressing(document, fields) for text in document.texts(rule.get("source_labels"))]
    labels = document.entries(dict(document.entries(group)).get("labels"))
    return not all(inside.is_target(node.value) for key, node in labels if key in (*_ADDRESSES, *sources))
