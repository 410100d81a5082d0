"""The read-only part of the proof, against a Prometheus (and its neighbours) that runs already.

Nothing is started or written, no fault is injected, no load is put on anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from obsboot.live.clock import Clock
from obsboot.live.containers import Marks
from obsboot.live.copy import Copy, documents, read
from obsboot.live.coverage import coverage
from obsboot.live.engine import Engine
from obsboot.live.facts import identity
from obsboot.live.images import Images
from obsboot.live.neighbours import check_alertmanager, check_grafana
from obsboot.live.options import Options
from obsboot.live.prometheus import Prometheus
from obsboot.live.run import Run
from obsboot.live.standing import check_standing_queries, check_standing_rules, check_standing_targets, is_ours
from obsboot.model import Exit, ObsbootError, Pack, Report
from obsboot.report.listening import Listener

_SECONDS = 5.0


def attached(pack: Pack, options: Options, listener: Listener) -> Report:
    """Targets, rules, panel queries, routes and dashboards as the servers have them.

    Raises ObsbootError (code 6) where no Prometheus answers, or one that knows nothing of the service: nothing is
    called missing then. A neighbour that does not answer is a result that could not be checked.
    """
    run = _run(pack, options, listener)
    versions = {"prometheus": _version(run, options.attach)}
    _knows(run, options.attach)
    listener.phase("targets and rules", _SECONDS)
    check_standing_targets(run)
    check_standing_rules(run)
    listener.phase("queries", _SECONDS)
    check_standing_queries(run)
    if url := options.attach_alertmanager:
        listener.phase("alertmanager", _SECONDS)
        versions["alertmanager"] = check_alertmanager(run, url.rstrip("/"))
    if url := options.attach_grafana:
        listener.phase("grafana", _SECONDS)
        versions["grafana"] = check_grafana(run, url.rstrip("/"))
    proven, covered = coverage(pack.stack, run.results, {}, options)
    run.add(covered)
    title = f"{pack.stack.service}: read from {options.attach}"
    facts = {
        **identity(run, "obsboot validate --attach"),
        "versions": {name: version for name, version in versions.items() if version},
        "on": f"your own stack ({options.attach}), which was only read",
    }
    return Report(title, tuple(run.results), proven, facts)


def _run(pack: Pack, options: Options, listener: Listener) -> Run:
    """A run that has no engine and no copy of its own: the files are the pack's, at their own speed."""
    files = read(pack)
    interval = float(pack.stack.values["scrape_interval_seconds"])
    texts = {path: document.text for path, document in documents(files).items()}
    nothing = cast("Engine", None)  # no step here asks the engine
    made = Copy(files, (), Clock(1.0, interval, interval), texts)
    run = Run(pack, options, listener, nothing, Marks("", ""), Path(), Images(nothing, options), made)
    run.prometheus = Prometheus(lambda: options.attach.rstrip("/"))
    return run


def _version(run: Run, url: str) -> str:
    """Its version, as the proof that a Prometheus answers at all."""
    try:
        return run.prometheus.version()
    except (ObsbootError, LookupError, TypeError) as error:
        raise ObsbootError(
            f"--attach {url}: no Prometheus answers there: {error}",
            fix="name the URL under which its own pages are, such as http://127.0.0.1:9090",
            code=Exit.COULD_NOT_CHECK,
        ) from None


def _knows(run: Run, url: str) -> None:
    """A Prometheus that has neither a target nor a rule of the service is most likely another one."""
    labelled = [target["labels"] for target in run.prometheus.targets()]
    labelled += [rule["labels"] for group in run.prometheus.rules() for rule in group["rules"]]
    if not any(is_ours(run.stack, labels) for labels in labelled):
        stack = run.stack
        raise ObsbootError(
            f"--attach {url}: a Prometheus answers, and it has neither a target nor a rule of service {stack.service} "
            f"(team {stack.team}, environment {stack.environment})",
            fix="name the Prometheus that has the pack's scrape configuration and rules, or let it load them",
            code=Exit.COULD_NOT_CHECK,
        )
