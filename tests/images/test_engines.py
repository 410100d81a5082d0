"""The engines are the real servers: they keep what they are given, and take what pipelines of logs are made of."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import requests
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.live

HERE: Final = Path(__file__).parent
IMAGES_FILE: Final = Path(os.environ.get("OBSBOOT_IMAGES") or HERE.parents[1] / "build" / "images.yaml")
ENGINES_FILE: Final = IMAGES_FILE.with_name("engines.yaml")
START_SECONDS: Final = 90
"""A start takes six on two free cores."""

HARDENED: Final = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")

LINE: Final = '203.0.113.9 [10/Oct/2025:13:55:36 +0000] GET /orders?page=2 503 {"level":"WARN","tags":"cart,slow"}'
PROCESSORS: Final[list[dict[str, Any]]] = [
    {"grok": {"field": "message", "patterns": [r"%{IPORHOST:client} \[%{HTTPDATE:at}\] %{GREEDYDATA:rest}"]}},
    {"dissect": {"field": "rest", "pattern": "%{verb} %{path} %{status} %{payload}"}},
    {"date": {"field": "at", "formats": ["dd/MMM/yyyy:HH:mm:ss Z"]}},
    {"json": {"field": "payload", "target_field": "body"}},
    {"gsub": {"field": "path", "pattern": r"\?.*", "replacement": ""}},
    {"split": {"field": "body.tags", "separator": ","}},
    {"rename": {"field": "body.tags", "target_field": "tags"}},
    {"append": {"field": "tags", "value": ["web"]}},
    {"convert": {"field": "status", "type": "integer"}},
    {"set": {"field": "level", "value": "{{body.level}}"}},
    {"lowercase": {"field": "level"}},
    {"script": {"lang": "painless", "source": "ctx.failed = ctx.status >= params.from", "params": {"from": 500}}},
    {"pipeline": {"name": "last"}},
    {"remove": {"field": ["message", "rest", "at", "payload", "body"]}},
]
PARSED: Final = {
    "@timestamp": "2025-10-10T13:55:36.000Z",
    "client": "203.0.113.9",
    "verb": "GET",
    "path": "/orders",
    "status": 503,
    "tags": ["cart", "slow", "web"],
    "level": "warn",
    "failed": True,
    "dataset": "shop",
}


def inventory() -> dict[str, Mapping[str, str]]:
    """The stores among the engines."""
    listed = yaml.safe_load((HERE / "images.yaml").read_text(encoding="utf-8"))["engines"]
    return {engine["name"]: engine for engine in listed if engine["libraries"] == "maven"}


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["docker", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False)


def succeed(*arguments: str) -> str:
    done = docker(*arguments)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Server:
    """A running engine."""

    engine: str
    container: str

    @property
    def data(self) -> str:
        return f"/usr/share/{self.engine}/data"

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> requests.Response:
        # The port that is published is another one after a restart.
        address = succeed("port", self.container, "9200/tcp").split()[0]
        return requests.request(method, f"http://{address}{path}", json=body, timeout=60)

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = self.ask(method, path, body)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def wait_until_ready(self) -> None:
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit and self.is_running():
            try:
                if self.ask("GET", "/_cluster/health?wait_for_status=yellow&timeout=30s").ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.5)
        logs = docker("logs", "--tail", "30", self.container)
        pytest.fail(f"{self.engine} is not ready\n{logs.stdout}{logs.stderr}")

    def is_running(self) -> bool:
        return succeed("inspect", "--format", "{{.State.Running}}", self.container).strip() == "true"


@contextmanager
def running(engine: str, *options: str) -> Iterator[Server]:
    if not ENGINES_FILE.is_file():
        pytest.skip(f"no engines file at {ENGINES_FILE}: `make images` writes one")
    reference = yaml.safe_load(ENGINES_FILE.read_text(encoding="utf-8"))["engines"][engine]
    server = Server(engine, f"obsboot-engine-{uuid.uuid4().hex[:12]}")
    try:
        succeed("run", "--detach", "--name", server.container, "--publish", "127.0.0.1::9200", *options, reference)
        server.wait_until_ready()
        yield server
    finally:
        docker("rm", "--force", "--volumes", server.container)


@pytest.fixture(scope="module", params=sorted(inventory()))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One for all tests of an engine: a start takes a while."""
    with running(request.param) as started:
        yield started


