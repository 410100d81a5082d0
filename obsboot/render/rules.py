"""Recording and alert rules, one file an instance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from obsboot.formula import evaluate
from obsboot.model import Alert, GeneratedFile, Instance, Signal, Stack, Value
from obsboot.promql import compare, fitted
from obsboot.promql.rewriting import number
from obsboot.render import units
from obsboot.render.uids import uid_of
from obsboot.render.views import for_record, for_rule, names
from obsboot.render.yaml import OWNED, dump

_OPS = (("above", ">"), ("below", "<"), ("equals", "=="))


def rules(stack: Stack) -> Iterator[GeneratedFile]:
    """`prometheus/rules/<instance>.yaml` for every instance that has rules."""
    for instance in stack.instances:
        groups = [
            {"name": f"{instance.job}.{instance.component.id}.records", "rules": list(_records(stack, instance))},
            {"name": f"{instance.job}.{instance.component.id}.alerts", "rules": list(_alerts(stack, instance))},
        ]
        filled = [group for group in groups if group["rules"]]
        if filled:
            path = f"{stack.directory}/prometheus/rules/{instance.id}.yaml"
            yield GeneratedFile(path, dump({"groups": filled}, OWNED), "owned", f"alerts/{instance.component.id}.yaml")


@lru_cache(maxsize=256)
def active(stack: Stack, instance: Instance) -> tuple[Alert, ...]:
    """The alerts of the instance that are written: `when` holds and no override switches them off."""
    return tuple(
        alert
        for alert in instance.alerts()
        if override(stack, instance, alert.name).get("enabled", True)
        and (not alert.when or evaluate(alert.when, names(stack, instance)))
    )


def override(stack: Stack, instance: Instance, name: str) -> Mapping[str, Value]:
    """What `overrides.yaml` says of one alert or signal of an instance."""
    return stack.overrides.get(instance.id, {}).get(name, {})


def threshold(stack: Stack, instance: Instance, alert: Alert) -> float:
    """The number that the alert compares with, in the signal's unit, overrides included."""
    given = override(stack, instance, alert.name).get("threshold")
    formula = given if given is not None else next(v for word, _ in _OPS if (v := getattr(alert, word)) is not None)
    return evaluate(formula, names(stack, instance))


def operator(alert: Alert) -> str:
    """The comparison of the alert as PromQL spells it."""
    return next(op for word, op in _OPS if getattr(alert, word) is not None)


def expression(stack: Stack, instance: Instance, alert: Alert) -> str:
    """The whole condition on one line: signal, comparison, second window, traffic floor."""
    signal = instance.component.signals[alert.signal]
    limit = number(threshold(stack, instance, alert))
    parts = [compare(_side(stack, instance, signal, alert.window), operator(alert), limit)]
    if alert.also_window:
        parts.append(compare(_side(stack, instance, signal, alert.also_window), operator(alert), limit))
    text = " and ".join(parts)
    if signal.traffic:
        floor = number(evaluate(signal.traffic.above, names(stack, instance)))
        expr = compare(for_rule(signal.traffic.expr, stack, instance), ">", floor)
        text += f" and on ({', '.join(signal.traffic.on)}) {expr}"
    return text


def _side(stack: Stack, instance: Instance, signal: Signal, window: str) -> str:
    if signal.record is None:
        return for_rule(signal.expr, stack, instance, window)
    name = f"{signal.record.name}{window or (signal.record.windows[0] if signal.record.windows else '')}"
    return for_rule(name, stack, instance)


def _records(stack: Stack, instance: Instance) -> Iterator[dict[str, object]]:
    for signal in instance.signals():
        if signal.record is None:
            continue
        for window in signal.record.windows or ("",):
            expr = for_record(signal.expr, stack, instance, window)
            labels = pack_labels(stack)
            yield {"record": signal.record.name + window, "expr": fitted(expr), "labels": labels}


def _alerts(stack: Stack, instance: Instance) -> Iterator[dict[str, object]]:
    for alert in active(stack, instance):
        changed = override(stack, instance, alert.name)
        rule: dict[str, object] = {"alert": alert.name, "expr": fitted(expression(stack, instance, alert))}
        hold, keep = str(changed.get("for", alert.hold)), str(changed.get("keep_firing_for", alert.keep))
        if hold not in ("", "0s"):
            rule["for"] = hold
        if keep:
            rule["keep_firing_for"] = keep
        rule["labels"] = {"severity": str(changed.get("severity", alert.severity)), **alert_labels(stack, instance)}
        rule["annotations"] = _annotations(stack, instance, alert)
        yield rule


def pack_labels(stack: Stack) -> dict[str, str]:
    """The labels that every series, alert and document carries."""
    return {"service": stack.service, "team": stack.team, "environment": stack.environment}


def alert_labels(stack: Stack, instance: Instance) -> dict[str, str]:
    """The labels of every alert of an instance; the job too, since an aggregation may have dropped it."""
    return {**pack_labels(stack), "component": instance.component.id, "job": instance.job}


def _annotations(stack: Stack, instance: Instance, alert: Alert) -> dict[str, str]:
    signal = instance.component.signals[alert.signal]
    description = _description(stack, instance, alert, signal)
    return {"summary": alert.summary, "description": description, **links(stack, instance, alert.name)}


def links(stack: Stack, instance: Instance, name: str) -> dict[str, str]:
    """Where to read on: the runbook of the alert and the dashboard of the instance, as annotations."""
    notes = {"runbook": f"{stack.directory}/runbooks/{name}.md"}
    if base := stack.values.get("runbook_base"):
        notes["runbook_url"] = f"{str(base).rstrip('/')}/{name}.md"
    if instance.component.dashboard:
        found_at = str(stack.values.get("grafana_url") or "").rstrip("/")
        notes["dashboard"] = f"{found_at}/d/{uid_of(stack, instance.id)}"
    return notes


def _description(stack: Stack, instance: Instance, alert: Alert, signal: Signal) -> str:
    where = "{{ with $labels.instance }}{{ . }}: {{ end }}"
    if signal.unit.startswith("bool"):
        return f"{where}{alert.summary}."
    limit = units.spell(threshold(stack, instance, alert), signal.unit)
    word = {">": "above", "<": "below", "==": "equal to"}[operator(alert)]
    return f"{where}{signal.title} is {units.template(signal.unit)}, {word} {limit}."
