"""Each alert under its fault: pending, firing, delivered; undone, resolved, and that delivered as well."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from requests import RequestException

from obsboot.live.faults import injected
from obsboot.live.history import Episode, Key
from obsboot.live.loads import Loads
from obsboot.live.run import Run
from obsboot.live.tasks import Trial
from obsboot.live.waiting import TimedOut, wait_for
from obsboot.live.watched import Watched
from obsboot.model import ObsbootError

_LOOK_SECONDS = 0.4


@dataclass(slots=True)
class Course:
    """What became of one alert, in seconds of the epoch; None where that has not come."""

    watched: Watched
    injected: float = 0.0
    undone: float | None = None
    episode: Episode | None = None
    delivered: float | None = None
    receiver: str = ""
    resolve_delivered: float | None = None
    suppressed: bool = False
    problem: str = ""

    def look(self, run: Run) -> None:
        """Take over what the history knows by now."""
        if self.episode is None or (self.episode.firing is None and self.episode.ended is not None):
            found = [e for e in run.history.of(self.watched.key, self.injected) if e.pending >= self.injected - 1]
            # Of several series of the alert the one counts that fires, and before that one that is still there.
            self.episode = max(found, key=lambda e: (e.firing is not None, e.ended is None), default=None)
        if self.delivered is None and (told := run.history.delivered(self.watched.key, "firing", self.injected)):
            self.delivered, self.receiver = told.at, told.receiver
        if self.undone and self.resolve_delivered is None:
            told = run.history.delivered(self.watched.key, "resolved", self.undone)
            self.resolve_delivered = told.at if told else None

    @property
    def firing(self) -> bool:
        return self.episode is not None and self.episode.firing is not None

    @property
    def resolved(self) -> bool:
        return self.episode is not None and self.episode.ended is not None

    def state(self) -> str:
        """Where the alert stands, for a message."""
        if self.episode is None:
            return "inactive"
        if self.episode.ended:
            return "resolved" + ("" if self.resolve_delivered else ", and no receiver was told")
        value = f" with value {self.episode.value:g}" if self.episode.value is not None else ""
        if self.episode.firing is None:
            return f"pending{value}"
        return f"firing{value}, " + ("delivered" if self.delivered else "not delivered")


@dataclass(slots=True)
class Outcome:
    """A whole trial: when it began and ended, and what became of its alerts."""

    trial: Trial
    began: float = 0.0
    ended: float = 0.0
    text: str = ""
    courses: list[Course] = field(default_factory=list)
    error: str = ""


def attempt(run: Run, loads: Loads, trial: Trial, silent: bool, over: Callable[[], None] = lambda: None) -> Outcome:
    """Inject the trial's fault, wait for its alerts, undo it, wait until they are gone.

    `silent`: nobody is there to deliver, since the fault takes Alertmanager away. `over` is called as soon as only the
    notification of the end is awaited. Every wait is bounded.
    """
    outcome = Outcome(trial)
    try:
        _quiet(run, trial)
        outcome.began = time.time()
        outcome.courses = [Course(each, outcome.began) for each in trial.alerts]
        with injected(run, loads, trial.instance, trial.fault) as outcome.text:
            run.listener.event(f"{trial.task.name}: {outcome.text}")
            _await(run, outcome, silent)
            _fill(run, trial)
            undone = time.time()  # a container that starts again may be well long before the engine says so
            for course in outcome.courses:
                course.undone = undone
        _await_end(run, outcome, silent, over)
    except (ObsbootError, RequestException) as error:  # what the engine refuses, with a container that died
        outcome.error = str(error)
    outcome.ended = time.time()
    return outcome


def _quiet(run: Run, trial: Trial) -> None:
    """The alerts are inactive before their fault; what an earlier one left behind has to be gone."""
    keys = {each.key for each in trial.alerts}
    bound = max(each.times(run.clock).resolves_within for each in trial.alerts)
    wait_for(
        f"{trial.task.name}: its alerts are inactive before the fault",
        lambda: not run.history.active(keys),
        bound,
        run.stopping,
        lambda: ", ".join(f"{e.alert} active since {run.since_start(e.pending)} s" for e in run.history.active(keys)),
    )


def _await(run: Run, outcome: Outcome, silent: bool) -> None:
    """Until every alert has fired and is delivered, or suppressed, or is too late."""
    bounds = {id(c): outcome.began + c.watched.times(run.clock).fires_within for c in outcome.courses}
    waiting = list(outcome.courses)
    while waiting:
        for course in list(waiting):
            course.look(run)
            if course.firing and not course.delivered:
                course.suppressed = course.suppressed or is_suppressed(run, course.watched)
            if course.firing and (course.delivered or course.suppressed or silent):
                waiting.remove(course)
            elif time.time() > bounds[id(course)]:
                seconds = bounds[id(course)] - outcome.began
                course.problem = f"not delivered within {seconds:.0f} s of its fault: {course.state()}"
                waiting.remove(course)
        run.pause(_LOOK_SECONDS)


def _await_end(run: Run, outcome: Outcome, silent: bool, over: Callable[[], None]) -> None:
    began = time.time()
    also = {each.alert for each in run.history.active_now()} & set(outcome.trial.fault.also)
    waiting = [course for course in outcome.courses if course.firing]
    while waiting:
        for course in list(waiting):
            course.look(run)
            bound = course.watched.times(run.clock).resolves_within
            untold = silent or course.delivered is None or not tells_resolves(run, course)
            if course.resolved and (course.resolve_delivered or untold):
                waiting.remove(course)
            elif time.time() - began > bound:
                late = f"not resolved within {bound:.0f} s of the undone fault: {course.state()}"
                course.problem = course.problem or late
                waiting.remove(course)
        if all(course.resolved for course in waiting) and not also & {e.alert for e in run.history.active_now()}:
            over()
        run.pause(_LOOK_SECONDS)


def is_suppressed(run: Run, watched: Watched) -> bool:
    """Whether Alertmanager holds the alert back because another one fires."""
    if not watched.alert.inhibited_by:
        return False
    try:
        return any(alert["status"]["inhibitedBy"] for alert in run.alertmanager.alerts() if _is(alert, watched.key))
    except ObsbootError:
        return False


def _is(alert: Mapping[str, Mapping[str, str]], key: Key) -> bool:
    return (alert["labels"].get("alertname"), alert["labels"].get("job", "")) == key


def tells_resolves(run: Run, course: Course) -> bool:
    """Whether the receiver that was told of the alert is told of its end as well."""
    return run.resolving.get(course.receiver, True)


def _fill(run: Run, trial: Trial) -> None:
    """The panels that are rightly empty on a healthy stack have data while their fault is in force."""
    names = {each.alert.signal for each in trial.alerts}
    for (instance, signal), expr in list(run.hollow.items()):
        if instance == trial.instance.id and signal in names:
            try:
                wait_for("the panel has data", lambda e=expr: bool(run.prometheus.query(e)), 10.0, run.stopping)  # type: ignore[misc]
            except TimedOut:
                run.say("live/query", f"{instance}/{signal}", "failed", "its fault does not fill it", query=expr)
                continue
            run.answered(trial.instance, trial.instance.component.signals[signal])
