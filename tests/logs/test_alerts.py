"""Every alert on logs, by the real ElastAlert and a real store: quiet below its limit, told above it, with its labels.

The documents are those of the formats' own samples, copied into a window of the past for each alert. The stores that run
here have no users, so ElastAlert asks them through a real nginx that demands its name and password.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from obsboot.catalog import Catalogue, load
from obsboot.live.logs.loud import Stored, Trial, base_of, documents_for, told_time
from obsboot.live.logs.store import LogStore
from obsboot.model import Instance, LogAlert, Stack
from obsboot.promql.rewriting import seconds_of
from obsboot.render import render
from obsboot.render.logs.elastalert import elastalert, log_alerts
from obsboot.render.logs.logged import STORED, object_name
from tests.logs.conftest import ENGINES, Server, docker, installation, objects, running, wait_for
from tests.stacks import stack_of

pytestmark = pytest.mark.live

ELASTALERT = Path(os.environ.get("OBSBOOT_ELASTALERT", Path(__file__).parents[2] / "build/elastalert/bin"))
IMAGES = ENGINES.with_name("images.yaml")
EVERY = {a.name: c.log_signals[a.log] for c in load().values() for a in c.log_alerts.values()}
ALERTS = sorted(name for name, signal in EVERY.items() if not signal.off)
CLOCKS = sorted(EVERY.keys() - set(ALERTS))
QUIET, LOUD = "quiet", "loud"
PASSWORD = "told-by-the-environment"
GUARD = """\
server {{
    listen 9280;
    client_max_body_size 0;
    location / {{
        auth_basic store;
        auth_basic_user_file /etc/nginx/conf.d/users;
        proxy_pass http://{store}:9200;
        proxy_set_header Authorization "";
    }}
}}
"""
APART = timedelta(hours=3)
"""Between the windows of two alerts, so that none sees the documents of another."""
LOOK_BACK = 4
"""Windows that a comparison of two needs: it first has to have seen both of them whole."""


def image_of(official: str) -> str:
    """What runs here in place of the image whose name begins so."""
    images = yaml.safe_load(IMAGES.read_text())["images"]
    return str(next(used for name, used in images.items() if name.startswith(official)))


@pytest.fixture(scope="module")
def alertmanager(engine: Server) -> Iterator[str]:
    """A real Alertmanager, a fresh one for each store, with a route that keeps what it gets."""
    assert engine
    with running("alertmanager", image_of("prom/alertmanager:v0.3"), 9093) as (_, url):
        wait_for(f"{url}/-/ready")
        yield url


@contextmanager
def guarded(engine: Server, folder: Path, user: str) -> Iterator[str]:
    """The store behind a server that lets in this user alone, with the password."""
    address = docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", engine.container)
    texts = {"default.conf": GUARD.format(store=address), "users": f"{user}:{{PLAIN}}{PASSWORD}\n"}
    mounts = []
    for name, text in texts.items():
        (folder / name).write_text(text)
        mounts += ["-v", f"{folder / name}:/etc/nginx/conf.d/{name}:ro"]
    folder.chmod(0o755)
    with running("guard", image_of("nginx:1."), 9280, *mounts) as (_, url):
        wait_for(url, lambda answer: answer.status_code == 401)
        yield url


def environment(stack: Stack) -> dict[str, str]:
    """What the compose file gives ElastAlert; the one password for each variable that it leaves open."""
    (text,) = (file.text for file in render(stack) if file.path == f"{stack.directory}/compose.yaml")
    given = yaml.safe_load(text)["services"]["elastalert"]["environment"]
    return {name: PASSWORD if value.startswith("${") else value for name, value in given.items()}


def rules(url: str, stack: Stack, alertmanager: str, folder: Path) -> Path:
    """The pack's rules and configuration, with the addresses of this run."""
    for file in elastalert(stack):
        data = yaml.safe_load(file.text)
        path = folder / file.path.partition("/elastalert/")[2]
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.name == "config.yaml":
            host, _, port = url.removeprefix("http://").partition(":")
            data |= {"es_host": host, "es_port": int(port), "rules_folder": str(folder / "rules")}
        else:
            assert data["alertmanager_hosts"] == ["http://alertmanager:9093"]
            data["alertmanager_hosts"] = [alertmanager]
        path.write_text(yaml.safe_dump(data))
    run(stack, "elastalert-create-index", "--config", str(folder / "config.yaml"), "--recreate", "False")
    return folder


def run(stack: Stack, program: str, *arguments: str) -> str:
    command, given = [ELASTALERT / program, *arguments], {**os.environ, **environment(stack)}
    done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=120, check=False)
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


Making = Callable[[str], Bench]


