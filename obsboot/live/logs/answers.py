"""Every log signal has documents: its own query, as the panels and saved searches ask it, finds lines of the run."""

from __future__ import annotations

from obsboot.live.logs.shipping import why_not
from obsboot.live.run import Run
from obsboot.model import ObsbootError
from obsboot.render.logs.logged import datasets, log_signals
from obsboot.render.logs.panels import documents


def check_answers(run: Run) -> None:
    """One result for each log signal of each instance."""
    why = why_not(run)
    for instance in run.stack.instances:
        if instance.id in run.missing:
            continue
        for signal in log_signals(run.stack, instance).values():
            subject = f"{instance.id}/{signal.name}"
            if why:
                run.say("live/log-query", subject, "skipped", why)
                continue
            query = documents(run.stack, instance, signal)
            asked = f"{query} AND ({signal.of})" if signal.number == "share" else query
            try:
                count = run.store.count(f"logs-{datasets(run.stack)}-*", asked)
            except ObsbootError as error:
                run.say("live/log-query", subject, "error", str(error))
                continue
            if not count and signal.rare:
                run.say("live/log-query", subject, "skipped", signal.rare)
                continue
            said = f"{count} documents" if count else f"no line of the run is found by {asked}"
            run.say("live/log-query", subject, "passed" if count else "failed", said, documents=count)
