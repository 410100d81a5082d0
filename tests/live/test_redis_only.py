"""The smallest stack through the whole proof: Prometheus up, a truth, an alert fired, delivered and resolved."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from obsboot.catalog import Catalogue
from obsboot.live import Options, validate
from obsboot.live.engine import RUN_LABEL, connect
from obsboot.live.options import read_images
from obsboot.model import Answers, Pack, Report
from obsboot.render import render
from obsboot.stack import resolve

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Report:
    root = tmp_path_factory.mktemp("repository")
    answers = Answers(
        {"service": "shop-api", "team": "shop", "environment": "test", "mode": "own-stack"},
        {"redis": {"component": "redis", "role": "cache"}},
    )
    stack = resolve(answers, catalogue)
    files = render(stack)
    for file in files:
        path = root / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    images, registries = read_images(Path(os.environ["OBSBOOT_IMAGES"])) if "OBSBOOT_IMAGES" in os.environ else ({}, {})
    pack = Pack(root, stack, {file.path: file.text for file in files})
    return validate(pack, Options(images=images, registries=registries))


def outcome(report: Report, check: str, subject: str) -> str:
    found = [result for result in report.results if (result.check, result.subject) == (check, subject)]
    assert len(found) == 1, f"{check} {subject}: {found}"
    return found[0].outcome


def test_the_target_is_up(report: Report) -> None:
    assert outcome(report, "live/target", "redis/shop-api-redis") == "passed"


def test_the_hit_rate_is_the_workloads_own(report: Report) -> None:
    assert outcome(report, "live/truth", "redis/hit_rate") == "passed"


def test_the_alert_fired_was_delivered_and_resolved(report: Report) -> None:
    result = next(r for r in report.results if (r.check, r.subject) == ("live/alert", "redis/RedisHitRateLow"))
    assert result.outcome == "passed", result.reason
    times = result.detail["times"]
    assert isinstance(times, dict)
    order = [times[name] for name in ("injected", "pending", "firing", "delivered", "undone", "resolve_delivered")]
    assert order == sorted(order)


def test_nothing_fired_on_the_healthy_stack(report: Report) -> None:
    assert outcome(report, "live/soak", "healthy load") == "passed"


def test_the_prediction_holds(report: Report) -> None:
    length, predicted = report.facts["length"], report.facts["predicted"]
    assert isinstance(length, float)
    assert isinstance(predicted, float)
    assert length <= 1.3 * predicted


def test_nothing_stays_behind(report: Report) -> None:
    engine = connect()
    mine = [
        c for c in engine.labelled("containers", RUN_LABEL) if str(os.getpid()) in c.labels["obsboot.owner"].split()
    ]
    assert report.results
    assert not mine
