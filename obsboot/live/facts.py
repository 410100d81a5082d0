"""What the report says of the run itself: versions that really ran, images, the list of changes, the machine."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping

from obsboot import __version__
from obsboot.live.changes import KINDS
from obsboot.live.run import Run
from obsboot.model import ObsbootError


def facts(run: Run, predicted: float, phases: list[dict[str, object]]) -> dict[str, object]:
    """The facts of a run that has ended, or is about to."""
    return {
        **identity(run, "obsboot validate"),
        "length": round(run.now(), 1),
        "predicted": round(predicted, 1),
        "versions": versions(run),
        "images": images(run),
        "changes": changes(run),
        "host": {
            "os": platform.platform(terse=True),
            "cpus": run.engine.processors,
            "memory": run.engine.memory,
            "engine": run.engine.version,
        },
        "on": proven_on(run),
        "phases": phases,
        "quick": run.options.quick,
        "missing": dict(run.missing),
        "urls": urls(run) if run.options.keep else {},
    }


def identity(run: Run, command: str) -> dict[str, object]:
    """What was proven of which service, when, at which speed and by which version."""
    stack = run.stack
    return {
        "command": command,
        "service": stack.service,
        "team": stack.team,
        "environment": stack.environment,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(run.began)),
        "speed": run.clock.factor,
        "mode": str(stack.values.get("mode", "")),
        "obsboot": __version__,
    }


def versions(run: Run) -> dict[str, str]:
    """What the servers say they are."""
    found: dict[str, str] = {}
    for name, ask in (("prometheus", run.prometheus.version), ("alertmanager", run.alertmanager.version)):
        try:
            found[name] = ask()
        except ObsbootError:
            continue
    try:
        for sample in run.prometheus.query('{__name__=~".*_(exporter_build|instance|static|build)_info",version!=""}'):
            job = sample.labels.get("job", "").removeprefix(f"{run.stack.service}-")
            exporter = "exporter" in sample.labels.get("__name__", "")
            found.setdefault(f"{job} exporter" if exporter else job, sample.labels["version"])
    except ObsbootError:
        pass
    return found


def images(run: Run) -> dict[str, Mapping[str, object]]:
    """What ran in place of which official reference."""
    return {
        official: {
            "reference": official,
            "used": used,
            "standin": used != official and not official.startswith("build of"),
        }
        for official, used in sorted(run.images.used.items())
    }


def changes(run: Run) -> list[dict[str, str]]:
    """The closed list of what the copy has other than the pack."""
    order = {kind: number for number, kind in enumerate(KINDS)}
    around = "as a pack that brings its own stack has it"
    added = [
        {"file": path, "kind": "surroundings", "what": "the whole file", "pack": "", "run": around}
        for path in run.copy.added
    ]
    return added + [
        {"file": c.path, "kind": c.kind, "what": c.what, "pack": c.before, "run": c.after.strip()}
        for c in sorted(run.copy.changes, key=lambda c: (order[c.kind], c.path, c.start))
    ]


def proven_on(run: Run) -> str:
    """What the verdict says: on which service, from which images."""
    service = "the reference service"
    if run.options.service_url or run.options.service_image:
        service = f"your service ({run.options.service_url or run.options.service_image})"
    elif not any(i.component.kind == "service" for i in run.stack.instances):
        service = "the servers of the stack"
    others = [
        used for official, used in run.images.used.items() if used != official and not official.startswith("build")
    ]
    stand_ins = any("testbed" in used for used in others)
    kind = "stand-in images" if stand_ins else ("images of the images file" if others else "official images")
    where = "" if run.stack.owns_stack else ", a stack of the run's own around the pack's fragments"
    return f"{service}, {kind}{where}"


def urls(run: Run) -> dict[str, str]:
    """Where the pack's servers can be reached."""
    found = {}
    for name in ("prometheus", "alertmanager", "grafana"):
        if box := run.services.get(name):
            found[name] = box.url()
    return found
