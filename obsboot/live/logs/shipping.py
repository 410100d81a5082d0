"""Whose lines are on their way to the store in a run, who writes them, and what stands between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from obsboot.live.containers import Box
from obsboot.live.logs.opening import SHIPPER
from obsboot.live.run import Run
from obsboot.live.servers import MAIN
from obsboot.model import Instance
from obsboot.render.logs.logged import logged
from obsboot.render.scrape import container


def reading(run: Run) -> list[Instance]:
    """The instances of the run whose log is read."""
    return [instance for instance in logged(run.stack) if instance.id not in run.missing]


def why_not(run: Run) -> str:
    """Why no line can reach the store; empty where lines can."""
    if not hasattr(run, "store"):
        return run.missing.get("log-store", "the run has no log store")
    return run.unavailable.get(SHIPPER, "") or ("" if SHIPPER in run.services else f"{SHIPPER} does not run")


def writers(run: Run, instance: Instance) -> Iterator[Box]:
    """The containers of the run that write lines in the instance's name."""
    if instance.component.kind == "platform":
        yield from (box for name, box in run.services.items() if name == container(instance))
    else:
        yield from (box for (owner, name), box in run.boxes.items() if owner == instance.id and name in MAIN)


def input_of(run: Run, instance: Instance) -> dict[str, Any]:
    """The instance's input in the run's filebeat.yml; nothing where it has none any more."""
    config = yaml.safe_load(run.copy.texts[f"{run.stack.directory}/filebeat/filebeat.yml"])
    found = (i for i in config["filebeat.inputs"] if i.get("fields", {}).get("event", {}).get("module") == instance.id)
    return dict(next(found, {}))
