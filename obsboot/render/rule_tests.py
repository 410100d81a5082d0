"""Rule tests for promtool: every alert's good and bad time, played in simulated time on the pack's own rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from obsboot.model import Alert, GeneratedFile, Instance, Stack, Value
from obsboot.promql import seconds_of, selectors, spell
from obsboot.promql.rewriting import normal, quote
from obsboot.render.reach import Reach, reach
from obsboot.render.rules import active, expression, operator, override, threshold
from obsboot.render.scrape import scraped, target_labels, targets
from obsboot.render.timeline import Needs, Timeline, spell_time, timeline, values
from obsboot.render.views import answer, jobs_of, names
from obsboot.render.yaml import OWNED, dump

_RATHER = 15
"""The evaluation interval of the tests that need no coarser one, in seconds."""


def rule_tests(stack: Stack) -> Iterator[GeneratedFile]:
    """`prometheus/tests/<instance>.yaml`, one test an alert; it loads only the rules that the alert needs.

    promtool evaluates every loaded rule in every test, at one interval a file: alerts over windows of hours or days
    are played at a coarser one, in `<instance>.every-5m.yaml`.
    """
    for instance in stack.instances:
        source = f"alerts/{instance.component.id}.yaml"
        for step, played in sorted(_by_step(stack, instance).items()):
            suffix = "" if step == _RATHER else f".every-{spell(step)}"
            path = f"{stack.directory}/prometheus/tests/{instance.id}{suffix}.yaml"
            yield GeneratedFile(path, _file(stack, instance, step, played), "owned", source)


def unplayed(stack: Stack, instance: Instance) -> Iterator[tuple[Alert, str]]:
    """The alerts of the instance that no timeline plays, each with the catalogue's reason."""
    for alert in active(stack, instance):
        if alert.replay is None and not alert.always:
            yield alert, alert.no_replay or "the catalogue has no timeline for it"


def _by_step(stack: Stack, instance: Instance) -> dict[int, list[tuple[Alert, Timeline]]]:
    found: dict[int, list[tuple[Alert, Timeline]]] = defaultdict(list)
    for alert in active(stack, instance):
        if alert.replay is not None or alert.always:
            line = timeline(_needs(stack, instance, alert))
            found[line.step].append((alert, line))
    return dict(found)


def _file(stack: Stack, instance: Instance, step: int, played: list[tuple[Alert, Timeline]]) -> str:
    read = [recorder for alert, _ in played for recorder in _reach(stack, instance, alert).recorders]
    known = {each.id: each for each in stack.instances}
    users = [*(known[name] for name in dict.fromkeys(read) if name != instance.id), instance]
    head = {
        "rule_files": [f"../rules/{user.id}.yaml" for user in users],
        "evaluation_interval": spell(step),
        "group_eval_order": [name for user in users for name in _groups(user)],
    }
    notes = [f"Not played: {alert.name}, because {why}" for alert, why in unplayed(stack, instance)]
    about = f"The alerts of {instance.id} in simulated time, for `promtool test rules` and `obsboot check --replay`."
    text = dump(head, OWNED, about, *notes) + "\ntests:\n"
    for alert, line in played:
        test = _always(alert, line) if alert.always else _test(stack, instance, alert, line)
        text += ("" if text.endswith(":\n") else "\n") + dump([test], *_comment(stack, instance, alert, line))
    return text


def _groups(instance: Instance) -> tuple[str, str]:
    """The records before the alerts that read them: promtool keeps no order of its own."""
    stem = f"{instance.job}.{instance.component.id}"
    return f"{stem}.records", f"{stem}.alerts"


def _comment(stack: Stack, instance: Instance, alert: Alert, line: Timeline) -> tuple[str, str]:
    if alert.always:
        return alert.summary, "It fires without any input."
    limit = f"{alert.signal} {operator(alert)} {threshold(stack, instance, alert):g}"
    hold, keep = _hold(stack, instance, alert)
    held = f" for {hold}" if hold else ""
    kept = f", kept {keep}" if keep else ""
    good, bad, end = (spell_time(seconds) for seconds in line.edges)
    return f"{alert.summary}: {limit}{held}{kept}.", f"Good until {good}, bad until {bad}, good until {end}."


