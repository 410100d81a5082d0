"""The secrets of a pack as `init` writes it: who needs one can read it, as the user that its container has."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.live.conftest import IMAGES, sample
from tests.stacks import confined

pytestmark = pytest.mark.live


def test_alertmanager_reads_the_secrets_of_its_receivers(tmp_path: Path) -> None:
    """A proving run has receivers of its own; what the user's would read is looked at here."""
    pack = sample(tmp_path, "receiver_critical=pagerduty", "receiver_info=slack") / "observability"
    for file in (pack / "secrets").iterdir():
        file.write_text(f"the secret of {file.name}\n")
    assert (pack / "secrets").stat().st_mode & 0o077 == 0, "others on this machine are kept out"
    service = yaml.safe_load((pack / "compose.yaml").read_text())["services"]["alertmanager"]
    wanted = {word for word in (pack / "alertmanager/alertmanager.yml").read_text().split() if "-secrets/" in word}
    assert len(wanted) == 4
    image = yaml.safe_load(IMAGES.read_text())["images"][service["image"]]
    options = ["--rm", *confined(service), "--entrypoint", "cat"]
    mounts = [each.replace("./", f"{pack}/", 1) for each in service["volumes"] if each.startswith("./")]
    options += [part for each in mounts for part in ("-v", each)]
    command = ["docker", "run", *options, image, *sorted(wanted)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"the secret of {path.rpartition('/')[2]}" for path in sorted(wanted)]
