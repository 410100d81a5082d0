"""What a component's exporter really exposes, recorded from its real server under the recipe's loads."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from obsboot.catalog import Catalogue, inventory
from obsboot.live.interrupts import apart, interruptible
from obsboot.live.loads import Loads
from obsboot.live.opening import bring_up, opened
from obsboot.live.options import Options
from obsboot.live.run import Run
from obsboot.live.targets import check_targets
from obsboot.live.workload import wait_for_count
from obsboot.model import Answers, Component, Exit, Instance, ObsbootError, Pack, Stack
from obsboot.render import render
from obsboot.report.listening import Silent
from obsboot.stack import resolve

_LOAD_SECONDS = 20.0
_GET = "import sys, urllib.request as u; sys.stdout.buffer.write(u.urlopen(sys.argv[1], timeout=10).read())"


def record(component: Component, catalogue: Catalogue, options: Options) -> str:
    """The exposition text of the component of this catalogue, while the healthy workloads of its recipe run.

    Raises ObsbootError where an image cannot be had or its target does not come up.
    """
    values = {"service": "recording", "team": "obsboot", "environment": "test", "mode": "own-stack"}
    with tempfile.TemporaryDirectory(prefix="obsboot-record-") as folder, interruptible():
        instances = {each.id: {"component": each.id} for each in (component, *_around(component, catalogue))}
        stack = resolve(Answers(values, instances), catalogue)
        for file in render(stack):
            path = Path(folder, file.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8")
        real = replace(options, real_machine=True)
        with opened(Pack(Path(folder), stack, {}), real, Silent()) as run:
            return apart(lambda: _recorded(run, component), run.ending)


def _recorded(run: Run, component: Component) -> str:
    bring_up(run)
    instance = next(i for i in run.stack.instances if i.component.id == component.id)
    return _own(_exposition(run, instance), instance, run.stack)


def _around(component: Component, catalogue: Catalogue) -> Iterator[Component]:
    """What the component cannot be seen without: a service for a library or a probe, and what its signals need."""
    needed = {name for signal in component.signals.values() for name in signal.needs} | set(component.needs)
    for other in catalogue.values():
        serves = other.kind == "service" and component.kind in ("library", "platform")
        if other.id != component.id and (serves or needed & set(other.provides)):
            yield other


def _own(exposition: str, instance: Instance, stack: Stack) -> str:
    """The exposition without the families of others on the same target, which a library shares with its service."""
    sharing = [i for i in stack.instances if i.job == instance.job and i.id != instance.id]
    if instance.component.kind != "library" or not sharing:
        return exposition
    foreign = {name for other in sharing for name in inventory(other.component).families}
    blocks = re.split(r"(?m)^(?=# HELP )", exposition)
    return "".join(block for block in blocks if block.split(" ")[2:3] and block.split(" ")[2] not in foreign)


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
        for network in run.site.networks:  # an endpoint of the service's own is in its network alone
            run.engine.client.networks.get(network).connect(run.sink_box.container)
        done = run.sink_box.run(["python3", "-c", _GET, targets[0]["scrapeUrl"]], seconds=30)
    finally:
        loads.abandon_all()
    if done.code:
        raise ObsbootError(f"{targets[0]['scrapeUrl']}: {done.output[-300:]}", code=Exit.COULD_NOT_CHECK)
    return done.output + "\n"
