"""`make bench`, fourth part: what it costs to read a line, per format.

In a real Elasticsearch, in one run and turn about, lines a second through the format's pipeline against the same server
with no pipeline; and microseconds a line of obsboot's own reader. The lines are the format's samples, again and again.

Without a pipeline the server indexes two fields of each line, with one it indexes all that was read. What that alone
costs is measured too: the same documents as the pipeline makes of the lines, sent ready, and once more through a
pipeline that sets a single field. The aim is judged against the plain lines; the last of these is about the most that
any pipeline could reach which stores the same fields.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests

from obsboot.catalog import load
from obsboot.catalog.logformats import samples
from obsboot.logs.documents import put
from obsboot.logs.ingest import component_pipeline, format_pipeline
from obsboot.logs.mappings import mapping
from obsboot.logs.reading import read
from obsboot.model import Component, LogFormat
from tests.logs.conftest import serving

LINES, BATCH, AIM = 10_000, 2_000, 0.5
ROUNDS, WARMING = 5, 3
"""Rounds that count, and before them those in which the server compiles what it is about to run."""
LEAST = "least"
"""The pipeline of one step, and the end of the name of its index."""
ARRIVED = "2026-11-26T06:00:00.000Z"
NDJSON = {"Content-Type": "application/x-ndjson"}


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


def install(url: str, component: Component) -> None:
    """The component's pipelines, and an index with and one without them; both have the mapping of all fields."""
    formats = list(component.logs.values())
    for each in formats:
        store(f"{url}/_ingest/pipeline/{component.id}-{each.name}", format_pipeline(each, "UTC"))
    names = {each.name: f"{component.id}-{each.name}" for each in formats}
    store(f"{url}/_ingest/pipeline/{component.id}", component_pipeline(component.title, formats, names))
    fields = {**load().log_fields, **component.log_fields()}
    store(f"{url}/_ingest/pipeline/{LEAST}", {"processors": [{"set": {"field": "event.kind", "value": "event"}}]})
    for end, pipeline in (("piped", component.id), ("plain", "_none"), (LEAST, LEAST)):
        settings = {"default_pipeline": pipeline, "number_of_replicas": 0, "refresh_interval": "-1"}
        body = {
            "settings": {"index": settings | {"mapping.ignore_malformed": True}},
            "mappings": mapping(fields.values()),
        }
        store(f"{url}/{component.id}-{end}", body)


def store(url: str, body: object) -> None:
    answer = requests.put(url, json=body, timeout=60)
    assert answer.ok, answer.text


def bodies(documents: Sequence[dict[str, Any]]) -> list[bytes]:
    """The requests: as many documents as are measured, in batches."""
    lines = [f'{{"index":{{}}}}\n{json.dumps(each)}\n' for each in documents]
    every = [lines[number % len(lines)] for number in range(LINES)]
    return ["".join(every[start : start + BATCH]).encode() for start in range(0, LINES, BATCH)]


def rate(url: str, index: str, batches: Sequence[bytes]) -> float:
    """Lines a second into the index."""
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


def cost(url: str, component: Component, format_: LogFormat) -> Cost:
    """The best of some rounds, in turn: through the pipeline, without it, and twice the documents that it makes."""
    formats = list(component.logs.values())
    came = [{"@timestamp": ARRIVED, "message": sample.entry} for sample in samples(format_)]
    ready = [read(formats, each) for each in came]
    for each in ready:
        put(each, "event.ingested", ARRIVED)
    lines, documents = bodies(came), bodies(ready)
    ways = (("piped", lines), ("plain", lines), ("plain", documents), (LEAST, documents))
    rounds = [[rate(url, f"{component.id}-{end}", sent) for end, sent in ways] for _ in range(WARMING + ROUNDS)]
    best = (max(rates) for rates in zip(*rounds[WARMING:], strict=True))
    return Cost(f"{component.id}.{format_.name}", *best, offline(component, format_))


def main() -> None:
    """Prints the table."""
    columns = f"{'lines/s':>10}{'no pipeline':>13}{'share':>8}{'aim':>8}{'sent ready':>12}{'share':>8}{'at best':>10}"
    print(f"{'log format':24}{columns}{'obsboot us/line':>18}")
    with serving("elasticsearch") as server:
        url = server.url
        for component in load().values():
            if component.logs:
                install(url, component)
            for format_ in component.logs.values():
                print(cost(url, component, format_).row(), flush=True)
    print(f"\nLoad of the machine (1 minute) over its {os.cpu_count()} processors: {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
