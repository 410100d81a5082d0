"""What a trial says: a result for each alert, with the times at which everything happened."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from obsboot.live.fire import Course, Outcome
from obsboot.live.history import Episode
from obsboot.live.run import Run
from obsboot.live.variables import scaled_panel
from obsboot.model import ObsbootError
from obsboot.render.rules import operator, threshold
from obsboot.render.views import for_rule

_MOST_POINTS = 240
_AROUND_SECONDS = 10.0

_Series = tuple[Mapping[str, str], Sequence[tuple[float, float]]]


def flaw(run: Run, outcome: Outcome) -> str:
    """What went wrong in a trial; empty where each of its alerts did all it should."""
    return outcome.error or next(filter(None, (problem(run, course) for course in outcome.courses)), "")


def tell(run: Run, outcome: Outcome, silent: bool, before: str = "") -> None:
    """One result for each alert of the trial. `before` is what went wrong in an earlier attempt at it."""
    if outcome.error and not outcome.courses:
        for each in outcome.trial.alerts:
            run.say("live/alert", each.subject, "error", outcome.error, alert=each.alert.name, fault=each.alert.fault)
        return
    for course in outcome.courses:
        wrong = problem(run, course)
        detail = _detail(run, outcome, course)
        if outcome.error:  # not broken, or not mended: what the alert did then says nothing of it
            run.say("live/alert", course.watched.subject, "error", outcome.error, **detail)
        elif wrong:
            run.say("live/alert", course.watched.subject, "failed", wrong, **detail)
        else:
            again = f"; at the second attempt (the first: {before})" if before else ""
            run.say("live/alert", course.watched.subject, "passed", _sentence(course, silent) + again, **detail)


def problem(run: Run, course: Course) -> str:
    """What is wrong with the course of an alert; empty where it did all it should."""
    if course.problem or not course.firing:
        return course.problem or f"did not fire: {course.state()}"
    wanted = {route.receiver for route in course.watched.routes}
    if course.delivered and course.receiver not in wanted:
        return f"delivered to {course.receiver}, not to {', '.join(sorted(wanted))}"
    hold, episode = course.watched.rule.hold, course.episode
    slack = 2 * run.clock.evaluation + 1.5
    if episode and episode.firing and hold and episode.firing - episode.pending < hold - slack:
        return f"fired {episode.firing - episode.pending:.1f} s after it was pending; its hold is {hold:.1f} s"
    return ""


def _sentence(course: Course, silent: bool) -> str:
    if course.suppressed and not course.delivered:
        causes = ", ".join(course.watched.alert.inhibited_by)
        return f"fired and resolved; held back by Alertmanager while {causes} fired"
    if silent and not course.delivered:
        return "fired and resolved; not delivered, since the fault takes Alertmanager away"
    took = (course.delivered or 0) - course.injected
    return f"fired, delivered to {course.receiver} after {took:.0f} s, resolved"


def _detail(run: Run, outcome: Outcome, course: Course) -> dict[str, object]:
    each, times = course.watched, course.watched.times(run.clock)
    signal = each.instance.component.signals[each.alert.signal]
    episode = course.episode
    began, undone = course.injected, course.undone or outcome.ended
    return {
        "alert": each.alert.name,
        "severity": each.alert.severity,
        "fault": outcome.trial.fault.name,
        "fault_text": outcome.text,
        "times": {
            "injected": run.since_start(began),
            "pending": run.since_start(episode.pending) if episode else None,
            "firing": run.since_start(episode.firing) if episode else None,
            "delivered": run.since_start(course.delivered),
            "undone": run.since_start(course.undone),
            "resolved": run.since_start(episode.ended) if episode else None,
            "resolve_delivered": run.since_start(course.resolve_delivered),
        },
        "predicted": {
            "injected": run.since_start(began),
            "delivered": run.since_start(began + times.fires_after),
            "undone": run.since_start(undone),
            "resolve_delivered": run.since_start(undone + times.resolves_after),
        },
        "within": {"delivered": round(times.fires_within, 1), "resolve_delivered": round(times.resolves_within, 1)},
        "receiver": course.receiver,
        "suppressed": course.suppressed,
        "value": episode.value if episode else None,
        "unit": signal.unit,
        "op": operator(each.alert),
        "threshold": _threshold(run, course),
        "lowered": each.alert.live_threshold,
        "samples": samples(run, course, outcome),
        "also": sorted(
            {e.alert for e in run.history.fired(began, outcome.ended) if e.alert in outcome.trial.fault.also}
        ),
        "speed": run.clock.factor,
        "query": each.rule.expr,
    }


def _threshold(run: Run, course: Course) -> float:
    each = course.watched
    return each.alert.live_threshold or threshold(run.stack, each.instance, each.alert)


def samples(run: Run, course: Course, outcome: Outcome) -> Sequence[Sequence[float]]:
    """The signal during the trial, as (seconds since the start, value); of several series the one that fired."""
    each = course.watched
    signal = each.instance.component.signals[each.alert.signal]
    if signal.record:
        expr = signal.record.name + (each.alert.window or next(iter(signal.record.windows), ""))
    else:
        expr = signal.expr
    expr = for_rule(expr, run.stack, each.instance)
    scaled = expr if signal.clock == "wall" else scaled_panel(expr, run.clock, frozenset())
    start, end = course.injected - _AROUND_SECONDS, outcome.ended + 2
    step = max(1.0, (end - start) / _MOST_POINTS)
    try:
        series = run.prometheus.range(scaled, start, end, step)
    except ObsbootError:
        return []
    points = _fired(series, course.episode)
    return [[round(at - run.began, 2), value] for at, value in points if math.isfinite(value)]


def _fired(series: Sequence[_Series], episode: Episode | None) -> Sequence[tuple[float, float]]:
    """The points of the series whose labels the alert has; of the first where none has them."""
    labels = dict(episode.labels) if episode else {}
    own = (points for names, points in series if all(labels.get(k) == v for k, v in names.items() if k != "__name__"))
    return next(own, series[0][1] if series else [])
