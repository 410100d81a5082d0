"""Documents that make an alert on logs fire, or nearly: those of the formats' own samples, as many as its limit asks for."""

from __future__ import annotations

import copy
import json
import math
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from obsboot.catalog.logformats import samples
from obsboot.live.logs.store import LogStore
from obsboot.logs.documents import put
from obsboot.logs.mappings import mapping
from obsboot.logs.reading import read
from obsboot.model import Exit, Instance, LogAlert, ObsbootError, Stack
from obsboot.promql import seconds_of
from obsboot.render.logs.elastalert import limit
from obsboot.render.logs.logged import dataset, logged, namespace
from obsboot.render.logs.panels import documents
from obsboot.render.logs.refused import has_refused, refused_format, refused_stream

MARGIN = 0.1
"""How far above or below its limit a measured number is put."""
_FAR = 10
"""Times what a clock may be off at most, by which it is."""
Stored = tuple[str, dict[str, Any]]
"""A stream, and a document without its time."""


@dataclass(frozen=True, slots=True)
class Trial:
    """An alert on logs of an instance. `loud`: the documents have to make it fire, else they only just do not."""

    stack: Stack
    instance: Instance
    alert: LogAlert
    loud: bool = True


def documents_for(trial: Trial, store: LogStore) -> Iterator[tuple[Stored, int]]:
    """The documents within one window, each with how often it has to be there.

    Of an alert on a jump, those of the last window; `base_of` says how many there are in each before. Raises
    ObsbootError where no sample is such a document.
    """
    stack, instance, alert = trial.stack, trial.instance, trial.alert
    signal, number = instance.component.log_signals[alert.log], limit(stack, instance, alert)
    query = documents(stack, instance, replace(signal, off=""))
    fits = _Documents(store, stack, instance)
    if alert.jumps is not None:
        base = base_of(alert)
        yield fits.one(query, alert.by), math.ceil(base * number) + 1 if trial.loud else base
    elif signal.number == "count":
        yield fits.one(query, alert.by), math.floor(number) + 1 if trial.loud else math.floor(number)
    elif signal.number == "share":
        among = max(math.ceil(alert.at_least), math.ceil(2 / number))
        few = math.floor(among * number)
        yield fits.one(f"{query} AND ({signal.of})", alert.by), among if trial.loud else few
        yield fits.one(f"{query} AND NOT ({signal.of})", alert.by), among - few
    else:
        stream, body = fits.one(query, alert.by)
        put(body, signal.of, number * (1 + MARGIN if trial.loud else 1 - MARGIN))
        yield (stream, body), max(10, math.ceil(alert.at_least))


def told_time(trial: Trial, now: datetime) -> datetime:
    """The time that the documents of the trial tell when they are stored now: that of the clock that the alert is about."""
    off = trial.instance.component.log_signals[trial.alert.log].off
    if not off or not trial.loud:
        return now
    far = timedelta(seconds=_FAR * seconds_of(off.removeprefix("-")))
    return now - far if off.startswith("-") else now + far


def base_of(alert: LogAlert) -> int:
    """Documents in each window before the one in which their number jumps."""
    return max(1, math.ceil(alert.at_least))


class _Documents:
    """The documents of all samples, of which one is chosen by a search in the store itself."""

    def __init__(self, store: LogStore, stack: Stack, instance: Instance) -> None:
        self.store, self.stack = store, stack
        self.instances = [instance] if instance.component.logs else list(logged(stack))

    def one(self, query: str, by: str) -> Stored:
        """A document that the query finds; its field `by` is there, if asked."""
        candidates = list(self._all())
        index = f"trial-{self.stack.service}-{secrets.token_hex(4)}"
        self._keep([body for _, body in candidates], index)
        needed = [{"exists": {"field": by}}] if by else []
        body = {"size": 1, "query": {"bool": {"filter": [{"query_string": {"query": query}}, *needed]}}}
        hits = self.store.ask("POST", f"{index}/_search", body)["hits"]["hits"]
        self.store.ask("DELETE", index)
        if not hits:
            raise ObsbootError(f"no sample of any format is found by {query}", code=Exit.FAILED)
        stream, found = candidates[int(hits[0]["_source"]["number"])]
        return stream, copy.deepcopy(found)

    def _all(self) -> Iterator[Stored]:
        """Those of the samples, and one of them as it is kept where the store refuses it."""
        known = list(self._read())
        yield from known
        if known and has_refused(self.stack):
            yield refused_stream(self.stack), self._refused(known[-1][1])

    def _read(self) -> Iterator[Stored]:
        for instance in self.instances:
            formats = list(instance.component.logs.values())
            stream = {"type": "logs", "dataset": dataset(self.stack, instance), "namespace": namespace(self.stack)}
            for format_ in formats:
                for sample in samples(format_):
                    document = read(formats, {"message": sample.entry})
                    document["data_stream"] = stream
                    put(document, "event.module", instance.id)
                    yield "-".join(stream.values()), document

    def _refused(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """What becomes of a document that the store refuses."""
        told = {"message": json.dumps(document), "error.type": 400, "error.message": "mapper_parsing_exception"}
        return read([refused_format(self.stack)], told)

    def _keep(self, candidates: list[dict[str, Any]], index: str) -> None:
        """In an index that has the mapping of all fields."""
        fields = dict(self.stack.log_fields)
        for instance in self.instances:
            fields |= instance.component.log_fields()
        self.store.ask("PUT", index, {"mappings": mapping(fields.values())})
        self.store.write((index, {**body, "number": number}) for number, body in enumerate(candidates))
