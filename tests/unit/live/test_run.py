"""What the steps of a run share, its containers beside the pack's own, and how both are started."""

from __future__ import annotations

import dataclasses
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from live_apis import Api
from live_doubles import Client, Container, Heard, engine

from obsboot.live import opening, servers
from obsboot.live.containers import Box, Died, Marks
from obsboot.live.own_stack import OwnStack
from obsboot.live.run import Run, new_identity, new_secrets
from obsboot.live.servers import Site, again, start
from obsboot.live.sink import start_sink
from obsboot.live.waiting import Stopped
from obsboot.model import Exit, Instance, ObsbootError, Recipe, Step
from obsboot.render.context import secrets


def test_a_result_is_kept_and_told(run: Run) -> None:
    failed = run.say("live/truth", "redis/hit_rate", "failed", "measured 0.7", query="x")
    assert run.results == [failed]
    assert [finding.message for finding in failed.findings] == ["measured 0.7"]
    assert failed.detail == {"query": "x"}
    run.say("live/truth", "redis/reads", "passed")
    assert isinstance(run.listener, Heard)
    assert run.listener.events == ["truth redis/hit_rate: measured 0.7", "truth redis/reads"]


def test_a_place_in_a_recipe_is_a_container(run: Run, redis: Instance) -> None:
    assert run.box(redis, "server") is run.boxes["redis", "server"]
    assert run.box(redis, "exporter") is run.services["redis-exporter"]
    for name in ("fastapi", "service"):
        assert run.box(redis, name) is run.boxes["fastapi", "service"], "another instance, by id or by kind"
    with pytest.raises(ObsbootError, match="names the container 'replica', which does not run"):
        run.box(redis, "replica")


def test_what_is_missing_or_another_packs_does_not_run(run: Run) -> None:
    run.missing["host"] = "no image"
    assert "host" not in {instance.id for instance in run.instances()}


def test_a_run_that_ends_ends_every_pause(run: Run) -> None:
    run.pause(0.0)
    run.stopping.set()
    with pytest.raises(Stopped):
        run.pause(30)


def test_a_container_that_a_fault_stopped_is_not_dead(run: Run) -> None:
    box = run.services["prometheus"]
    box.container.status = "exited"
    box.stopped = True
    run.check_alive()
    box.stopped = False
    with pytest.raises(Died, match="prometheus exited with code 0"):
        run.check_alive()


def test_a_moment_is_told_since_the_beginning(run: Run) -> None:
    assert run.since_start(run.began + 1.234) == 1.23
    assert run.since_start(None) is None
    assert run.now() >= 0


def test_each_run_has_an_identity_and_secrets_of_its_own() -> None:
    assert new_identity() != new_identity()
    one, other = (new_secrets(("PASSWORD",)) for _ in range(2))
    assert one.keys() == other.keys()
    assert one != other
    assert len(one["PASSWORD"]) == 32


# The containers of the recipes


@pytest.fixture
def client(run: Run) -> Client:
    return run.engine.client  # type: ignore[no-any-return]


@pytest.fixture
def site(run: Run, docker_said: Path) -> Site:
    known = {"REDIS_EXPORTER_PASSWORD": "s3cret"}
    texts = {path: data.decode() for path, data in run.copy.files.items()}
    marks = Marks("obsboot-test", str(run.folder))
    networks = ("inner", "outer")
    return Site(run.engine, run.images, marks, run.stack, run.folder, networks, known, texts, threading.Event())


@pytest.fixture
def recipe(run: Run) -> Recipe:
    """The cache's own, with commands that any machine has."""
    known = run.recipes["redis"]
    server = dataclasses.replace(
        known.containers["server"],
        ready=("true",),
        files={"/etc/x.sh": "echo x", "/etc/x.conf": "x"},
        environment={"PASSWORD": "${REDIS_EXPORTER_PASSWORD} ${OTHER}"},
        port=6379,
    )
    setup = (Step("server", ("cat",), pack_file="grants/redis.sh"), Step("server", ("sh", "-s"), script="reads.sh"))
    return dataclasses.replace(known, containers={"server": server}, setup=setup[:1])


