"""The scrape configuration: one job an instance, so that a selector and a job can never disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsboot.model import Component, GeneratedFile, Instance, Scrape, Stack
from obsboot.promql import spell
from obsboot.render.context import fill, template_names
from obsboot.render.rules import pack_labels
from obsboot.render.yaml import OWNED, dump


def scrape(stack: Stack) -> Iterator[GeneratedFile]:
    """`prometheus.yml` of the pack's own Prometheus, or a fragment for one that exists."""
    jobs = [_job(stack, instance) for instance in stack.instances if scraped(instance)]
    if stack.owns_stack:
        text = dump(_config(stack, jobs), OWNED)
        yield GeneratedFile(f"{stack.directory}/prometheus/prometheus.yml", text, "owned", "render/prometheus.yml")
        return
    how = "Add to prometheus.yml: `scrape_config_files: [.../scrape.yaml]` and `rule_files: [.../rules/*.yaml]`."
    text = dump({"scrape_configs": jobs}, OWNED, how)
    yield GeneratedFile(f"{stack.directory}/prometheus/scrape.yaml", text, "owned", "render/scrape.yaml")


def scraped(instance: Instance) -> bool:
    """Whether the instance has a scrape job of its own."""
    component = instance.component
    return instance.watched and component.kind != "library" and bool(component.scrape or component.exporter)


def _config(stack: Stack, jobs: list[dict[str, object]]) -> dict[str, object]:
    interval = spell(float(stack.values["scrape_interval_seconds"]))
    return {
        "global": {
            "scrape_interval": interval,
            "scrape_timeout": spell(min(10.0, float(stack.values["scrape_interval_seconds"]))),
            "evaluation_interval": interval,
            "external_labels": {"environment": stack.environment},
        },
        "rule_files": ["rules/*.yaml", "rules/local/*.yaml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": ["alertmanager:9093"]}]}]},
        "scrape_configs": jobs,
    }


def _job(stack: Stack, instance: Instance) -> dict[str, object]:
    scrape_as = instance.component.scrape or Scrape()
    job: dict[str, object] = {"job_name": instance.job}
    if scrape_as.interval:
        job["scrape_interval"] = scrape_as.interval
    if scrape_as.timeout:
        job["scrape_timeout"] = scrape_as.timeout
    if scrape_as.path != "/metrics":
        job["metrics_path"] = scrape_as.path
    if scrape_as.params:
        job["params"] = {name: list(values) for name, values in scrape_as.params.items()}
    job["static_configs"] = [{"targets": targets(stack, instance), "labels": target_labels(stack, instance)}]
    if scrape_as.relabel:
        job["relabel_configs"] = [_relabel(stack, instance, rule) for rule in scrape_as.relabel]
    return job


def _relabel(stack: Stack, instance: Instance, rule: Mapping[str, object]) -> dict[str, object]:
    names = template_names(stack, instance)
    return {key: fill(value, **names) if isinstance(value, str) else value for key, value in rule.items()}


def targets(stack: Stack, instance: Instance) -> list[str]:
    """The addresses that Prometheus asks for this instance's metrics."""
    component = instance.component
    if component.scrape and component.scrape.targets:
        filled = (fill(target, **template_names(stack, instance)) for target in component.scrape.targets)
        return [target for text in filled for target in text.split() if target]
    if component.exporter and _stands_beside(component):
        return [str(instance.values.get("exporter_address") or f"{container(instance)}:{component.exporter.port}")]
    return [instance.address]


def container(instance: Instance) -> str:
    """The name of the pack's container for this instance."""
    return f"{instance.id}-exporter" if _stands_beside(instance.component) else instance.id


def _stands_beside(component: Component) -> bool:
    """Whether the exporter is a container of its own, beside what it measures."""
    return component.kind != "platform" or bool(component.containers)


def target_labels(stack: Stack, instance: Instance) -> dict[str, str]:
    """The labels of every series of the instance. `instance` is the server's address, not its exporter's."""
    labels = pack_labels(stack)
    own_targets = instance.component.scrape is not None and bool(instance.component.scrape.targets)
    if instance.address and not own_targets:
        labels["instance"] = instance.address
    return labels
