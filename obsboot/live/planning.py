"""What a run will do and how long that will take, before anything is started. The prediction is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from obsboot.live.clock import SCRAPES_A_WINDOW, Clock
from obsboot.live.comparison import Case
from obsboot.live.copy import Copy
from obsboot.live.options import Options
from obsboot.live.schedule import length, plan
from obsboot.live.tasks import Trial, trials
from obsboot.live.variables import rate_interval
from obsboot.live.watched import Watched, watched
from obsboot.model import Recipe, Stack, Truth, Workload
from obsboot.render.logs.elastalert import log_alerts
from obsboot.render.logs.logged import keeps_logs, logged

QUICK_SECONDS = 120.0
_RESERVE = 15.0
"""Of those, what is left to waits that take longer than is expected."""
_TARGETS = 6.0
_START = 25.0
_SILENCE = 34.0
_STORE = 25.0
_LOGS, _LOG_ALERTS = 40.0, 60.0
_LOOKS = 3
FIVE_MINUTES = 300.0
_AHEAD_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The alerts, the trials to be made, those left out with the reason, and seconds by phase."""

    alerts: tuple[Watched, ...]
    trials: tuple[Trial, ...]
    left_out: Mapping[str, str]
    phases: Mapping[str, float]

    @property
    def seconds(self) -> float:
        return sum(self.phases.values())


def planned(stack: Stack, copy: Copy, recipes: Mapping[str, Recipe], options: Options) -> Plan:
    """The plan of a run over this copy."""
    alerts = tuple(watched(stack, copy, recipes))
    every = trials(alerts, copy.clock)
    steady = steady_seconds(copy.clock, alerts, options.quick)
    chosen, left_out = _quick(every, copy.clock, steady) if options.quick else (every, {})
    faults = length(plan([trial.task for trial in chosen]))
    start = _START + (_STORE if keeps_logs(stack) and not stack.values["log_address"] else 0.0)
    phases = {"start": start, "targets and rules": _TARGETS, "healthy load": steady}
    if not options.quick:
        phases["other truths"] = rounds(variants(stack, recipes)) * (window(copy.clock) + 4 * copy.clock.scrape)
    phases["faults"] = faults
    if not options.quick and (blip := blip_candidate(copy.clock, chosen)):
        phases["blip"] = blip_seconds(copy.clock, blip[1])
    if logged(stack):
        phases["logs"] = _LOGS + (_LOG_ALERTS if any(log_alerts(stack)) else 0.0)
    if not options.quick and any(each.alert.always for each in alerts):
        phases["silence"] = _SILENCE
    return Plan(alerts, tuple(chosen), left_out, phases)


def window(clock: Clock) -> float:
    """Seconds of `$__rate_interval` in the run, at the zoom where it is as long as a rule's five minutes."""
    step = clock.scaled(FIVE_MINUTES) - clock.scrape
    return rate_interval(step, clock.scrape)


def steady_seconds(clock: Clock, alerts: Sequence[Watched], quick: bool) -> float:
    """How long the healthy load runs: for the truths, and longer than the longest hold so that each alert could fire."""
    truths = window(clock) + (SCRAPES_A_WINDOW + _LOOKS) * clock.scrape
    if quick:
        return truths
    holds = [w.rule.hold for w in alerts if w.fault]  # alerts over hours are replayed, and no soak is that long
    return max(truths, max(holds, default=0.0) + window(clock) + 4 * clock.evaluation + 2 * clock.scrape)


def variants(stack: Stack, recipes: Mapping[str, Recipe]) -> list[tuple[str, str, str]]:
    """The workloads, with their parameters, that a truth needs and the healthy load does not have."""
    found = []
    for instance in stack.instances:
        known = recipes[instance.id].workloads if instance.id in recipes else {}
        found += [
            Case(instance, signal, signal.truth, "").variant
            for signal in instance.signals()
            if signal.truth and signal.truth.workload in known and not is_healthy(signal.truth, known)
        ]
    return list(dict.fromkeys(found))


def rounds(needed: Sequence[tuple[str, str, str]]) -> int:
    """How many times workloads have to be changed, one of each instance at a time."""
    owners = [owner for owner, _, _ in needed]
    return max((owners.count(owner) for owner in owners), default=0)


def is_healthy(truth: Truth, workloads: Mapping[str, Workload]) -> bool:
    """Whether the truth's workload is part of the healthy load, with the parameters that it has there."""
    workload = workloads[truth.workload]
    asked = {name: str(value) for name, value in truth.parameters.items()}
    usual = {name: str(value) for name, value in workload.parameters.items()}
    return workload.healthy and asked.items() <= usual.items()


def _quick(every: Sequence[Trial], clock: Clock, steady: float) -> tuple[list[Trial], dict[str, str]]:
    """The critical alerts, as many as fit, the shortest first."""
    left_out = {each.subject: "left out by --quick" for trial in every for each in trial.alerts}
    chosen: list[Trial] = []
    critical = [trial for each in every if (trial := each.only("critical", clock))]
    for trial in sorted(critical, key=lambda t: t.task.seconds):
        tasks = [*(t.task for t in chosen), trial.task]
        if _TARGETS + steady + length(plan(tasks, rounds=1)) <= QUICK_SECONDS - _RESERVE:
            chosen.append(trial)
            for each in trial.alerts:
                del left_out[each.subject]
        else:
            for each in trial.alerts:
                left_out[each.subject] = f"left out by --quick: it would take longer than {QUICK_SECONDS:g} s"
    return chosen, left_out


def blip_candidate(clock: Clock, trials: Sequence[Trial]) -> tuple[Trial, Watched] | None:
    """The quickest proof with an alert whose hold surely outlasts what is left of a fault that is undone at once."""
    sure = [(t, each) for t in trials for each in t.alerts if _margin(clock, each) > _AHEAD_SECONDS]
    return min(sure, key=lambda pair: (len(pair[0].fault.also), blip_seconds(clock, pair[1])), default=None)


def _margin(clock: Clock, each: Watched) -> float:
    times = each.times(clock)
    return times.hold - times.window - 2 * times.scrape - 3 * times.evaluation


def blip_seconds(clock: Clock, each: Watched) -> float:
    """What the proof takes, predicted."""
    times = each.times(clock)
    return times.visible * 0.6 + times.hold + 2 * times.evaluation
