"""What a Prometheus that runs already has of the pack: its targets, its rules, an answer to each panel's query.

It may serve many services, so only what carries the pack's own labels is looked at, and once: nothing is waited for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from obsboot.live.changes import Document
from obsboot.live.explain import NOTHING_LEFT, what_is_missing
from obsboot.live.panels import Query, all_values, boards
from obsboot.live.planning import window as panel_window
from obsboot.live.queries import about, check_variables
from obsboot.live.run import Run
from obsboot.live.targets import by_job, tell_target
from obsboot.live.variables import resolved
from obsboot.model import Finding, ObsbootError, Result, Stack
from obsboot.promql import PromqlError, Rewrite, Selector, rewrite, seconds_of, spell
from obsboot.render.rules import pack_labels
from obsboot.render.scrape import scraped

LOOK_BACK = 86400.0
"""A metric that no series of the last day has is called missing."""


def is_ours(stack: Stack, labels: Mapping[str, str]) -> bool:
    """Whether a series, target or alert with these labels is the pack's: service, team and environment agree."""
    return all(labels.get(name) == value for name, value in pack_labels(stack).items())


def check_standing_targets(run: Run) -> None:
    """One result for each instance that the pack scrapes."""
    every = run.prometheus.targets()
    ours = by_job([target for target in every if is_ours(run.stack, target["labels"])])
    others = by_job(every)
    for instance in filter(scraped, run.stack.instances):
        if instance.job in others and instance.job not in ours:
            has = {name: others[instance.job][0]["labels"].get(name, "") for name in pack_labels(run.stack)}
            said = ", ".join(f"{name}={value or 'none'}" for name, value in has.items())
            run.say("live/target", f"{instance.id}/{instance.job}", "failed", f"the job carries other labels: {said}")
        else:
            tell_target(run, instance, ours.get(instance.job, []))


# Rules


Loaded = Mapping[str, Any]
"""A rule as Prometheus' API tells it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rule as a file of the pack has it; holds in seconds."""

    path: str
    line: int
    group: str
    name: str
    expr: str
    hold: float
    keep: float
    labels: Mapping[str, str]


def wanted(documents: Sequence[Document]) -> Iterator[Wanted]:
    """Every rule of these files."""
    for document in documents:
        for _, group in document.values("groups", "*"):
            fields = dict(document.entries(group))
            for _, rule in document.entries(fields.get("rules")):
                yield _wanted(document, str(fields["name"].value), dict(document.entries(rule)))


def _wanted(document: Document, group: str, fields: Mapping[str, Any]) -> Wanted:
    def seconds(key: str) -> float:
        return seconds_of(str(fields[key].value)) if key in fields else 0.0

    name = fields["alert"] if "alert" in fields else fields["record"]
    return Wanted(
        path=document.path,
        line=name.start_mark.line + 1,
        group=group,
        name=str(name.value),
        expr=str(fields["expr"].value),
        hold=seconds("for"),
        keep=seconds("keep_firing_for"),
        labels={key: str(node.value) for key, node in document.entries(fields.get("labels"))},
    )


def check_standing_rules(run: Run) -> None:
    """One result for each rules file: whether Prometheus evaluates each of its rules, as the file has it, and can."""
    groups = run.prometheus.rules()
    loaded = [(str(group["name"]), rule) for group in groups for rule in group["rules"]]
    top = f"{run.stack.directory}/prometheus/rules/"
    for path, text in run.copy.texts.items():
        if path.startswith(top):
            pairs = [(rule, _same(rule, loaded)) for rule in wanted([Document(path, text)])]
            _tell_file(run, path, pairs)


def _tell_file(run: Run, path: str, pairs: Sequence[tuple[Wanted, Loaded | None]]) -> None:
    """A rule that is missing or means something else is a failure, and one that only has another pace a warning."""
    wrong = [finding for rule, has in pairs if (finding := judged(rule, has))]
    paced = [rule.name for rule, has in pairs if has and not judged(rule, has) and not keeps_pace(rule, has)]
    findings = list(wrong)
    if paced:
        said = f"other windows or holds than the file's: {some(paced)}"
        findings.append(Finding(_RULES, "warning", path, 0, said, fix=_LOAD))
    reason = "; ".join(finding.message for finding in findings)
    subject = path.removeprefix(f"{run.stack.directory}/")
    run.add(Result(_RULES, subject, "failed" if wrong else "passed", reason, tuple(findings)))


