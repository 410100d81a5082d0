"""Rules and rule tests as their files hold them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from obsboot.sources.dialects import language, spoken
from obsboot.sources.documents import Listed, MalformedError, Mapped, listed, mapped
from obsboot.sources.queries import Query
from obsboot.sources.source import Source


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule. `group` is its group's name, `data` the mapping it is written as."""

    kind: Literal["alert", "record"]
    name: str
    path: str
    group: str
    data: Mapped
    query: Query
    shared: Mapped
    """The labels that its group gives to all its rules."""

    @property
    def line(self) -> int:
        return self.data.at(self.kind)

    @property
    def local(self) -> bool:
        """Whether the rule is the user's own."""
        return "/rules/local/" in self.path

    @property
    def labels(self) -> Mapped:
        """Its labels, and those of its group that it does not set itself."""
        found = self.data.get("labels")
        own = found if isinstance(found, Mapped) else Mapped(self.line)
        if not self.shared:
            return own
        made = Mapped(own.line)
        for each in (self.shared, own):
            made.update(each)
            for kept in ("lines", "texts", "ends"):
                getattr(made, kept).update(getattr(each, kept))
        return made

    def text(self, holder: Mapped, key: str) -> Query:
        """One of its labels or annotations, with its places."""
        text = str(holder[key])
        span = holder.texts.get(key, holder.line), holder.ends.get(key, holder.line)
        return Query(text, text, self.path, self.query.owner, self.query.rows, lambda: span)

    @property
    def annotations(self) -> Mapped:
        found = self.data.get("annotations")
        return found if isinstance(found, Mapped) else Mapped(self.line)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A group of rules; `data` is the mapping it is written as."""

    name: str
    path: str
    data: Mapped
    rules: tuple[Rule, ...]
    document: int = 0
    """The line of the list that it is in: a file may hold several."""


def groups_of(source: Source) -> Mapped:
    """What holds the list of groups: the document, or the `spec` of a `PrometheusRule` of Kubernetes."""
    data = source.data
    if isinstance(data, Mapped) and data.get("kind") == "PrometheusRule":
        data = data.get("spec")
    return mapped(data)


def groups(source: Source) -> Iterator[Group]:
    """The groups of one document. Raises MalformedError where it has none, and behind the last one where a part is none.

    So what can be judged is judged; `rules/load` tells of the rest.
    """
    found = groups_of(source).get("groups")
    if not isinstance(found, Listed):
        raise MalformedError("a rule file is a mapping with a list called 'groups'", 1)
    broken: list[MalformedError] = []
    file = spoken(found) if is_rules(found) else ""
    for group in found if is_rules(found) else ():
        members = group.get("rules") if isinstance(group, Mapped) else None
        if isinstance(members, Listed):
            rules = tuple(_rules(source, group, file, broken))
            yield Group(str(group.get("name", "")), source.path, group, rules, int(found.line))
        else:
            broken.append(MalformedError("a group is a mapping with a list called 'rules'", found.line))
    if broken:
        raise broken[0]


def is_rules(groups: Listed) -> bool:
    """Whether the groups are of rules: other programs have groups with rules as well, of a firewall perhaps."""
    rules = [rule for group in groups for rule in listed(mapped(group).get("rules")) if isinstance(rule, Mapped)]
    return not rules or any({"alert", "record", "expr"} & set(rule) for rule in rules)


def _rules(source: Source, group: Mapped, file: str, broken: list[MalformedError]) -> Iterator[Rule]:
    members = listed(group.get("rules"))
    for data in members:
        try:
            rule = _rule(source, group, data, members.line)
            query = replace(rule.query, spoken=language(group, file, rule.query.text))
            yield replace(rule, query=query) if query.spoken else rule
        except MalformedError as error:
            broken.append(error)


def _rule(source: Source, group: Mapped, data: object, line: int) -> Rule:
    if not isinstance(data, Mapped):
        raise MalformedError("a rule is a mapping", line)
    kind: Literal["alert", "record"] | None = "alert" if "alert" in data else "record" if "record" in data else None
    if kind is None or data.get("expr") is None or isinstance(data["expr"], Mapped | Listed):
        raise MalformedError("a rule has 'alert' or 'record', and 'expr'", data.line)
    name, text = str(data[kind]), str(data["expr"])
    span = data.texts["expr"], data.ends["expr"]
    query = Query(text, text, source.path, f"{kind} {name}", source.rows, lambda: span)
    return Rule(kind, name, source.path, str(group.get("name", "")), data, query, mapped(group.get("labels")))


@dataclass(frozen=True, slots=True, eq=False)
class RuleTest:
    """What one rule test asks of one alert: does it `fire` at some time? `series` feed the test.

    `covers` are the paths of the rule files that the test loads; `where` is the place in which the alert is named, 0
    where the test names none.
    """

    path: str
    line: int
    alert: str
    series: tuple[tuple[str, str], ...]
    rule_files: tuple[str, ...]
    fires: bool
    where: int = 0

    @property
    def covers(self) -> tuple[str, ...]:
        return tuple(posixpath.normpath(posixpath.join(posixpath.dirname(self.path), name)) for name in self.rule_files)


_ASKED = re.compile(r'\bALERTS\{[^}]*?alertname="(\w+)"([^}]*)\}')


def tests(source: Source) -> Iterator[RuleTest]:
    """The alert tests of one file, one for each test and alert. Raises MalformedError where it is no test file."""
    path, data = source.path, source.data
    found = data.get("tests") if isinstance(data, Mapped) else None
    if not isinstance(found, Listed):
        raise MalformedError("a rule test file is a mapping with a list called 'tests'", 1)
    files = tuple(str(name) for name in listed(data.get("rule_files")))
    for test in found:
        if not isinstance(test, Mapped):
            raise MalformedError("a test is a mapping", found.line)
        series = tuple(_series(each) for each in listed(test.get("input_series")) if isinstance(each, Mapped))
        asked: dict[str, tuple[bool, int]] = {}
        for alert, fires, where in _asked(test):
            known = asked.get(alert, (False, where))
            asked[alert] = known[0] or fires, known[1]
        for alert, (fires, where) in (asked or {str(test.get("name", "")): (False, 0)}).items():
            yield RuleTest(path, test.line, alert, series, files, fires, where)


def _asked(test: Mapped) -> Iterator[tuple[str, bool, int]]:
    """The alerts that a test asks about, whether it wants them to fire at that time, and where it names them."""
    for each in map(mapped, listed(test.get("alert_rule_test"))):
        yield str(each.get("alertname", "")), bool(each.get("exp_alerts")), each.value_at("alertname")
    for each in map(mapped, listed(test.get("promql_expr_test"))):
        for alert, more in _ASKED.findall(str(each.get("expr", ""))):
            yield alert, bool(each.get("exp_samples")) and "pending" not in more, each.value_at("expr")


def _series(data: Mapped) -> tuple[str, str]:
    return str(data.get("series", "")), str(data.get("values", ""))
