"""What goes wrong on the way of a line: after each of it nothing is lost, and nothing is there twice.

The lines go the way that the generated filebeat.yml describes, shipped by the real Filebeat, into the real stores.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from obsboot.catalog import Catalogue
from obsboot.model import Answers, Stack
from obsboot.render.logs.panels import documents
from obsboot.render.logs.refused import refused_stream
from obsboot.stack import resolve
from tests.logs.conftest import NAMES, Server, docker, installation, objects, serving, until, wait_until_healthy
from tests.logs.filebeat import MOST_SECONDS, Filebeat, shipping
from tests.logs.scraped import address, exporter_command, exporting, firing

pytestmark = pytest.mark.live

STREAM = "logs-orders.database-production"
BURST = 100_000
AWAY_SECONDS = 10
LINE = (
    '2026-11-26 06:00:00.000 UTC [71] session=6b07cfbc.47 line={number} code=00000 backend="client backend" '
    'client=10.0.0.7(40000) user="shop" database="shop" application="{mark}" query=0 LOG:  statement {number}'
)


class Bench:
    """A store of its own, a pack whose database writes into a file, and Filebeat between them."""

    def __init__(self, engine: Server, folder: Path, catalogue: Catalogue) -> None:
        self.engine, self.folder = engine, folder
        self.log = folder / "log" / "database.log"
        self.log.parent.mkdir()
        self.stack = self._stack(catalogue)
        installation(engine, objects(self.stack, folder / "pack"))
        self.config = next(folder.rglob("filebeat.yml"))
        self.mark = uuid.uuid4().hex[:12]

    def _stack(self, catalogue: Catalogue) -> Stack:
        values = {"service": "orders", "team": "shop", "logs": "elasticsearch", "log_path": "ingest"}
        instance = {"component": "postgresql", "log_from": "file", "log_file": f"{self.log}*"}
        return resolve(Answers(values, {"database": instance}), catalogue)

    @contextmanager
    def shipping(self) -> Iterator[Filebeat]:
        """A new one each time, as after a restart; the registry is what is left of the last."""
        folder = self.log.parent
        with shipping(self.engine, self.config, self.folder / "registry", f"{folder}:{folder}") as filebeat:
            yield filebeat

    def wait_for(self, number: int) -> None:
        """Until so many lines are stored."""
        until(lambda: self.count() >= number, MOST_SECONDS)

    def firing(self) -> set[str]:
        """The pack's alerts on its store that fire when the store stays as it is, seen through the real exporter."""
        (store,) = self.stack.of("log-store")
        assert store.component.exporter
        prometheus = next(i.component.exporter.image for i in self.stack.of("prometheus") if i.component.exporter)
        where = address(self.engine.container)
        with exporting(store.component.exporter.image, where, exporter_command(self.stack), "orders") as exporter:
            scrape = exporter.scrape()
        (rules,) = self.folder.glob("pack/*/prometheus/rules/log-store.yaml")
        seen = self.folder / "seen"
        seen.mkdir(exist_ok=True)
        return firing(seen, prometheus, rules, store.job, scrape)

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """With the indices closed for writing, and open again afterwards."""
        filler = f"/usr/share/{self.engine.name}/data/filler"
        until(lambda: self._is_filled(filler) and self._is_closed(), MOST_SECONDS)
        yield
        docker("exec", self.engine.container, "rm", filler)
        until(lambda: not self._is_closed(), MOST_SECONDS)

    def _is_filled(self, filler: str) -> bool:
        """Fills it up to 7 MB, 3 % of it; False where there was more, as when the store threw away what it had merged."""
        free = docker("exec", self.engine.container, "df", "--output=avail", "-k", filler.rpartition("/")[0])
        more = max(0, int(free.split()[-1]) - 7_000)
        docker("exec", self.engine.container, "sh", "-c", f"head -c {more}k /dev/zero >> {filler}")
        return more == 0

    def _is_closed(self) -> bool:
        """Whether the store has noticed that its disk is full; it looks every ten seconds."""
        settings = self.engine.ask("GET", f"{STREAM}/_settings?flat_settings=true")
        return "index.blocks.read_only_allow_delete" in json.dumps(settings)

    def lines(self, first: int, last: int) -> str:
        return "".join(LINE.format(number=number, mark=self.mark) + "\n" for number in range(first, last))

    def write(self, text: str | bytes) -> None:
        with self.log.open("ab") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def stored(self, query: dict[str, Any] | None = None, **options: Any) -> list[dict[str, Any]]:
        self.engine.ask("POST", f"{STREAM}/_refresh")
        mine: dict[str, Any] = {"term": {"application.name": self.mark}}
        found = self.engine.search(STREAM, query or mine, size=10_000, **options)["hits"]
        assert found["total"]["value"] <= 10_000
        return [hit["_source"] for hit in found["hits"]]

    def count(self) -> int:
        """How many are stored; none before the first has come."""
        there = "ignore_unavailable=true&allow_no_indices=true"
        self.engine.ask("POST", f"{STREAM}/_refresh?{there}")
        mine = {"query": {"term": {"application.name": self.mark}}}
        return int(self.engine.ask("POST", f"{STREAM}/_count?{there}", json=mine)["count"])

    def numbers(self) -> list[int]:
        return sorted(document["postgresql"]["log"]["line"] for document in self.stored())


