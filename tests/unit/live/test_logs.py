"""The log half of a run: what its copy changes, when a document is the expected one, what a result is a proof of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from obsboot.catalog import Catalogue
from obsboot.live.copy import Copy, copy
from obsboot.live.coverage import coverage
from obsboot.live.edits.compose import Surroundings
from obsboot.live.logs.documents import READ_AT, difference, searches, types_of
from obsboot.live.logs.opening import elsewhere
from obsboot.live.options import Options
from obsboot.logs.mappings import mapping
from obsboot.model import Pack, Proof, Result, Stack
from obsboot.render import render
from tests.stacks import stack_of

RUN = "obsboot-test"
SEEN = {"message": "text", "log.level": "keyword", "http.response.status_code": "long", "log.offset": "long"}


@pytest.fixture(scope="module")
def stack(catalogue: Catalogue) -> Stack:
    return stack_of(catalogue, "redis", "nginx", logs="elasticsearch", log_path="ingest", receiver="webhook")


@pytest.fixture(scope="module")
def made(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    root = tmp_path_factory.mktemp("repository")
    for file in render(stack):
        (root / file.path).parent.mkdir(parents=True, exist_ok=True)
        (root / file.path).write_text(file.text)
    own = {"/var/lib/docker/containers": "/engine/containers"}
    return copy(Pack(root, stack, {}), 15, lambda clock: Surroundings(RUN, clock, lambda image: image, own))


def config(made: Copy, stack: Stack, path: str) -> Any:
    return yaml.safe_load(made.texts[f"{stack.directory}/{path}"])


# The copy


def test_only_lines_of_the_runs_own_containers_are_read(made: Copy, stack: Stack) -> None:
    inputs = config(made, stack, "filebeat/filebeat.yml")["filebeat.inputs"]
    tags = list(tags_of(inputs))
    assert len(tags) == len(inputs)
    assert all(tag.startswith(f"{RUN}/{stack.service}/") for tag in tags)


def tags_of(inputs: list[dict[str, Any]]) -> Iterator[str]:
    for each in inputs:
        for step in each["processors"]:
            if "drop_event" in step:
                yield step["drop_event"]["when"]["not"]["equals"]["docker.attrs.tag"]


def test_the_packs_own_containers_write_with_the_tag_that_is_read(made: Copy, stack: Stack) -> None:
    services = config(made, stack, "compose.yaml")["services"]
    written = {each["logging"]["options"]["tag"] for each in services.values() if "logging" in each}
    assert written
    assert written <= set(tags_of(config(made, stack, "filebeat/filebeat.yml")["filebeat.inputs"]))


def test_lines_are_read_where_the_engine_keeps_them(made: Copy, stack: Stack) -> None:
    volumes = config(made, stack, "compose.yaml")["services"]["filebeat"]["volumes"]
    assert "/engine/containers:/var/lib/docker/containers:ro" in volumes
    assert not any(volume.startswith("/var/lib/docker") for volume in volumes)


def test_rules_on_logs_look_more_often_but_not_before_the_documents_can_be_found(made: Copy, stack: Stack) -> None:
    assert config(made, stack, "elastalert/config.yaml")["run_every"] == {"seconds": 2}
    rule = config(made, stack, "elastalert/rules/redis-RedisCrashed.yaml")
    assert rule["timeframe"] == {"seconds": 20}
    assert rule["query_delay"] == {"seconds": 7}


def test_limits_of_the_machine_are_left_to_the_engine(made: Copy, stack: Stack) -> None:
    assert config(made, stack, "compose.yaml")["services"]["elasticsearch"]["ulimits"] == {}


def test_a_store_of_the_users_is_left_alone(catalogue: Catalogue, stack: Stack) -> None:
    assert elsewhere(stack, {"elasticsearch"}) == {}
    there = stack_of(catalogue, "redis", logs="elasticsearch", log_address="https://logs.example.org:9200")
    assert set(elsewhere(there, {})) == {"log-store", "logstash", "elastalert"}
    assert all("https://logs.example.org:9200" in why for why in elsewhere(there, {}).values())


# Documents


def stored(**fields: Any) -> dict[str, Any]:
    return {"message": "hello", "log": {"level": "info", "offset": 7}, **fields}


def test_a_document_is_the_expected_one_where_each_declared_field_is() -> None:
    assert difference(stored(undeclared=1), {"message": "hello", "log": {"level": "info"}}, SEEN) == ""


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"message": "hello", "log": {"level": "error"}}, "log.level is 'info', not 'error'"),
        ({"message": "hello", "log": {}}, "log.level is 'info', not None"),
        (
            {"message": "hello", "log": {"level": "info"}, "http": {"response": {"status_code": 200}}},
            "http.response.status_code is None, not 200",
        ),
    ],
)
def test_what_is_other_than_expected_is_named(expected: dict[str, Any], said: str) -> None:
    assert difference(stored(), expected, SEEN) == said


def test_a_number_is_no_text() -> None:
    got, want = ({"http": {"response": {"status_code": value}}} for value in ("200", 200))
    assert difference(got, want, SEEN) == "http.response.status_code is '200', not 200"


def test_the_moment_of_reading_is_nobodys_to_expect() -> None:
    read = {"@timestamp": "2026-01-02T03:04:05Z"}
    assert difference(read, {"@timestamp": READ_AT}, {"@timestamp": "date"}) == ""
    assert difference(read, {"@timestamp": "2026-01-02T03:04:06Z"}, {"@timestamp": "date"})


def test_each_field_is_searched_as_its_type_asks() -> None:
    document = stored(tags=["a", "b"], own={"x": 1})
    found = list(searches(document, {**SEEN, "tags": "keyword"}))
    assert {"match": {"message": {"query": "hello", "operator": "or"}}} in found
    assert {"terms": {"tags": ["a", "b"]}} in found
    assert {"term": {"log.offset": {"value": 7}}} in found
    assert len(found) == 4


def test_the_types_of_a_mapping_come_back(stack: Stack) -> None:
    declared = stack.log_fields
    assert types_of(mapping(declared.values())["properties"]) == {name: each.type for name, each in declared.items()}


# What a result proves


def proofs(stack: Stack, *results: Result, missing: dict[str, str] | None = None) -> dict[str, Any]:
    proven, _ = coverage(stack, results, missing or {}, Options())
    return {f"{each.kind} {each.instance}/{each.name}": each for each in proven}


def test_each_format_signal_and_alert_of_the_log_is_told(stack: Stack) -> None:
    found = proofs(stack)
    assert {"log format redis/server", "log signal redis/log_crashes", "log alert redis/RedisCrashed"} <= found.keys()
    assert all(found[name].proof == Proof.WRITTEN and found[name].limit for name in found if name.startswith("log "))


def test_lines_that_came_through_are_proof_of_their_format(stack: Stack) -> None:
    through = Result("live/log-format", "redis/server", "passed", "")
    assert proofs(stack, through)["log format redis/server"].proof == Proof.LIVE


def test_documents_do_not_prove_a_number(stack: Stack) -> None:
    answered = Result("live/log-query", "redis/log_crashes", "passed", "3 documents")
    assert proofs(stack, answered)["log signal redis/log_crashes"].proof == Proof.CHECKED


def test_an_alert_on_logs_that_was_told_is_proven(stack: Stack) -> None:
    told = Result("live/log-alert", "redis/RedisCrashed", "passed", "fired and resolved")
    assert proofs(stack, told)["log alert redis/RedisCrashed"].proof == Proof.LIVE


def test_without_a_store_the_reason_is_told(stack: Stack) -> None:
    skipped = Result("live/log-format", "redis/server", "skipped", "image not available")
    assert proofs(stack, skipped)["log format redis/server"].limit == "image not available"
