"""Every sample of every format, through the real server: stored as it should be, typed as declared, and found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from obsboot.catalog import Catalogue
from obsboot.live.logs.documents import searches, types_of
from obsboot.logs.documents import flat
from obsboot.logs.mappings import mapping
from obsboot.logs.reading import UNPARSED, read
from obsboot.model import Stack
from obsboot.render.logs.logged import stream, streams
from tests.logs.conftest import Server, every, installation, objects, reading, sent
from tests.stacks import stack_of

pytestmark = pytest.mark.live


def test_each_sample_is_stored_as_the_offline_reader_reads_it(stack: Stack, stored: dict[str, dict[str, Any]]) -> None:
    """The samples' own expectations are held against that reader without a server; here the two readers are compared."""
    wrong = {}
    for instance in reading(stack):
        formats = list(instance.component.logs.values())
        for format_, index, sample in every(instance.component):
            name = f"{instance.component.id}.{format_.name}.{index}"
            got = dict(flat(stored[name]))
            got.pop("event.ingested")
            want = dict(flat(read(formats, sent(stack, instance, sample))))
            if got != want or {k: type(v) for k, v in got.items()} != {k: type(v) for k, v in want.items()}:
                names = sorted(k for k in {*got, *want} if got.get(k) != want.get(k))
                wrong[name] = {k: (got.get(k), want.get(k)) for k in names} or "types differ"
    assert not wrong


def test_each_sample_is_found_by_each_of_its_fields(
    engine: Server, stack: Stack, stored: dict[str, dict[str, Any]]
) -> None:
    """A field that is mapped wrongly, or not at all, finds nothing."""
    lost = []
    types = {name: each.type for name, each in stack.log_fields.items()}
    for instance in reading(stack):
        for format_, index, _ in every(instance.component):
            name = f"{instance.component.id}.{format_.name}.{index}"
            known = types | {n: each.type for n, each in format_.fields.items()}
            found = list(searches(stored[name], known))
            query = {"bool": {"filter": [{"ids": {"values": [name]}}, *found]}}
            if engine.search(stream(stack, instance), query)["hits"]["total"]["value"] != 1:
                lost.append((name, found))
    assert not lost


def test_an_unparsed_line_is_kept_whole_and_found_by_its_tag(
    engine: Server, stack: Stack, stored: dict[str, dict[str, Any]]
) -> None:
    assert stored
    unparsed = {
        f"{instance.component.id}.{format_.name}.{index}": sample.entry
        for instance in reading(stack)
        for format_, index, sample in every(instance.component)
        if sample.unparsed
    }
    hits = engine.search(streams(stack), {"term": {"tags": UNPARSED}}, size=1000)["hits"]["hits"]
    assert {hit["_id"]: hit["_source"]["message"] for hit in hits} == unparsed


def test_every_field_has_its_declared_type_and_no_other_was_made(
    engine: Server, stack: Stack, stored: dict[str, dict[str, Any]]
) -> None:
    assert stored
    for instance in reading(stack):
        component = instance.component
        declared = {**stack.log_fields, **component.log_fields()}
        for index, body in engine.ask("GET", f"{stream(stack, instance)}/_mapping").items():
            assert types_of(body["mappings"]["properties"]) == types_of(mapping(declared.values())["properties"]), index
            assert str(body["mappings"]["dynamic"]).lower() == "false"


def test_installing_again_changes_nothing(
    engine: Server, stack: Stack, installed: dict[str, str], tmp_path: Path
) -> None:
    assert set(installed.values()) <= {"created", "left out"}
    again = installation(engine, objects(stack, tmp_path))
    assert {name: done for name, done in again.items() if done != "left out"} == {
        name: "unchanged" for name, done in installed.items() if done == "created"
    }


def test_what_the_store_lacks_is_left_out_by_name(engine: Server, installed: dict[str, str]) -> None:
    """These builds have neither retention nor users; all else is installed."""
    left_out = {name.rpartition(" ")[0] for name, done in installed.items() if done == "left out"}
    assert left_out == {"retention policy", "component template", "role", "user"}


def test_opensearch_takes_its_own_objects(engine: Server, catalogue: Catalogue, tmp_path: Path) -> None:
    """For it retention and roles are said otherwise; the rest is the same."""
    done = installation(engine, objects(stack_of(catalogue, service="baskets", logs="opensearch"), tmp_path))
    assert {name.rpartition(" ")[0] for name, each in done.items() if each == "left out"} == {
        "retention policy", "role", "user",
    }  # fmt: skip
    assert {name.rpartition(" ")[0] for name, each in done.items() if each == "created"} == {
        "ingest pipeline", "component template", "index template",
    }  # fmt: skip
