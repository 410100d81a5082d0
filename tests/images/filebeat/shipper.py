#!/usr/bin/env python3
"""A small shipper that reads the *generated* filebeat.yml and does what it says, where Filebeat cannot be had.

It knows the options that a pack writes, and refuses any other. What rests on it is replayed, not live.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

BATCH = 2000
SETTINGS, REGISTRY = Path("/usr/share/filebeat/filebeat.yml"), Path("/usr/share/filebeat/data/registry.json")
QUIET_SECONDS = 5
KNOWN = {
    "type", "id", "paths", "file_identity.native", "prospector.scanner.fingerprint.enabled", "message_max_bytes",
    "clean_removed", "close.on_state_change.inactive", "parsers", "fields_under_root", "fields", "processors",
}  # fmt: skip


class RefusedError(Exception):
    """The store will not take the entries for now, and the patience is over."""


@dataclass
class Entry:
    """An entry on its way: what is sent, and where the next one begins."""

    event: dict[str, Any]
    end: int


@dataclass
class Source:
    """A file by its device and inode, whatever it is called now."""

    path: Path
    identity: tuple[int, int]

    def is_quiet(self) -> bool:
        """Whether nothing was written for as long as an entry of several lines is waited for."""
        return time.time() - self.path.stat().st_mtime > QUIET_SECONDS


@dataclass
class Shipper:
    """`registry` holds up to which byte each file was acknowledged, by input; it outlives the shipper, as a file does."""

    config: Mapping[str, Any]
    url: str
    registry: dict[tuple[str, int, int], int] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    """Answers of the store for what it will never take."""
    patience: float = 60
    """Seconds for which a batch is sent again that the store refuses for now; Filebeat's has no end."""
    sent: int = 0
    twice: int = 0
    """Entries that the store had already."""

    @classmethod
    def of(cls, path: Path, url: str, registry: dict[tuple[str, int, int], int] | None = None) -> Shipper:
        return cls(yaml.safe_load(path.read_text()), url, {} if registry is None else registry)

    def run(self, ended: bool | None = True) -> int:
        """Reads what is new and sends it; returns how many entries were acknowledged.

        `ended`: nothing more is written, so an entry of several lines is complete with the last of them; None asks the
        age of the file. Raises requests.RequestException where the store does not answer: then nothing of the batch
        counts as read.
        """
        before = self.sent
        for each in self.config["filebeat.inputs"]:
            assert set(each) <= KNOWN, f"the shipper does not know {set(each) - KNOWN}"
            for source in _sources(each["paths"]):
                self._ship(each, source, ended)
        return self.sent - before

    def _ship(self, config: Mapping[str, Any], source: Source, ended: bool | None) -> None:
        key = (config["id"], *source.identity)
        batch: list[Entry] = []
        quiet = source.is_quiet() if ended is None else ended
        for entry in _entries(config, source, self.registry.get(key, 0), quiet):
            batch.append(entry)
            if len(batch) == BATCH:
                self._send(batch, key)
                batch = []
        if batch:
            self._send(batch, key)

    def _send(self, batch: list[Entry], key: tuple[str, int, int]) -> None:
        """A batch; what the store refuses for now is sent again, as often as the time allows."""
        left = [entry.event for entry in batch if entry.event]
        if not left:
            self.registry[key] = batch[-1].end
            return
        until = time.monotonic() + self.patience
        while left := self._bulk(left):
            if time.monotonic() > until:
                raise RefusedError(f"the store refused {len(left)} entries for {self.patience:g} s")
            time.sleep(0.2)
        self.registry[key] = batch[-1].end

    def _bulk(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Sends the events; returns those that may be taken later."""
        lines: list[str] = []
        for event in events:
            body = dict(event)
            id_ = body.pop("@metadata")["_id"]
            stream = body["data_stream"]
            index = "-".join((stream["type"], stream["dataset"], stream["namespace"]))
            lines += [json.dumps({"create": {"_index": index, "_id": id_}}), json.dumps(body, ensure_ascii=False)]
        data = ("\n".join(lines) + "\n").encode(errors="replace")
        answer = requests.post(
            f"{self.url}/_bulk", data=data, headers={"Content-Type": "application/x-ndjson"}, timeout=60
        )
        if answer.status_code == 429 or answer.status_code >= 500:
            return events
        answer.raise_for_status()
        return list(self._answered(events, answer.json()["items"]))

    def _answered(self, events: list[dict[str, Any]], items: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        for event, item in zip(events, items, strict=True):
            status = item["create"]["status"]
            if status < 300:
                self.sent += 1
            elif status == 409:
                self.twice += 1
            elif status == 429 or status >= 500 or "cluster_block_exception" in json.dumps(item):
                yield event
            else:
                self.refused.append(dict(item["create"]))


def _sources(patterns: Iterable[str]) -> Iterator[Source]:
    """Oldest first, so that a file that was renamed away comes before the one in its place."""
    paths = {path for pattern in patterns for path in Path("/").glob(pattern.lstrip("/"))}
    for path in sorted(paths, key=lambda each: (each.stat().st_mtime_ns, each)):
        stat = path.stat()
        yield Source(path, (stat.st_dev, stat.st_ino))


def _entries(config: Mapping[str, Any], source: Source, offset: int, ended: bool) -> Iterator[Entry]:
    parsers = [next(iter(each.items())) for each in config.get("parsers", [])]
    lines: Iterator[Entry] = _lines(source, offset)
    for name, options in parsers:
        lines = _container(lines) if name == "container" else _multiline(lines, options, ended)
    for entry in lines:
        entry.event["message"] = entry.event["message"][: config["message_max_bytes"]]
        yield Entry(_processed(config, source, entry.event), entry.end)


def _lines(source: Source, offset: int) -> Iterator[Entry]:
    with source.path.open("rb") as file:
        file.seek(offset)
        for line in file:
            if not line.endswith(b"\n"):
                return
            now = time.strftime("%Y-%m-%dT%H:%M:%S.000000000Z", time.gmtime())
            text = line[:-1].removesuffix(b"\r").decode(errors="replace")
            yield Entry({"message": text, "@timestamp": now, "log": {"offset": offset}}, offset := offset + len(line))


def _container(lines: Iterator[Entry]) -> Iterator[Entry]:
    """Takes Docker's wrapping off; pieces of one long line are put together."""
    held: Entry | None = None
    for line in lines:
        wrapped = json.loads(line.event["message"])
        text = wrapped["log"]
        if held is None:
            event = {
                "message": "",
                "@timestamp": wrapped["time"],
                "log": line.event["log"],
                "stream": wrapped["stream"],
            }
            held = Entry(event | {"docker": {"attrs": wrapped.get("attrs", {})}}, 0)
        held.event["message"] += text
        held.end = line.end
        if text.endswith("\n"):
            held.event["message"] = held.event["message"][:-1].removesuffix("\r")
            yield held
            held = None


def _multiline(lines: Iterator[Entry], options: Mapping[str, Any], ended: bool) -> Iterator[Entry]:
    assert options["negate"] is True
    assert options["match"] == "after"
    begins = re.compile(options["pattern"], re.ASCII)
    held: Entry | None = None
    count = 0
    for line in lines:
        if held is None or begins.match(line.event["message"]):
            if held:
                yield held
            held, count = line, 1
            continue
        if count < options["max_lines"]:
            held.event["message"] += "\n" + line.event["message"]
            count += 1
        held.end = line.end
    if held and ended:
        yield held


def _processed(config: Mapping[str, Any], source: Source, event: dict[str, Any]) -> dict[str, Any]:
    """The event with its fields, after the processors; empty where it is dropped."""
    stat = {"path": str(source.path), "device_id": str(source.identity[0]), "inode": str(source.identity[1])}
    event["log"]["file"] = stat
    event |= json.loads(json.dumps(config["fields"]))
    for step in config["processors"]:
        ((name, options),) = step.items()
        match name:
            case "drop_event":
                ((wanted, value),) = options["when"]["not"]["equals"].items()
                if _get(event, wanted) != value:
                    return {}
            case "drop_fields":
                for dropped in options["fields"]:
                    event.pop(dropped, None)
            case "fingerprint":
                text = "|".join(f"{each}|{_get(event, each)}" for each in sorted(options["fields"]))
                event["@metadata"] = {"_id": hashlib.sha256(text.encode(errors="replace")).hexdigest()}
            case _:
                raise AssertionError(f"the shipper does not know the processor {name}")
    event["@timestamp"] = re.sub(r"\.(\d{3})\d*Z$", r".\1Z", event["@timestamp"])
    return event


def _get(event: Mapping[str, Any], name: str) -> Any:
    if name in event:
        return event[name]
    value: Any = event
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def main(arguments: list[str]) -> int:
    """Filebeat's command as far as a pack uses it: `test config`, or shipping until it is stopped."""
    config = yaml.safe_load(SETTINGS.read_text())
    if arguments[:2] == ["test", "config"]:
        return 0
    (url,) = config["output.elasticsearch"]["hosts"]
    shipper = Shipper(config, url, _remembered(), patience=float("inf"))
    while True:
        try:
            shipper.run(ended=None)
        except (requests.RequestException, FileNotFoundError) as error:
            print(f"tries again: {error}", file=sys.stderr, flush=True)
        while shipper.refused:
            print(f"refused: {shipper.refused.pop()}", file=sys.stderr, flush=True)
        REGISTRY.write_text(json.dumps([[*key, offset] for key, offset in shipper.registry.items()]))
        time.sleep(1)


def _remembered() -> dict[tuple[str, int, int], int]:
    if not REGISTRY.is_file():
        return {}
    return {(name, device, inode): offset for name, device, inode, offset in json.loads(REGISTRY.read_text())}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