def test_it_is_the_version_that_its_tag_tells(server: Server) -> None:
    version = server.call("GET", "/")["version"]["number"]
    assert version == inventory()[server.engine]["version"]
    assert succeed("inspect", "--format", "{{.Config.Image}}", server.container).strip().endswith(f":{version}")


def test_it_runs_as_its_own_user(server: Server) -> None:
    _, *processes = succeed("top", server.container, "-eo", "pid,uid").splitlines()
    assert {line.split()[1] for line in processes} == {"1000"}
    assert succeed("exec", server.container, "stat", "--format", "%u", server.data).strip() == "1000"


def test_pipelines_take_lines_apart(server: Server) -> None:
    """Simulated and for real: a node that takes no pipelines simulates them all the same."""
    server.call("PUT", "/_ingest/pipeline/last", {"processors": [{"set": {"field": "dataset", "value": "shop"}}]})
    pipeline = {"processors": PROCESSORS}
    asked = {"pipeline": pipeline, "docs": [{"_source": {"message": LINE}}]}
    simulated = server.call("POST", "/_ingest/pipeline/_simulate", asked)["docs"][0]
    assert simulated["doc"]["_source"] == PARSED
    server.call("PUT", "/_ingest/pipeline/shop", pipeline)
    server.call("PUT", "/lines/_doc/1?pipeline=shop", {"message": LINE})
    assert server.call("GET", "/lines/_doc/1")["_source"] == PARSED


def test_templates_are_composed(server: Server) -> None:
    part = {"template": {"mappings": {"properties": {"trace": {"type": "keyword"}}}}}
    server.call("PUT", "/_component_template/traced", part)
    whole = {"index_patterns": ["composed-*"], "composed_of": ["traced"], "template": {"aliases": {"composed": {}}}}
    server.call("PUT", "/_index_template/composed", whole)
    server.call("PUT", "/composed-1/_doc/1?refresh=true", {"trace": "4bf9 2f35"})
    assert server.call("GET", "/composed-1/_mapping")["composed-1"]["mappings"]["properties"]["trace"] == {
        "type": "keyword"
    }
    assert server.call("GET", "/composed/_count")["count"] == 1


def test_data_streams(server: Server) -> None:
    """One engine has them; the day the other one has them too, its entry in the inventory is to say so."""
    template = {"index_patterns": ["stream-*"], "data_stream": {}, "priority": 200}
    answer = server.ask("PUT", "/_index_template/streams", template)
    if server.engine == "elasticsearch":
        assert answer.status_code == 400
        return
    assert answer.ok, answer.text
    server.call("PUT", "/stream-shop/_create/1?refresh=true", {"@timestamp": "2025-10-10T13:55:36Z"})
    assert server.call("GET", "/_data_stream/stream-shop")["data_streams"][0]["indices"]
    assert server.call("GET", "/stream-shop/_count")["count"] == 1


def test_data_survive_a_restart(server: Server) -> None:
    server.call("PUT", "/kept/_doc/1", {"said": "before"})
    before = server.call("GET", "/")["cluster_uuid"]
    succeed("stop", server.container)
    succeed("start", server.container)
    server.wait_until_ready()
    assert server.call("GET", "/")["cluster_uuid"] == before
    assert server.call("GET", "/kept/_doc/1")["_source"] == {"said": "before"}


@pytest.mark.parametrize("engine", sorted(inventory()))
def test_it_runs_hardened_on_a_small_disk(engine: str) -> None:
    small = ("--tmpfs", f"/usr/share/{engine}/data:size=64m")
    with running(engine, *HARDENED, *small, "--env", "cluster.name=small") as server:
        assert server.call("GET", "/")["cluster_name"] == "small"
        server.call("PUT", "/lines/_doc/1", {"said": "something"})
        disk = server.call("GET", "/_nodes/stats/fs")["nodes"].popitem()[1]["fs"]["total"]
        assert disk["total_in_bytes"] == 64 * 1024 * 1024
