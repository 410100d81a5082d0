"""The read-only part of the proof, against a Prometheus (and Grafana) that runs already. Nothing is started or written."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from obsboot.live import asking
from obsboot.live.alertmanager import Alertmanager
from obsboot.live.containers import Marks
from obsboot.live.copy import copy
from obsboot.live.coverage import coverage
from obsboot.live.edits.compose import Surroundings
from obsboot.live.engine import Engine
from obsboot.live.images import Images
from obsboot.live.options import Options
from obsboot.live.panels import boards
from obsboot.live.prometheus import Prometheus
from obsboot.live.queries import check_queries
from obsboot.live.run import Listener, Run
from obsboot.live.targets import check_rules, check_targets
from obsboot.model import ObsbootError, Pack, Report


def attached(pack: Pack, options: Options, listener: Listener) -> Report:
    """Targets, rules, queries and dashboards as the server has them.

    Raises ObsbootError (code 6) where the server does not answer as a Prometheus: nothing is called missing then.
    """
    prometheus = Prometheus(lambda: options.attach.rstrip("/"))
    version = prometheus.version()
    none = cast("Engine", None)  # no step below asks the engine
    made = copy(pack, 1.0, lambda clock: Surroundings("", clock, lambda image: image))
    run = Run(pack, options, listener, none, Marks("", ""), Path(), Images(none, options), made)
    run.prometheus = prometheus
    check_targets(run)
    check_rules(run)
    check_queries(run)
    if options.attach_alertmanager:
        server = Alertmanager(lambda: options.attach_alertmanager.rstrip("/"))
        run.say("live/alertmanager", options.attach_alertmanager, "passed", f"version {server.version()} answers")
    if options.attach_grafana:
        _dashboards(run, options.attach_grafana.rstrip("/"))
    proven, covered = coverage(pack.stack, run.results, {}, options)
    run.add(covered)
    facts = {"command": "obsboot validate --attach", "on": options.attach, "versions": {"prometheus": version}}
    return Report(f"{pack.stack.service}: read from {options.attach}", tuple(run.results), proven, facts)


def _dashboards(run: Run, url: str) -> None:
    """Whether Grafana has each dashboard of the pack; what it refuses to say could not be checked."""
    for board in boards(run):
        try:
            found = asking.get(asking.session(), f"{url}/api/dashboards/uid/{board.uid}")
        except ObsbootError as error:
            run.say("live/dashboard", board.name, "error", error.message)
            continue
        there = isinstance(found, dict) and "dashboard" in found
        run.say(
            "live/dashboard", board.name, "passed" if there else "failed", "" if there else f"Grafana has none: {found}"
        )
