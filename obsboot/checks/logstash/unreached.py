"""Branches that entries come into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from obsboot.checks.base import Check
from obsboot.logs.syntax import Branch, Comparison, Condition, Field, Joined, Not, Statement, Text
from obsboot.model import Finding
from obsboot.sources.context import Context
from obsboot.sources.logstash.conditions import asked
from obsboot.sources.logstash.events import Entries, entries, flows, never
from obsboot.sources.logstash.flow import Family, Flow
from obsboot.sources.logstash.pipelines import Logstash, logstash, place
from obsboot.sources.logstash.plugins import advice, described
from obsboot.sources.pipelines import setting, texts

_OWN_TAGS = {
    "grok": ("_grokparsefailure", "_groktimeout"), "date": ("_dateparsefailure",), "json": ("_jsonparsefailure",),
    "dissect": ("_dissectfailure",), "kv": ("_kv_filter_error", "_kv_filter_timeout"), "csv": ("_csvparsefailure",),
    "geoip": ("_geoip_lookup_failure",), "mutate": ("_mutate_error",), "ruby": ("_rubyexception",),
    "xml": ("_xmlparsefailure",), "urldecode": ("_urldecodefailure",), "dns": ("_dnstimeout",), "fingerprint": (),
    "split": ("_split_type_failure",),
    "elasticsearch": ("_elasticsearch_lookup_failure",), "http": ("_httprequestfailure", "_jsonparsefailure"),
    "useragent": (), "aggregate": ("_aggregateexception", "_aggregatetimeout"), "translate": (), "clone": (),
    "jdbc_streaming": ("_jdbcstreamingfailure", "_jdbcstreamingdefaultsused"), "memcached": ("_memcached_failure",),
    "syslog": ("_grokparsefailure_sysloginput",),
}  # fmt: skip
"""The tags with which plugins say that they failed."""


class Unreached(Check):
    id = "logstash/unreached"
    severity = "warning"
    title = "Some entry comes into each branch"
    explanation = (
        "Where an input sets a field to one value and a condition asks for another, nothing in the branch ever runs, and "
        "its entries go on as if it were not there."
    )
    fix = "Write the same value on both sides: in the fields, type or tags of the input, and in the condition."

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        for each in flows(found):
            yield from self._values(found, each)
            yield from self._tags(each)

    def _values(self, found: Logstash, flow: Flow) -> Iterator[Finding]:
        ways = entries(found, flow.pipeline)
        if ways is None or flow.opaque:
            return
        changed = Family(assigned.put.field for assigned in flow.assigned)
        gone = Family({*changed.names, *(name for name, _, _ in flow.removed)})
        for kind in ("filter", "output"):
            for path, section in flow.pipeline.sections(kind):
                for condition in _conditions(section.body):
                    other = gone if _negated(condition) else changed
                    if not any(other.touches(each.reference) for each in asked(condition)) and never(condition, ways):
                        message = f"no input sets a field so that this holds{_meant(condition, ways)}"
                        subject = f"pipeline {flow.pipeline.name}"
                        yield self.finding(path, place(condition), message, subject=subject)

    def _tags(self, flow: Flow) -> Iterator[Finding]:
        """Tags with an underscore in front are set by plugins alone, and nobody else's differ by it alone."""
        known = set[str]()
        for used in flow.pipeline.plugins:
            for key in (
                "add_tag",
                "tags",
                "tag_on_failure",
                "tag_on_timeout",
                "tag_on_exception",
                "tag_on_request_failure",
            ):
                known.update(texts(setting(used.plugin, key)))
            known.update(_OWN_TAGS.get(used.plugin.name, ()))
            if used.plugin.name not in _OWN_TAGS and described(used.section, used.plugin.name) is None:
                return
        every = known | {tag for tags in _OWN_TAGS.values() for tag in tags}
        for path, condition, _ in flow.asked:
            for text in (each for each in _asked_tags(condition) if each.value not in every):
                bare = f"_{text.value}" in every
                near = f": did you mean '_{text.value}'?" if bare else advice(text.value, every)
                if near and (bare or text.value.startswith("_")):
                    subject = f"pipeline {flow.pipeline.name}"
                    yield self.finding(path, place(text), f"nothing sets the tag {text.value!r}{near}", subject=subject)


def _conditions(body: Iterable[Statement]) -> Iterator[Condition]:
    """Conditions that entries come to at all: not those inside of branches that are not reached themselves."""
    for each in body:
        for arm in each.arms if isinstance(each, Branch) else ():
            if arm.condition is not None:
                yield arm.condition
            yield from _conditions(arm.body)


def _negated(condition: Condition) -> bool:
    """Whether the condition may hold because a field is no longer there."""
    match condition:
        case Not():
            return True
        case Joined():
            return any(map(_negated, condition.parts))
        case Comparison():
            return condition.operator in ("!=", "!~", "not in")
    return False


def _meant(condition: Condition, ways: tuple[Entries, ...]) -> str:
    if not isinstance(condition, Comparison) or not isinstance(condition.left, Field):
        return ""
    values = sorted({each.known[condition.left.reference] for each in ways if condition.left.reference in each.known})
    if isinstance(condition.right, Text) and (near := advice(condition.right.value, values)):
        return near
    return f": {condition.left.reference} is {', '.join(map(repr, values))}" if values else ""


def _asked_tags(condition: Condition) -> Iterator[Text]:
    match condition:
        case Not():
            yield from _asked_tags(condition.condition)
        case Joined():
            for each in condition.parts:
                yield from _asked_tags(each)
        case Comparison(left=Text() as text, right=Field(reference="[tags]")):
            yield text
