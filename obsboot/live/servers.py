"""Own instances of the servers and of the service, in the versions that the answers name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from obsboot.catalog import locate
from obsboot.live.containers import Box, Died, Marks
from obsboot.live.edits.logs import own_tag
from obsboot.live.engine import Engine
from obsboot.live.filled import live_text, pack_file
from obsboot.live.images import Images, read_context
from obsboot.live.waiting import TimedOut, wait_for
from obsboot.model import Container, Exit, Instance, Recipe, Stack, Step
from obsboot.render.context import settings_of
from obsboot.render.logs.filebeat import container_logging
from obsboot.render.logs.logged import logged

READY_SECONDS = 120.0
MAIN = ("server", "service")
"""The containers of a recipe that stand for the instance itself."""


@dataclass(slots=True)
class Site:
    """Where the run's containers live: its networks, its folder, its secrets, the files of the pack."""

    engine: Engine
    images: Images
    marks: Marks
    stack: Stack
    folder: Path
    networks: tuple[str, ...]
    secrets: Mapping[str, str]
    texts: Mapping[str, str]
    stopping: Any
    made: int = field(default=0)

    def interpolated(self, text: str) -> str:
        """`text` with `${NAME}` replaced by that secret of the run."""
        return re.sub(r"\$\{(\w+)\}", lambda found: self.secrets.get(found[1], found[0]), text)


def again(site: Site, instance: Instance, recipe: Recipe, name: str, boxes: Mapping[str, Box]) -> None:
    """Wait for a restarted container and prepare it anew: what setup did may have lived in memory only."""
    _wait_ready(site, boxes[name], recipe.containers[name])
    for step in recipe.setup:
        if step.on == name:
            _prepare(site, instance, boxes, step)


def start(site: Site, instance: Instance, recipe: Recipe) -> dict[str, Box]:
    """The instance's containers, ready and prepared. Raises Unavailable, Died, TimedOut or ObsbootError."""
    boxes = {name: _create(site, instance, each) for name, each in recipe.containers.items()}
    for box in boxes.values():
        box.container.start()
    for name, each in recipe.containers.items():
        _wait_ready(site, boxes[name], each)
    for step in recipe.setup:
        _prepare(site, instance, boxes, step)
    return boxes


def _create(site: Site, instance: Instance, container: Container) -> Box:
    name = f"{site.marks.run}-{instance.id}-{container.name}"
    aliases = [f"{instance.id}-{container.name}"]
    if container.name in MAIN and instance.address:
        aliases.append(instance.address.rpartition(":")[0])
    # Workloads and faults are started inside: without an init nobody would reap them.
    options = {"init": True} | {key: value for key, value in container.options.items() if key != "pack_files"}
    api = site.engine.client.api
    endpoint = {site.networks[0]: api.create_endpoint_config(aliases=aliases)} if site.networks else None
    made = site.engine.client.containers.create(
        _image(site, instance, container),
        [site.interpolated(word) for word in _command(instance, container)] or None,
        name=name,
        hostname=container.name,
        environment={key: site.interpolated(text) for key, text in container.environment.items()},
        labels=site.marks.labels(),
        mem_limit=container.memory,
        volumes=list(_mounts(site, name, container)),
        ports={f"{container.port}/tcp": ("127.0.0.1", None)} if container.port else {},
        network=site.networks[0] if site.networks else None,
        networking_config=endpoint,
        **_logging(site, instance, container),
        **options,
    )
    for network in site.networks[1:]:
        site.engine.client.networks.get(network).connect(made, aliases=aliases)
    return Box(site.engine, made, f"{instance.id}: {container.name}", container.port)


def _logging(site: Site, instance: Instance, container: Container) -> dict[str, Any]:
    """The container's lines are read where the pack reads those of the server that it stands for."""
    is_read = container.name in MAIN and instance.id in {each.id for each in logged(site.stack)}
    return {"log_config": log_options(site, instance)} if is_read else {}


def log_options(site: Site, instance: Instance) -> dict[str, Any]:
    """The logging of a container whose lines are the instance's, in the words of the engine's API."""
    said = container_logging(site.stack, instance)
    options = {**said["options"], "tag": own_tag(site.marks.run, said["options"]["tag"])}
    return {"Type": said["driver"], "Config": options}


def _image(site: Site, instance: Instance, container: Container) -> str:
    if not container.build:
        return site.images.fetch(container.image)
    context = read_context(locate(instance.component, f"live/{container.build}"))
    given: Any = container.options.get("pack_files", {})
    text_of = pack_file(site.stack, site.texts)
    context |= {str(name): text_of(str(path)).encode() for name, path in dict(given).items() if path}
    return site.images.build(instance.component.id, context)


def _command(instance: Instance, container: Container) -> Iterator[str]:
    yield from container.command
    for name, value in settings_of(instance).items():
        yield from (word.format(name=name, value=value) for word in container.settings)


def _mounts(site: Site, name: str, container: Container) -> Iterator[str]:
    """The container's files, written to the run's folder and mounted read-only."""
    for number, (path, text) in enumerate(container.files.items()):
        own = site.folder / "files" / name / str(number)
        own.parent.mkdir(parents=True, exist_ok=True)
        own.parent.chmod(0o755)
        own.write_text(text, encoding="utf-8")
        own.chmod(0o755 if path.endswith(".sh") else 0o644)
        yield f"{own}:{path}:ro"


def _wait_ready(site: Site, box: Box, container: Container) -> None:
    seen = ""

    def ready() -> bool:
        nonlocal seen
        state = box.state()
        if state.startswith(("exited", "dead", "gone")):
            raise Died(f"{box.what} {state}\n{box.last_lines()}", code=Exit.COULD_NOT_CHECK)
        if not container.ready:
            seen = state
            return state == "running" or state.endswith(", healthy")
        done = box.run(container.ready, seconds=10)
        seen = f"{' '.join(container.ready)}: {done.output[-200:] or done.code}"
        return done.code == 0

    try:
        wait_for(f"{box.what} is ready", ready, READY_SECONDS, site.stopping, lambda: seen)
    except TimedOut as error:
        raise Died(f"{error.message}\n{box.last_lines()}", code=Exit.COULD_NOT_CHECK) from None


def _prepare(site: Site, instance: Instance, boxes: Mapping[str, Box], step: Step) -> None:
    stdin = ""
    if step.pack_file:
        stdin = pack_file(site.stack, site.texts)(step.pack_file)
    elif step.script:
        stdin = live_text(instance, step.script)
    command = [site.interpolated(word) for word in step.run]
    done = boxes[step.on].run(command, stdin, dict(site.secrets))
    if done.code:
        what = step.pack_file or step.script or "the setup"
        raise Died(
            f"{boxes[step.on].what}: {what} (`{' '.join(step.run)}`) ended with {done.code}: {done.output[-600:]}",
            code=Exit.FAILED,
        )
