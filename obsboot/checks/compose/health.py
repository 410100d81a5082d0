"""Health."""

from __future__ import annotations

from collections.abc import Iterator

from obsboot.checks.base import Check
from obsboot.model import Finding
from obsboot.sources.configs import Job
from obsboot.sources.context import Context, mapped


class Health(Check):
    id = "compose/health"
    title = "Every container says whether it is well, by a health check or by being scraped"
    explanation = "A container that runs is not one that works. Exporters' images hold no shell: their scrape tells."
    fix = "Add a healthcheck with a program that the image has, or scrape the container."

    def run(self, context: Context) -> Iterator[Finding]:
        services = context.services
        targets = {target.rpartition(":")[0] for job in context.jobs.values() for target, _ in job.targets}
        probes = {_probe(job) for job in context.jobs.values()}
        for name, service in services.items():
            if mapped(service).get("restart") in ("no", "on-failure"):
                continue  # it does its work and ends
            check = mapped(mapped(service).get("healthcheck"))
            test = check.get("test")
            if (
                test in (["NONE"], "NONE")
                or check.get("disable") is True
                or (not test and name not in targets | probes)
            ):
                message = f"{name} has no health check and is not scraped"
                yield self.finding(context.path("compose.yaml"), services.at(name), message)


def _probe(job: Job) -> str:
    """The exporter that relabelling puts in the place of the targets it probes."""
    rules = [rule for rule in job.data.get("relabel_configs") or () if rule.get("target_label") == "__address__"]
    return str(rules[-1].get("replacement", "")).rpartition(":")[0] if rules else ""
