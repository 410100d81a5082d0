"""Views of a catalogue expression: for a rule, for a panel. Every change goes through the syntax tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from obsboot.model import Instance, ObsbootError, Stack, Value
from obsboot.promql import Matcher, Rewrite, Selector, rewrite, spell
from obsboot.promql.rewriting import normal, number

_ANSWER = "answer:"
RATE_WINDOW = 300.0
"""The catalogue's default window in seconds: the one that a panel and a proving run replace."""


@lru_cache(maxsize=1024)
def for_rule(expr: str, stack: Stack, instance: Instance, window: str = "") -> str:
    """`expr` with job matchers and answers filled in and recorded sub-trees replaced by their records.

    A recorded series whose name ends in the default window (`...:ratio_rate5m`) is exchanged for that of `window`.
    """
    recorded = _with_records(_with_answers(expr, stack, instance), instance)
    change = _at_job(stack, instance)
    return rewrite(recorded, Rewrite(selector=lambda selector: change(_over(selector, window))))


def _over(selector: Selector, window: str) -> Selector:
    default = spell(RATE_WINDOW)
    if not window or ":" not in selector.name or not selector.name.endswith(default):
        return selector
    return replace(selector, name=selector.name.removesuffix(default) + window)


def for_panel(expr: str, stack: Stack, instance: Instance) -> str:
    """`expr` with the dashboard's variables: `$job`, `$instance` and `$__rate_interval`."""
    change = Rewrite(selector=_at_variables(stack, instance), duration=_panel_window)
    return rewrite(_with_answers(expr, stack, instance), change)


def for_record(expr: str, stack: Stack, instance: Instance, window: str = "") -> str:
    """The right side of a recording rule, over `window` instead of the catalogue's default."""
    change = Rewrite(
        selector=_at_job(stack, instance),
        duration=lambda seconds: window if window and seconds == RATE_WINDOW else spell(seconds),
    )
    return rewrite(_with_answers(expr, stack, instance), change)


def _with_answers(expr: str, stack: Stack, instance: Instance) -> str:
    """`expr` with each `answer:<name>` exchanged for its number."""
    if _ANSWER not in expr:
        return expr

    def numbered(text: str) -> str | None:
        if not text.startswith(_ANSWER) or not text.removeprefix(_ANSWER).isidentifier():
            return None
        return number(float(answer(text.removeprefix(_ANSWER), stack, instance)))

    return rewrite(expr, Rewrite(replace=numbered))


def jobs_of(metric: str, stack: Stack, instance: Instance) -> tuple[str, ...]:
    """The jobs whose series are called `metric`, as seen from an expression of `instance`."""
    if _owns(instance, metric):
        return (instance.job,)
    others = tuple(dict.fromkeys(other.job for other in stack.instances if _owns(other, metric)))
    return others or (instance.job,)


def _owns(instance: Instance, metric: str) -> bool:
    component = instance.component
    if ":" in metric:
        return any(s.record and metric.startswith(s.record.name) for s in component.signals.values())
    return bool(component.series) and metric.startswith(component.series)


def _with_records(expr: str, instance: Instance) -> str:
    """`expr` with each sub-tree that the instance records exchanged for the record."""
    names = _records(instance)
    if not names:
        return expr
    whole = normal(expr)
    return rewrite(expr, Rewrite(replace=names.get)) if any(recorded in whole for recorded in names) else expr


@lru_cache(maxsize=256)
def _records(instance: Instance) -> Mapping[str, str]:
    return {normal(s.expr): s.record.name for s in instance.signals() if s.record and not s.record.windows}


def _at_job(stack: Stack, instance: Instance) -> Callable[[Selector], Selector]:
    def change(selector: Selector) -> Selector:
        if _of_the_service(selector):
            return _matching(selector, stack, instance, ())
        jobs = jobs_of(selector.name, stack, instance)
        return _matching(selector, stack, instance, (_job_matcher(jobs),))

    return change


def _at_variables(stack: Stack, instance: Instance) -> Callable[[Selector], Selector]:
    def change(selector: Selector) -> Selector:
        if _of_the_service(selector):
            return _matching(selector, stack, instance, ())
        jobs = jobs_of(selector.name, stack, instance)
        if instance.job not in jobs:
            return _matching(selector, stack, instance, (_job_matcher(jobs),))
        here = [Matcher("job", "=~", "$job")]
        if ":" not in selector.name:  # a recorded series may have been aggregated over its instances
            here.append(Matcher("instance", "=~", "$instance"))
        return _matching(selector, stack, instance, tuple(here))

    return change


def _of_the_service(selector: Selector) -> bool:
    """Whether the selector names its service instead of a job: it means all jobs of the pack."""
    return any(matcher.name == "service" for matcher in selector.matchers)


def _matching(selector: Selector, stack: Stack, instance: Instance, first: tuple[Matcher, ...]) -> Selector:
    own = tuple(_answered(matcher, stack, instance) for matcher in selector.matchers)
    return replace(selector, matchers=(*first, *own))


def _job_matcher(jobs: tuple[str, ...]) -> Matcher:
    return Matcher("job", "=", jobs[0]) if len(jobs) == 1 else Matcher("job", "=~", "|".join(jobs))


def _answered(matcher: Matcher, stack: Stack, instance: Instance) -> Matcher:
    if not matcher.value.startswith("$"):
        return matcher
    value = answer(matcher.value[1:], stack, instance)
    return replace(matcher, **_bound(value)) if matcher.name == "le" else replace(matcher, value=str(value))


def _bound(value: Value) -> dict[str, str]:
    """A bucket's bound as Prometheus 2 (`1`) and Prometheus 3 (`1.0`) write it."""
    number = float(value)
    if number == int(number):
        return {"op": "=~", "value": rf"{int(number)}|{int(number)}\.0"}
    return {"value": repr(number)}


def answer(name: str, stack: Stack, instance: Instance) -> Value:
    """What the user answered for this instance, or for the whole pack."""
    for values in (instance.values, stack.values):
        if name in values:
            return values[name]
    raise ObsbootError(f"{instance.component.id}: an expression needs the answer {name!r}, which no question asks")


def names(stack: Stack, instance: Instance) -> dict[str, Value]:
    """Every name that a formula of this instance may use."""
    return {**stack.values, **instance.values}


def _panel_window(seconds: float) -> str:
    return "$__rate_interval" if seconds == RATE_WINDOW else spell(seconds)
