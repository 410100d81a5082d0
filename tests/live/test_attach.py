"""`obsboot validate --attach`: a stack that runs is read, with the pack that it runs and with one that it does not know."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from obsboot.live.engine import connect, remove
from tests.live.conftest import IMAGES, RUN_LABEL, Proof, obsboot, prove, sample

pytestmark = pytest.mark.live


@dataclass(frozen=True)
class Standing:
    """A repository, and a run of its pack that was kept: the run's proof and its servers' URLs."""

    repository: Path
    kept: Proof
    prometheus: str
    alertmanager: str

    def read(self, *options: str) -> Proof:
        report = self.repository.parent / "attached.json"
        done = obsboot("validate", "--attach", self.prometheus, "--report", str(report), *options, cwd=self.repository)
        assert report.exists(), done.stdout + done.stderr
        return Proof(done.returncode, done.stdout + done.stderr, json.loads(report.read_text()))


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    folder = tmp_path_factory.mktemp("attach")
    repository = sample(folder)
    kept = prove(repository, IMAGES, "--quick", "--keep")
    urls = kept.report["facts"]["urls"]
    try:
        yield Standing(repository, kept, urls["prometheus"], urls["alertmanager"])
    finally:
        remove(connect(), run_at(urls["prometheus"]))


def run_at(url: str) -> str:
    """The run whose container is published there."""
    publish = ("--filter", f"publish={urlsplit(url).port}", "--format", f'{{{{.Label "{RUN_LABEL}"}}}}')
    return subprocess.run(["docker", "ps", *publish], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def read(standing: Standing) -> Proof:
    before = sorted(path for path in standing.repository.rglob("*"))
    proof = standing.read("--attach-alertmanager", standing.alertmanager)
    assert sorted(path for path in standing.repository.rglob("*")) == before, "nothing is written"
    return proof


def test_targets_and_queries_are_those_of_the_run(standing: Standing, read: Proof) -> None:
    for check in ("live/target", "live/query"):
        seen, before = read.results(check), standing.kept.results(check)
        wrong = {name: r["reason"] for name, r in seen.items() if r["outcome"] in ("failed", "error")}
        assert wrong.keys() <= {name for name, r in before.items() if r["outcome"] == "skipped"}, wrong
        assert sum(r["outcome"] == "passed" for r in seen.values()) >= 8


def test_what_the_run_changed_in_the_rules_is_all_that_differs(standing: Standing, read: Proof) -> None:
    lowered = {
        c["what"].partition(".")[0] for c in standing.kept.report["facts"]["changes"] if c["kind"] == "thresholds"
    }
    findings = [finding for result in read.results("live/rules").values() for finding in result["findings"]]
    assert lowered
    assert {f["message"].partition(" ")[0] for f in findings if f["severity"] == "error"} == lowered
    assert {f["severity"] for f in findings if f["message"].startswith("other windows")} == {"warning"}


def test_every_alert_has_its_receiver_and_what_fires_has_arrived(standing: Standing, read: Proof) -> None:
    assert {r["outcome"] for r in read.results("live/receiver").values()} == {"passed"}
    assert read.results("live/alertmanager")[standing.alertmanager]["outcome"] == "passed"


def test_nothing_claims_more_than_was_read(standing: Standing, read: Proof) -> None:
    assert read.report["facts"]["on"] == f"your own stack ({standing.prometheus}), which was only read"
    assert {each["proof"] for each in read.report["proven"] if each["kind"] == "alert"} == {"written"}
    assert {each["kind"] for each in read.report["proven"] if each["proof"] == "live"} == {"target"}


def test_what_is_no_prometheus_ends_with_6_and_names_it(standing: Standing) -> None:
    for url in (standing.alertmanager, "http://127.0.0.1:9"):
        done = obsboot("validate", "--attach", url, cwd=standing.repository)
        assert (done.returncode, done.stdout) == (6, "")
        assert done.stderr.startswith(f"obsboot: --attach {url}: no Prometheus answers there")


def test_what_is_no_neighbour_could_not_be_checked(standing: Standing) -> None:
    other = standing.read("--attach-alertmanager", standing.prometheus, "--attach-grafana", standing.alertmanager)
    assert other.results("live/alertmanager")[standing.prometheus]["outcome"] == "error"
    assert other.results("live/grafana")[standing.alertmanager]["outcome"] == "error"


def test_a_prometheus_of_another_service_ends_with_6(standing: Standing, tmp_path: Path) -> None:
    elsewhere = sample(tmp_path, "service=elsewhere")
    done = obsboot("validate", "--attach", standing.prometheus, cwd=elsewhere)
    assert done.returncode == 6
    assert "neither a target nor a rule of service elsewhere" in done.stderr