def _hold(stack: Stack, instance: Instance, alert: Alert) -> tuple[str, str]:
    """`for` and `keep_firing_for` as the rule has them; empty where it has none."""
    changed = override(stack, instance, alert.name)
    hold = str(changed.get("for", alert.hold))
    return "" if hold == "0s" else hold, str(changed.get("keep_firing_for", alert.keep))


def _needs(stack: Stack, instance: Instance, alert: Alert) -> Needs:
    hold, keep = (seconds_of(text) if text else 0.0 for text in _hold(stack, instance, alert))
    found = _reach(stack, instance, alert)
    return Needs(found.back, found.narrowest, hold, keep)


def _reach(stack: Stack, instance: Instance, alert: Alert) -> Reach:
    """What the alert's expression reads beyond the series that its timeline gives."""
    if alert.replay is None:
        return Reach()
    given = {selectors(key)[0].name for key in (*alert.replay.good, *alert.replay.bad)}
    return reach(stack, expression(stack, instance, alert), frozenset(given))


def _test(stack: Stack, instance: Instance, alert: Alert, line: Timeline) -> dict[str, object]:
    hold, keep = (int(seconds_of(text)) if text else 0 for text in _hold(stack, instance, alert))
    return {
        "name": alert.name,
        "interval": spell_time(line.sample),
        "input_series": list(_series(stack, instance, alert, line)),
        "promql_expr_test": list(_asserts(alert.name, line, hold, keep)),
    }


def _always(alert: Alert, line: Timeline) -> dict[str, object]:
    firing = _assert(f"max({_alerts(alert.name, 'firing')})", line.bad, 1)
    return {"name": alert.name, "interval": spell_time(line.sample), "promql_expr_test": [firing]}


def _asserts(name: str, line: Timeline, hold: int, keep: int) -> Iterator[dict[str, object]]:
    """Quiet in good times; pending exactly as long as `for`; firing, and kept; resolved."""
    yield _assert(f"count_over_time({_alerts(name)}[{spell_time(line.good)}])", line.good)
    if hold:
        pending = f"max(count_over_time({_alerts(name, 'pending')}[{spell_time(line.bad)}]))"
        yield _assert(pending, line.bad, -(-hold // line.step))
    yield _assert(f"max({_alerts(name, 'firing')})", line.bad, 1)
    if keep >= line.step:
        yield _assert(f"max({_alerts(name, 'firing')})", line.bad + keep // line.step * line.step, 1)
    yield _assert(_alerts(name), line.end)


def _alerts(name: str, state: str = "") -> str:
    return f'ALERTS{{alertname="{name}"' + (f', alertstate="{state}"}}' if state else "}")


def _assert(expr: str, at: int, value: int | None = None) -> dict[str, object]:
    expected = [] if value is None else [{"value": value}]
    return {"expr": expr, "eval_time": spell_time(at), "exp_samples": expected}


def _series(stack: Stack, instance: Instance, alert: Alert, line: Timeline) -> Iterator[dict[str, str]]:
    replay = alert.replay
    if replay is None:
        return
    known: dict[str, Value] = {**names(stack, instance), "threshold": threshold(stack, instance, alert)}
    good = {normal(key): text for key, text in replay.good.items()}
    bad = {normal(key): text for key, text in replay.bad.items()}
    for key in dict.fromkeys([*good, *bad]):
        segments = [str(times.get(key, "_")) for times in (good, bad, good)]
        yield {"series": _labelled(key, stack, instance), "values": values(line, segments, known)}


def _labelled(key: str, stack: Stack, instance: Instance) -> str:
    """The series as Prometheus would have it: the labels of its job's target, and those of the key."""
    selector = selectors(key)[0]
    own = {matcher.name: _answered(matcher.value, stack, instance) for matcher in selector.matchers}
    labels = {**_target(stack, instance, selector.name), **own}
    return selector.name + "{" + ",".join(f"{name}={quote(labels[name])}" for name in sorted(labels)) + "}"


def _answered(value: str, stack: Stack, instance: Instance) -> str:
    return str(answer(value[1:], stack, instance)) if value.startswith("$") else value


def _target(stack: Stack, instance: Instance, metric: str) -> dict[str, str]:
    """The labels that a scrape gives to `metric`; a library's come through its service."""
    job = jobs_of(metric, stack, instance)[0]
    owner = next((other for other in stack.instances if other.job == job and scraped(other)), instance)
    addresses = [address for address in targets(stack, owner) if address]
    return {"instance": (addresses or [owner.id])[0], **target_labels(stack, owner), "job": job}
