"""Filebeat as the compose file of a pack starts it: its health check, with files that belong to whoever has the pack."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from obsboot.catalog import Catalogue
from obsboot.render import render
from tests.logs.conftest import ENGINES
from tests.logs.filebeat import HOME
from tests.stacks import confined, stack_of

pytestmark = pytest.mark.live
SOMEBODY = 1000


@pytest.fixture
def pack(catalogue: Catalogue, tmp_path: Path) -> dict[str, str]:
    stack = stack_of(catalogue, logs="elasticsearch", log_path="ingest")
    return {file.path.removeprefix(f"{stack.directory}/"): file.text for file in render(stack)}


def asked(service: dict[str, Any], config: Path, **instead: str) -> subprocess.CompletedProcess[str]:
    """The health check, as the service's user, with its environment and what it may do."""
    image = yaml.safe_load(ENGINES.read_text())["engines"]["filebeat"]
    environment = service["environment"] | instead
    options = [part for name, value in environment.items() for part in ("-e", f"{name}={value}")]
    command = ["docker", "run", "--rm", *confined(service), "-v", f"{config}:{HOME}/filebeat.yml:ro", *options]
    kind, *words = service["healthcheck"]["test"]
    assert kind == "CMD"
    done = [*command, "-v", f"{HOME}/data", image, *words]
    return subprocess.run(done, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="files can be given to somebody else by root alone")
def test_it_is_well_with_a_configuration_that_belongs_to_somebody_else(pack: dict[str, str], tmp_path: Path) -> None:
    service = yaml.safe_load(pack["compose.yaml"])["services"]["filebeat"]
    config = tmp_path / "filebeat.yml"
    config.write_text(pack["filebeat/filebeat.yml"])
    config.chmod(0o664)
    os.chown(config, SOMEBODY, SOMEBODY)
    done = asked(service, config)
    assert done.returncode == 0, done.stdout + done.stderr
    refused = asked(service, config, BEAT_STRICT_PERMS="true")
    assert "must be owned by" in refused.stdout + refused.stderr
