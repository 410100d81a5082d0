"""What a panel shows of two scrapes of a real exporter: its own expression, evaluated by the real promtool."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import yaml

from obsboot.catalog import Inventory
from obsboot.model import Signal, Stack
from obsboot.promql import selectors
from obsboot.render.compose import compose
from tests.logs.conftest import ENGINES, docker, running, wait_for

MINUTES = 6
"""Between the two scrapes, in the time of the evaluation: a window of five minutes lies within."""
SECONDS = 60 * MINUTES
DECIMALS = 6
TARGET = {"job": "store", "instance": "exporter", "service": "shop-api", "environment": "production"}

_SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

Scrape = Mapping[str, float]
"""Values by series, as written in an exposition."""


@dataclass(frozen=True)
class Exporter:
    """An exporter that runs; of the series of indices only those of one service are looked at."""

    url: str
    container: str
    service: str

    def scrape(self) -> Scrape:
        """Everything that it exposes now. Times become ages against the end of the evaluation, which begins at 0."""
        text = requests.get(f"{self.url}/metrics", timeout=30).text
        found = {name + (labels or ""): float(value) for name, labels, value in _SAMPLE.findall(text)}
        moved = time.time() - SECONDS
        own = {s: v for s, v in found.items() if 'index="' not in s or self.service in s}
        return {s: round(v - moved, 3) if is_time(s) else v for s, v in own.items()}


def is_time(series: str) -> bool:
    """Whether its value is a point in time."""
    return series.partition("{")[0].endswith("_timestamp_seconds")


def names(scrape: Scrape) -> set[str]:
    """The metric names of a scrape."""
    return {series.partition("{")[0] for series in scrape}


def images() -> dict[str, str | None]:
    """What runs here in place of what."""
    found: dict[str, str | None] = yaml.safe_load(ENGINES.with_name("images.yaml").read_text())["images"]
    return found


def image_of(official: str) -> str:
    """What runs instead of an image; a test that needs one that cannot be had is skipped."""
    found = images().get(official)
    if found is None:
        pytest.skip(f"image {official} is not available")
    return found


@contextmanager
def exporting(official: str, store: str, command: Sequence[str], service: str) -> Iterator[Exporter]:
    """The exporter with the command of a pack, asking the store at `store`."""
    flags = [f"--es.uri={store}", *(flag for flag in command if not flag.startswith("--es.uri="))]
    with running("exporter", image_of(official), 9114, command=flags) as (name, url):
        wait_for(f"{url}/healthz", seconds=30)
        yield Exporter(url, name, service)


def exporter_command(stack: Stack) -> list[str]:
    """The exporter's command, as the pack says it."""
    text = next(file.text for file in compose(stack) if file.path.endswith("compose.yaml"))
    found: list[str] = yaml.safe_load(text)["services"]["log-store-exporter"]["command"]
    return found


def address(container: str) -> str:
    """Where other containers reach the store."""
    where = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    return f"http://{docker('inspect', '-f', where, container)}:9200"


@dataclass(frozen=True)
class Seen:
    """What one signal has to show at the end: values by the labels that it keeps beside those of the target."""

    signal: Signal
    values: Mapping[tuple[tuple[str, str], ...], float]
    kept: tuple[str, ...] = ("job", "instance")


def shown(
    folder: Path, prometheus: str, known: Inventory, first: Scrape, last: Scrape, expected: Sequence[Seen]
) -> str:
    """What promtool finds wrong with what the signals show; empty where they show what is expected.

    Counters grow evenly from the first scrape to the last, everything else is as the last one has it.
    """
    read = {s.name for each in expected for s in selectors(each.signal.expr)}
    grown = {name: value - first.get(name, value) for name, value in last.items() if name.partition("{")[0] in read}
    series = [_series(name, last[name], growth, known) for name, growth in grown.items()]
    test = {
        "interval": "1m",
        "input_series": [*series, _series("up", 1, 0, known)],
        "promql_expr_test": [_expectation(each) for each in expected],
    }
    return _judged(folder, prometheus, {"rule_files": [], "tests": [test]})


def firing(folder: Path, prometheus: str, rules: Path, job: str, scrape: Scrape) -> set[str]:
    """The alerts of the rules that fire where all has been as in the scrape for an hour and a half."""
    target = {**TARGET, "job": job}
    series = [
        {"series": f"{metric}{{{_written({**dict(_LABEL.findall(labels)), **target})}}}", "values": f"{value}x90"}
        for metric, _, labels, value in ((*name.partition("{"), value) for name, value in {**scrape, "up": 1}.items())
    ]
    shutil.copy(rules, folder / "rules.yaml")
    none = {"expr": 'count by (alertname) (ALERTS{alertstate="firing"})', "eval_time": "90m", "exp_samples": []}
    test = {"interval": "1m", "input_series": series, "promql_expr_test": [none]}
    said = _judged(folder, prometheus, {"rule_files": ["rules.yaml"], "tests": [test]})
    found = set(re.findall(r'\{alertname="(\w+)"\}', said))
    assert found or not said, said
    return found


def _judged(folder: Path, prometheus: str, tests: Mapping[str, object]) -> str:
    """What promtool finds wrong; empty where nothing is."""
    whole = {"evaluation_interval": "1m", "fuzzy_compare": True, **tests}
    (folder / "test.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
    folder.chmod(0o755)
    command = ["docker", "run", "--rm", "-v", f"{folder}:/seen:ro", "--entrypoint", "promtool", image_of(prometheus)]
    done = subprocess.run(
        [*command, "test", "rules", "/seen/test.yaml"], capture_output=True, text=True, timeout=120, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _series(name: str, value: float, growth: float, known: Inventory) -> dict[str, str]:
    metric, _, labels = name.partition("{")
    own = {**dict(_LABEL.findall(labels)), **TARGET}
    start, step = (0.0, growth / MINUTES) if known.type_of(metric) == "counter" else (value, 0.0)
    return {"series": f"{metric}{{{_written(own)}}}", "values": f"{start}+{step}x{MINUTES}"}


def _expectation(seen: Seen) -> dict[str, object]:
    """Compared at six decimals: promtool forgives the last bit alone, and a rate is a quotient of sums."""
    kept = {name: TARGET[name] for name in seen.kept}
    samples = [
        {"labels": f"{{{_written({**kept, **dict(labels)})}}}", "value": round(value, DECIMALS)}
        for labels, value in seen.values.items()
    ]
    return {"expr": f"round({seen.signal.expr}, 1e-{DECIMALS})", "eval_time": f"{MINUTES}m", "exp_samples": samples}


def _written(labels: Mapping[str, str]) -> str:
    return ", ".join(f'{name}="{value}"' for name, value in labels.items())
