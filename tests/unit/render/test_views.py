"""A view of an expression changes what it means to change, and nothing else: over the whole catalogue."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from obsboot.catalog import Catalogue
from obsboot.model import Instance, Signal, Stack
from obsboot.promql import Rewrite, Selector, check, rewrite, selectors
from obsboot.promql.rewriting import normal
from obsboot.render.views import answer, for_panel, for_record, for_rule, jobs_of
from tests.stacks import stack_of

ADDED = ("job", "instance", "service", "le")
"""Labels whose matchers a view adds, or whose values it takes from the answers."""


def without_added(selector: Selector) -> Selector:
    kept = tuple(m for m in selector.matchers if m.name not in ADDED)
    return dataclasses.replace(selector, matchers=kept)


def plain(expr: str) -> str:
    """The expression without what a view adds: job and instance matchers, and the value of a bucket's bound."""
    return rewrite(expr, Rewrite(selector=without_added))


def filled(signal: Signal, stack: Stack, instance: Instance) -> str:
    """The expression with each `answer:<name>` spelled as its number."""

    def number(text: str) -> str | None:
        name = text.removeprefix("answer:")
        return (
            f"{float(answer(name, stack, instance)):g}" if text.startswith("answer:") and name.isidentifier() else None
        )

    return rewrite(signal.expr, Rewrite(replace=number))


@pytest.fixture(scope="module")
def stack(catalogue: Catalogue) -> Stack:
    return stack_of(catalogue, logs="elasticsearch")


def every(stack: Stack) -> Iterator[tuple[Instance, Signal]]:
    """Each signal of the catalogue with the instance that has it."""
    for instance in stack.instances:
        for signal in instance.component.signals.values():
            yield instance, signal


def test_a_panel_gets_variables_and_nothing_else(stack: Stack) -> None:
    for instance, signal in every(stack):
        view = for_panel(signal.expr, stack, instance).replace("$__rate_interval", "5m")
        assert plain(view) == plain(filled(signal, stack, instance)), signal.name
        for selector in selectors(view):
            assert {m.name for m in selector.matchers} & {"job", "service"}, (signal.name, selector)


def test_a_record_gets_fixed_jobs_and_nothing_else(stack: Stack) -> None:
    for instance, signal in every(stack):
        view = for_record(signal.expr, stack, instance)
        assert plain(view) == plain(filled(signal, stack, instance)), signal.name
        for selector in selectors(view):
            jobs = jobs_of(selector.name, stack, instance)
            assert selector.value_of("job") in (*jobs, None), signal.name


def test_a_rule_parses(stack: Stack) -> None:
    for instance, signal in every(stack):
        check(for_rule(signal.expr, stack, instance))


def test_every_component_has_an_instance(stack: Stack) -> None:
    assert {instance.component.id for instance in stack.instances} == set(stack.catalogue)


def test_a_bound_is_found_by_prometheus_2_and_3(stack: Stack) -> None:
    instance = stack.instances[0]
    stack = dataclasses.replace(stack, values={**stack.values, "whole": 1, "half": 0.5})
    assert for_rule('a{le="$whole"}', stack, instance).endswith(r'le=~"1|1\\.0"}')
    assert for_rule('a{le="$half"}', stack, instance).endswith('le="0.5"}')


def test_a_recorded_series_is_asked_over_another_window(stack: Stack) -> None:
    instance = stack.instances[0]
    assert "job:x:ratio_rate1h{" in for_rule("job:x:ratio_rate5m", stack, instance, "1h")
    assert "other_5m{" in for_rule("other_5m", stack, instance, "1h")


def test_normal_spelling_is_stable(catalogue: Catalogue) -> None:
    for component in catalogue.components.values():
        for signal in component.signals.values():
            assert normal(normal(signal.expr)) == normal(signal.expr)
