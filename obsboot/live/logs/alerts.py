"""Every alert on logs seen to fire: documents above its limit in the store, and both notifications at its receiver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from obsboot.live.alertmanager import Notification
from obsboot.live.clock import SLACK
from obsboot.live.edits.logs import least
from obsboot.live.logs.loud import Trial, documents_for, told_time
from obsboot.live.routes import Route, routes
from obsboot.live.run import Run
from obsboot.live.waiting import TimedOut, wait_for
from obsboot.model import Instance, LogAlert, ObsbootError
from obsboot.promql import seconds_of
from obsboot.render.logs.elastalert import RUN_EVERY, log_alerts
from obsboot.render.logs.logged import STORED, object_name
from obsboot.render.rules import alert_labels

WATCHER = "elastalert"
JUMPS = "a jump is seen against the windows before it, which no run is long enough for"


@dataclass(frozen=True, slots=True)
class _Awaited:
    """An alert whose documents are in the store."""

    instance: Instance
    alert: LogAlert
    routes: tuple[Route, ...]
    since: float

    @property
    def subject(self) -> str:
        return f"{self.instance.id}/{self.alert.name}"

    @property
    def key(self) -> tuple[str, str]:
        return self.alert.name, self.instance.job


def check_quiet(run: Run, since: float) -> None:
    """A finding for each alert on logs that was told since then, under a healthy load."""
    if WATCHER not in run.services:
        return
    told = [a for i, a in _every(run) if run.history.delivered((a.name, i.job), "firing", since)]
    for alert in told:
        run.say("live/soak", alert.name, "failed", "fires on a healthy stack")


def check_alerts(run: Run, since: float) -> None:
    """One result for each alert on logs that the pack has; the samples, written since then, may have set one off already."""
    why = why_not(run)
    for instance, alert in _every(run):
        if why or alert.jumps is not None:
            run.say("live/log-alert", f"{instance.id}/{alert.name}", "skipped", why or JUMPS)
    if not why:
        awaited = list(_written(run, since))
        for each in awaited:
            _judge(run, each)


def why_not(run: Run) -> str:
    """Why no alert on logs can fire; empty where they can."""
    owner = next((i.id for i in run.stack.instances if i.component.id == WATCHER), WATCHER)
    if not hasattr(run, "store") or WATCHER not in run.services:
        return run.missing.get(owner, f"{WATCHER} does not run")
    return ""


def _every(run: Run) -> Iterator[tuple[Instance, LogAlert]]:
    return ((i, a) for i, a in log_alerts(run.stack) if i.id not in run.missing)


def _written(run: Run, since: float) -> Iterator[_Awaited]:
    """The documents of each alert, which happen now: what happened before was looked at already."""
    config = run.copy.texts[f"{run.stack.directory}/alertmanager/alertmanager.yml"]
    for instance, alert in ((i, a) for i, a in _every(run) if a.jumps is None):
        labels = {"alertname": alert.name, "severity": alert.severity, **alert_labels(run.stack, instance)}
        awaited = _Awaited(instance, alert, tuple(routes(config, labels)), since)
        try:
            _write(run, Trial(run.stack, instance, alert))
        except ObsbootError as error:
            run.say("live/log-alert", awaited.subject, "error", str(error))
        else:
            yield awaited


def _write(run: Run, trial: Trial) -> None:
    wanted = [each for stored, count in documents_for(trial, run.store) for each in [stored] * count]
    told = told_time(trial, datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    documents = ((stream, {**body, "@timestamp": told}) for stream, body in wanted)
    run.store.write(documents, object_name(run.stack, STORED))


def _judge(run: Run, each: _Awaited) -> None:
    wait = max((route.group_wait for route in each.routes), default=0.0)
    interval = max((route.group_interval for route in each.routes), default=0.0)
    window, look = run.clock.scaled(seconds_of(each.alert.window)), run.clock.scaled(RUN_EVERY)
    fires = least("query_delay") + 2 * look + window + wait + interval + 2 * SLACK
    resolves = 2 * window + 4 * look + interval + 3 * SLACK
    wanted = {route.receiver for route in each.routes}
    try:
        told = wait_for("it is told", lambda: _told(run, each, "firing"), fires, run.stopping)
        if told.receiver not in wanted:
            said = f"told to {told.receiver}, not to {', '.join(sorted(wanted))}"
            run.say("live/log-alert", each.subject, "failed", said)
            return
        ended = "fired"
        if run.resolving.get(told.receiver):
            wait_for("its end is told", lambda: _told(run, each, "resolved"), resolves, run.stopping)
            ended = "fired and resolved"
    except TimedOut as error:
        run.say("live/log-alert", each.subject, "failed", error.message)
        return
    run.say("live/log-alert", each.subject, "passed", f"{ended}; told to {told.receiver}")


def _told(run: Run, each: _Awaited, status: str) -> Notification | None:
    return run.history.delivered(each.key, status, each.since)
