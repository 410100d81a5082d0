"""Is everything there: each target up, once; each rule of the files loaded and healthy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from obsboot.live.run import Run
from obsboot.live.waiting import TimedOut, wait_for
from obsboot.model import Instance, Outcome
from obsboot.render.scrape import scraped

UP_SECONDS = 60.0


def check_targets(run: Run) -> None:
    """One result for each scraped instance, and one for each target that nobody expects."""
    expected = {i.job: i for i in run.stack.instances if scraped(i)}
    present = {job for job, instance in expected.items() if instance.id not in run.missing}

    def settled() -> list[dict[str, Any]]:
        found = run.prometheus.targets()
        up = {t["labels"]["job"] for t in found if t["health"] == "up"}
        return found if present <= up and all(t["health"] != "unknown" for t in found) else []

    try:
        targets = wait_for("every target is scraped", settled, UP_SECONDS, run.stopping)
    except TimedOut:
        targets = run.prometheus.targets()
    jobs = by_job(targets)
    for job, instance in expected.items():
        tell_target(run, instance, jobs.pop(job, []))
    for job, others in jobs.items():
        run.say("live/target", job, "failed", f"{len(others)} targets of a job that no instance of the stack explains")


def by_job(targets: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The targets of each job."""
    jobs: dict[str, list[dict[str, Any]]] = {}
    for target in targets:
        jobs.setdefault(target["labels"].get("job", ""), []).append(target)
    return jobs


def tell_target(run: Run, instance: Instance, targets: list[dict[str, Any]]) -> None:
    """The result of one instance, whose targets these are."""
    subject = f"{instance.id}/{instance.job}"
    if instance.id in run.missing:
        run.say("live/target", subject, "skipped", run.missing[instance.id])
        return
    down = [t for t in targets if t["health"] != "up"]
    detail = _detail(run, targets[0]) if targets else {}
    labels = [t["labels"].get("instance") for t in targets]
    if not targets:
        run.say("live/target", subject, "failed", "Prometheus has no such target: the job is missing or drops it")
    elif down:
        said = "; ".join(f"{t['scrapeUrl']}: {t['lastError'] or t['health']}" for t in down)
        run.say("live/target", subject, "failed", f"{said}{_log(run, instance)}", **detail)
    elif len(set(labels)) < len(labels):
        run.say("live/target", subject, "failed", "two targets share one job and instance", **detail)
    else:
        run.say("live/target", subject, "passed", "", **detail)


def _log(run: Run, instance: Instance) -> str:
    from obsboot.render.scrape import container as service_of  # noqa: PLC0415 - the name is a function's parameter there

    box = run.services.get(service_of(instance))
    return f"; {box.what} is {box.state()}, its last lines:\n{box.last_lines(8)}" if box else ""


def _detail(run: Run, target: Mapping[str, Any]) -> dict[str, object]:
    labels = target["labels"]
    selector = f'scrape_samples_scraped{{job="{labels.get("job")}",instance="{labels.get("instance")}"}}'
    samples = run.prometheus.query(selector)
    return {
        "job": labels.get("job"),
        "instance": labels.get("instance"),
        "url": target["scrapeUrl"],
        "up": target["health"] == "up",
        "scrape_seconds": target.get("lastScrapeDuration"),
        "samples": int(samples[0].value) if samples else 0,
        "error": target.get("lastError", ""),
    }


def check_rules(run: Run) -> None:
    """Every rule of the copy's files is loaded, evaluated and healthy."""
    wanted = dict(_rules_on_disk(run))

    def evaluated() -> list[dict[str, Any]]:
        groups = run.prometheus.rules()
        rules = [rule for group in groups for rule in group["rules"]]
        return groups if all(rule["health"] != "unknown" for rule in rules) else []

    try:
        groups = wait_for("every rule is evaluated", evaluated, 30 + 3 * run.clock.evaluation, run.stopping)
    except TimedOut:
        groups = run.prometheus.rules()
    loaded = {(group["name"], rule["name"]): rule for group in groups for rule in group["rules"]}
    wrong = [f"{name}: {r['lastError']}" for (_, name), r in loaded.items() if r["health"] != "ok"]
    absent = [
        f"{name} of group {group} ({path})" for (group, name), path in wanted.items() if (group, name) not in loaded
    ]
    late = [g["name"] for g in groups if float(g.get("evaluationTime", 0)) > float(g.get("interval", 1))]
    problems = [*wrong, *(f"not loaded: {each}" for each in absent), *(f"{each}: late" for each in late)]
    outcome: Outcome = "failed" if problems or not wanted else "passed"
    reason = "; ".join(problems) or ("" if wanted else "the pack has no rules")
    run.say("live/rules", "prometheus/rules", outcome, reason, loaded=len(loaded))


def _rules_on_disk(run: Run) -> Iterator[tuple[tuple[str, str], str]]:
    for path, text in run.copy.texts.items():
        if path.startswith(f"{run.stack.directory}/prometheus/rules/"):
            for group in (yaml.safe_load(text) or {}).get("groups") or ():
                for rule in group.get("rules") or ():
                    yield (str(group["name"]), str(rule.get("alert") or rule.get("record"))), path
