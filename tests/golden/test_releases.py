"""A pack of every version that was released, edited by hand in every usual way, updates to the present."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
RELEASES = sorted(path.parent for path in HERE.glob("releases/*/*/.obsboot"))
TOKEN = re.compile(rb"byhand-[a-z]+")
THRESHOLD = re.compile(r"^(?P<before> +expr: .* [<>] )\d+(\.\d+)?$", re.MULTILINE)


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "obsboot", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)


def failures(root: Path) -> set[tuple[str, str, str]]:
    """Each error that `check` finds: its check, its file and what it says. That files were edited is none here."""
    report = json.loads(run(root, "check", "--json").stdout)
    assert not report["verdict"]["could_not_check"]
    found = [finding for result in report["results"] for finding in result["findings"]]
    return {(one["check"], one["path"], one["message"]) for one in found if is_error(one)}


def is_error(finding: dict[str, str]) -> bool:
    return finding["severity"] == "error" and finding["check"] != "state/manifest"


def board(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text())
    return read


def a_threshold(pack: Path) -> None:
    path = pack / "prometheus/rules/redis.yaml"
    text, count = THRESHOLD.subn(r"\g<before>0.123456 # byhand-threshold", path.read_text(), count=1)
    assert count
    path.write_text(text)


def a_panel(pack: Path) -> None:
    path = pack / "grafana/dashboards/host.json"
    document = board(path)
    panel = next(panel for panel in reversed(document["panels"]) if panel["type"] == "timeseries")
    place = {**panel["gridPos"], "y": panel["gridPos"]["y"] + 100}
    document["panels"].append({**panel, "id": 9001, "title": "byhand-panel", "gridPos": place})
    path.write_text(json.dumps(document, indent=2) + "\n")


def a_dashboard_saved_in_grafana(pack: Path) -> None:
    path = pack / "grafana/dashboards/grafana.json"
    document = board(path)
    panel = next(panel for panel in document["panels"] if panel["type"] != "row")
    panel["title"] = "byhand-title"
    exported = {**document, "id": 17, "version": document["version"] + 3}
    path.write_text(json.dumps(exported, indent=2, sort_keys=True))


def a_file_deleted(pack: Path) -> None:
    (pack / "runbooks/RedisDown.md").unlink()


def a_file_moved(pack: Path) -> None:
    (pack / "runbooks/ours").mkdir()
    path = (pack / "runbooks/HostDiskFull.md").rename(pack / "runbooks/ours/HostDiskFull.md")
    path.write_text(path.read_text() + "\nAsk byhand-moved first.\n")


def another_systems_line_ends(pack: Path) -> None:
    for path in (pack / "runbooks").glob("Prometheus*.md"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    path = pack / "README.md"
    path.write_bytes((path.read_bytes() + b"\nbyhand-readme\n").replace(b"\n", b"\r\n"))


def comments(pack: Path) -> None:
    for name, token in (("prometheus/prometheus.yml", "byhand-first"), ("compose.yaml", "byhand-second")):
        first, _, rest = (pack / name).read_text().partition("\n")
        (pack / name).write_text(f"{first}\n# {token} is why\n{rest}")
    overrides = pack / "overrides.yaml"
    overrides.write_text(overrides.read_text() + "# byhand-seed\n")


def secrets(pack: Path) -> None:
    (pack / ".env").write_text("TOKEN=byhand-secret\n")
    (pack / ".env").chmod(0o600)


CORPUS = (
    a_threshold, a_panel, a_dashboard_saved_in_grafana, a_file_deleted, a_file_moved, another_systems_line_ends, comments,
    secrets,
)  # fmt: skip
TOKENS = {
    b"byhand-" + name
    for name in (
        b"threshold", b"panel", b"title", b"moved", b"readme", b"first", b"second", b"seed", b"secret",
    )
}  # fmt: skip


def tokens(root: Path) -> set[bytes]:
    """What of the user's is in the tree, in its files or beside them; what `undo` has does not count."""
    paths = (path for path in root.rglob("*") if path.is_file() and path.relative_to(root).parts[0] != ".obsboot")
    return {token for path in paths for token in TOKEN.findall(path.read_bytes())}


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_an_edited_pack_of_a_released_version_updates_to_the_present(release: Path, tmp_path: Path) -> None:
    root = tmp_path / "repository"
    shutil.copytree(release, root)
    pack = root / "observability"
    for edit in CORPUS:
        edit(pack)
    assert tokens(root) == TOKENS
    failed = failures(root)

    for changed in ((), ("--set", "team=others")):
        done = run(root, "update", "--yes", *changed)
        assert done.returncode in (0, 3), done.stdout + done.stderr
        assert tokens(root) == TOKENS
        assert failures(root) <= failed
        assert (pack / ".env").read_text() == "TOKEN=byhand-secret\n"
        assert (pack / ".env").stat().st_mode & 0o777 == 0o600
        assert not (pack / "runbooks/RedisDown.md").exists()
        assert not (pack / "runbooks/HostDiskFull.md").exists()
        assert b"\r\n" in (pack / "README.md").read_bytes()
    rules = (pack / "prometheus/rules/redis.yaml").read_text()
    assert "team: others" in rules
    assert "0.123456 # byhand-threshold" in rules
    titles = [panel.get("title") for panel in board(pack / "grafana/dashboards/grafana.json")["panels"]]
    assert "byhand-title" in titles


def test_there_are_releases() -> None:
    assert {path.name for path in RELEASES} >= {"shop-api", "logs-by-pipelines"}
