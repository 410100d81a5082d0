"""What a component's exporter really exposes, recorded from its real server under the recipe's loads."""

from __future__ import annotations

import tempfile
from pathlib import Path

from obsboot.catalog import load
from obsboot.live.interrupts import interruptible
from obsboot.live.loads import Loads
from obsboot.live.opening import bring_up, opened
from obsboot.live.options import Options
from obsboot.live.run import Run
from obsboot.live.targets import check_targets
from obsboot.live.workload import wait_for_count
from obsboot.model import Answers, Component, Exit, Instance, ObsbootError, Pack
from obsboot.render import render
from obsboot.stack import resolve

_LOAD_SECONDS = 20.0
_GET = "import sys, urllib.request as u; sys.stdout.buffer.write(u.urlopen(sys.argv[1], timeout=10).read())"


class _Silent:
    def phase(self, name: str, predicted_seconds: float) -> None:
        """Nothing."""

    def event(self, text: str, outcome: str = "") -> None:
        """Nothing."""


def record(component: Component, options: Options | None = None) -> str:
    """The exposition text of the component, while the healthy workloads of its recipe run.

    Raises ObsbootError where an image cannot be had or its target does not come up.
    """
    values = {"service": "recording", "team": "obsboot", "environment": "test", "mode": "own-stack"}
    with tempfile.TemporaryDirectory(prefix="obsboot-record-") as folder, interruptible():
        catalogue = load()
        stack = resolve(Answers(values, {component.id: {"component": component.id}}), catalogue)
        for file in render(stack):
            path = Path(folder, file.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8")
        with opened(Pack(Path(folder), stack, {}), options or Options(), _Silent()) as run:
            bring_up(run)
            instance = next(i for i in stack.instances if i.component.id == component.id)
            return _exposition(run, instance)


def _exposition(run: Run, instance: Instance) -> str:
    if instance.id in run.missing:
        raise ObsbootError(run.missing[instance.id], code=Exit.COULD_NOT_CHECK)
    loads = Loads(run)
    loads.restore()
    try:
        for load_ in loads.running.values():
            wait_for_count(load_, _LOAD_SECONDS, run.stopping)
        check_targets(run)
        run.pause(_LOAD_SECONDS)
        targets = [t for t in run.prometheus.targets() if t["labels"].get("job") == instance.job]
        if not targets:
            raise ObsbootError(f"{instance.id} has no scrape target of its own", code=Exit.USAGE)
        done = run.sink_box.run(["python3", "-c", _GET, targets[0]["scrapeUrl"]], seconds=30)
    finally:
        loads.abandon_all()
    if done.code:
        raise ObsbootError(f"{targets[0]['scrapeUrl']}: {done.output[-300:]}", code=Exit.COULD_NOT_CHECK)
    return done.output + "\n"
