"""What Prometheus refuses in a rule file, its expressions and templates aside: as `promtool check rules` of 3.5 judges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from obsboot.promql.likeness import closest
from obsboot.sources.dialects import spoken
from obsboot.sources.documents import Listed, Mapped, listed, mapped
from obsboot.sources.rulefiles import groups_of, is_rules
from obsboot.sources.source import Source

_FILE: Mapping[str, str] = {"groups": "list"}
_GROUP: Mapping[str, str] = {
    "name": "text", "interval": "duration", "query_offset": "duration", "limit": "number", "rules": "list",
    "labels": "labels",
}  # fmt: skip
_RULE: Mapping[str, str] = {
    "record": "text", "alert": "text", "expr": "text", "for": "duration", "keep_firing_for": "duration", "labels": "labels",
    "annotations": "labels",
}  # fmt: skip
_ELSEWHERE: Mapping[str, str] = {
    "partial_response_strategy": "Thanos", "namespace": "Mimir", "source_tenants": "Mimir", "evaluation_delay": "Mimir",
    "align_evaluation_time_on_interval": "Mimir", "remote_write": "Loki", "type": "VictoriaMetrics",
    "concurrency": "VictoriaMetrics", "params": "VictoriaMetrics", "headers": "VictoriaMetrics",
    "notifier_headers": "VictoriaMetrics", "eval_offset": "VictoriaMetrics", "eval_delay": "VictoriaMetrics",
    "eval_alignment": "VictoriaMetrics", "debug": "VictoriaMetrics", "tenant": "VictoriaMetrics",
    "update_entries_limit": "VictoriaMetrics", "extra_filter_labels": "VictoriaMetrics",
}  # fmt: skip
"""Fields that other programs add to the format."""
_DURATION = re.compile(r"(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?")
_NAME = re.compile(r"[a-zA-Z_]\w*")


@dataclass(frozen=True, slots=True)
class Refusal:
    """`dialect` is another program that would take it; `where` a line that knows its column."""

    message: str
    where: int
    subject: str = ""
    dialect: str = ""


def refusals(source: Source) -> Iterator[Refusal]:
    """Everything for which Prometheus would not load the file; expressions, templates and groups said twice aside."""
    top = groups_of(source)
    found = top.get("groups")
    if isinstance(found, Listed) and not is_rules(found):
        return
    known = _FILE if top is source.data else {**dict.fromkeys(top, "any"), **_FILE}
    yield from _fields(top, known, "a rule file")
    groups = listed(found)
    reader = "VictoriaMetrics" if spoken(groups) == "MetricsQL" else ""
    for group, where in groups.placed:
        if isinstance(group, Mapped):
            yield from _group(group, reader)
        else:
            yield Refusal("a group is a mapping", where)


def _group(group: Mapped, reader: str) -> Iterator[Refusal]:
    """`reader` is another program that the file is for, by what it says."""
    yield from _fields(group, _GROUP, "a group")
    if not str(group.get("name") or ""):
        yield Refusal("a group needs a name", group.at("name"))
    yield from _labels(group, "labels", "")
    rules = listed(group.get("rules"))
    for rule, where in rules.placed:
        if isinstance(rule, Mapped):
            yield from _rule(rule, reader)
        else:
            yield Refusal("a rule is a mapping", where)


def _rule(rule: Mapped, reader: str) -> Iterator[Refusal]:
    kinds = [kind for kind in ("alert", "record") if rule.get(kind) not in (None, "")]
    subject = f"{kinds[0]} {rule[kinds[0]]}" if kinds else ""
    yield from _fields(rule, _RULE, "a rule", subject)
    if len(kinds) != 1:
        message = "a rule has either `alert` or `record`, not both" if kinds else "a rule needs `alert` or `record`"
        yield Refusal(message, rule.at("record") if kinds else rule.line, subject)
    if rule.get("expr") in (None, ""):
        yield Refusal("a rule needs `expr`", rule.at("expr"), subject)
    if "record" in kinds:
        yield from _recording(rule, subject, reader)
    yield from _labels(rule, "labels", subject)
    yield from _labels(rule, "annotations", subject)


def _recording(rule: Mapped, subject: str, reader: str) -> Iterator[Refusal]:
    for name in ("for", "keep_firing_for", "annotations"):
        value = rule.get(name)
        if value not in (None, "", "0s", "0", 0) and value != {}:
            yield Refusal(f"a recording rule has no `{name}`", rule.at(name), subject, reader)
    if re.search(r"[{}]", str(rule["record"])):
        message = "the name of a recorded series has no braces; what is recorded stands in `expr`"
        yield Refusal(message, rule.at("record"), subject)


def _labels(holder: Mapped, key: str, subject: str) -> Iterator[Refusal]:
    found = mapped(holder.get(key))
    for name, value in found.items():
        where = found.at(name)
        if not name or (name == "__name__" and key == "labels"):
            yield Refusal(f"{key}: no label can be called {name!r}", where, subject)
        elif not _NAME.fullmatch(name):
            yield Refusal(f"{key}: {name!r} is no name of a label before Prometheus 3", where, subject, "Prometheus 3")
        if isinstance(value, Mapped | Listed):
            yield Refusal(f"{key}: {name} takes a text", where, subject)


def _fields(data: Mapped, known: Mapping[str, str], what: str, subject: str = "") -> Iterator[Refusal]:
    for name, value in data.items():
        if name not in known:
            yield Refusal(_unknown(name, known, what), data.at(name), subject, _ELSEWHERE.get(name, ""))
        elif value is not None and (why := _unfit(known[name], value)):
            yield Refusal(f"`{name}` takes {why}, not {_shown(value)}", data.at(name), subject)


def _unknown(name: str, known: Mapping[str, str], what: str) -> str:
    if name in _ELSEWHERE:
        return f"`{name}` is a field of {_ELSEWHERE[name]}'s; Prometheus refuses the file"
    close = closest(name.lower(), known)
    return f"{what} has no field `{name}`; " + (
        f"did you mean `{close[0]}`?" if close else f"it has {', '.join(known)}"
    )


def _unfit(sort: str, value: Any) -> str:
    """What a field takes, where it does not take this."""
    if sort == "list":
        return "" if isinstance(value, Listed) else "a list"
    if sort == "labels":
        return "" if isinstance(value, Mapped) else "a mapping"
    if sort == "number":
        return "" if isinstance(value, int | float) and not isinstance(value, bool) else "a number"
    if sort == "any":
        return ""
    if isinstance(value, Mapped | Listed):
        return "a duration" if sort == "duration" else "a text"
    text = str(value)
    fits = sort != "duration" or text == "0" or (text != "" and _DURATION.fullmatch(text) is not None)
    return "" if fits else "a duration such as 30s, 5m, 1h30m"


def _shown(value: Any) -> str:
    return "a list" if isinstance(value, Listed) else "a mapping" if isinstance(value, Mapped) else repr(value)
