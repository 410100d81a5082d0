"""What jobs expose, by what a folder holds of evidence."""

from __future__ import annotations

from pathlib import Path

from obsboot.catalog import load
from obsboot.promql import selectors
from obsboot.promql.shapes import Shape
from obsboot.sources.context import Context
from obsboot.sources.exporters import bare, host
from obsboot.sources.folder import Folder, read_folder
from obsboot.sources.series import Absence, Series

PROMETHEUS = """
global: {external_labels: {cluster: eu}}
scrape_configs:
- job_name: cache
  static_configs: [{targets: ["cache-exporter:9121"], labels: {service: shop}}]
- job_name: shop
  file_sd_configs: [{files: ["targets/*.json"]}]
- job_name: pods
  kubernetes_sd_configs: [{role: pod}]
"""
COMPOSE = """
services:
  exporter: {image: "registry:5000/x/redis_exporter:v1@sha256:0", container_name: cache-exporter}
"""
TARGETS = '[{"targets": ["a:80", "b:80"], "labels": {"zone": "z"}}]'
EXPOSITION = '# TYPE orders_total counter\norders_total{status="200"} 1\n'


def written(root: Path, **expositions: str) -> Folder:
    (root / "targets").mkdir()
    for name, text in {
        "prometheus.yml": PROMETHEUS, "compose.yml": COMPOSE, "targets/a.json": TARGETS, "shop.prom": EXPOSITION,
    }.items():  # fmt: skip
        (root / name).write_text(text)
    return read_folder(root, expositions=expositions)


def series(root: Path, **expositions: str) -> Series:
    return Context(written(root, **expositions)).series


def shape(known: Series, expr: str) -> Shape:
    return known.shape(selectors(expr)[0])


def absence(known: Series, expr: str) -> Absence | None:
    return known.missing(selectors(expr)[0])


def test_an_image_tells_the_exporter(tmp_path: Path) -> None:
    known = series(tmp_path)
    (exposed,) = known.exposed("cache")
    assert (exposed.evidence, "redis_up" in exposed.inventory) == ("image", True)
    found = shape(known, 'redis_connected_clients{job="cache"}')
    assert (found.type, found.trust) == ("gauge", "sure")
    assert found.labels.names >= {"job", "instance", "service"}
    assert "cluster" not in found.labels.names
    assert not found.labels.open


def test_an_exposition_tells_the_job_of_its_name(tmp_path: Path) -> None:
    known = series(tmp_path)
    found = shape(known, 'orders_total{job="shop"}')
    assert (found.type, found.trust) == ("counter", "sure")
    assert found.labels.names == {"job", "instance", "status", "zone"}
    assert "instance" in found.varied
    assert known.values(selectors('orders_total{job="shop"}')[0], "status") == {"200"}


def test_an_exposition_that_is_given_tells_the_job_that_is_named(tmp_path: Path) -> None:
    known = series(tmp_path, pods="shop.prom")
    found = shape(known, 'orders_total{job="pods"}')
    assert (found.type, found.labels.open) == ("counter", True)


def test_a_name_alone_tells_less(tmp_path: Path) -> None:
    known = series(tmp_path)
    found = shape(known, "node_load1")
    assert (found.type, found.trust, found.labels.open) == ("gauge", "likely", True)
    assert shape(known, "anything_total").trust == "named"
    assert shape(known, "anything").type == "unknown"


def test_what_is_missing_is_as_sure_as_the_evidence(tmp_path: Path) -> None:
    known = series(tmp_path)
    cases = {
        'redis_conected_clients{job="cache"}': "error",
        'redis_something{job="cache"}': "info",
        'order_total{job="shop"}': "error",
        'refunds{job="shop"}': "warning",
        "node_cpu": "warning",
        'orders_total{job="cache"}': "error",
    }
    assert {expr: found.severity for expr in cases if (found := absence(known, expr))} == cases
    for expr in ('anything{job="pods"}', "anything", "node_anything", 'redis_up{job="cache"}', "a:b:c"):
        assert absence(known, expr) is None


def test_the_catalogue_is_read_for_expressions_alone(tmp_path: Path) -> None:
    calls: list[int] = []

    def catalogue() -> object:
        calls.append(1)
        return load()

    found = written(tmp_path)
    folder = Folder(found.root, found.files, found.forms, exists=found.exists, catalogue=catalogue)  # type: ignore[arg-type]
    context = Context(folder)
    assert not tuple(context.studies)
    assert not calls
    shape(context.series, "node_load1")
    shape(context.series, 'redis_up{job="cache"}')
    assert calls == [1]


def test_names_of_images_and_hosts() -> None:
    assert bare("quay.io/prometheuscommunity/postgres-exporter:v0.19.1") == "postgres-exporter"
    assert bare("localhost:5000/redis_exporter@sha256:0") == "redis-exporter"
    assert host("http://a:80/metrics") == "a"
    assert host("a:80") == "a"
    assert host("a") == "a"