@pytest.fixture(scope="module")
def making(
    engine: Server, catalogue: Catalogue, alertmanager: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Making]:
    """Installs all that a service has in its store: what is indexed for one is in nobody else's way."""
    with ExitStack() as guards:

        def made(service: str) -> Bench:
            stack = stack_of(catalogue, service=service, logs="elasticsearch", log_path="ingest")
            folder = tmp_path_factory.mktemp(f"{service}-{engine.name}")
            assert installation(engine, objects(stack, folder / "pack"))
            guard = guarded(engine, tmp_path_factory.mktemp("guard"), object_name(stack, "alerter"))
            url = guards.enter_context(guard)
            return Bench(engine, stack, rules(url, stack, alertmanager, folder), alertmanager, windows(stack))

        yield made


@pytest.fixture(scope="module")
def bench(making: Making) -> Bench:
    return making("bells")


@pytest.fixture(scope="module")
def clocks(making: Making) -> Bench:
    return making("clocks")


@pytest.mark.parametrize("name", ALERTS)
def test_it_is_quiet_below_its_limit_and_told_above_it(name: str, bench: Bench) -> None:
    stack = bench.stack
    instance, alert = next((i, each) for i, each in log_alerts(stack) if each.name == name)
    end = bench.ends[f"{instance.id}/{alert.name}"]
    for loudness, moment in ((QUIET, end), (LOUD, end + timedelta(hours=1))):
        index(bench.engine, Trial(stack, instance, alert, loudness == LOUD), moment)
        start = moment - timedelta(seconds=seconds_of(alert.window) * (LOOK_BACK if alert.jumps else 1))
        said = looked(bench, instance, alert, start, moment)
        told = bench.told(instance, name)
        assert bool(told) == (loudness == LOUD), f"{loudness}: {told}\n{said}"
    expected = {"service": stack.service, "team": stack.team, "environment": stack.environment}
    expected |= {"severity": alert.severity, "job": instance.job}
    assert expected.items() <= told[0]["labels"].items()
    assert told[0]["annotations"]["runbook"].endswith(f"{name}.md")


@pytest.mark.parametrize("name", CLOCKS)
def test_it_is_told_of_what_a_wrong_clock_has_written(name: str, clocks: Bench) -> None:
    """No test can choose when a document is stored, but what time it tells: first the right one, then the clock's."""
    instance, alert = next((i, each) for i, each in log_alerts(clocks.stack) if each.name == name)
    for loud in (False, True):
        trial, store = Trial(clocks.stack, instance, alert, loud), LogStore(lambda: clocks.engine.url, ("", ""))
        written = stamp(told_time(trial, datetime.now(UTC)))
        found = list(documents_for(Trial(clocks.stack, instance, alert), store))
        documents = ((at, {**body, "@timestamp": written}) for (at, body), count in found for _ in range(count))
        store.write(documents, object_name(clocks.stack, STORED))
        now = datetime.now(UTC)
        said = looked(clocks, instance, alert, now - timedelta(seconds=seconds_of(alert.window)), now)
        told = clocks.told(instance, name)
        assert bool(told) == loud, f"{told}\n{said}"
    assert told[0]["labels"]["service"] == clocks.stack.service


def looked(bench: Bench, instance: Instance, alert: LogAlert, start: datetime, end: datetime) -> str:
    """What ElastAlert says when it has looked at the documents of a time."""
    rule = bench.rules / "rules" / f"{instance.id}-{alert.name}.yaml"
    return run(
        bench.stack, "elastalert-test-rule", "--config", str(bench.rules / "config.yaml"), "--alert",
        "--start", stamp(start), "--end", stamp(end), str(rule),
    )  # fmt: skip


def index(engine: Server, trial: Trial, end: datetime) -> None:
    """As many documents as are just too few, or just enough, within the window that ends then."""
    store = LogStore(lambda: engine.url, ("", ""))
    window, wanted = seconds_of(trial.alert.window), list(documents_for(trial, store))
    store.write(spread(wanted, end, window))
    if trial.alert.jumps is not None:
        ((stored, _),) = wanted
        for before in range(1, LOOK_BACK):
            store.write(spread([(stored, base_of(trial.alert))], end - before * timedelta(seconds=window), window))


def spread(wanted: Sequence[tuple[Stored, int]], end: datetime, window: float) -> Iterator[Stored]:
    """The documents, each at its own time within the window."""
    for (stream, body), count in wanted:
        for number in range(count):
            moment = end - timedelta(seconds=1 + (window - 2) * number / max(count, 1))
            yield stream, {**body, "@timestamp": stamp(moment)}


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{moment.microsecond // 1000:03d}Z"
