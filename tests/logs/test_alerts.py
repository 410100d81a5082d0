"""Every alert on logs, by the real ElastAlert and a real store: quiet below its limit, told above it, with its labels.

The documents are those of the formats' own samples, copied into a window of the past for each alert.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from obsboot.catalog import Catalogue, load
from obsboot.catalog.logformats import samples
from obsboot.logs.documents import put
from obsboot.logs.mappings import mapping
from obsboot.logs.reading import read
from obsboot.model import Instance, LogAlert, LogSignal, Stack
from obsboot.promql.rewriting import seconds_of
from obsboot.render.elastalert import elastalert, limit, log_alerts
from obsboot.render.log_panels import documents
from obsboot.render.logged import logged
from tests.logs.conftest import ENGINES, Server, installation, objects, running, stream_of, wait_for
from tests.stacks import stack_of

pytestmark = pytest.mark.live

ELASTALERT = Path(os.environ.get("OBSBOOT_ELASTALERT", Path(__file__).parents[2] / "build/elastalert/bin"))
IMAGES = ENGINES.with_name("images.yaml")
ALERTS = sorted({alert.name for component in load().values() for alert in component.log_alerts.values()})
NDJSON = {"Content-Type": "application/x-ndjson"}
QUIET, LOUD = "quiet", "loud"
APART = timedelta(hours=3)
"""Between the windows of two alerts, so that none sees the documents of another."""
LOOK_BACK = 4
"""Windows that a comparison of two needs: it first has to have seen both of them whole."""


@pytest.fixture(scope="module")
def alertmanager(engine: Server) -> Iterator[str]:
    """A real Alertmanager, a fresh one for each store, with a route that keeps what it gets."""
    assert engine
    images = yaml.safe_load(IMAGES.read_text())["images"]
    image = next(used for official, used in images.items() if official.startswith("prom/alertmanager:v0.3"))
    with running("alertmanager", image, 9093) as (_, url):
        wait_for(f"{url}/-/ready")
        yield url


@pytest.fixture(scope="module")
def stack(engine: Server, catalogue: Catalogue) -> Stack:
    """A service of its own: what is indexed here is in nobody's way."""
    assert engine
    return stack_of(catalogue, service="bells", logs="elasticsearch", log_path="ingest")


