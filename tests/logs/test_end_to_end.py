"""The real servers write under load, and every line of theirs is found: as many as went in, none lost, none twice.

Their containers write as the pack's settings files and its logging.compose.yaml say, the real Filebeat ships as the
generated filebeat.yml says, and the store's own pipelines read.
"""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from obsboot.catalog import Catalogue
from obsboot.logs.reading import UNPARSED
from obsboot.model import Answers, Stack
from obsboot.render.logs.filebeat import CONTAINER_LOGS
from obsboot.render.logs.logged import object_name
from obsboot.stack import resolve
from tests.logs.conftest import ENGINES, Server, docker, installation, objects, until, wait_for
from tests.logs.filebeat import forget, shipping

pytestmark = pytest.mark.live

IMAGES = ENGINES.with_name("images.yaml")
REQUESTS, STATEMENTS, SAVES = 2000, 300, 20
READY_SECONDS = 90
SITE = """
server {
    listen 80;
    access_log /dev/stdout observability;
    location = /missing { return 404; }
    location /app/ { proxy_pass http://service:8000/; }
    location / { return 200 "ok"; }
}
"""
APPLICATION = """
from fastapi import FastAPI
from structured_logging import set_up_logging

app = FastAPI()
set_up_logging(app)


@app.get("/items/{item}")
def read(item: str) -> str:
    return item


@app.get("/broken/{item}")
def broken(item: str) -> str:
    raise LookupError(item)
"""
DOCKERFILE = """
FROM python:3.13-slim
RUN pip install --no-cache-dir fastapi uvicorn
COPY *.py /service/
WORKDIR /service
CMD ["python", "-m", "uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
"""


@dataclass
class Site:
    """The servers of one run: their containers by instance, and what was asked of them."""

    stack: Stack
    folder: Path
    network: str
    containers: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> Path:
        return self.folder / self.stack.directory / name

    def start(self, instance: str, image: str, *arguments: str, command: tuple[str, ...] = ()) -> str:
        """A container with the logging that the pack asks for."""
        services = yaml.safe_load(self.text("filebeat/logging.compose.yaml").read_text())["services"]
        logging = services[instance]["logging"]
        options = [part for key, value in logging["options"].items() for part in ("--log-opt", f"{key}={value}")]
        name = f"{self.network}-{instance}"
        docker(
            "run", "-d", "--name", name, "--network", self.network, "--network-alias", instance,
            "--log-driver", logging["driver"], *options, *arguments, image, *command,
        )  # fmt: skip
        self.containers[instance] = name
        return name

    def port(self, instance: str, inside: int) -> str:
        return docker("port", self.containers[instance], f"{inside}/tcp").split()[0]


def stack_for(catalogue: Catalogue) -> Stack:
    values = {"service": f"e2e{uuid.uuid4().hex[:6]}", "team": "shop", "logs": "elasticsearch", "log_path": "ingest"}
    instances = {name: {"component": name} for name in ("nginx", "postgresql", "redis")}
    return resolve(Answers(values, {**instances, "service": {"component": "fastapi"}}), catalogue)


