"""The pack's own containers: pinned, limited, unprivileged, on loopback only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsboot.model import Exporter, GeneratedFile, Instance, Stack
from obsboot.render.alertmanager import receiver_files
from obsboot.render.context import brought, fill, flags_of, template_names
from obsboot.render.logs.filebeat import container_logging
from obsboot.render.logs.logged import logged
from obsboot.render.scrape import container
from obsboot.render.yaml import MANAGED, dump


def compose(stack: Stack) -> Iterator[GeneratedFile]:
    """`compose.yaml`, in own-stack mode only."""
    if not stack.owns_stack:
        return
    services = {name or container(i): _service(stack, i, each) for i, name, each in brought(stack)}
    data = {
        "name": f"{stack.service}-observability",
        "services": services,
        "networks": _networks(stack),
        "volumes": {name: {} for name in _named_volumes(services)},
    }
    text = dump(data, MANAGED, "Own additions are better kept in compose.override.yaml, which compose reads as well.")
    yield GeneratedFile(f"{stack.directory}/compose.yaml", text, "managed", "render/compose.yaml")


def exporters(stack: Stack) -> dict[str, dict[str, object]]:
    """The exporters as compose has them, for those who start them in a way of their own."""
    kept = ("image", "command", "environment", "volumes")
    found = {container(i): _service(stack, i, each) for i, name, each in brought(stack) if not name}
    return {name: {key: each[key] for key in kept if key in each} for name, each in found.items()}


def _service(stack: Stack, instance: Instance, exporter: Exporter) -> dict[str, object]:
    names = {**template_names(stack, instance), "receiver_files": receiver_files(stack)}

    def filled(texts: tuple[str, ...]) -> list[str]:
        return [text for text in (fill(text, **names) for text in texts) if text]

    service: dict[str, object] = {"image": fill(exporter.image, **names), "restart": "unless-stopped"}
    if exporter.user:
        service["user"] = exporter.user
    flags = flags_of(instance) if exporter is instance.component.exporter else ()
    command = [*filled(exporter.command), *filled(flags)]
    if command:
        service["command"] = command
    if exporter.environment:
        filled_in = {name: fill(text, **names) for name, text in exporter.environment.items()}
        service["environment"] = {name: text for name, text in filled_in.items() if text}
    if volumes := [volume for text in filled(exporter.volumes) for volume in text.split()]:
        service["volumes"] = volumes
    asked = exporter.published or (f"{instance.id}_port" if instance.component.kind == "platform" else "")
    if port := stack.values.get(asked):
        service["ports"] = [f"127.0.0.1:{port}:{exporter.port}"]
    if exporter.health:
        service["healthcheck"] = {"test": ["CMD", *exporter.health], "interval": "10s", "timeout": "5s", "retries": 6}
    if instance.component.kind == "platform" and exporter is instance.component.exporter and instance in logged(stack):
        service["logging"] = container_logging(stack, instance)
    return service | _confinement(exporter) | _networking(stack, exporter) | dict(exporter.options)


def _confinement(exporter: Exporter) -> dict[str, object]:
    return {
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "mem_limit": exporter.memory,
    }


def _networking(stack: Stack, exporter: Exporter) -> dict[str, object]:
    joins = exporter.joins_service and stack.values.get("network")
    return {"networks": ["observability", "service"] if joins else ["observability"]}


def _networks(stack: Stack) -> dict[str, object]:
    networks: dict[str, object] = {"observability": {}}
    if network := stack.values.get("network"):
        networks["service"] = {"external": True, "name": str(network)}
    return networks


def _named_volumes(services: Mapping[str, Mapping[str, object]]) -> list[str]:
    mounts = [str(v).split(":")[0] for s in services.values() for v in s.get("volumes", ())]  # type: ignore[attr-defined]
    return sorted({mount for mount in mounts if mount[0] not in "./~$"})
