"""Containers as compose files describe them, and the files that a program means by its paths."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from example import folder

from obsboot.sources.context import Context
from obsboot.sources.mounting import locate
from obsboot.sources.reaching import answering, calls, elsewhere, listens
from obsboot.sources.topology import Published, Service, composed, filled, runners

COMPOSE = """\
services:
  prometheus:
    image: registry.example:5000/prom/prometheus:${TAG:-v3.5.3}
    networks: {inner: {aliases: [tsdb]}}
    ports: ["127.0.0.1:9090:9090", "9000-9001:8000-8001/udp", {target: 80, published: "8080"}, "7000"]
    expose: [9091]
    volumes:
    - ../prom:/etc/prometheus/:ro
    - data:/prometheus
    - ${RULES:?say it}:/rules
    - {type: bind, source: ./one.yml, target: /etc/one.yml}
    - {type: tmpfs, target: /tmp}
  other:
    container_name: ${NAME:-second}
    image: example/other:1
    environment: [A=b=c, D]
  built:
    build: .
    image: prom/prometheus
    network_mode: host
    command: run --port 7070
    environment: {A: 1, B: null}
networks: {inner: {}}
volumes: {data: {}}
"""
FILES = {
    "deploy/compose.yml": COMPOSE,
    "prom/prometheus.yml": "scrape_configs: []\n",
    "prom/rules/a.yml": "groups: []\n",
    "prom/rules/b.yaml": "groups: []\n",
    "deploy/one.yml": "a: b\n",
}


def context(files: Mapping[str, str] = FILES) -> Context:
    return Context(folder(files))


def service(name: str) -> Service:
    (only,) = composed(context())
    return only.services[name]


def test_what_a_service_is() -> None:
    found = service("prometheus")
    assert found.image == "registry.example:5000/prom/prometheus:v3.5.3"
    assert (found.repository, found.mode) == ("prom/prometheus", "")
    assert found.networks == {"inner"}
    assert found.names == {"prometheus", "tsdb"}
    assert found.ports == {"9091", "9090", "8000", "8001", "80", "7000"}
    assert service("other").names == {"other", "second"}
    assert service("other").networks == {"default"}
    assert {name: value for name, (value, _) in service("other").environment.items()} == {"A": "b=c", "D": ""}
    built = service("built")
    assert (built.image, built.networks, built.command) == ("", frozenset(), ("run", "--port", "7070"))
    assert built.mentions("7070")
    assert not built.mentions("707")


def test_what_a_service_runs() -> None:
    tags = {name: service(name).tag for name in ("prometheus", "other", "built")}
    assert tags == {"prometheus": "v3.5.3", "other": "1", "built": ""}
    assert service("prometheus").runs("prometheus")
    assert service("built").runs("prometheus")
    assert service("built").runs("built")
    assert not service("other").runs("example")


def test_the_folder_that_compose_runs_in() -> None:
    volumes = "[$PWD/a:/a, '${PWD}/b:/b', $PWDX/c:/c]"
    text = f"services: {{one: {{image: a:1, volumes: {volumes}}}}}\n"
    (only,) = composed(context({"deploy/compose.yml": text}))
    assert [only.services["one"].outside(path) for path in ("/a/x", "/b", "/c")] == ["deploy/a/x", "deploy/b", None]
    assert [bool(only.services["one"].mount_at(path)) for path in ("/a/x", "/ab", "/c")] == [True, False, True]


def test_ports_of_the_host() -> None:
    assert [(p.address, p.outside, p.inside, p.protocol) for p in service("prometheus").published] == [
        ("127.0.0.1", "9090", "9090", "tcp"),
        ("", "9000", "8000", "udp"),
        ("", "9001", "8001", "udp"),
        ("", "8080", "80", "tcp"),
        ("", "", "7000", "tcp"),
    ]


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [("", "", True), ("127.0.0.1", "", True), ("127.0.0.1", "127.0.0.1", True), ("127.0.0.1", "127.0.0.2", False)],
)
def test_ports_that_clash(one: str, other: str, clash: bool) -> None:
    first, second = (Published(address, "90", "90", "tcp", 1) for address in (one, other))
    assert first.clashes(second) == second.clashes(first) == clash
    assert not first.clashes(Published(one, "90", "90", "udp", 1))
    assert not first.clashes(Published(one, "91", "90", "tcp", 1))


def test_variables_have_their_defaults() -> None:
    assert [filled(each) for each in ("${A:-b}", "${A-b}", "${A:?c}", "${A}", "$A", 5)] == [
        "b",
        "b",
        "$A",
        "$A",
        "$A",
        "5",
    ]


def test_paths_inside_and_outside() -> None:
    found = service("prometheus")
    assert [(m.source, m.target, m.bound) for m in found.mounts] == [
        ("../prom", "/etc/prometheus", True),
        ("data", "/prometheus", False),
        ("$RULES", "/rules", True),
        ("./one.yml", "/etc/one.yml", True),
    ]
    assert found.inside("prom/rules/a.yml") == "/etc/prometheus/rules/a.yml"
    assert found.inside("deploy/one.yml") == "/etc/one.yml"
    assert found.inside("prometheus/a.yml") is None
    assert found.outside("/etc/prometheus/rules/a.yml") == "prom/rules/a.yml"
    assert found.outside("/etc/one.yml") == "deploy/one.yml"
    assert [found.outside(path) for path in ("/prometheus/a", "/rules/a", "/etc/two.yml")] == [None, None, None]


@pytest.mark.parametrize(
    ("pattern", "paths", "known"),
    [
        ("rules/*.yml", ("prom/rules/a.yml",), True),
        ("rules/*", ("prom/rules/a.yml", "prom/rules/b.yaml"), True),
        ("/etc/prometheus/rules/b.yaml", ("prom/rules/b.yaml",), True),
        ("/etc/one.yml", ("deploy/one.yml",), True),
        ("rules/c.yml", (), True),
        ("/etc/other/c.yml", (), True),
        ("/rules/a.yml", (), False),
        ("/prometheus/a.yml", (), False),
        ("${WHERE}/a.yml", (), False),
    ],
)
def test_paths_of_a_configuration(pattern: str, paths: tuple[str, ...], known: bool) -> None:
    found = locate(context(), "prom/prometheus.yml", pattern)
    assert (found.paths, found.known) == (paths, known)


def test_paths_where_no_compose_file_runs_the_program() -> None:
    alone = context({path: text for path, text in FILES.items() if path.startswith("prom/")})
    assert locate(alone, "prom/prometheus.yml", "rules/*.yml").paths == ("prom/rules/a.yml",)
    assert locate(alone, "prom/prometheus.yml", "/etc/prometheus/rules/*.yml").paths == ("prom/rules/a.yml",)
    assert not locate(alone, "prom/prometheus.yml", "/etc/prometheus/rules/z.yml").known
    assert not locate(alone, "prom/prometheus.yml", "../../z.yml").known


def test_what_runs_a_configuration() -> None:
    assert [each.name for each in runners(context(), "prom/prometheus.yml", "prometheus")] == ["prometheus"]
    assert not runners(context(), "elsewhere/prometheus.yml", "prometheus")
    beside = {"compose.yml": "services:\n  p:\n    image: prom/prometheus:v3\n", "p.yml": "scrape_configs: []\n"}
    assert [each.name for each in runners(context(beside), "p.yml", "prometheus")] == ["p"]


def test_who_calls_whom() -> None:
    files = {
        "compose.yml": (
            "services:\n  p:\n    image: prom/prometheus:v3\n    extra_hosts: [given:10.0.0.1]\n"
            "  kv:\n    image: prom/node-exporter:v1\n  own:\n    image: prom/node-exporter:v1\n"
            "    command: [--web.listen-address=:9999]\n"
        ),
        "p.yml": (
            "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['kv:9100', 'given:1', 'gone:1', 'a.b:1']}]\n"
            "alerting: {alertmanagers: [{static_configs: [{targets: [alerts]}]}]}\n"
        ),
    }
    here = context(files)
    found = calls(here)
    assert [(each.host, each.port, each.subject) for each in found] == [
        ("kv", "9100", "job a"), ("given", "1", "job a"), ("gone", "1", "job a"), ("a.b", "1", "job a"),
        ("alerts", "", "alerting"),
    ]  # fmt: skip
    assert [bool(answering(here, each)) for each in found] == [True, False, False, False, False]
    assert [elsewhere(here, each) for each in found] == [False, True, False, True, False]
    (only,) = composed(here)
    assert [listens(here, only.services[name]) for name in ("kv", "own")] == ["9100", ""]
