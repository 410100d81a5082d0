"""Rules and rule tests as their files hold them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from obsboot.sources.documents import Listed, MalformedError, Mapped
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

    @property
    def line(self) -> int:
        return self.data.at(self.kind)

    @property
    def local(self) -> bool:
        """Whether the rule is the user's own."""
        return "/rules/local/" in self.path

    @property
    def labels(self) -> Mapped:
        found = self.data.get("labels")
        return found if isinstance(found, Mapped) else Mapped(self.line)

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


def groups(source: Source) -> Iterator[Group]:
    """The groups of one document, a `PrometheusRule` of Kubernetes included. Raises MalformedError where it has none."""
    data = source.data
    if isinstance(data, Mapped) and data.get("kind") == "PrometheusRule":
        data = data.get("spec")
    found = data.get("groups") if isinstance(data, Mapped) else None
    if not isinstance(found, Listed):
        raise MalformedError("a rule file is a mapping with a list called 'groups'", 1)
    for group in found:
        members = group.get("rules") if isinstance(group, Mapped) else None
        if not isinstance(members, Listed):
            raise MalformedError("a group is a mapping with a list called 'rules'", found.line)
        name = str(group.get("name", ""))
        yield Group(name, source.path, group, tuple(_rule(source, name, each, members.line) for each in members))


def _rule(source: Source, group: str, data: Any, line: int) -> Rule:
    if not isinstance(data, Mapped):
        raise MalformedError("a rule is a mapping", line)
    kind: Literal["alert", "record"] | None = "alert" if "alert" in data else "record" if "record" in data else None
    if kind is None or "expr" not in data:
        raise MalformedError("a rule has 'alert' or 'record', and 'expr'", data.line)
    name, text = str(data[kind]), str(data["expr"])
    span = data.texts["expr"], data.ends["expr"]
    query = Query(text, text, source.path, f"{kind} {name}", source.rows, lambda: span)
    return Rule(kind, name, source.path, group, data, query)


@dataclass(frozen=True, slots=True, eq=False)
class RuleTest:
    """What one rule test asks of one alert: does it `fire` at some time? `series` feed the test.

    `covers` are the paths of the rule files that the test loads.
    """

    path: str
    line: int
    alert: str
    series: tuple[tuple[str, str], ...]
    rule_files: tuple[str, ...]
    fires: bool

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
    files = tuple(str(name) for name in data.get("rule_files") or ())
    for test in found:
        if not isinstance(test, Mapped):
            raise MalformedError("a test is a mapping", found.line)
        series = tuple(_series(each) for each in test.get("input_series") or () if isinstance(each, Mapped))
        asked: dict[str, bool] = {}
        for alert, fires in _asked(test):
            asked[alert] = asked.get(alert, False) or fires
        for alert, fires in (asked or {str(test.get("name", "")): False}).items():
            yield RuleTest(path, test.line, alert, series, files, fires)


def _asked(test: Mapped) -> Iterator[tuple[str, bool]]:
    """The alerts that a test asks about, and whether it wants them to fire at that time."""
    for each in test.get("alert_rule_test") or ():
        yield str(each.get("alertname", "")), bool(each.get("exp_alerts"))
    for each in test.get("promql_expr_test") or ():
        for alert, more in _ASKED.findall(str(each.get("expr", ""))):
            yield alert, bool(each.get("exp_samples")) and "pending" not in more


def _series(data: Mapped) -> tuple[str, str]:
    return str(data.get("series", "")), str(data.get("values", ""))
