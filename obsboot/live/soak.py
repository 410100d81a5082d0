"""A healthy load under which nothing fires but what always fires."""

from __future__ import annotations

import time
from collections.abc import Sequence

from obsboot.live.run import Run
from obsboot.live.watched import Watched


def check_soak(run: Run, alerts: Sequence[Watched], began: float, seconds: float) -> None:
    """Wait until the healthy load has run for so long since `began`, then say what fired in that time."""
    run.pause(max(0.0, began + seconds - time.time()))
    always = {w.key for w in alerts if w.alert.always or not w.judged}
    absent = {i.job for i in run.stack.instances if i.id in run.missing}
    fired = [e for e in run.history.fired(began) if e.job not in absent]
    unexpected = [e for e in fired if (e.alert, e.job) not in always]
    detail = {
        "seconds": round(time.time() - began, 1),
        "fired": sorted({e.alert for e in fired}),
        "expected": sorted(name for name, _ in always),
    }
    for key in sorted({(e.alert, e.job) for e in unexpected}):
        episode = next(e for e in unexpected if (e.alert, e.job) == key)
        where = f" (value {episode.value:g})" if episode.value is not None else ""
        run.say("live/soak", f"{key[1]}/{key[0]}", "failed", f"fires on a healthy stack{where}", **detail)
    if run.history.complaint:
        run.say(
            "live/soak", "healthy load", "error", f"Prometheus could not be asked: {run.history.complaint}", **detail
        )
    elif not unexpected:
        run.say("live/soak", "healthy load", "passed", f"nothing fired for {detail['seconds']} s", **detail)
