"""What the run has shown of every signal, alert and target, and why not more. A run that proved nothing fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from obsboot.live.options import Options
from obsboot.model import Alert, Instance, Outcome, Proof, Proven, Result, Signal, Stack
from obsboot.render.logs.elastalert import log_alerts
from obsboot.render.logs.logged import log_signals, logged
from obsboot.render.rules import active
from obsboot.render.scrape import scraped

_LOG_CHECKS = {"log format": "live/log-format", "log signal": "live/log-query", "log alert": "live/log-alert"}
NOT_RUN = "this run did not come to it"
READ_ONLY = "--attach only reads: no load was driven and no fault injected"


def coverage(
    stack: Stack, results: Sequence[Result], missing: Mapping[str, str], options: Options
) -> tuple[tuple[Proven, ...], Result]:
    """The proofs, and one result over all of them: failed where nothing is proven live, or something lacks a reason."""
    shown = _Shown(results, missing, options)
    proven = tuple(each for instance in stack.instances for each in shown.of(stack, instance))
    live = sum(each.proof == Proof.LIVE for each in proven)
    silent = [f"{p.instance}/{p.name}" for p in proven if p.proof < Proof.LIVE and not p.limit]
    said = f"{live} of {len(proven)} proven live"
    if silent:
        said += f"; without proof or reason: {', '.join(silent)}"
    outcome: Outcome = "passed" if live and not silent else "failed"
    reason = said if live else f"the run proved nothing ({said})"
    return proven, Result("live/coverage", "pack", outcome, reason, detail={"live": live, "declared": len(proven)})


class _Shown:
    def __init__(self, results: Sequence[Result], missing: Mapping[str, str], options: Options) -> None:
        self.missing, self.options = missing, options
        self.by: dict[tuple[str, str], list[Result]] = {}
        for result in results:
            self.by.setdefault((result.check, result.subject), []).append(result)
        self.answering = {
            (str(r.detail.get("instance")), str(r.detail.get("signal")))
            for r in results
            if r.check == "live/query" and r.outcome == "passed" and r.detail.get("series")
        }

    def of(self, stack: Stack, instance: Instance) -> Iterator[Proven]:
        if scraped(instance):
            yield self._target(instance)
        alerts = list(active(stack, instance))
        for signal in instance.signals():
            yield self._signal(instance, signal, [a for a in alerts if a.signal == signal.name])
        for alert in alerts:
            yield self._alert(instance, alert)
        yield from self._logs(stack, instance)

    def _logs(self, stack: Stack, instance: Instance) -> Iterator[Proven]:
        """Its log formats, what is asked of its documents, and the alerts on them."""
        for format_ in instance.component.logs if instance in logged(stack) else ():
            yield self._of_log(instance, "log format", format_, Proof.LIVE)
        for signal in log_signals(stack, instance):
            yield self._of_log(instance, "log signal", signal, Proof.CHECKED)
        for owner, alert in log_alerts(stack):
            if owner is instance:
                yield self._of_log(instance, "log alert", alert.name, Proof.LIVE)

    def _of_log(self, instance: Instance, kind: str, name: str, most: Proof) -> Proven:
        """`most` is what a passed result shows: that a log signal has documents does not say that its number is true."""
        passed, reason = self._outcome(_LOG_CHECKS[kind], f"{instance.id}/{name}")
        if not passed:
            return Proven(kind, name, instance.id, Proof.WRITTEN, self._why(instance, reason))
        if most < Proof.LIVE:
            return Proven(kind, name, instance.id, most, "has documents; no workload says what its number should be")
        return Proven(kind, name, instance.id, most, "")

    def _target(self, instance: Instance) -> Proven:
        passed, reason = self._outcome("live/target", f"{instance.id}/{instance.job}")
        proof = Proof.LIVE if passed else Proof.WRITTEN
        return Proven("target", instance.job, instance.id, proof, "" if passed else self._why(instance, reason))

    def _signal(self, instance: Instance, signal: Signal, alerts: Sequence[Alert]) -> Proven:
        def made(proof: Proof, limit: str = "") -> Proven:
            return Proven("signal", signal.name, instance.id, proof, limit)

        true, reason = self._outcome("live/truth", f"{instance.id}/{signal.name}")
        moved = any(self._outcome("live/alert", f"{instance.id}/{a.name}")[0] for a in alerts)
        if true or (moved and not reason):
            return made(Proof.LIVE)
        if (instance.id, signal.name) in self.answering:
            answers = (
                READ_ONLY if self.options.attach else "answers in the run; no workload says what its number should be"
            )
            return made(Proof.CHECKED, reason or answers)
        reserve = signal.reserve or signal.unrecorded
        return made(Proof.WRITTEN, self._why(instance, reason or reserve or _kept_empty(signal)))

    def _alert(self, instance: Instance, alert: Alert) -> Proven:
        def made(proof: Proof, limit: str = "") -> Proven:
            return Proven("alert", alert.name, instance.id, proof, limit)

        subject = f"{instance.id}/{alert.name}"
        fired, reason = self._outcome("live/watchdog" if alert.always else "live/alert", subject)
        if fired:
            lowered = alert.live_threshold
            return made(Proof.LIVE, "" if lowered is None else f"threshold lowered to {lowered:g}")
        limit = self._why(instance, reason or alert.no_fault or ("" if alert.fault else "no fault is written for it"))
        replayed, _ = self._outcome("replay/alert", subject)
        return made(Proof.REPLAYED if replayed else Proof.WRITTEN, limit)

    def _outcome(self, check: str, subject: str) -> tuple[bool, str]:
        """Whether it passed, and what was said where it did not."""
        found = self.by.get((check, subject), [])
        failed = next((r for r in found if r.outcome != "passed"), None)
        return bool(found) and failed is None, failed.reason if failed else ""

    def _why(self, instance: Instance, reason: str) -> str:
        if instance.id in self.missing:
            return self.missing[instance.id]
        if not instance.watched:
            return "another pack owns the server"
        if self.options.attach:
            return reason or READ_ONLY
        return reason or ("left out by --quick" if self.options.quick else NOT_RUN)


def _kept_empty(signal: Signal) -> str:
    return "empty on a healthy stack, and no fault of the run filled it" if signal.empty_when_healthy else ""