@pytest.fixture(scope="module")
def installed(engine: Server, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return installation(engine, objects(stack, tmp_path_factory.mktemp(f"bells-{engine.name}")))


@pytest.fixture(scope="module")
def rules(engine: Server, stack: Stack, alertmanager: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack's rules and configuration, with the addresses of this run; what else differs is the password."""
    folder = tmp_path_factory.mktemp("elastalert")
    for file in elastalert(stack):
        data = yaml.safe_load(file.text)
        path = folder / file.path.partition("/elastalert/")[2]
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.name == "config.yaml":
            host, _, port = engine.url.removeprefix("http://").partition(":")
            data |= {"es_host": host, "es_port": int(port), "rules_folder": str(folder / "rules")}
            del data["es_username"], data["es_password"]
        else:
            assert data["alertmanager_hosts"] == ["http://alertmanager:9093"]
            data["alertmanager_hosts"] = [alertmanager]
        path.write_text(yaml.safe_dump(data))
    run("elastalert-create-index", "--config", str(folder / "config.yaml"), "--recreate", "False")
    return folder


def run(program: str, *arguments: str) -> str:
    done = subprocess.run([ELASTALERT / program, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def windows(stack: Stack) -> dict[str, datetime]:
    """The end of the quiet window of each alert; the loud one ends an hour later."""
    now = datetime.now(UTC).replace(microsecond=0)
    names = [f"{instance.id}/{alert.name}" for instance, alert in log_alerts(stack)]
    return {name: now - APART * (index + 1) for index, name in enumerate(names)}


@dataclass(frozen=True)
class Bench:
    """All that a trial needs. `ends` is the end of the quiet window of each alert; the loud one ends an hour later."""

    engine: Server
    stack: Stack
    rules: Path
    alertmanager: str
    ends: dict[str, datetime]

    def told(self, instance: Instance, name: str) -> list[dict[str, Any]]:
        """What Alertmanager has of the alert."""
        every = requests.get(f"{self.alertmanager}/api/v2/alerts", timeout=10).json()
        wanted = (name, instance.component.id)
        return [each for each in every if (each["labels"]["alertname"], each["labels"].get("component")) == wanted]


@pytest.fixture(scope="module")
def bench(engine: Server, stack: Stack, installed: dict[str, str], rules: Path, alertmanager: str) -> Bench:
    assert installed
    return Bench(engine, stack, rules, alertmanager, windows(stack))


@pytest.mark.parametrize("name", ALERTS)
def test_it_is_quiet_below_its_limit_and_told_above_it(name: str, bench: Bench) -> None:
    stack = bench.stack
    instance, alert = next((i, each) for i, each in log_alerts(stack) if each.name == name)
    rule = bench.rules / "rules" / f"{instance.id}-{alert.name}.yaml"
    end = bench.ends[f"{instance.id}/{alert.name}"]
    for loudness, moment in ((QUIET, end), (LOUD, end + timedelta(hours=1))):
        index(bench.engine, stack, instance, alert, loudness, moment)
        start = moment - timedelta(seconds=seconds_of(alert.window) * (LOOK_BACK if alert.jumps else 1))
        said = run(
            "elastalert-test-rule", "--config", str(bench.rules / "config.yaml"), "--alert",
            "--start", stamp(start), "--end", stamp(moment), str(rule),
        )  # fmt: skip
        told = bench.told(instance, name)
        assert bool(told) == (loudness == LOUD), f"{loudness}: {told}\n{said}"
    expected = {"service": stack.service, "team": stack.team, "environment": stack.environment}
    expected |= {"severity": alert.severity, "job": instance.job}
    assert expected.items() <= told[0]["labels"].items()
    assert told[0]["annotations"]["runbook"].endswith(f"{name}.md")


def index(engine: Server, stack: Stack, instance: Instance, alert: LogAlert, loudness: str, end: datetime) -> None:
    """As many documents as are just too few, or just enough, within the window that ends then."""
    signal = instance.component.log_signals[alert.log]
    window = seconds_of(alert.window)
    lines: list[str] = []
    for document, count, before in wanted(engine, stack, instance, alert, signal, loudness):
        for number in range(count):
            moment = end - timedelta(seconds=1 + before * window + (window - 2) * number / max(count, 1))
            body = json.loads(json.dumps(document)) | {"@timestamp": stamp(moment)}
            lines += [json.dumps({"create": {"_index": body.pop("_stream")}}), json.dumps(body)]
    if not lines:
        return
    data = ("\n".join(lines) + "\n").encode()
    # They are read already; the pack's pipeline would give them back the times of their lines.
    answer = engine.ask(
        "POST", "_bulk?refresh=true&pipeline=_none", data=data, headers={"Content-Type": "application/x-ndjson"}
    )
    assert not answer["errors"], [item for item in answer["items"] if item["create"]["status"] >= 300][:2]


Wanted = tuple[dict[str, Any], int, int]
"""A document, how often, and how many windows before the last."""


def wanted(
    engine: Server, stack: Stack, instance: Instance, alert: LogAlert, signal: LogSignal, loudness: str
) -> Iterator[Wanted]:  # fmt: skip
    number, loud = limit(stack, instance, alert), loudness == LOUD
    fits = Documents(engine, stack, instance)
    hit = fits.one(documents(stack, instance, signal), alert.by)
    if alert.jumps is not None:
        base = max(1, math.ceil(alert.at_least))
        for before in range(1, LOOK_BACK):
            yield hit, base, before
        yield hit, math.ceil(base * number) + 1 if loud else base, 0
    elif signal.number == "count":
        yield hit, math.floor(number) + 1 if loud else math.floor(number), 0
    elif signal.number == "share":
        inside = fits.one(f"{documents(stack, instance, signal)} AND ({signal.of})", alert.by)
        outside = fits.one(f"{documents(stack, instance, signal)} AND NOT ({signal.of})", alert.by)
        among = max(math.ceil(alert.at_least), math.ceil(2 / number))
        few = math.floor(among * number)
        yield inside, (few + 1) * 2 if loud else few, 0
        yield outside, among - few, 0
    else:
        body = json.loads(json.dumps(hit))
        put(body, signal.of, number * 1.1 if loud else number * 0.9)
        yield body, max(10, math.ceil(alert.at_least)), 0


class Documents:
    """The documents of all samples, of which one is chosen by a search in the store itself."""

    def __init__(self, engine: Server, stack: Stack, instance: Instance) -> None:
        self.engine, self.stack = engine, stack
        self.instances = [instance] if instance.component.logs else list(logged(stack))

    def one(self, query: str, by: str) -> dict[str, Any]:
        """A document that the query finds; its field `by` is there, if asked."""
        candidates = list(self._all())
        stream = f"logs-trial-{uuid.uuid4().hex[:8]}"
        self._keep(candidates, stream)
        needed = [{"exists": {"field": by}}] if by else []
        found = self.engine.search(stream, {"bool": {"filter": [{"query_string": {"query": query}}, *needed]}}, size=1)
        self.engine.ask("DELETE", stream)
        hits = found["hits"]["hits"]
        assert hits, f"no sample of any format fulfils {query}"
        return candidates[int(hits[0]["_id"])]

    def _all(self) -> Iterator[dict[str, Any]]:
        for instance in self.instances:
            formats = list(instance.component.logs.values())
            dataset = stream_of(self.stack, instance).split("-")
            for format_ in formats:
                for sample in samples(format_):
                    document = read(formats, {"message": sample.entry})
                    document["data_stream"] = {"type": "logs", "dataset": dataset[1], "namespace": dataset[2]}
                    put(document, "event.module", instance.id)
                    yield document | {"_stream": "-".join(dataset)}

    def _keep(self, candidates: list[dict[str, Any]], stream: str) -> None:
        """In an index that has the mapping of all fields."""
        fields = dict(self.stack.log_fields)
        for instance in self.instances:
            fields |= instance.component.log_fields()
        self.engine.ask("PUT", stream, json={"mappings": mapping(fields.values())})
        lines: list[str] = []
        for number, document in enumerate(candidates):
            body = {key: value for key, value in document.items() if key != "_stream"}
            lines += [json.dumps({"index": {"_id": str(number)}}), json.dumps(body)]
        data = ("\n".join(lines) + "\n").encode()
        answer = self.engine.ask("POST", f"{stream}/_bulk?refresh=true", data=data, headers=NDJSON)
        assert not answer["errors"]


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{moment.microsecond // 1000:03d}Z"
