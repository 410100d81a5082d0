"""The panels of the log store show what was really done to it: on both stores, through the real exporter."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from obsboot.catalog import Catalogue, inventory
from obsboot.model import Component, Signal, Stack
from obsboot.promql import selectors
from obsboot.render.logs.logged import stream
from tests.logs.conftest import Server, installation, objects, reading, serving
from tests.logs.scraped import SECONDS, Exporter, Scrape, Seen, address, exporter_command, exporting, names, shown
from tests.stacks import stack_of

pytestmark = pytest.mark.live

SEALED = {"index.blocks.read_only_allow_delete": True}
SERVICE = "metered"
ELSEWHERE = "metered-accounts"
"""An index that holds no logs."""
KEPT = {
    **dict.fromkeys(("stored", "stream_documents", "rollover_age", "retention_age"), "stream"),
    "breakers_tripped": "breaker",
}
"""The label that a signal keeps, where that is not the node's name."""
TEMPLATE = {"mappings": {"properties": {"@timestamp": {"type": "date"}, "status": {"type": "integer"}}}}


@pytest.fixture(scope="module")
def component(catalogue: Catalogue) -> Component:
    return catalogue["log-store"]


@pytest.fixture(scope="module")
def stack(engine: Server, catalogue: Catalogue) -> Stack:
    """A pack of its own, so that nobody else's documents are among those that are counted."""
    return stack_of(catalogue, service=SERVICE, logs=engine.name)


@pytest.fixture(scope="module")
def command(stack: Stack) -> list[str]:
    return exporter_command(stack)


@pytest.fixture(scope="module")
def exporter(engine: Server, component: Component, command: list[str]) -> Iterator[Exporter]:
    assert component.exporter
    with exporting(component.exporter.image, address(engine.container), command, SERVICE) as started:
        yield started


