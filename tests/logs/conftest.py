"""Real log stores in containers, with the objects of a pack in them."""

from __future__ import annotations

import json
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from obsboot.catalog import Catalogue, load
from obsboot.catalog.logformats import samples
from obsboot.live.store.apply import Store, apply
from obsboot.model import Component, Instance, LogFormat, Sample, Stack
from obsboot.render import render
from obsboot.render.logs.logged import logged, stream, streams
from tests.stacks import stack_of

ENGINES = Path(os.environ.get("OBSBOOT_IMAGES", Path(__file__).parents[2] / "build/images.yaml")).with_name(
    "engines.yaml"
)
READY_SECONDS = 120
NAMES = ("elasticsearch", "opensearch")
READ_AT = "2026-01-02T03:04:05.678Z"
"""What Filebeat gives every entry, before its own time is known."""


@dataclass(frozen=True)
class Server:
    """A log store that runs: which of the two it is, where it answers, and its container."""

    name: str
    url: str
    container: str

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """The answer as JSON; an error of the store is one of the test."""
        answer = requests.request(method, f"{self.url}/{path}", timeout=60, **options)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json()

    def search(self, streams: str, query: dict[str, Any], **options: Any) -> Any:
        """What a search finds."""
        return self.ask("POST", f"{streams}/_search", json={"query": query, "track_total_hits": True, **options})


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@contextmanager
def running(what: str, image: str, port: int, *options: str, command: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """A container for as long as it is needed: its name, and where its port answers on loopback."""
    name = f"obsboot-logs-{what}-{uuid.uuid4().hex[:8]}"
    docker("run", "-d", "--name", name, "-p", f"127.0.0.1::{port}", *options, image, *command)
    try:
        yield name, f"http://{docker('port', name, f'{port}/tcp').split()[0]}"
    finally:
        docker("rm", "-f", "-v", name)


@contextmanager
def serving(engine: str, *options: str) -> Iterator[Server]:
    """A log store of its own, ready to be asked."""
    image = yaml.safe_load(ENGINES.read_text())["engines"][engine]
    with running(engine, image, 9200, "--memory", "2g", *options) as (name, url):
        wait_until_healthy(url)
        yield Server(engine, url, name)


@pytest.fixture(scope="session", params=NAMES)
def engine(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each of the two, started once."""
    with serving(request.param) as server:
        yield server


def wait_until_healthy(url: str) -> None:
    """Until the cluster can take documents."""
    wait_for(f"{url}/_cluster/health", lambda answer: answer.json().get("status") in ("yellow", "green"))


def wait_for(
    url: str, holds: Callable[[requests.Response], bool] = lambda answer: answer.ok, seconds: float = READY_SECONDS
) -> None:
    """Until the address answers, and its answer is the one that is waited for."""
    until(lambda: holds(requests.get(url, timeout=5)), seconds, requests.RequestException, ValueError)


def until(holds: Callable[[], bool], seconds: float, *forgiven: type[Exception]) -> None:
    """Polls until it is true. Fails after so long, and at once where it raises what is not forgiven."""
    end = time.monotonic() + seconds
    while True:
        with suppress(*forgiven):
            if holds():
                return
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.3)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="session")
def stack(engine: Server, catalogue: Catalogue) -> Stack:
    """A stack of all components, whose lines the store itself reads; OpenSearch takes the same objects."""
    assert engine
    return stack_of(catalogue, logs="elasticsearch", log_path="ingest")


@pytest.fixture(scope="session")
def installed(engine: Server, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pack's objects in the store: what was done with each, by kind and name."""
    folder = objects(stack, tmp_path_factory.mktemp(engine.name))
    return installation(engine, folder)


def objects(stack: Stack, folder: Path) -> Path:
    """The folder of the store's objects, written out."""
    for file in render(stack):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)
    return folder / stack.directory / str(stack.values["logs"])


def installation(engine: Server, folder: Path) -> dict[str, str]:
    store = Store(engine.url)
    store.wait(READY_SECONDS)
    return {f"{kind} {name}": done for kind, name, done in apply(store, folder, dry_run=False, lenient=True)}


def reading(stack: Stack) -> list[Instance]:
    """The instances whose logs are read, one a component."""
    return list({instance.component.id: instance for instance in logged(stack)}.values())


def every(component: Component) -> Iterator[tuple[LogFormat, int, Sample]]:
    for format_ in component.logs.values():
        for index, sample in enumerate(samples(format_)):
            yield format_, index, sample


def sent(stack: Stack, instance: Instance, sample: Sample) -> dict[str, Any]:
    """The document that Filebeat sends of an entry."""
    kind, name, space = stream(stack, instance).split("-")
    return {
        "@timestamp": READ_AT,
        "message": sample.entry,
        "data_stream": {"type": kind, "dataset": name, "namespace": space},
        "event": {"module": instance.id},
    }


@pytest.fixture(scope="session")
def stored(engine: Server, stack: Stack, installed: dict[str, str]) -> dict[str, dict[str, Any]]:
    """All samples, indexed: the stored document by component, format and number."""
    assert installed
    lines, where = [], {}
    for instance in reading(stack):
        for format_, index, sample in every(instance.component):
            name = f"{instance.component.id}.{format_.name}.{index}"
            where[name] = stream(stack, instance)
            lines.append({"create": {"_index": where[name], "_id": name}})
            lines.append(sent(stack, instance, sample))
    body = "".join(json.dumps(line) + "\n" for line in lines)
    answer = engine.ask(
        "POST", "_bulk?refresh=true", data=body.encode(), headers={"Content-Type": "application/x-ndjson"}
    )
    assert not answer["errors"], [item for item in answer["items"] if item["create"]["status"] >= 300][:3]
    hits = engine.search(streams(stack), {"match_all": {}}, size=2000, seq_no_primary_term=False)["hits"]
    assert hits["total"]["value"] == len(where), "count in = count out"
    return {hit["_id"]: hit["_source"] for hit in hits["hits"]}
