"""The pack's own containers: pinned, limited, unprivileged, on loopback only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsboot.model import Exporter, GeneratedFile, Instance, Stack
from obsboot.render.context import fill, flags_of, template_names
from obsboot.render.scrape import container
from obsboot.render.yaml import MANAGED, dump


def compose(stack: Stack) -> Iterator[GeneratedFile]:
    """`compose.yaml`, in own-stack mode only."""
    if not stack.owns_stack:
        return
    watched = [i for i in stack.instances if i.component.exporter and i.watched]
    services = {container(i): _service(stack, i, i.component.exporter) for i in watched if i.component.exporter}
    data = {
        "name": f"{stack.service}-observability",
        "services": services,
        "networks": _networks(stack),
        "volumes": {name: {} for name in _named_volumes(services)},
    }
    text = dump(data, MANAGED, "Own additions are better kept in compose.override.yaml, which compose reads as well.")
    yield GeneratedFile(f"{stack.directory}/compose.yaml", text, "managed", "render/compose.yaml")


def _service(stack: Stack, instance: Instance, exporter: Exporter) -> dict[str, object]:
    names = template_names(stack, instance)

    def filled(texts: tuple[str, ...]) -> list[str]:
        return [text for text in (fill(text, **names) for text in texts) if text]

    service: dict[str, object] = {"image": exporter.image, "restart": "unless-stopped"}
    if exporter.user:
        service["user"] = exporter.user
    command = [*filled(exporter.command), *filled(flags_of(instance))]
    if command:
        service["command"] = command
    if exporter.environment:
        service["environment"] = {name: fill(text, **names) for name, text in exporter.environment.items()}
    if exporter.volumes:
        service["volumes"] = filled(exporter.volumes)
    if instance.component.kind == "platform" and (port := stack.values.get(f"{instance.id}_port")):
        service["ports"] = [f"127.0.0.1:{port}:{exporter.port}"]
    if exporter.health:
        service["healthcheck"] = {"test": ["CMD", *exporter.health], "interval": "10s", "timeout": "5s", "retries": 6}
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