@pytest.fixture(scope="module")
def streams(engine: Server, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Two streams of the pack that have documents already, and an index that is none of them."""
    assert installation(engine, objects(stack, tmp_path_factory.mktemp(engine.name)))
    found = [stream(stack, instance) for instance in reading(stack)][:2]
    for name in found:
        assert set(bulk(engine, name, lines(5))) == {201}
    engine.ask("PUT", ELSEWHERE, json=TEMPLATE)
    yield found
    if engine.name == "opensearch":
        engine.ask("DELETE", f"_data_stream/logs-{SERVICE}.*")
    engine.ask("DELETE", f"logs-{SERVICE}.*,{ELSEWHERE}")


@pytest.fixture
def looks(component: Component, catalogue: Catalogue, tmp_path: Path) -> Looks:
    prometheus = catalogue["prometheus"].exporter
    assert prometheus
    return Looks(component, prometheus.image, tmp_path)


class Looks:
    """Looks at the signals of the component as a panel does."""

    def __init__(self, component: Component, prometheus: str, folder: Path) -> None:
        self.component = component
        self.prometheus = prometheus
        self.folder = folder

    def see(self, first: Scrape, last: Scrape, **expected: dict[str, float]) -> str:
        """What is wrong; the values of a signal by the label that it keeps beside the target's, `` where it keeps none."""
        wanted = [self._seen(name, values) for name, values in expected.items()]
        return shown(self.folder, self.prometheus, inventory(self.component), first, last, wanted)

    def _seen(self, name: str, values: dict[str, float]) -> Seen:
        label = KEPT.get(name, "name")
        by_label = {((label, key),) if key else (): value for key, value in values.items()}
        target = ("service", "environment") if name == "unlogged" else ("job", "instance")
        return Seen(self.component.signals[name], by_label, target)


def bulk(engine: Server, index: str, documents: Sequence[object]) -> Counter[int]:
    """How many of the documents were answered with which status."""
    lines = [line for each in documents for line in ({"create": {"_index": index}}, each)]
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    answer = engine.ask("POST", "_bulk", data=body, headers={"Content-Type": "application/x-ndjson"})
    return Counter(item["create"]["status"] for item in answer["items"])


def lines(number: int, status: object = 200) -> list[dict[str, object]]:
    return [{"@timestamp": "2026-01-02T03:04:05Z", "message": f"line {n}", "status": status} for n in range(number)]


def node(scrape: Scrape) -> str:
    """The name of the one node."""
    series = next(name for name in scrape if name.startswith("elasticsearch_indices_indexing_index_total{"))
    return series.partition('name="')[2].partition('"')[0]


def recorded(component: Component) -> list[Signal]:
    return [signal for signal in component.signals.values() if not signal.unrecorded]


def test_every_recorded_metric_is_exposed(exporter: Exporter, component: Component, streams: list[str]) -> None:
    assert streams
    exposed = names(exporter.scrape())
    own = {s.name for signal in recorded(component) for s in selectors(signal.expr) if s.name.startswith("elastic")}
    assert own
    assert own - exposed == set()


def test_documents_and_searches_are_counted(
    engine: Server, exporter: Exporter, looks: Looks, streams: list[str]
) -> None:
    """What is refused is no document, and what goes elsewhere is no log."""
    one, other = streams
    engine.ask("POST", "_refresh")
    documents_before = {stream: engine.ask("GET", f"{stream}/_count")["count"] for stream in streams}
    first = exporter.scrape()
    assert bulk(engine, one, lines(360)) == {201: 360}
    assert bulk(engine, other, lines(180)) == {201: 180}
    assert bulk(engine, ELSEWHERE, [*lines(90), *lines(30, status="none")]) == {201: 90, 400: 30}
    for _ in range(36):
        engine.search(one, {"match": {"message": "line"}})
    engine.ask("POST", "_refresh")
    documents = {stream: engine.ask("GET", f"{stream}/_count")["count"] for stream in streams}
    assert [documents[each] - documents_before[each] for each in streams] == [360, 180]
    last = exporter.scrape()
    wrong = looks.see(
        first,
        last,
        stored={one: 360 / SECONDS, other: 180 / SECONDS},
        stream_documents={stream: float(count) for stream, count in documents.items()},
        indexed={node(last): 630 / SECONDS},
        # The two counts search as well.
        searches={node(last): 38 / SECONDS},
    )
    assert not wrong


def test_traffic_without_logs_is_seen(engine: Server, exporter: Exporter, looks: Looks, streams: list[str]) -> None:
    """Writes to other indices, as Kibana makes them all the time, are no logs."""
    traffic = {"job:http_requests:rate5m": 12.0}
    first = {**exporter.scrape(), **traffic}
    bulk(engine, ELSEWHERE, lines(60))
    silent = {**exporter.scrape(), **traffic}
    assert not looks.see(first, silent, unlogged={"": 12.0})
    bulk(engine, streams[0], lines(1))
    assert not looks.see(silent, {**exporter.scrape(), **traffic}, unlogged={})


def test_traffic_is_seen_where_no_log_ever_came(exporter: Exporter, looks: Looks, streams: list[str]) -> None:
    """Without a single stream there is no series of one either."""
    assert streams
    scrape = {name: value for name, value in exporter.scrape().items() if 'index="' not in name}
    whole = {**scrape, "job:http_requests:rate5m": 12.0}
    assert not looks.see(whole, whole, unlogged={"": 12.0}, stored={})


def test_a_breaker_that_trips_is_counted(engine: Server, exporter: Exporter, looks: Looks, streams: list[str]) -> None:
    first = exporter.scrape()
    setting = "indices.breaker.request.limit"
    engine.ask("PUT", "_cluster/settings", json={"transient": {setting: "10b"}})
    try:
        body = {"size": 0, "aggs": {"all": {"terms": {"field": "@timestamp"}}}}
        refused = [requests.post(f"{engine.url}/{streams[0]}/_search", json=body, timeout=30) for _ in range(6)]
    finally:
        engine.ask("PUT", "_cluster/settings", json={"transient": {setting: None}})
    assert {answer.status_code for answer in refused} == {429}
    last = exporter.scrape()
    breakers = {name.partition('breaker="')[2].partition('"')[0] for name in last if "breakers_tripped{" in name}
    tripped = dict.fromkeys(breakers, 0.0) | {"request": 60 * 6 / SECONDS}
    assert not looks.see(first, last, breakers_tripped=tripped)


def test_an_index_that_refuses_lines_is_counted(engine: Server, exporter: Exporter, looks: Looks) -> None:
    engine.ask("PUT", "sealed", json={"settings": SEALED})
    try:
        body = b'{"index": {"_index": "sealed"}}\n{"message": "line"}\n'
        headers = {"Content-Type": "application/x-ndjson"}
        item = engine.ask("POST", "_bulk", data=body, headers=headers)["items"][0]["index"]
        assert item["status"] in (403, 429), item
        scrape = exporter.scrape()
    finally:
        engine.ask("DELETE", "sealed")
    assert not looks.see(scrape, scrape, read_only={"": 1.0})
    scrape = exporter.scrape()
    assert not looks.see(scrape, scrape, read_only={"": 0.0})


def test_disks_are_held_against_the_store_s_own_watermarks(engine: Server, exporter: Exporter, looks: Looks) -> None:
    prefix = "cluster.routing.allocation.disk.watermark."
    marks = {"low": 0.6, "high": 0.8, "flood_stage": 0.99}
    changed = {prefix + name: f"{share:.0%}" for name, share in marks.items()}
    engine.ask("PUT", "_cluster/settings", json={"transient": changed})
    try:
        scrape = exporter.scrape()
    finally:
        engine.ask("PUT", "_cluster/settings", json={"transient": dict.fromkeys(changed)})
    used, where = _used(scrape), node(scrape)
    disk = engine.ask("GET", "_nodes/stats/fs")["nodes"].popitem()[1]["fs"]["total"]
    assert used == pytest.approx(1 - disk["available_in_bytes"] / disk["total_in_bytes"], abs=0.01)
    assert not looks.see(
        scrape,
        scrape,
        disk_used={where: used},
        watermark_low={"": 0.6},
        disk_low={where: used / 0.6},
        disk_high={where: used / 0.8},
        disk_flood={where: used / 0.99},
    )


def test_watermarks_in_bytes_give_way_to_the_usual_ones(engine: Server, exporter: Exporter, looks: Looks) -> None:
    prefix = "cluster.routing.allocation.disk.watermark."
    changed = {prefix + name: size for name, size in (("low", "3mb"), ("high", "2mb"), ("flood_stage", "1mb"))}
    engine.ask("PUT", "_cluster/settings", json={"transient": changed})
    try:
        scrape = exporter.scrape()
    finally:
        engine.ask("PUT", "_cluster/settings", json={"transient": dict.fromkeys(changed)})
    used, where = _used(scrape), node(scrape)
    assert not looks.see(scrape, scrape, disk_low={where: used / 0.85}, disk_high={where: used / 0.9})


def _used(scrape: Scrape) -> float:
    sizes = {name.partition("{")[0]: value for name, value in scrape.items() if "filesystem_data" in name}
    return (
        1 - sizes["elasticsearch_filesystem_data_available_bytes"] / sizes["elasticsearch_filesystem_data_size_bytes"]
    )


def test_a_stream_of_two_indices_tells_when_the_first_was_closed(
    engine: Server, exporter: Exporter, looks: Looks, streams: list[str]
) -> None:
    """Ages are small here: what the test shows is which index an age is read of."""
    name = f"logs-{SERVICE}.rolled-test"
    assert name not in streams
    made = {}
    for number in (1, 2, 3):
        index = f"{name}-{number:06d}"
        engine.ask("PUT", index, json=TEMPLATE)
        settings = engine.ask("GET", f"{index}/_settings")[index]["settings"]["index"]
        made[number] = int(settings["creation_date"]) / 1000
        bulk(engine, index, lines(3))
        time.sleep(1.1)
    first = exporter.scrape()
    bulk(engine, f"{name}-000003", lines(3))
    last = {series: value for series, value in exporter.scrape().items() if f'index="{name}' in series}
    born = {
        number: last[f'elasticsearch_indices_settings_creation_timestamp_seconds{{index="{name}-{number:06d}"}}']
        for number in made
    }
    assert born[2] - born[1] == pytest.approx(made[2] - made[1], abs=0.01)
    closed, written = SECONDS - born[2], SECONDS - born[3]
    assert not looks.see(first, last, rollover_age={name: written}, retention_age={name: closed})


def test_a_store_that_does_not_answer_is_down(component: Component, command: list[str], looks: Looks) -> None:
    """The exporter itself still answers, so its scrape succeeds."""
    assert component.exporter
    with exporting(component.exporter.image, "http://127.0.0.1:1", command, SERVICE) as lonely:
        scrape = lonely.scrape()
    assert not looks.see(scrape, scrape, available={"": 0.0})


def test_a_store_that_answers_is_up(exporter: Exporter, looks: Looks) -> None:
    scrape = exporter.scrape()
    assert not looks.see(scrape, scrape, available={"": 1.0}, red={"": 0.0}, nodes={"": 1.0}, pending_tasks={"": 0.0})


def test_writes_that_find_their_queue_full_are_counted(
    engine: Server, component: Component, command: list[str], looks: Looks
) -> None:
    """On a store of its own, whose queue has one place."""
    small = [option for s in ("thread_pool.write.queue_size=1", "thread_pool.write.size=1") for option in ("-e", s)]
    with serving(engine.name, *small) as narrow:
        assert component.exporter
        with exporting(component.exporter.image, address(narrow.container), command, SERVICE) as own:
            narrow.ask("PUT", "logs-narrow", json=TEMPLATE)
            first = own.scrape()
            with ThreadPoolExecutor(16) as pool:
                answers = sum(pool.map(lambda _: bulk(narrow, "logs-narrow", lines(20)), range(200)), Counter[int]())
            last = own.scrape()
    assert answers[429] > 0, answers
    assert answers[429] % 20 == 0
    counted = 60 * (answers[429] / 20) / SECONDS
    assert not looks.see(first, last, writes_rejected={node(last): counted}, searches_rejected={node(last): 0.0})
