"""A docker client of the test's own, and a run over a real pack whose containers and servers the test makes up."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import live_apis
import pytest
from live_doubles import Client, Heard, box, docker_client, engine

from obsboot.catalog import Catalogue
from obsboot.live import fire, history, waiting
from obsboot.live.alertmanager import Alertmanager, Sink
from obsboot.live.clock import Clock
from obsboot.live.containers import Marks
from obsboot.live.copy import Copy, copy
from obsboot.live.edits.compose import Surroundings
from obsboot.live.filled import filled
from obsboot.live.history import History
from obsboot.live.images import Images
from obsboot.live.options import Options
from obsboot.live.prometheus import Prometheus
from obsboot.live.run import Run
from obsboot.live.watched import Watched, watched
from obsboot.model import Instance, Pack, Recipe
from obsboot.render import render
from tests.stacks import stack_of

AT_ONCE = 0.005


@pytest.fixture(autouse=True)
def _patient_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test makes up comes at once: nothing is gained by looking twice a second."""
    monkeypatch.setattr(waiting, "_PAUSE_SECONDS", AT_ONCE)
    monkeypatch.setattr(fire, "_LOOK_SECONDS", AT_ONCE)
    monkeypatch.setattr(history, "POLL_SECONDS", AT_ONCE)


@pytest.fixture
def docker_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the stand-in for the docker client: it notes its `commands` there, and says what stands there."""
    folder = tmp_path / "docker-client"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{docker_client(folder)}:/usr/bin:/bin")
    monkeypatch.setenv("DOCKER_SAID", str(folder))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    (folder / "compose-version").write_text("v2.39.1\n")
    (folder / "context").write_text('"unix:///run/here.sock"\n')
    return folder


@dataclass(frozen=True)
class Proof:
    """A pack of a service with a cache, its copy at full speed, and what is needed to prove it."""

    pack: Pack
    copy: Copy
    recipes: Mapping[str, Recipe]


@pytest.fixture(scope="session")
def proof(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Proof:
    stack = stack_of(catalogue, "redis", "fastapi", receiver="webhook")
    root = tmp_path_factory.mktemp("repository")
    texts = {file.path: file.text for file in render(stack)}
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    pack = Pack(root, stack, texts)
    made = copy(pack, 15, lambda clock: Surroundings("obsboot-test", clock, lambda image: image))
    return Proof(pack, made, {i.id: filled(stack, i, texts) for i in stack.instances})


@pytest.fixture(scope="session")
def alerts(proof: Proof) -> dict[str, Watched]:
    """The alerts of the pack by name."""
    return {each.alert.name: each for each in watched(proof.pack.stack, proof.copy, proof.recipes)}


@pytest.fixture
def api() -> Iterator[live_apis.Prometheus]:
    """The Prometheus of the run."""
    with live_apis.serving(live_apis.Prometheus()) as api:
        yield api


@pytest.fixture
def neighbour() -> Iterator[live_apis.Api]:
    """The Alertmanager of the run and its sink, in one."""
    with live_apis.serving(live_apis.Api({"/": [], "/api/v2/alerts": []})) as api:
        yield api


@pytest.fixture
def run(proof: Proof, api: live_apis.Prometheus, neighbour: live_apis.Api, tmp_path: Path) -> Run:
    """A run that has been brought up, with scrapes and evaluations that take no time."""
    made, folder = engine(Client()), tmp_path / "run"
    fast = dataclasses.replace(proof.copy, clock=Clock(15, 0.01, 0.01))
    options = Options()
    run = Run(proof.pack, options, Heard(), made, Marks("obsboot-test", ""), folder, Images(made, options), fast)
    run.recipes = proof.recipes
    run.boxes = {
        (owner, name): box(f"{owner}: {name}") for owner, name in (("redis", "server"), ("fastapi", "service"))
    }
    run.services = {name: box(name) for name in ("prometheus", "alertmanager", "redis-exporter", "host")}
    run.prometheus, run.alertmanager = Prometheus(api.base), Alertmanager(neighbour.base)
    run.sink = Sink(neighbour.base)
    run.history = History(run.prometheus, run.sink, run.stopping)
    return run


@pytest.fixture
def redis(proof: Proof) -> Instance:
    """The cache of the pack."""
    return next(i for i in proof.pack.stack.instances if i.id == "redis")
