"""Three more proofs: a blip fires nothing, causes silence consequences, the Watchdog arrives and its silence is seen."""

from __future__ import annotations

import time
from collections.abc import Sequence

from obsboot.live.faults import injected
from obsboot.live.fire import is_suppressed
from obsboot.live.history import Key
from obsboot.live.loads import Loads
from obsboot.live.run import Run
from obsboot.live.tasks import Trial
from obsboot.live.waiting import TimedOut, wait_for
from obsboot.live.watched import Watched
from obsboot.model import ObsbootError


def check_blip(run: Run, loads: Loads, trial: Trial, each: Watched) -> None:
    """Break for a moment shorter than the hold: the alert is pending, then inactive, and never fires."""
    times, began = each.times(run.clock), time.time()
    try:
        with injected(run, loads, trial.instance, trial.fault):
            wait_for(
                f"{each.alert.name} is pending",
                lambda: run.history.active({each.key}),
                times.visible + 10,
                run.stopping,
            )
        wait_for(
            f"{each.alert.name} is inactive again",
            lambda: not run.history.active({each.key}),
            times.visible + times.keep + 10,
            run.stopping,
        )
        run.pause(2 * run.clock.evaluation)
    except TimedOut as error:
        run.say("live/blip", each.subject, "error", error.message)
        return
    except ObsbootError as error:
        run.say("live/blip", each.subject, "error", error.message)
        return
    fired = [e for e in run.history.of(each.key, began) if e.firing and e.firing >= began]
    lasted = max((e.ended or time.time()) - e.pending for e in run.history.of(each.key, began))
    said = f"pending for {lasted:.0f} s of its {times.hold:.0f} s hold"
    run.say("live/blip", each.subject, "failed" if fired else "passed", f"{said}, and fired" if fired else said)


class Inhibition:
    """Watches, during the faults, whether a cause that fires holds its consequences back."""

    def __init__(self, run: Run, alerts: Sequence[Watched]) -> None:
        self.run = run
        self.pairs = [
            (cause, each)
            for each in alerts
            for cause in alerts
            if cause.alert.name in each.alert.inhibited_by and cause.instance.job == each.instance.job
        ]
        self.seen: dict[tuple[Key, Key], bool] = {}

    def look(self) -> None:
        """For each pair of which both fire now: whether Alertmanager holds the consequence back."""
        firing = {
            (e.alert, e.job) for e in self.run.history.active({w.key for pair in self.pairs for w in pair}) if e.firing
        }
        for cause, each in self.pairs:
            if cause.key in firing and each.key in firing:
                key = (cause.key, each.key)
                self.seen[key] = self.seen.get(key, False) or is_suppressed(self.run, each)

    def tell(self) -> None:
        """One result for each pair that fired together; the others are skipped with the reason."""
        for cause, each in self.pairs:
            subject = f"{each.subject} by {cause.alert.name}"
            held = self.seen.get((cause.key, each.key))
            if held is None:
                self.run.say("live/inhibition", subject, "skipped", "no fault of this run made both fire")
            elif held:
                self.run.say("live/inhibition", subject, "passed", "fires in Prometheus, suppressed in Alertmanager")
            else:
                self.run.say("live/inhibition", subject, "failed", "both fire, and Alertmanager does not hold it back")


def check_watchdog(run: Run, each: Watched, since: float) -> None:
    """An alert that always fires arrives at its receiver, again and again."""
    times = each.times(run.clock)
    beat = max((route.group_interval for route in each.routes), default=0.0)
    wanted = {route.receiver for route in each.routes}

    def beats() -> list[float]:
        arrived = list(run.sink.arrived)
        return [
            n.at
            for n in arrived
            if n.labels.get("alertname") == each.alert.name and n.at >= since and n.receiver in wanted
        ]

    try:
        wait_for(
            f"{each.alert.name} arrives twice", lambda: len(beats()) >= 2, times.fires_within + 2 * beat, run.stopping
        )
    except TimedOut as error:
        where = ", ".join(sorted(run.history.receivers(each.key, since))) or "nowhere"
        run.say("live/watchdog", each.subject, "failed", f"{error.message}; it arrived at {where}")
        return
    found = beats()
    every = (found[-1] - found[0]) / (len(found) - 1)
    run.say("live/watchdog", each.subject, "passed", f"arrives every {every:.1f} s", beats=len(found))


def check_silence(run: Run, each: Watched) -> None:
    """With Prometheus gone the heartbeat stops, which is what its receiver has to notice."""
    box = run.services["prometheus"]
    beat = max((route.group_interval for route in each.routes), default=0.0)
    lingering = 4 * max(run.clock.scaled(60.0), run.clock.evaluation) + beat
    box.stopped = True
    box.container.pause()
    try:
        run.pause(lingering + 2)
        since = time.time()
        run.pause(2.5 * beat + 2)
        run.sink.refresh()
        late = [n for n in run.sink.arrived if n.labels.get("alertname") == each.alert.name and n.at > since]
    finally:
        box.container.unpause()
        box.stopped = False
    firing = [n for n in late if n.status == "firing"]
    said = f"{len(firing)} heartbeats though Prometheus was gone" if firing else "stops when Prometheus is gone"
    run.say("live/watchdog", f"{each.subject} falls silent", "failed" if firing else "passed", said)
