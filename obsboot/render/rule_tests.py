"""Rule tests for promtool: every alert's good and bad time, played in simulated time on the pack's own rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from obsboot.model import Alert, GeneratedFile, Instance, Stack, Value
from obsboot.promql import seconds_of, selectors, spell
from obsboot.promql.rewriting import normal, quote
from obsboot.render.reach import Reach, reach
from obsboot.render.rules import active, expression, operator, override, threshold
from obsboot.render.scrape import scraped, target_labels, targets
from obsboot.render.timeline import Needs, Timeline, spell_time, timeline, values
from obsboot.render.views import answer, jobs_of, names
from obsboot.render.yaml import OWNED, dump

_USUAL = 15
"""The evaluation interval of the tests that need no coarser one, in seconds."""


def rule_tests(stack: Stack) -> Iterator[GeneratedFile]:
    """`prometheus/tests/<instance>.yaml`, one test an alert; it loads only the rules that the alert needs.

    promtool evaluates every loaded rule in every test, at one interval a file: alerts over windows of hours or days
    are played at a coarser one, in `<instance>.every-5m.yaml`.
    """
    for instance in stack.instances:
        source = f"alerts/{instance.component.id}.yaml"
        for step, played in sorted(_by_step(stack, instance).items()):
            suffix = "" if step == _USUAL else f".every-{spell(step)}"
            path = f"{stack.directory}/prometheus/tests/{instance.id}{suffix}.yaml"
            yield GeneratedFile(path, _file(stack, instance, step, played), "owned", source)


def unplayed(stack: Stack, instance: Instance) -> Iterator[tuple[Alert, str]]:
    """The alerts of the instance that no timeline plays, each with the catalogue's reason."""
    for alert in active(stack, instance):
        if alert.replay is None and not alert.always:
            yield alert, alert.no_replay or "the catalogue has no timeline for it"


@dataclass(frozen=True, slots=True)
class _Play:
    """One alert of one instance with its timeline, and the instances whose records it reads."""

    stack: Stack
    instance: Instance
    alert: Alert
    line: Timeline
    hold: str
    keep: str
    recorders: tuple[str, ...]

    @property
    def threshold(self) -> float:
        return threshold(self.stack, self.instance, self.alert)


def _play(stack: Stack, instance: Instance, alert: Alert) -> _Play:
    changed = override(stack, instance, alert.name)
    hold = str(changed.get("for", alert.hold))
    keep = str(changed.get("keep_firing_for", alert.keep))
    found = _reach(stack, instance, alert)
    needs = Needs(found.back, found.narrowest, _seconds(hold), _seconds(keep))
    return _Play(stack, instance, alert, timeline(needs), "" if hold == "0s" else hold, keep, found.recorders)


def _reach(stack: Stack, instance: Instance, alert: Alert) -> Reach:
    """What the alert's expression reads beyond the series that its timeline gives."""
    if alert.replay is None:
        return Reach()
    given = {selectors(key)[0].name for key in (*alert.replay.good, *alert.replay.bad)}
    return reach(stack, expression(stack, instance, alert), frozenset(given))


def _seconds(duration: str) -> int:
    return int(seconds_of(duration)) if duration else 0


def _by_step(stack: Stack, instance: Instance) -> dict[int, list[_Play]]:
    found: dict[int, list[_Play]] = defaultdict(list)
    for alert in active(stack, instance):
        if alert.replay is not None or alert.always:
            play = _play(stack, instance, alert)
            found[play.line.step].append(play)
    return dict(found)


def _file(stack: Stack, instance: Instance, step: int, plays: list[_Play]) -> str:
    known = {each.id: each for each in stack.instances}
    read = dict.fromkeys(recorder for play in plays for recorder in play.recorders)
    users = [*(known[name] for name in read if name != instance.id), instance]
    head = {
        "rule_files": [f"../rules/{user.id}.yaml" for user in users],
        "evaluation_interval": spell(step),
        "group_eval_order": [name for user in users for name in _groups(user)],
    }
    notes = [f"Not played: {alert.name}, because {why}" for alert, why in unplayed(stack, instance)]
    about = f"The alerts of {instance.id} in simulated time, for `promtool test rules` and `obsboot check --replay`."
    tests = (dump([_test(play)], *_comment(play)) for play in plays)
    return dump(head, OWNED, about, *notes) + "\ntests:\n" + "\n".join(tests)


def _groups(instance: Instance) -> tuple[str, str]:
    """The records before the alerts that read them: promtool keeps no order of its own."""
    stem = f"{instance.job}.{instance.component.id}"
    return f"{stem}.records", f"{stem}.alerts"


def _comment(play: _Play) -> tuple[str, str]:
    alert = play.alert
    if alert.always:
        return alert.summary, "It fires without any input."
    held = f" for {play.hold}" if play.hold else ""
    kept = f", kept {play.keep}" if play.keep else ""
    good, bad, end = (spell_time(seconds) for seconds in play.line.edges)
    limit = f"{alert.signal} {operator(alert)} {play.threshold:g}"
    return f"{alert.summary}: {limit}{held}{kept}.", f"Good until {good}, bad until {bad}, good until {end}."


def _test(play: _Play) -> dict[str, object]:
    test: dict[str, object] = {"name": play.alert.name, "interval": spell_time(play.line.sample)}
    if play.alert.always:
        firing = _assert(f"max({_alerts(play.alert.name, 'firing')})", play.line.bad, 1)
        return {**test, "promql_expr_test": [firing]}
    return {**test, "input_series": list(_series(play)), "promql_expr_test": list(_asserts(play))}


def _asserts(play: _Play) -> Iterator[dict[str, object]]:
    """Quiet in good times; pending exactly as long as `for`; firing, and kept; resolved."""
    name, line = play.alert.name, play.line
    hold, keep = _seconds(play.hold), _seconds(play.keep)
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


def _series(play: _Play) -> Iterator[dict[str, str]]:
    stack, instance, replay = play.stack, play.instance, play.alert.replay
    if replay is None:
        return
    known: dict[str, Value] = {**names(stack, instance), "threshold": play.threshold}
    good = {normal(key): text for key, text in replay.good.items()}
    bad = {normal(key): text for key, text in replay.bad.items()}
    for key in dict.fromkeys([*good, *bad]):
        segments = [str(times.get(key, "_")) for times in (good, bad, good)]
        yield {"series": _labelled(key, stack, instance), "values": values(play.line, segments, known)}


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
