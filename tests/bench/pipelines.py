"""`make bench`, fourth part: what it costs to read a line, per format.

In a real Elasticsearch with a pack's own objects, in one run and turn about, lines a second through the format's
pipeline against the same server with no pipeline; and microseconds a line of obsboot's own reader. The lines are the
format's samples, again and again, each in an event as the real Filebeat sends it, with an id of its own.

Without a pipeline the server indexes what Filebeat says of each line, with one all that was read as well. What that
alone costs is measured too: the same documents as the pipeline makes of the lines, sent ready, and once more through a
pipeline that sets a single field. The aim is judged against the plain lines; the last of these is about the most that
any pipeline could reach which stores the same fields.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from obsboot.catalog import load
from obsboot.catalog.logformats import samples
from obsboot.logs.documents import put
from obsboot.logs.reading import read
from obsboot.model import Component, LogFormat, Stack
from obsboot.render.logs.logged import stream
from tests.logs.conftest import Server, installation, objects, reading, sent, serving
from tests.logs.test_faults import Bench
from tests.stacks import stack_of

LINES, BATCH, AIM = 6_000, 2_000, 0.5
ROUNDS, WARMING = 5, 3
"""Rounds that count, and before them those in which the server compiles what it is about to run."""
NONE, LEAST = "_none", "least"
"""The pipelines that a stream has instead of its own: none, and one of a single step."""
ARRIVED = "2026-11-26T06:00:00.000Z"
NDJSON = {"Content-Type": "application/x-ndjson"}
UNREAD = "No format begins like this."


@dataclass(frozen=True)
class Cost:
    """Of one format: lines a second with and without its pipeline, ready, and ready through a pipeline of one step.

    `offline` are microseconds a line of obsboot's own reader.
    """

    name: str
    piped: float
    plain: float
    ready: float
    least: float
    offline: float

    @property
    def share(self) -> float:
        return self.piped / self.plain

    def row(self) -> str:
        """The line of the table."""
        met = "met" if self.share >= AIM else "NOT MET"
        line = f"{self.name:24}{self.piped:10.0f}{self.plain:13.0f}{self.share:8.2f}{f'>= {AIM}':>8}"
        ready = f"{self.ready:12.0f}{self.piped / self.ready:8.2f}{self.least / self.plain:10.2f}"
        return f"{line}{ready}{self.offline:18.0f}  {met}"


def envelope(server: Server) -> dict[str, Any]:
    """What the real Filebeat says of a line beside the line itself: a document whose line no format could read."""
    with TemporaryDirectory() as folder:
        bench = Bench(server, Path(folder), load())
        bench.write(f"{UNREAD}\n")
        with bench.shipping() as filebeat:
            filebeat.wait_until_read({"orders-logs-database": bench.log})
        [document] = bench.stored({"match_phrase": {"message": UNREAD}})
    for name in ("tags", "message", "@timestamp"):
        del document[name]
    del document["event"]
    return dict(document)


def install(url: str, own: str) -> tuple[str, ...]:
    """Beside the component's stream one whose documents come through each of the other pipelines; all their names."""
    beside = {pipeline: f"{own}-{pipeline.strip('_')}" for pipeline in (NONE, LEAST)}
    for pipeline, name in beside.items():
        store(f"{url}/{name}", {"settings": {"index.default_pipeline": pipeline}})
    return own, *beside.values()


def store(url: str, body: object) -> None:
    answer = requests.put(url, json=body, timeout=60)
    assert answer.ok, answer.text


def rate(url: str, index: str, documents: Sequence[str]) -> float:
    """Lines a second into the index."""
    lines = [
        f'{{"create":{{"_id":"{secrets.token_hex(32)}"}}}}\n{documents[n % len(documents)]}\n' for n in range(LINES)
    ]
    batches = ["".join(lines[start : start + BATCH]).encode() for start in range(0, LINES, BATCH)]
    began = time.perf_counter()
    for body in batches:
        answer = requests.post(f"{url}/{index}/_bulk", data=body, headers=NDJSON, timeout=120)
        assert not answer.json()["errors"]
    return LINES / (time.perf_counter() - began)


def offline(component: Component, format_: LogFormat) -> float:
    """Microseconds of processor time a line, obsboot's own reader."""
    formats, entries = list(component.logs.values()), [sample.entry for sample in samples(format_)]
    for entry in entries:
        read(formats, {"message": entry})
    began = time.process_time()
    times = max(1, 2000 // len(entries))
    for _ in range(times):
        for entry in entries:
            read(formats, {"message": entry})
    return (time.process_time() - began) / (times * len(entries)) * 1e6


def cost(
    url: str, streams: Sequence[str], came: Sequence[dict[str, Any]], format_: LogFormat, component: Component
) -> Cost:
    """The best of some rounds, in turn: through the pipeline, without it, and twice the documents that it makes."""
    own, plain, least = streams
    formats = list(component.logs.values())
    ready = [read(formats, each) for each in came]
    for each in ready:
        put(each, "event.ingested", ARRIVED)
    lines, documents = ([json.dumps(each) for each in part] for part in (came, ready))
    ways = ((own, lines), (plain, lines), (plain, documents), (least, documents))
    rounds = [[rate(url, index, sent_) for index, sent_ in ways] for _ in range(WARMING + ROUNDS)]
    best = (max(rates) for rates in zip(*rounds[WARMING:], strict=True))
    return Cost(f"{component.id}.{format_.name}", *best, offline(component, format_))


def costs(server: Server, stack: Stack) -> None:
    """A line of the table for each format."""
    around = envelope(server)
    single = {"processors": [{"set": {"field": "event.kind", "value": "event"}}]}
    store(f"{server.url}/_ingest/pipeline/{LEAST}", single)
    for instance in reading(stack):
        streams = install(server.url, stream(stack, instance))
        for format_ in instance.component.logs.values():
            came = [around | sent(stack, instance, each) for each in samples(format_)]
            print(cost(server.url, streams, came, format_, instance.component).row(), flush=True)


def main() -> None:
    """Prints the table."""
    columns = f"{'lines/s':>10}{'no pipeline':>13}{'share':>8}{'aim':>8}{'sent ready':>12}{'share':>8}{'at best':>10}"
    print(f"{'log format':24}{columns}{'obsboot us/line':>18}")
    stack = stack_of(load(), logs="elasticsearch", log_path="ingest")
    with serving("elasticsearch") as server, TemporaryDirectory() as folder:
        installation(server, objects(stack, Path(folder)))
        costs(server, stack)
    print(f"\nLoad of the machine (1 minute) over its {os.cpu_count()} processors: {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
