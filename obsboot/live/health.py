"""Whether the run's containers did well: nothing died by itself, and every health check says healthy."""

from __future__ import annotations

from obsboot.live.containers import Box
from obsboot.live.run import Run
from obsboot.live.waiting import TimedOut, wait_for

_HEALTHY_SECONDS = 30.0


def check_containers(run: Run) -> None:
    """One result for each container of the pack, and one for each other that did not stay well."""
    for name, box in run.services.items():
        if box.name in run.dead:
            continue
        problem = _problem(run, box)
        run.say("live/container", name, "failed" if problem else "passed", problem or box.state())
    for (instance, name), box in run.boxes.items():
        if box.name not in run.dead and (problem := _problem(run, box)):
            run.say("live/container", f"{instance}/{name}", "error", problem)


def _problem(run: Run, box: Box) -> str:
    """What is wrong; a health check that is still starting is waited for."""
    try:
        wait_for(f"{box.what} is well", box.is_well, _HEALTHY_SECONDS, run.stopping, box.state)
    except TimedOut as error:
        return f"{error.message}; its last lines:\n{box.last_lines()}"
    if restarts := box.restarts():
        return f"it died and was restarted {restarts} times; its last lines:\n{box.last_lines()}"
    return ""
