"""The samples of each format go in as lines, through all that the pack puts on their way, and come out as documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from obsboot.catalog.logformats import samples
from obsboot.live.logs.documents import READ_AT, difference, searches, types_of
from obsboot.live.logs.shipping import input_of, reading, why_not
from obsboot.live.run import Run
from obsboot.live.servers import log_options
from obsboot.live.waiting import TimedOut, wait_for
from obsboot.logs.documents import get
from obsboot.logs.entries import entries
from obsboot.logs.mappings import mapping
from obsboot.logs.reading import dataset, read
from obsboot.model import Instance, LogField, Stack
from obsboot.render.logs.logged import stream, zone

IMAGE = "python:3.13-slim"
"""Whose `cat` writes the lines."""
_SECONDS = 60.0
_UNPARSED = "unparsed"


@dataclass(frozen=True, slots=True)
class _Sent:
    """The lines of an instance: the query that finds them by the file they came from, and the documents to become."""

    instance: Instance
    query: str
    expected: tuple[dict[str, Any], ...]


def check_samples(run: Run) -> None:
    """One result for each format of each instance whose log is read, and one for the types of its fields."""
    if why := why_not(run):
        for instance in reading(run):
            for format_ in instance.component.logs.values():
                run.say("live/log-format", f"{instance.id}/{format_.name}", "skipped", why)
        return
    for each in [_send(run, instance) for instance in reading(run)]:
        _judge(run, each)
        _check_types(run, each.instance)


def _send(run: Run, instance: Instance) -> _Sent:
    text = "".join(f"{sample.entry}\n" for format_ in instance.component.logs.values() for sample in samples(format_))
    query = _print(run, instance, text) if instance.values["log_from"] == "container" else _append(run, instance, text)
    formats, fields = list(instance.component.logs.values()), input_of(run, instance).get("fields", {})
    found = entries(formats, text.removesuffix("\n").split("\n"))
    around = {"@timestamp": READ_AT, **fields}
    return _Sent(instance, query, tuple(read(formats, {**around, "message": e}, zone(run.stack)) for e in found))


def _print(run: Run, instance: Instance, text: str) -> str:
    """A container that writes the lines in the instance's name, and ends."""
    own = run.folder / "samples" / instance.id
    own.parent.mkdir(exist_ok=True)
    own.parent.chmod(0o755)
    own.write_text(text, encoding="utf-8")
    own.chmod(0o644)
    client: Any = run.engine.client
    made = client.containers.create(
        run.images.fetch(IMAGE),
        ["cat", "/samples"],
        name=f"{run.marks.run}-samples-{instance.id}",
        labels=run.marks.labels(),
        network_mode="none",
        volumes=[f"{own}:/samples:ro"],
        log_config=log_options(run.site, instance),
    )
    made.start()
    made.wait(timeout=_SECONDS)
    return f"log.file.path:*{made.id}*"


def _append(run: Run, instance: Instance, text: str) -> str:
    """A file that stands where the pack looks for the instance's."""
    named = str(instance.values["log_file"]).replace("*", "obsboot")
    own = run.folder / "logs" / named.strip("/")
    with own.open("a", encoding="utf-8") as file:
        file.write(text)
    own.chmod(0o644)
    return f'log.file.path:"/{named.strip("/")}"'


def _judge(run: Run, sent: _Sent) -> None:
    here, wanted, count = stream(run.stack, sent.instance), len(sent.expected), 0

    def arrived() -> bool:
        nonlocal count
        count = run.store.count(here, sent.query)
        return count >= wanted

    try:
        wait_for(f"{here} has the samples", arrived, _SECONDS, run.stopping)
    except TimedOut:
        for format_ in sent.instance.component.logs:
            said = f"{wanted} entries were written, and {count} documents came"
            run.say("live/log-format", f"{sent.instance.id}/{format_}", "failed", said)
        return
    found = sorted(run.store.documents(here, sent.query), key=lambda each: int(get(each, "log.offset")))
    _tell(run, sent, found)


def _tell(run: Run, sent: _Sent, found: list[dict[str, Any]]) -> None:
    """The documents against what was expected, format by format."""
    if len(found) != len(sent.expected):
        said = f"{len(sent.expected)} entries were written, and {len(found)} documents are theirs"
        run.say("live/log-format", f"{sent.instance.id}/{_UNPARSED}", "failed", said)
        return
    problems, counts = defaultdict[str, list[str]](list), defaultdict[str, int](int)
    for stored, expected in zip(found, sent.expected, strict=True):
        name = _format_of(sent.instance, expected)
        counts[name] += 1
        problems[name] += _problems(run, sent.instance, stored, expected)
    for name, count in counts.items():
        subject, wrong = f"{sent.instance.id}/{name}", problems[name]
        said = f"{count} entries stored as expected, and found by each of their fields"
        if wrong:
            run.say("live/log-format", subject, "failed", f"{len(wrong)} of {count} entries: {wrong[0]}")
        else:
            run.say("live/log-format", subject, "passed", said)


def _format_of(instance: Instance, document: dict[str, Any]) -> str:
    said = get(document, "event.dataset")
    return next((name for name, format_ in instance.component.logs.items() if dataset(format_) == said), _UNPARSED)


def _problems(run: Run, instance: Instance, stored: dict[str, Any], expected: dict[str, Any]) -> Iterator[str]:
    types = {name: each.type for name, each in _declared(run.stack, instance).items()}
    told = str(get(stored, "message"))[:80]
    if wrong := difference(stored, expected, types):
        yield f"{told!r}: {wrong}"
    body = {key: value for key, value in stored.items() if key != "_id"}
    filters = [{"ids": {"values": [stored["_id"]]}}, *searches(body, types)]
    if not run.store.holds(stream(run.stack, instance), filters):
        yield f"{told!r}: not found by its own fields"


@lru_cache(maxsize=256)
def _declared(stack: Stack, instance: Instance) -> dict[str, LogField]:
    """Every field that documents of an instance may have."""
    return {**stack.log_fields, **instance.component.log_fields()}


def _check_types(run: Run, instance: Instance) -> None:
    """Every declared field is mapped with its type, in the stream as it is."""
    wanted = types_of(mapping(_declared(run.stack, instance).values())["properties"])
    here = stream(run.stack, instance)
    for index, body in run.store.ask("GET", f"{here}/_mapping").items():
        there = types_of(body["mappings"].get("properties", {}))
        wrong = [
            f"{name} is {there.get(name, 'not mapped')}, not {kind}"
            for name, kind in wanted.items()
            if there.get(name) != kind
        ]
        run.say("live/log-types", f"{instance.id}/{index}", "failed" if wrong else "passed", "; ".join(wrong[:5]))
