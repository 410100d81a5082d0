"""Rule tests are only worth something if a wrong rule fails them: every rule is broken, one way at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import replay_sample

from obsboot.catalog import Catalogue
from obsboot.model import Alert, Answers, Component, Instance, Outcome, Pack, Question, Stack, Value
from obsboot.render.rule_tests import rule_tests, unplayed
from obsboot.render.rules import active, operator, override, rules
from obsboot.replay import replay
from obsboot.stack import resolve

Mutation = Callable[[Alert], Alert]


def flipped(alert: Alert) -> Alert:
    """The alert with its comparison the other way round."""
    if alert.equals is not None:
        return replace(alert, equals=None, below=alert.equals)
    return replace(alert, above=alert.below, below=alert.above)


def hasty(alert: Alert) -> Alert:
    """The alert without its `for`."""
    return replace(alert, hold="0s")


def mutated(stack: Stack, change: Mutation) -> Stack:
    """The stack with every alert changed."""

    def other(component: Component) -> Component:
        return replace(component, alerts={name: change(alert) for name, alert in component.alerts.items()})

    return replace(stack, instances=tuple(replace(i, component=other(i.component)) for i in stack.instances))


def outcomes(stack: Stack, played: Stack, promtool: str) -> dict[str, Outcome]:
    """The tests of `stack` on the rules of `played`: the outcome by `instance/alert`."""
    files = {file.path: file.text for part in (rules(played), rule_tests(stack)) for file in part}
    results = replay(Pack(Path(), stack, files), promtool)
    return {result.subject: result.outcome for result in results if result.check == "replay/alert"}


def with_timeline(stack: Stack) -> dict[str, tuple[Instance, Alert]]:
    """Every alert that has a timeline, by `instance/alert`."""
    found = {}
    for instance in stack.instances:
        silent = {alert.name for alert, _ in unplayed(stack, instance)}
        for alert in active(stack, instance):
            if alert.name not in silent:
                found[f"{instance.id}/{alert.name}"] = (instance, alert)
    return found


def whole(catalogue: Catalogue) -> Stack:
    """One instance of everything that the catalogue knows, with every answer at its default or a plausible number."""
    values = {name: _plausible(q) for name, q in catalogue.questions.items()}
    named = {**values, "service": "shop", "team": "web", "environment": "test", "directory": "obs", "mode": "own-stack"}
    asked = [c for c in catalogue.components.values() if c.kind != "platform"]
    instances = {c.id: {"component": c.id, **_answers(c)} for c in asked}
    return resolve(Answers({k: v for k, v in named.items() if v is not None}, instances), catalogue)


def _answers(component: Component) -> Mapping[str, Value]:
    return {name: value for name, q in component.questions.items() if (value := _plausible(q)) is not None}


def _plausible(question: Question) -> Value | None:
    if question.default is not None:
        return question.default
    numbers = {"integer": 10, "number": 10, "ratio": 0.9, "seconds": 0.5}
    return numbers.get(question.type)


@pytest.fixture(params=["sample", "catalogue"])
def stack(request: pytest.FixtureRequest) -> Stack:
    if request.param == "sample":
        return replay_sample.stack()
    return whole(request.getfixturevalue("catalogue"))


def test_every_timeline_holds_on_the_rules_as_they_are(stack: Stack, promtool: str) -> None:
    found = outcomes(stack, stack, promtool)
    assert {name for name, outcome in found.items() if outcome == "passed"} == set(with_timeline(stack))
    assert set(found.values()) <= {"passed", "skipped"}


def test_a_flipped_comparison_fails_the_alert_s_test(stack: Stack, promtool: str) -> None:
    found = outcomes(stack, mutated(stack, flipped), promtool)
    survivors = {name for name in with_timeline(stack) if found[name] != "failed"}
    assert not survivors


def test_an_alert_without_its_hold_fails_its_test(stack: Stack, promtool: str) -> None:
    found = outcomes(stack, mutated(stack, hasty), promtool)
    held = {
        name for name, (_, alert) in with_timeline(stack).items() if alert.hold not in ("", "0s") and not alert.always
    }
    assert {name for name in held if found[name] != "failed"} == set()
    assert held


def test_a_threshold_that_moved_by_a_quarter_fails_the_test(stack: Stack, promtool: str) -> None:
    """The timelines lie close to the threshold: whoever moves it away from what they show hears of it."""
    exact = {name: each for name, each in with_timeline(stack).items() if _graded(each[1])}
    changes: dict[str, dict[str, dict[str, Value]]] = {}
    for instance, alert in exact.values():
        harder = 1.25 if operator(alert) == ">" else 0.75
        formula = alert.above if alert.above is not None else alert.below
        given = override(stack, instance, alert.name).get("threshold", formula)
        changes.setdefault(instance.id, {})[alert.name] = {"threshold": f"({given}) * {harder}"}
    found = outcomes(stack, replace(stack, overrides=changes), promtool)
    assert {name for name in exact if found[name] != "failed"} == set()


def _graded(alert: Alert) -> bool:
    """Whether a value between the good and the bad one exists: not for up or down, nor for a threshold of 0."""
    if alert.replay is None or alert.equals is not None:
        return False
    return all(
        any("threshold" in str(each) for each in side.values()) for side in (alert.replay.good, alert.replay.bad)
    )
