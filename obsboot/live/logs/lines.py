"""Every line that a container of the run wrote is in the store, once: as many documents as entries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from obsboot.live.logs.shipping import reading, why_not, writers
from obsboot.live.run import Run
from obsboot.live.waiting import TimedOut, wait_for
from obsboot.logs.entries import entries
from obsboot.model import Instance
from obsboot.render.logs.logged import stream

_SECONDS = 60.0
"""For the last entry, which is held for five seconds, on its way through queues and the refresh of the index."""


def check_lines(run: Run) -> None:
    """One result for each instance whose containers write; no load may run any more."""
    with _still(run):
        _check(run)


@contextmanager
def _still(run: Run) -> Iterator[None]:
    """Nobody scrapes or probes, which also makes servers write, so that the last line has been written."""
    box = run.services["prometheus"]
    box.stopped = True
    box.container.pause()
    try:
        yield
    finally:
        box.container.unpause()
        box.stopped = False


def _check(run: Run) -> None:
    for instance in reading(run):
        subject = f"{instance.id}/{stream(run.stack, instance)}"
        if why := why_not(run):
            run.say("live/log-lines", subject, "skipped", why)
        elif instance.values["log_from"] != "container":
            run.say("live/log-lines", subject, "skipped", "the run's own server writes to its container, not to a file")
        elif any(True for _ in writers(run, instance)):
            _count(run, instance, subject)
        else:
            run.say("live/log-lines", subject, "skipped", "no container of the run writes in its name")


def _count(run: Run, instance: Instance, subject: str) -> None:
    store, seen = run.store, (0, 0)

    def equal() -> bool:
        nonlocal seen
        seen = (written(run, instance), store.count(stream(run.stack, instance)))
        return seen[0] == seen[1]

    try:
        wait_for(f"{subject} holds each line", equal, _SECONDS, run.stopping)
    except TimedOut:
        said = f"{seen[0]} entries were written, and {seen[1]} documents are in the store"
        run.say("live/log-lines", subject, "failed", said, written=seen[0], stored=seen[1])
        return
    said = f"{seen[0]} entries written, as many documents"
    run.say("live/log-lines", subject, "passed", said, written=seen[0], stored=seen[1])


def written(run: Run, instance: Instance) -> int:
    """The entries that the instance's containers have written so far."""
    formats = list(instance.component.logs.values())
    texts = (bytes(box.container.logs()).decode(errors="replace") for box in writers(run, instance))
    return sum(1 for text in texts for _ in entries(formats, text.removesuffix("\n").split("\n")))