_RULES = "live/rules"
_LOAD = "let Prometheus load the file as it is in the repository"
_SHOWN = 5


def some(names: Sequence[str], between: str = ", ") -> str:
    """The first few, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return between.join(names[:_SHOWN]) + more


def judged(rule: Wanted, loaded: Loaded | None) -> Finding | None:
    """What is wrong with the rule that Prometheus has in place of `rule`; its pace is not looked at."""

    def finding(message: str, fix: str = _LOAD) -> Finding:
        return Finding(_RULES, "error", rule.path, rule.line, f"{rule.name} {message}", fix=fix)

    if loaded is None:
        return finding(f"is not loaded (group {rule.group})", "name the file in `rule_files` and reload Prometheus")
    if loaded["health"] == "err":
        return finding(f"cannot be evaluated: {loaded.get('lastError')}", "run `obsboot check`")
    if differing := sorted(name for name in {*rule.labels, *loaded["labels"]} if _differs(name, rule, loaded)):
        return finding(f"has other labels: {', '.join(differing)}")
    if not _agree(rule.expr, loaded["query"], pace=False):
        return finding(f"has another expression: {loaded['query']}")
    return None


def keeps_pace(rule: Wanted, loaded: Loaded) -> bool:
    """Whether windows and holds are those of the file."""
    holds = (float(loaded.get("duration", 0)), float(loaded.get("keepFiringFor", 0)))
    held = all(abs(has - says) < 0.01 for has, says in zip(holds, (rule.hold, rule.keep), strict=True))
    return held and _agree(rule.expr, loaded["query"], pace=True)


def _same(rule: Wanted, loaded: Sequence[tuple[str, Loaded]]) -> Loaded | None:
    """The loaded rule of this name and group whose labels agree most; none where they are another service's."""
    found = [each for group, each in loaded if (group, each["name"]) == (rule.group, rule.name)]
    ours = [each for each in found if not any(_differs(name, rule, each) for name in ("service", "environment"))]
    return min(ours, key=lambda each: sum(_differs(name, rule, each) for name in rule.labels), default=None)


def _differs(name: str, rule: Wanted, loaded: Loaded) -> bool:
    return bool(rule.labels.get(name) != loaded["labels"].get(name))


def _agree(one: str, other: str, *, pace: bool) -> bool:
    """Whether two expressions mean the same, by their trees: Prometheus spells its own. Without `pace` at any window."""

    def ordered(selector: Selector) -> Selector:
        return replace(selector, matchers=tuple(sorted(selector.matchers, key=lambda m: (m.name, m.op, m.value))))

    spelling = Rewrite(selector=ordered, duration=spell if pace else lambda _: "1m")
    try:
        return rewrite(one, spelling) == rewrite(other, spelling)
    except PromqlError:
        return one == other


# Queries


def check_standing_queries(run: Run) -> None:
    """One result for each query of each dashboard, over windows of their real length."""
    window = panel_window(run.clock)
    for board in boards(run):
        names = all_values(board.variables, check_variables(run, board))
        for query in board.queries:
            _tell_query(run, query, resolved(query.expr, names, window))


def _tell_query(run: Run, query: Query, expr: str) -> None:
    try:
        samples = run.prometheus.query(expr)
        count = sum(not math.isnan(sample.value) for sample in samples)
        if count:
            run.say("live/query", query.subject, "passed", "", series=count, **about(query, expr))
        elif query.signal and query.signal.empty_when_healthy:
            reason = f"rightly empty on a healthy stack: {query.signal.empty or 'nothing is wrong'}"
            run.say("live/query", query.subject, "passed", reason, series=0, **about(query, expr))
        elif samples:
            why = "its series are there, but nothing that it counts happened in the window"
            run.say("live/query", query.subject, "skipped", f"no number at the moment: {why}", **about(query, expr))
        else:
            _tell_empty(run, query, expr)
    except (ObsbootError, PromqlError) as error:
        run.say("live/query", query.subject, "error", str(error), query=expr)


def _tell_empty(run: Run, query: Query, expr: str) -> None:
    """A selector that finds nothing is a failure; operations that leave nothing may have an answer at another time."""
    missing = what_is_missing(run.prometheus, expr, run.began - LOOK_BACK, query.instance, query.signal)
    if missing:
        run.say("live/query", query.subject, "failed", f"no data within a day: {missing}", **about(query, expr))
    else:
        run.say(
            "live/query", query.subject, "skipped", f"no number at the moment: {NOTHING_LEFT}", **about(query, expr)
        )
