"""The real Filebeat in a container, with a pack's own filebeat.yml: it follows files, and writes into a store beside it."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.logs.conftest import ENGINES, Server, docker, until

HOME = "/usr/share/filebeat"
MOST_SECONDS = 180


@dataclass(frozen=True)
class Filebeat:
    """One that runs, in the network of its store's container; its registry tells how far it has got."""

    container: str
    registry: Path

    def stats(self) -> dict[str, int]:
        """Its own numbers of its output's events since it started: `acked`, `duplicates`, `dropped`, and others."""
        told = json.loads(docker("exec", self.container, "curl", "-fsS", "http://127.0.0.1:5066/stats"))
        return dict(told["libbeat"]["output"]["events"])

    def wait_until_read(self, files: Mapping[str, Path], seconds: float = MOST_SECONDS) -> None:
        """Until it has sent all that stands in each file, which is told by the id of its input."""

        def behind() -> list[str]:
            done = self._offsets()
            return [name for name, file in files.items() if done.get((name, file.name)) != file.stat().st_size]

        until(lambda: not behind(), seconds)

    def _offsets(self) -> dict[tuple[str, str], int]:
        """Up to which byte lines were acknowledged, by the id of the input and the name of the file."""
        log = self.registry / "registry" / "filebeat" / "log.json"
        entries = [json.loads(line) for line in log.read_text().splitlines()] if log.is_file() else []
        found = {}
        for entry in entries:
            if entry.get("v", {}).get("cursor"):
                name = entry["k"].split("::")[1]
                found[name, Path(entry["v"]["meta"]["source"]).name] = entry["v"]["cursor"]["offset"]
        return found


@contextmanager
def shipping(engine: Server, config: Path, registry: Path, *volumes: str) -> Iterator[Filebeat]:
    """Filebeat for as long as lines are to be shipped; the registry outlives it.

    In a pack Logstash stands between it and OpenSearch, which it refuses: here that one tells the version it descends from.
    """
    image = yaml.safe_load(ENGINES.read_text())["engines"]["filebeat"]
    name = f"obsboot-logs-filebeat-{uuid.uuid4().hex[:8]}"
    registry.mkdir(exist_ok=True)
    mounts = [f"{config}:{HOME}/filebeat.yml:ro", f"{registry}:{HOME}/data", *(f"{each}:ro" for each in volumes)]
    options = [
        "--network", f"container:{engine.container}", "--user", "0:0", "-e", "LOGS_WRITER_PASSWORD=known",
        *(part for mount in mounts for part in ("-v", mount)), image, "filebeat",
    ]  # fmt: skip
    output = 'output.elasticsearch.hosts=["http://127.0.0.1:9200"]'
    try:
        with descended(engine):
            docker("run", "-d", "--name", name, *options, "-e", "--strict.perms=false", "-E", output)
            yield Filebeat(name, registry)
            docker("stop", "--time", "20", name)
    finally:
        docker("rm", "-f", "-v", name)


@contextmanager
def descended(engine: Server) -> Iterator[None]:
    if engine.name != "opensearch":
        yield
        return
    setting = "compatibility.override_main_response_version"
    engine.ask("PUT", "_cluster/settings", json={"transient": {setting: True}})
    yield
    engine.ask("PUT", "_cluster/settings", json={"transient": {setting: None}})


def forget(registry: Path) -> None:
    """As if Filebeat had never acknowledged a line."""
    shutil.rmtree(registry)