@pytest.fixture(params=NAMES, scope="module")
def own(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A store that may be stopped and filled; its disk holds 256 MiB."""
    disk = f"/usr/share/{request.param}/data:size=256m,uid=1000,gid=1000"
    with serving(request.param, "--tmpfs", disk) as server:
        yield server


@pytest.fixture
def bench(own: Server, tmp_path: Path, catalogue: Catalogue) -> Bench:
    return Bench(own, tmp_path, catalogue)


def test_a_store_that_is_away_for_a_while(bench: Bench) -> None:
    """Frozen, so that its port and its data stay: requests are not answered, which is the worse kind of away."""
    bench.write(bench.lines(0, 500))
    with bench.shipping():
        bench.wait_for(500)
        docker("pause", bench.engine.container)
        bench.write(bench.lines(500, 1000))
        time.sleep(AWAY_SECONDS)
        docker("unpause", bench.engine.container)
        wait_until_healthy(bench.engine.url)
        bench.write(bench.lines(1000, 1500))
        bench.wait_for(1500)
    assert bench.numbers() == list(range(1500))


def test_rotation_in_the_middle_of_an_entry_of_several_lines(bench: Bench) -> None:
    """The rest of the entry is in the file under its new name; it is read to its end."""
    bench.write(bench.lines(0, 3))
    with bench.shipping():
        bench.wait_for(3)
        bench.write(LINE.format(number=99, mark=bench.mark) + "\n\tfirst\n")
        bench.log.rename(bench.log.with_name("database.log.1"))
        with bench.log.with_name("database.log.1").open("a") as file:
            file.write("\tsecond\n")
        bench.write(bench.lines(3, 5))
        bench.wait_for(6)
    assert bench.numbers() == [0, 1, 2, 3, 4, 99]
    whole = next(each for each in bench.stored() if each["postgresql"]["log"]["line"] == 99)
    assert whole["message"].splitlines() == ["statement 99", "first", "second"]


def test_a_line_in_the_wrong_encoding_is_kept(bench: Bench) -> None:
    bench.write(LINE.format(number=1, mark=bench.mark).encode() + b" caf\xe9 \xff\xfe\n" + bench.lines(2, 3).encode())
    with bench.shipping():
        bench.wait_for(2)
    texts = {each["postgresql"]["log"]["line"]: each["message"] for each in bench.stored()}
    assert texts[1].startswith("statement 1 caf\ufffd")
    assert bench.numbers() == [1, 2]


def test_a_clock_that_is_an_hour_off_moves_no_line_out_of_sight(bench: Bench) -> None:
    """A line keeps the time that it tells, and the alert on lines from the future sees it."""
    ahead = time.strftime("%Y-%m-%d %H:%M:%S.000 UTC", time.gmtime(time.time() + 3600))
    bench.write(LINE.format(number=7, mark=bench.mark).replace("2026-11-26 06:00:00.000 UTC", ahead) + "\n")
    with bench.shipping():
        bench.wait_for(1)
    (document,) = bench.stored()
    assert document["@timestamp"] == ahead.replace(" UTC", "Z").replace(" ", "T")
    (store,) = bench.stack.of("log-store")
    for name, expected in (("log_ahead", [document]), ("log_late", [])):
        query = documents(bench.stack, store, store.component.log_signals[name])
        assert bench.stored({"query_string": {"query": f'{query} AND application.name:"{bench.mark}"'}}) == expected


def test_what_the_mapping_cannot_take_is_told_and_holds_up_nothing(bench: Bench) -> None:
    """A document whose field is a text where the mapping has an object is kept by itself, with the store's reason."""
    theirs = bench.config.read_text()
    config = yaml.safe_load(theirs)
    for each in config["filebeat.inputs"]:
        each["fields"]["client"] = "a text"
    bench.write(bench.lines(0, 2))
    bench.config.write_text(yaml.safe_dump(config))
    with bench.shipping() as filebeat:
        until(lambda: filebeat.stats()["acked"] == 2, MOST_SECONDS)
        assert filebeat.stats()["dropped"] == 0
    bench.config.write_text(theirs)
    bench.write(bench.lines(2, 4))
    with bench.shipping():
        bench.wait_for(2)
    assert bench.numbers() == [2, 3]
    refused = refused_stream(bench.stack)
    bench.engine.ask("POST", f"{refused}/_refresh")
    mine = bench.engine.search(refused, {"match_phrase": {"message": bench.mark}})
    found = [hit["_source"] for hit in mine["hits"]["hits"]]
    assert sorted(each["message"] for each in found) == bench.lines(0, 2).splitlines()
    for each in found:
        assert (each["tags"], each["event"]["module"]) == ("refused", "database")
        assert "object mapping for [client] tried to parse field [client] as object" in each["error.message"]


def test_a_number_that_is_none_does_not_keep_its_document_out(bench: Bench) -> None:
    """`ignore_malformed`: the document is stored, and the field that could not be read is named."""
    body = {"@timestamp": "2026-11-26T06:00:00.000Z", "message": "x", "application": {"name": bench.mark}}
    bench.engine.ask(
        "POST", f"{STREAM}/_doc?op_type=create&pipeline=_none", json=body | {"client": {"port": "many", "ip": "nobody"}}
    )
    assert len(bench.stored()) == 1
    ignored = {"bool": {"filter": [{"term": {"application.name": bench.mark}}, {"term": {"_ignored": "client.port"}}]}}
    assert len(bench.stored(ignored)) == 1


def test_a_burst_of_a_hundred_thousand_lines(bench: Bench) -> None:
    bench.write(bench.lines(0, BURST))
    with bench.shipping():
        bench.wait_for(BURST)
    assert bench.count() == BURST


def test_a_disk_that_is_full_for_a_while(bench: Bench) -> None:
    """At the flood stage, 95 %, the indices are closed for writing, which the alerts tell; when there is room they open."""
    bench.engine.ask("PUT", "_cluster/settings", json={"transient": {"cluster.info.update.interval": "10s"}})
    bench.write(bench.lines(0, 100))
    with bench.shipping():
        bench.wait_for(100)
        assert not bench.firing()
        with bench.full_disk():
            assert bench.firing() == {"LogStoreDiskLow", "LogStoreDiskHigh", "LogStoreReadOnly"}
            bench.write(bench.lines(100, 200))
            time.sleep(AWAY_SECONDS)
            assert bench.count() == 100
        bench.wait_for(200)
    assert bench.numbers() == list(range(200))
    assert not bench.firing()
