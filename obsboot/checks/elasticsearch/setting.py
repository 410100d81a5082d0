"""Settings of indices that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from obsboot.catalog.problems import listed
from obsboot.checks.base import Check
from obsboot.model import Finding, Severity
from obsboot.promql.likeness import meant, slip
from obsboot.sources.context import Context
from obsboot.sources.documents import Way
from obsboot.sources.stored import Stored
from obsboot.sources.stores import KNOWN, store

_NAMES = frozenset(name for name in KNOWN["settings"].split() if not name.endswith("*"))
_FAMILIES = tuple(name[:-1] for name in KNOWN["settings"].split() if name.endswith("*"))
_PRIVATE = frozenset(KNOWN["private"].split())
_SECTIONS = KNOWN["analysis"].split()
_TIME = re.compile(r"-1|0|\d+\s*(?:nanos|micros|ms|s|m|h|d)", re.IGNORECASE)
_REPLICAS = re.compile(r"false|\d+-(?:\d+|all)")
_VALUES = {
    "number_of_shards": (re.compile(r"\+?0*[1-9]\d*"), "a whole number above 0"),
    "number_of_replicas": (re.compile(r"\+?\d+"), "a whole number"),
    "refresh_interval": (_TIME, "a span of time such as 30s"),
    "search.idle.after": (_TIME, "a span of time such as 30s"),
    "translog.sync_interval": (_TIME, "a span of time such as 5s"),
    "unassigned.node_left.delayed_timeout": (_TIME, "a span of time such as 5m"),
    "auto_expand_replicas": (_REPLICAS, "false, or two numbers such as 0-1"),
    "translog.durability": (re.compile("request|async", re.IGNORECASE), "request or async"),
    "max_result_window": (re.compile(r"\+?\d+"), "a whole number"),
    "priority": (re.compile(r"\+?\d+"), "a whole number"),
    "mapping.total_fields.limit": (re.compile(r"\+?\d+"), "a whole number"),
    "hidden": (re.compile("true|false"), "true or false"),
    "mapping.ignore_malformed": (re.compile("true|false"), "true or false"),
    "blocks.write": (re.compile("true|false"), "true or false"),
}

Fault = tuple[Way, str, Severity]


class Setting(Check):
    id = "elasticsearch/setting"
    title = "Settings of indices are ones that there are, with values that they take"
    explanation = (
        "A template with a setting that there is not, or with a value that it cannot read, is refused. Only names that are "
        "a slip of the pen are judged, for plugins bring settings of their own. Under `analysis` another name is taken, and "
        "what it says is never used."
    )
    fix = "Write the name and the value as the reference of index settings has them."

    def run(self, context: Context) -> Iterator[Finding]:
        found = store(context)
        for each in (*found.parts.values(), *found.templates.values()):
            for way, message, severity in _faults(each):
                line = each.source.line(*way)
                yield self.finding(each.path, line, message, severity=severity, subject=f"settings of {each.name}")


def _faults(each: Stored) -> Iterator[Fault]:
    told = set[str]()
    for full, value, way in each.settings():
        name = full.removeprefix("index.")
        section = name.split(".")[1] if name.startswith("analysis.") else ""
        if section and section not in told and section not in _SECTIONS:
            told.add(section)
            message = (
                f"analysis.{section} is never used: {meant(section, _SECTIONS) or f'there are {listed(_SECTIONS)}'}"
            )
            yield way[: way.index(section) + 1] if section in way else way, message, "warning"
        if name not in _NAMES and not name.startswith(_FAMILIES) and (near := slip(name, _NAMES)):
            yield way, f"there is no setting index.{name}: did you mean 'index.{near}'?", "error"
        elif name in _PRIVATE:
            yield way, f"index.{name} is given by the store, and no template may set it", "error"
        elif fault := _value(name, value):
            yield way, f"index.{name} {fault}", "error"


def _value(name: str, value: object) -> str:
    if name not in _VALUES or value is None or isinstance(value, list | dict) or "{" in str(value):
        return ""
    fits, says = _VALUES[name]
    text = str(value).lower() if isinstance(value, bool) else str(value).strip()
    return "" if fits.fullmatch(text) else f"takes {says}, and this is {value!r:.40}"