def test_a_server_is_started_where_the_pack_looks_for_it(
    site: Site, redis: Instance, recipe: Recipe, client: Client, docker_said: Path
) -> None:
    boxes = start(site, redis, recipe)
    (made,) = client.made
    assert boxes["server"].container is made
    assert (made.name, made.done) == ("obsboot-test-redis-server", ["start"])
    options = made.options
    assert options["image"] == "redis:8"
    assert options["labels"] == site.marks.labels()
    assert options["networking_config"] == {"inner": {"aliases": ["redis-server", "redis"]}}
    assert client.known["outer"].joined == [(made.name, ["redis-server", "redis"])]
    assert options["ports"] == {"6379/tcp": ("127.0.0.1", None)}, "on loopback only"
    assert options["environment"] == {"PASSWORD": "s3cret ${OTHER}"}
    modes = {volume.split(":")[1]: oct(Path(volume.split(":")[0]).stat().st_mode)[-3:] for volume in options["volumes"]}
    assert modes == {"/etc/x.sh": "755", "/etc/x.conf": "644"}
    assert all(volume.endswith(":ro") for volume in options["volumes"])
    said = (docker_said / "commands").read_text()
    assert "-e REDIS_EXPORTER_PASSWORD obsboot-test-redis-server cat" in said
    assert "s3cret" not in said


def test_what_the_setup_cannot_do_is_told(site: Site, redis: Instance, recipe: Recipe) -> None:
    broken = dataclasses.replace(recipe, setup=(Step("server", ("sh", "-c", "echo denied; exit 2")),))
    with pytest.raises(Died, match=r"redis: server: the setup \(`sh -c .*`\) ended with 2: denied") as caught:
        start(site, redis, broken)
    assert caught.value.code == Exit.FAILED


@pytest.mark.parametrize(("ready", "seen"), [(("false",), "last seen: false: 1"), ((), "last seen: running, starting")])
def test_a_server_that_does_not_get_ready_is_told(  # type: ignore[no-untyped-def]
    site: Site, redis: Instance, recipe: Recipe, client: Client, monkeypatch: pytest.MonkeyPatch, ready, seen: str
) -> None:
    monkeypatch.setattr(servers, "READY_SECONDS", 0.02)
    client.born = lambda container: setattr(container, "health", "starting")
    slow = dataclasses.replace(recipe.containers["server"], ready=ready)
    with pytest.raises(Died, match=seen):
        start(site, redis, dataclasses.replace(recipe, containers={"server": slow}))


def test_a_server_that_ends_is_told_with_its_last_lines(
    site: Site, redis: Instance, recipe: Recipe, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Container, "start", lambda self: setattr(self, "status", "exited"))
    with pytest.raises(Died, match="redis: server exited with code 0\nits last words"):
        start(site, redis, recipe)


def test_a_restarted_container_is_prepared_anew(
    site: Site, redis: Instance, recipe: Recipe, run: Run, docker_said: Path
) -> None:
    run.site, run.recipes = site, {"redis": recipe}
    run.prepare_again(run.boxes["redis", "server"])
    assert "redis-server cat" in (docker_said / "commands").read_text()
    again(site, redis, dataclasses.replace(recipe, setup=()), "server", {"server": run.boxes["redis", "server"]})
    run.prepare_again(run.services["prometheus"])


def test_a_service_is_built_with_the_packs_own_files(site: Site, run: Run, client: Client, docker_said: Path) -> None:
    service = next(i for i in run.stack.instances if i.id == "fastapi")
    container = next(iter(run.recipes["fastapi"].containers.values()))
    container = dataclasses.replace(container, options={"pack_files": {"metrics.py": "snippet/http_metrics.py"}})
    tag = servers._image(site, service, container)
    assert tag.startswith("obsboot-live/fastapi:")
    assert site.texts["observability/snippet/http_metrics.py"].encode() in client.built[tag]


