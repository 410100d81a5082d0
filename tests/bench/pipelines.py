"""`make bench`, second part: what it costs to read a line, per format.

In a real Elasticsearch, lines a second through the format's pipeline against the same server with no pipeline, in one run
and turn about; and microseconds a line of obsboot's own reader. The lines are the format's samples, again and again.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

import requests

from obsboot.catalog import load
from obsboot.catalog.logformats import samples
from obsboot.logs.ingest import component_pipeline, format_pipeline
from obsboot.logs.mappings import mapping
from obsboot.logs.reading import read
from obsboot.model import Component, LogFormat
from tests.logs.conftest import serving

LINES, BATCH, ROUNDS, AIM = 20_000, 2_000, 3, 0.5
NDJSON = {"Content-Type": "application/x-ndjson"}


@dataclass(frozen=True)
class Cost:
    """Of one format: lines a second with and without its pipeline, and microseconds a line of obsboot's own reader."""

    name: str
    piped: float
    plain: float
    offline: float

    @property
    def share(self) -> float:
        return self.piped / self.plain


def install(url: str, component: Component) -> None:
    """The component's pipelines, and an index with and one without them; both have the mapping of all fields."""
    formats = list(component.logs.values())
    for each in formats:
        put(f"{url}/_ingest/pipeline/{component.id}-{each.name}", format_pipeline(each, "UTC"))
    names = {each.name: f"{component.id}-{each.name}" for each in formats}
    put(f"{url}/_ingest/pipeline/{component.id}", component_pipeline(component.title, formats, names))
    fields = {**load().log_fields, **component.log_fields()}
    for index, settings in (
        (f"{component.id}-piped", {"default_pipeline": component.id}),
        (f"{component.id}-plain", {}),
    ):
        settings |= {"number_of_replicas": 0, "refresh_interval": "-1", "mapping.ignore_malformed": True}
        put(f"{url}/{index}", {"settings": {"index": settings}, "mappings": mapping(fields.values())})


def put(url: str, body: object) -> None:
    answer = requests.put(url, json=body, timeout=60)
    assert answer.ok, answer.text


def bodies(format_: LogFormat) -> list[bytes]:
    """The requests: as many lines as are measured, in batches."""
    entries = [sample.entry for sample in samples(format_)]
    every = [entries[number % len(entries)] for number in range(LINES)]
    action = '{"index":{}}\n'
    made = []
    for start in range(0, LINES, BATCH):
        lines = (
            json.dumps({"@timestamp": "2026-11-26T06:00:00.000Z", "message": e}) for e in every[start : start + BATCH]
        )
        made.append("".join(f"{action}{line}\n" for line in lines).encode())
    return made


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
    """The best of some rounds, with and without the pipeline in turn."""
    batches = bodies(format_)
    rates = [
        (rate(url, f"{component.id}-piped", batches), rate(url, f"{component.id}-plain", batches))
        for _ in range(ROUNDS)
    ]
    name = f"{component.id}.{format_.name}"
    return Cost(name, max(r for r, _ in rates), max(r for _, r in rates), offline(component, format_))


def main() -> None:
    """Prints the table."""
    print(f"{'log format':24}{'lines/s':>10}{'no pipeline':>13}{'share':>8}{'aim':>8}{'obsboot us/line':>18}")
    with serving("elasticsearch") as server:
        url = server.url
        for component in load().values():
            if component.logs:
                install(url, component)
            for format_ in component.logs.values():
                each = cost(url, component, format_)
                met = "met" if each.share >= AIM else "NOT MET"
                line = f"{each.name:24}{each.piped:10.0f}{each.plain:13.0f}{each.share:8.2f}"
                print(f"{line}{f'>= {AIM}':>8}{each.offline:18.0f}  {met}", flush=True)
    print(f"\nLoad of the machine (1 minute) over its {os.cpu_count()} processors: {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