@pytest.fixture(scope="module")
def site(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The servers, having written all that they write under the load; the same lines go into each store."""
    stack, folder = stack_for(catalogue), tmp_path_factory.mktemp("site")
    objects(stack, folder)
    made = Site(stack, folder, f"obsboot-logs-{uuid.uuid4().hex[:8]}")
    docker("network", "create", made.network)
    try:
        start(made)
        load(made)
        yield made
    finally:
        for name in made.containers.values():
            docker("rm", "-f", "-v", name)
        docker("network", "rm", made.network)


def start(site: Site) -> None:
    used = yaml.safe_load(IMAGES.read_text())["images"]
    (site.folder / "site.conf").write_text(SITE)
    site.start("service", built(site, used["python:3.13-slim"]))
    site.start(
        "nginx", used["nginx:1.30"], "-p", "127.0.0.1::80",
        "-v", f"{site.text('settings/nginx.conf')}:/etc/nginx/conf.d/00-observability.conf:ro",
        "-v", f"{site.folder / 'site.conf'}:/etc/nginx/conf.d/default.conf:ro",
    )  # fmt: skip
    settings = site.text("settings/postgresql.conf").read_text().replace("'500ms'", "'0'")
    (site.folder / "postgresql.conf").write_text(f"listen_addresses = '*'\n{settings}")
    site.start(
        "postgresql", used["postgres:18"], "-e", "POSTGRES_PASSWORD=known",
        "-v", f"{site.folder}/postgresql.conf:/etc/own.conf:ro",
        command=("postgres", "-c", "config_file=/etc/own.conf"),
    )  # fmt: skip
    site.start("redis", used["redis:8"])
    wait_for(f"http://{site.port('nginx', 80)}/app/items/ready", seconds=READY_SECONDS)
    until(lambda: "t" in psql(site, "SELECT true"), READY_SECONDS, AssertionError)


def built(site: Site, base: str) -> str:
    """The service with the snippet that the pack hands out."""
    context = site.folder / "service"
    context.mkdir()
    (context / "main.py").write_text(APPLICATION)
    (context / "structured_logging.py").write_text(site.text("snippet/structured_logging.py").read_text())
    (context / "Dockerfile").write_text(DOCKERFILE.replace("python:3.13-slim", base))
    tag = "obsboot-logs/service:test"
    command = ["docker", "build", "-q", "-t", tag, str(context)]
    environment = {**os.environ, "DOCKER_BUILDKIT": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return tag


def psql(site: Site, statement: str) -> str:
    return docker(
        "exec", site.containers["postgresql"], "psql", "-h", "/var/run/postgresql", "-U", "postgres", "-Atc", statement
    )


def load(site: Site) -> None:
    """Each thing that is asked has a number of its own, by which it is looked for."""
    base = f"http://{site.port('nginx', 80)}"
    with ThreadPoolExecutor(8) as pool, requests.Session() as session:
        ways = [way(number) for number in range(REQUESTS)]
        list(pool.map(lambda path: session.get(f"{base}{path}", timeout=10), ways))
    script = ";\n".join(f"SELECT 'mark-{number}' AS mark,\n  {number}" for number in range(STATEMENTS))
    name = site.containers["postgresql"]
    subprocess.run(
        ["docker", "exec", "-i", name, "psql", "-q", "-o", "/dev/null", "-U", "postgres"],
        input=script + ";\n", capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    for _ in range(SAVES):
        docker(
            "exec",
            site.containers["redis"],
            "sh",
            "-c",
            "redis-cli SET key value; until redis-cli -e BGSAVE; do sleep 0.05; done",
        )
        time.sleep(0.1)
    time.sleep(3)


def way(number: int) -> str:
    """Where a request goes: one in ten nowhere, one in five to the application, and one in a hundred to its exception."""
    if number % 100 == 0:
        return f"/app/broken/{number}"
    return "/missing" if number % 10 == 1 else f"/app/items/{number}" if number % 5 == 0 else f"/plain/{number}"


@dataclass
class Found:
    """What a store holds of the run."""

    engine: Server
    site: Site

    def count(self, instance: str, query: str) -> int:
        body = {"query": {"query_string": {"query": query}}}
        return int(self.engine.ask("POST", f"{self.stream(instance)}/_count", json=body)["count"])

    def stream(self, instance: str) -> str:
        return f"logs-{self.site.stack.service}.{instance}-production"

    def every(self, instance: str, query: str) -> list[dict[str, Any]]:
        body = {"query_string": {"query": query}}
        return [hit["_source"] for hit in self.engine.search(self.stream(instance), body, size=10_000)["hits"]["hits"]]


@pytest.fixture(scope="module")
def found(engine: Server, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Shipped; not shipped again by a Filebeat that starts anew; and shipped again, and not stored, by one that forgot."""
    installation(engine, site.folder / site.stack.directory / "elasticsearch")
    registry = tmp_path_factory.mktemp("filebeat") / "data"
    first, again, all_again = (shipped(engine, site, registry, forgetting) for forgetting in (False, False, True))
    assert first["dropped"] == first["duplicates"] == 0
    assert again["total"] == 0, "nothing is read twice"
    assert (all_again["duplicates"], all_again["acked"]) == (first["acked"], 0), "nothing is stored twice"
    engine.ask("POST", f"logs-{site.stack.service}.*/_refresh")
    return Found(engine, site)


def shipped(engine: Server, site: Site, registry: Path, forgetting: bool) -> dict[str, int]:
    """Filebeat's numbers, once it has sent all that the containers wrote."""
    if forgetting:
        forget(registry)
    containers = Path(docker("info", "--format", "{{.DockerRootDir}}"), "containers")
    volume = f"{containers}:{CONTAINER_LOGS}"
    with shipping(engine, site.text("filebeat/filebeat.yml"), registry, volume) as filebeat:
        filebeat.wait_until_read(
            {object_name(site.stack, instance): log_of(containers, name) for instance, name in site.containers.items()}
        )
        return filebeat.stats()


def log_of(containers: Path, name: str) -> Path:
    identity = docker("inspect", "--format", "{{.Id}}", name)
    return containers / identity / f"{identity}-json.log"


def lines_of(site: Site, instance: str) -> list[str]:
    """What the container wrote, on either stream."""
    done = subprocess.run(
        ["docker", "logs", site.containers[instance]], capture_output=True, text=True, timeout=60, check=True
    )
    return [line for line in (done.stdout + done.stderr).splitlines() if line]


def test_each_request_is_in_the_proxy_s_log_once(found: Found) -> None:
    asked = 'event.dataset:nginx.access AND NOT url.path:"/app/items/ready"'
    assert found.count("nginx", asked) == REQUESTS
    for number in range(0, REQUESTS, 97):
        if number % 10 != 1:
            assert found.count("nginx", f'url.path:"{way(number)}"') == 1, way(number)
    assert found.count("nginx", "http.response.status_code:404") == REQUESTS // 10
    assert found.count("nginx", "http.response.status_code:500") == REQUESTS // 100


def test_each_line_of_the_proxy_is_a_document(found: Found) -> None:
    assert found.count("nginx", "*:*") == len(lines_of(found.site, "nginx"))


def test_each_request_is_in_the_application_s_log_once_with_its_exception(found: Found) -> None:
    expected = sum(way(number).startswith("/app/") for number in range(REQUESTS))
    assert found.count("service", 'http.route:* AND NOT url.path:"/items/ready"') == expected
    broken = found.every("service", "error.type:LookupError AND _exists_:error.stack_trace")
    assert {each["error"]["message"].strip("'") for each in broken} == {
        str(number) for number in range(0, REQUESTS, 100)
    }
    assert found.count("service", f"tags:{UNPARSED}") == 0


def test_each_statement_is_in_the_database_s_log_once_with_all_of_its_lines(found: Found) -> None:
    statements = found.every(
        "postgresql", "statement.fingerprint:* AND message:mark AND statement.seconds:* AND NOT statement.phase:plan"
    )
    numbers = sorted(int(each["statement"]["text"].rstrip(";").rpartition(" ")[2]) for each in statements)
    assert numbers == list(range(STATEMENTS))
    assert {each["statement"]["fingerprint"] for each in statements} == {"SELECT ? AS mark, ?"}
    assert all(each["statement"]["seconds"] >= 0 for each in statements)


def test_each_save_is_in_the_cache_s_log_once(found: Found) -> None:
    written = [line for line in lines_of(found.site, "redis") if "Background saving started" in line]
    assert len(written) >= SAVES
    assert found.count("redis", 'message:"Background saving started"') == len(written)


def test_nothing_of_another_container_is_among_them(engine: Server, found: Found) -> None:
    """All containers of the machine write into one folder."""
    names = engine.ask("GET", f"logs-{found.site.stack.service}.*/_stats/docs")["indices"]
    assert len(names) == 4
    assert sum(each["primaries"]["docs"]["count"] for each in names.values()) == sum(
        found.count(instance, "*:*") for instance in ("nginx", "service", "postgresql", "redis")
    )