# The sink


def test_the_sink_stands_beside_alertmanager_under_its_name(run: Run, client: Client, neighbour: Api) -> None:
    beside = run.services["alertmanager"]
    beside.container.networks = {"first": {}, "second": {}}
    neighbour.says["/-/ready"] = "ready"
    port = neighbour.url.rpartition(":")[2]
    client.born = lambda container: container.ports.update({"9094/tcp": [{"HostPort": port}]})
    start_sink(run, beside)
    (made,) = client.made
    assert made.options["networking_config"] == {"first": {"aliases": ["obsboot-sink"]}}
    assert client.known["second"].joined == [("obsboot-test-sink", ["obsboot-sink"])]
    assert (made.options["user"], made.options["read_only"], made.options["cap_drop"]) == ("65534:65534", True, ["ALL"])
    assert run.sink_box.container is made


def test_a_sink_that_ends_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run.services["alertmanager"].container.networks = {"first": {}}
    monkeypatch.setattr(Container, "start", lambda self: setattr(self, "status", "exited"))
    with pytest.raises(Died, match="the sink exited with code 0"):
        start_sink(run, run.services["alertmanager"])


# The pack's own containers


@pytest.fixture
def own(run: Run, docker_said: Path, tmp_path: Path) -> OwnStack:
    config = {
        "services": {"prometheus": {"image": "prom/prometheus:v3"}, "host": {"image": "prom/node:v1"}},
        "networks": {"default": None, "service": {"external": True, "name": "shop"}},
        "volumes": {"data": {}},
    }
    (docker_said / "config").write_text(yaml.safe_dump(config))
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "compose.yaml").write_text("services: {}\n")
    return OwnStack(run.engine, run.marks, folder, tmp_path / "run.env")


def test_everything_that_compose_makes_carries_the_runs_marks(own: OwnStack) -> None:
    own.prepare({"host": {"user": "0"}})
    data = yaml.safe_load((own.folder / "obsboot-run.yaml").read_text())
    labels = own.marks.labels()
    assert data["services"] == {"host": {"labels": labels, "user": "0"}, "prometheus": {"labels": labels}}
    assert data["networks"] == {"default": {"labels": labels}}, "a network from outside is made by the run itself"
    assert data["volumes"] == {"data": {"labels": labels}}


def test_only_the_services_asked_for_are_started(own: OwnStack, run: Run, docker_said: Path) -> None:
    labels = {"com.docker.compose.project": "obsboot-test", "com.docker.compose.service": "prometheus"}
    run.engine.client.made = [Container("one", {"labels": labels}, ports={"9090/tcp": {}})]
    boxes = own.up(["prometheus"])
    assert (boxes["prometheus"].port, boxes["prometheus"].name) == (9090, "one")
    command = (docker_said / "commands").read_text().splitlines()[-1]
    assert "-p obsboot-test " in command
    assert command.endswith("up -d --no-deps --no-build --pull never --quiet-pull prometheus")
    with pytest.raises(ObsbootError, match="compose started no container for host"):
        own.box("host")


@pytest.mark.parametrize(
    ("complaint", "fix"), [("no such image", ""), ("write x: no space left on device", "free space")]
)
def test_what_compose_complains_of_is_told(own: OwnStack, docker_said: Path, complaint: str, fix: str) -> None:
    (docker_said / "complaint").write_text(complaint)
    with pytest.raises(ObsbootError, match=f"docker compose up failed:\n{complaint}") as caught:
        own.up(["host"])
    assert caught.value.fix.startswith(fix)
    assert bool(caught.value.fix) == bool(fix)


