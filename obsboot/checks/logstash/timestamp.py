"""The time of an entry."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from zoneinfo import available_timezones

from obsboot.checks.base import Check
from obsboot.logs.syntax import Plugin, Statement
from obsboot.model import Finding, Severity
from obsboot.sources.context import Context
from obsboot.sources.logstash.arrivals import trials
from obsboot.sources.logstash.effects import Effects
from obsboot.sources.logstash.events import flows
from obsboot.sources.logstash.grok import bracketed, references
from obsboot.sources.logstash.joda import FormError, form
from obsboot.sources.logstash.pipelines import Logstash, Pipeline, called, logstash, place
from obsboot.sources.logstash.plugins import advice
from obsboot.sources.logstash.takings import Taking, Word, takings
from obsboot.sources.pipelines import Used, setting, words

Fault = tuple[str, Word, str, Severity, str]
_TIMES = frozenset({
    "HTTPDATE", "TIMESTAMP_ISO8601", "SYSLOGTIMESTAMP", "DATESTAMP", "DATESTAMP_RFC822", "DATESTAMP_RFC2822",
    "DATESTAMP_OTHER", "DATESTAMP_EVENTLOG", "HTTPDERROR_DATE", "CATALINA_DATESTAMP", "TOMCAT_DATESTAMP", "TIMESTAMP_CN",
})  # fmt: skip
_CALLED = re.compile(
    r"\[(?:timestamp|log_?time(?:stamp)?|time_?stamp|log_?date|date_?time|logtimestamp)\]$", re.IGNORECASE
)
_OFFSET = re.compile(r"[+-]\d\d:?\d\d|[A-Z]{3}|%\{.*\}|.*\$\{.*")


class Timestamp(Check):
    id = "logstash/timestamp"
    title = "Entries have the time that their line says"
    explanation = (
        "Without a date filter that fits, @timestamp is the moment at which the entry arrived: after a pause everything "
        "happened at once, and lines of different machines stand in the wrong order."
    )
    fix = "Read the time with a date filter whose form fits, and name the zone of times that do not say theirs."

    def run(self, context: Context) -> Iterator[Finding]:
        found = logstash(context)
        for used in found.plugins:
            if (used.section, used.plugin.name) == ("filter", "date"):
                for node, message, severity in _forms(used):
                    yield self.finding(used.path, place(node), message, severity=severity, subject=called(used))
        for path, word, message, how, subject in (*_untaken(found), *_misfits(found)):
            yield self.finding(path, place(word), message, severity=how, subject=subject)


def _forms(used: Used) -> Iterator[tuple[Word, str, Severity]]:
    forms, zoneless = words(setting(used.plugin, "match"))[1:], []
    for word in forms:
        try:
            if not form(str(word.value)).zone:
                zoneless.append(word)
        except FormError as error:
            yield word, str(error), "error"
    zone = words(setting(used.plugin, "timezone"))
    for word in zone:
        known = _zones()
        name = str(word.value)
        if known and name not in known and not _OFFSET.fullmatch(name):
            yield word, f"there is no time zone {name!r}{advice(name, known)}", "error"
    if zoneless and not zone:
        yield zoneless[0], "times of this form do not say their zone: they are read in Logstash's own", "info"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


# Times that no date filter reads


def _untaken(found: Logstash) -> Iterator[Fault]:
    groks = {id(each.used.plugin): each for each in takings(found)}
    for flow in flows(found):
        if flow.pipeline.whole:
            for taking, word, name in _Later(groks, flow.effects).untaken(flow.pipeline):
                message = f"no date filter reads {name}, so @timestamp is the time at which the line arrived"
                yield taking.used.path, word, message, "warning", called(taking.used)


class _Later:
    """Goes through a pipeline from its end to its beginning, so that it knows at each filter what may come behind it."""

    def __init__(self, groks: Mapping[int, Taking], effects_of: Mapping[int, Effects]) -> None:
        self.groks = groks
        self.effects_of = effects_of
        self.reads = Counter[str]()
        self.timing = 0
        self.code = Counter[str]()

    def untaken(self, pipeline: Pipeline) -> list[tuple[Taking, Word, str]]:
        """The filters behind which nothing reads the time that they take, with the first pattern and field of it."""
        found: list[tuple[Taking, Word, str]] = []
        bodies = [section.body for kind in ("filter", "output") for _, section in pipeline.sections(kind)]
        for body in reversed(bodies):
            self._body(body, found)
        return found[::-1]

    def _body(self, body: Iterable[Statement], found: list[tuple[Taking, Word, str]]) -> list[Plugin]:
        """The plugins in it, which count as coming later from here on."""
        plugins: list[Plugin] = []
        for each in reversed(tuple(body)):
            inside: list[Plugin] = []
            if isinstance(each, Plugin):
                self._judge(each, found)
                self._count(each, 1)
                inside = [each]
            else:
                # What stands in one arm does not come behind what stands in another.
                for arm in each.arms:
                    some = self._body(arm.body, found)
                    for plugin in some:
                        self._count(plugin, -1)
                    inside += some
                for plugin in inside:
                    self._count(plugin, 1)
            plugins += inside
        return plugins

    def _judge(self, plugin: Plugin, found: list[tuple[Taking, Word, str]]) -> None:
        taking = self.groks.get(id(plugin))
        if taking is None or self.timing:
            return
        times = [(word, name) for word in taking.patterns for name in _times(taking, str(word.value))]
        if not times or self.reads[times[0][1]]:
            return
        if not any(count and times[0][1] in code for code, count in self.code.items()):
            found.append((taking, *times[0]))

    def _count(self, plugin: Plugin, by: int) -> None:
        found = self.effects_of[id(plugin)]
        self.timing += by * _sets_time(plugin, found)
        if plugin.name == "ruby":
            self.code[repr(plugin)] += by
        for name, _ in found.reads:
            self.reads[name] += by


def _times(taking: Taking, pattern: str) -> Iterator[str]:
    """The fields of a pattern that hold a whole time."""
    for each in references(pattern):
        definition = taking.definitions.library.texts.get(each.name, "")
        inside = {one.name for one in references(definition)}
        whole = each.name in _TIMES or bool(inside & _TIMES) or {"TIME", "YEAR"} <= inside
        name = bracketed(each.field) if each.field else ""
        if (
            name
            and (whole or (_CALLED.search(name) and each.name not in ("NUMBER", "DATA")))
            and name != "[@timestamp]"
        ):
            yield name


def _sets_time(plugin: Plugin, found: Effects) -> bool:
    if plugin.name in ("ruby", "pipeline", "elastic_integration"):
        return plugin.name != "ruby" or "timestamp" in repr(plugin)
    return any(put.field == "[@timestamp]" for put in found.puts)


# Forms that do not fit the samples


def _misfits(found: Logstash) -> Iterator[Fault]:
    seen: dict[int, tuple[Plugin, str, str]] = {}
    fitting, values = set[int](), defaultdict[int, list[str]](list)
    for each in trials(found):
        if each.match is None or each.pattern is None:
            continue
        taken = {
            bracketed(reference.field): each.match.groups[f"g{number}"]
            for number, reference in enumerate(references(str(each.pattern.value)))
            if reference.field and f"g{number}" in each.match.groups
        }
        for plugin in each.after:
            match = words(setting(plugin, "match")) if plugin.name == "date" else ()
            if match and (value := taken.get(bracketed(str(match[0].value)))) is not None:
                seen[id(plugin)] = (plugin, each.taking.used.path, value)
                values[id(plugin)].append(value)
                if any(_fits(str(word.value), value) for word in match[1:]):
                    fitting.add(id(plugin))
    for key, (plugin, _, _) in seen.items():
        forms = words(setting(plugin, "match"))[1:]
        if key not in fitting and forms:
            path = next(used.path for used in found.plugins if used.plugin is plugin)
            message = f"{values[key][0]!r} is what the samples say, and no form fits it"
            yield path, forms[0], message, "error", called(Used(path, "filter", plugin))


def _fits(text: str, value: str) -> bool:
    try:
        return form(text).expression.fullmatch(value.strip()) is not None
    except FormError:
        return True
