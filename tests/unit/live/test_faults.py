"""A fault is injected, and undone whatever happens."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml
from live_apis import Prometheus as Api
from live_doubles import Heard

from obsboot.live import faults
from obsboot.live.faults import injected
from obsboot.live.loads import Loads
from obsboot.live.run import Run
from obsboot.live.waiting import Stopped
from obsboot.model import Exit, Fault, Instance, ObsbootError

MAIN = "observability/prometheus/prometheus.yml"


class Load:
    """A workload that only remembers."""

    def __init__(self, said: list[str], name: str, fails: bool) -> None:
        self.said, self.name, self.fails, self.running = said, name, fails, False

    def start(self) -> None:
        if self.fails:
            raise ObsbootError(f"{self.name} does not start")
        self.running = True
        self.said.append(f"start {self.name}")

    def stop(self) -> None:
        self.running = False
        self.said.append(f"stop {self.name}")

    abandon = stop

    def alive(self) -> bool:
        return self.running


@pytest.fixture
def loads(run: Run, monkeypatch: pytest.MonkeyPatch) -> Loads:
    """The healthy load; `broken` are workloads that cannot be started."""
    loads = Loads(run)
    said: list[str] = []
    broken: set[str] = set()

    def made(self: Loads, instance: Instance, workload: Any, parameters: dict[str, Any]) -> Load:
        given = "".join(f" {key}={value}" for key, value in parameters.items() if key == "hits")
        return Load(said, f"{instance.id}/{workload.name}{given}", workload.name in broken)

    monkeypatch.setattr(Loads, "_made", made)
    monkeypatch.setattr(Loads, "said", said, raising=False)
    monkeypatch.setattr(Loads, "broken", broken, raising=False)
    loads.restore()
    said.clear()
    return loads


def fault(run: Run, name: str, **changes: Any) -> Fault:
    return dataclasses.replace(run.recipes["redis"].faults[name], **changes)


def test_the_healthy_load_is_what_the_recipes_say(run: Run, loads: Loads) -> None:
    healthy = {(instance.id, workload.name) for instance, workload in loads.healthy()}
    assert ("redis", "reads") in healthy
    assert set(loads.running) == healthy
    assert loads.restore() == []
    loads.running["redis", "reads"].running = False  # type: ignore[attr-defined]
    loads.broken.add("reads")  # type: ignore[attr-defined]
    assert loads.restore() == ["redis/reads: redis/reads hits=0.9 does not start"]
    loads.abandon_all()
    assert loads.running == {}


def test_a_workload_takes_the_place_of_another_and_gives_it_back(run: Run, loads: Loads, redis: Instance) -> None:
    with injected(run, loads, redis, fault(run, "cold_cache")) as said:
        assert said == "workload reads with hits=0.3, per_second=40"
        assert loads.parameters["redis", "reads"]["hits"] == 0.3
    assert loads.parameters["redis", "reads"]["hits"] == 0.9
    assert loads.said == [  # type: ignore[attr-defined]
        "stop redis/reads hits=0.9",
        "start redis/reads hits=0.3",
        "stop redis/reads hits=0.3",
        "start redis/reads hits=0.9",
    ]


def test_a_stopped_container_runs_again_prepared_and_under_load(
    run: Run, loads: Loads, redis: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[str] = []
    monkeypatch.setattr(Run, "prepare_again", lambda self, box: prepared.append(box.what))
    box = run.boxes["redis", "server"]
    with injected(run, loads, redis, fault(run, "stopped")) as said:
        assert said == "stop server"
        assert (box.state(), box.stopped) == ("exited with code 0", True)
        loads.running["redis", "reads"].running = False  # type: ignore[attr-defined]
    assert (box.state(), box.stopped, prepared) == ("running", False, ["redis: server"])
    assert loads.running["redis", "reads"].alive()


def test_a_paused_container_goes_on(run: Run, loads: Loads, redis: Instance) -> None:
    box = run.boxes["redis", "server"]
    with injected(run, loads, redis, fault(run, "stopped", kind="pause")):
        assert (box.state(), box.stopped) == ("paused", True)
    assert (box.state(), box.stopped) == ("running", False)


def test_a_container_leaves_its_networks_and_comes_back_under_its_names(
    run: Run, loads: Loads, redis: Instance
) -> None:
    container = run.boxes["redis", "server"].container
    container.networks = {"inner": {"Aliases": ["redis", "abc"]}, "outer": {"Aliases": None}}
    with injected(run, loads, redis, fault(run, "stopped", kind="disconnect")) as said:
        assert said == "disconnect server from its networks"
    known = run.engine.client.known
    assert known["inner"].joined == [("redis-server", "left"), ("redis-server", ["redis"])]
    assert known["outer"].joined == [("redis-server", "left"), ("redis-server", [])]


def test_commands_are_run_and_undone(run: Run, loads: Loads, redis: Instance, docker_said: Path) -> None:
    done = fault(run, "unlimited", do=(("echo", "one"), ("echo", "two")), undo=(("echo", "back"),))
    with injected(run, loads, redis, done) as said:
        assert said == "in server: echo one; echo two"
    commands = (docker_said / "commands").read_text().splitlines()
    assert [line.rpartition(" echo ")[2] for line in commands] == ["one", "two", "back"]


def test_a_command_that_fails_is_an_error_and_still_undone(
    run: Run, loads: Loads, redis: Instance, docker_said: Path
) -> None:
    broken = fault(run, "unlimited", do=(("sh", "-c", "echo oh; exit 3"),), undo=(("echo", "back"),))
    with (
        pytest.raises(ObsbootError, match=r"redis: server: fault unlimited: .* ended with 3: oh") as caught,
        injected(run, loads, redis, broken),
    ):
        raise AssertionError("it was not injected")
    assert caught.value.code == Exit.COULD_NOT_CHECK
    assert (docker_said / "commands").read_text().rstrip().endswith("echo back")


def test_a_run_that_is_stopped_undoes_nothing(run: Run, loads: Loads, redis: Instance) -> None:
    """Its containers go, and to start one of them again would only take time."""
    box = run.boxes["redis", "server"]
    with pytest.raises(Stopped), injected(run, loads, redis, fault(run, "stopped")):
        raise Stopped
    assert box.container.done == ["stop"]


def test_an_error_during_a_fault_undoes_it(run: Run, loads: Loads, redis: Instance) -> None:
    with pytest.raises(ObsbootError, match="oh"), injected(run, loads, redis, fault(run, "stopped", kind="pause")):
        raise ObsbootError("oh")
    assert run.boxes["redis", "server"].container.done == ["pause", "unpause"]


# Files of the copy


@pytest.fixture
def rules(run: Run, api: Api, neighbour: Any) -> Path:
    """A rules file of the copy; both servers reload."""
    api.says["/-/reload"] = neighbour.says["/-/reload"] = ""
    path = run.directory / "prometheus/rules/redis.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("groups: []\n")
    return path


def broken_file(run: Run, **said: str) -> Fault:
    return fault(run, "stopped", **{"kind": "file", "file": "prometheus/rules/redis.yaml", "content": "more\n", **said})


def test_a_file_is_appended_to_and_put_back(run: Run, loads: Loads, redis: Instance, rules: Path, api: Api) -> None:
    with injected(run, loads, redis, broken_file(run)) as said:
        assert said == "append to prometheus/rules/redis.yaml"
        assert rules.read_text() == "groups: []\nmore\n"
    assert rules.read_text() == "groups: []\n"
    assert [path for _, path, _ in api.asked] == ["/-/reload", "/-/reload"]


def test_a_part_of_a_file_is_replaced(run: Run, loads: Loads, redis: Instance, rules: Path) -> None:
    changing = broken_file(run, replaces=r"(groups): \[\]", content=r"\1: oh")
    with injected(run, loads, redis, changing) as said:
        assert said.startswith("change ")
        assert rules.read_text() == "groups: oh\n"
    with (
        pytest.raises(ObsbootError, match="has nothing like nowhere"),
        injected(run, loads, redis, broken_file(run, replaces="nowhere")),
    ):
        raise AssertionError("it was not injected")
    assert rules.read_text() == "groups: []\n"


def test_a_file_that_was_not_there_goes_again_and_its_server_reloads(
    run: Run, loads: Loads, redis: Instance, rules: Path, neighbour: Any
) -> None:
    path = run.directory / "alertmanager/alertmanager.yml"
    path.parent.mkdir()
    with injected(run, loads, redis, broken_file(run, file="alertmanager/alertmanager.yml")):
        assert path.read_text() == "more\n"
    assert not path.exists()
    assert [each[1] for each in neighbour.asked] == ["/-/reload", "/-/reload"]


def test_a_configuration_that_is_refused_is_a_fault_as_well(
    run: Run, loads: Loads, redis: Instance, rules: Path, api: Api
) -> None:
    api.says["/-/reload"] = (500, "failed to reload config")
    with injected(run, loads, redis, broken_file(run)):
        assert rules.read_text().endswith("more\n")
    assert isinstance(run.listener, Heard)
    assert "failed to reload config" in run.listener.events[0]


def test_a_target_is_gone_for_a_while(run: Run, loads: Loads, redis: Instance, rules: Path) -> None:
    path = run.folder / "pack" / MAIN

    def targets() -> dict[str, Any]:
        jobs = yaml.safe_load(path.read_text())["scrape_configs"]
        return {job["job_name"]: job.get("static_configs") for job in jobs}

    with injected(run, loads, redis, fault(run, "stopped", kind="absent")) as said:
        assert said == "remove the scrape target of orders-redis"
        assert targets()["orders-redis"] == []
        assert targets()["orders-host"]
    assert path.read_text() == run.copy.texts[MAIN]


def test_every_kind_of_fault_is_known(run: Run) -> None:
    kinds = {fault.kind for recipe in run.recipes.values() for fault in recipe.faults.values()}
    assert kinds <= set(faults._KINDS)