def test_a_compose_that_does_not_end_is_ended(
    own: OwnStack, docker_said: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (docker_said / "docker").write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr("obsboot.live.own_stack.UP_SECONDS", 0.05)
    with pytest.raises(ObsbootError, match=r"did not end within 0\.05 s"):
        own.config()


# Bringing up


def test_only_what_can_be_had_is_started(run: Run, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    images = {"prometheus": "prom/p:1", "alertmanager": "prom/a:1", "grafana": "grafana/g:1"}
    started: list[str] = []

    class Own:
        def config(self) -> dict[str, Any]:
            return {"services": {name: {"image": image} for name, image in images.items()}}

        def up(self, names: list[str]) -> dict[str, Box]:
            started.extend(names)
            return dict.fromkeys(names, run.services["host"])

    monkeypatch.setattr(Run, "own_stack", property(lambda self: Own()))
    monkeypatch.setattr(opening, "_connect", lambda run: None)
    client.absent = {"grafana/g"}
    opening._own(run)
    assert started == ["prometheus", "alertmanager"]
    assert run.missing == {"grafana": "image grafana/g:1 not available: no such host"}
    client.absent = {"prom/p"}
    client.local.clear()
    run.images.used.clear()
    with pytest.raises(ObsbootError, match="nothing can be proven without it"):
        opening._own(run)


def test_a_receiver_is_told_of_ends_as_the_pack_says(run: Run) -> None:
    told = opening._resolving(run)
    assert told["warning-webhook"] is True
    assert all(isinstance(value, bool) for value in told.values())


def test_a_server_of_the_pack_that_does_not_get_ready_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    box = run.services["prometheus"]
    opening._ready(run, box, lambda: True)
    monkeypatch.setattr(opening, "_READY_SECONDS", 0.0)
    with pytest.raises(Died, match="prometheus is ready: not within 0 s; last seen: running\nits last words"):
        opening._ready(run, box, lambda: False)
    box.container.status = "restarting"
    with pytest.raises(Died, match="prometheus restarting, its last lines"):
        opening._ready(run, box, lambda: True)


def test_what_a_server_lacks_is_noted_and_the_others_go_on(
    run: Run, monkeypatch: pytest.MonkeyPatch, redis: Instance
) -> None:
    def made(site: Site, instance: Instance, recipe: Recipe) -> dict[str, Box]:
        if instance.id == "redis":
            raise opening.Unavailable("image redis:8 not available")
        return {"service": run.services["host"]}

    run.site = None  # type: ignore[assignment]
    monkeypatch.setattr(opening, "start", made)
    opening._side_by_side(run, [redis, next(i for i in run.stack.instances if i.id == "fastapi")])
    assert run.missing == {"redis": "image redis:8 not available"}
    assert run.boxes["fastapi", "service"] is run.services["host"]

    def broken(*_: object) -> dict[str, Box]:
        raise Died("it died")

    monkeypatch.setattr(opening, "start", broken)
    with pytest.raises(Died):
        opening._side_by_side(run, [redis])
    assert run.stopping.is_set(), "what still waits for another container ends at once"


@pytest.mark.parametrize("keep", [False, True])
def test_nothing_of_a_run_is_left_but_where_it_is_kept(proof: Any, monkeypatch: pytest.MonkeyPatch, keep: bool) -> None:
    client = Client()
    monkeypatch.setattr(opening, "connect", lambda: engine(client))
    options = opening.Options(keep=keep)
    with suppress(ZeroDivisionError), opening.opened(proof.pack, options, Heard()) as run:
        client.made.append(Container("one", {"labels": run.marks.labels()}))
        assert (run.folder / opening.OWNER_FILE).is_file()
        assert run.recipes.keys() == proof.recipes.keys()
        assert run.secrets.keys() == set(secrets(run.stack))
        raise ZeroDivisionError
    assert run.stopping.is_set()
    assert client.made[0].gone is not keep
    assert run.folder.exists() is keep
    opening.close(run.engine, run.marks.run, run.folder)
