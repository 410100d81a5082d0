"""Packs with logs: what obsboot writes has nothing wrong with it, and each mistake that is put into it is found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml

from obsboot.catalog import Catalogue, load
from obsboot.checks import check
from obsboot.logs.configuration import parse
from obsboot.logs.queries import Asked, QueryError, asked, fields_in, fields_in_kuery
from obsboot.model import Answers, Pack, Result, Value
from obsboot.render import render
from obsboot.sources import patterns, pipelines
from obsboot.sources.grokking import INGEST_TYPES, compile_grok
from obsboot.sources.savedobjects import saved
from obsboot.sources.source import Source, Text
from obsboot.stack import resolve
from tests.stacks import stack_of

FOLDER = "observability/"
LOGS = ("logs/alerts", "logs/fields", "logs/filebeat", "logs/formats", "logs/logstash", "logs/store")
WARNED = {"scrape/unknown-target", "alertmanager/receivers"}
"""Checks that say of a generated pack what its answers leave open, as warnings."""
WAYS = [("elasticsearch", "logstash"), ("elasticsearch", "ingest"), ("opensearch", "logstash")]


def pack_of(catalogue: Catalogue, *components: str, **values: str) -> Pack:
    stack = stack_of(catalogue, *components, **values)
    files = {file.path: file.text for file in render(stack)}
    return Pack(Path("repository"), stack, files, files, dict.fromkeys(files, "owned"))


@cache
def kept(store: str, path: str) -> Pack:
    """The pack of every component of the catalogue, with logs."""
    return pack_of(load(), logs=store, log_path=path)


def results(pack: Pack, files: Mapping[str, str] | None = None, *only: str) -> dict[str, Result]:
    changed = Pack(pack.root, pack.stack, files or pack.files, pack.recorded, pack.owners)
    return {result.check: result for result in check(changed, only=only)}


def assert_nothing_is_wrong(pack: Pack, *only: str) -> None:
    found = results(pack, None, *only)
    wrong = [f for result in found.values() for f in result.findings if result.check not in WARNED]
    assert not wrong, "\n".join(f"{f.path}:{f.line}: {f.check}: {f.message}" for f in wrong)
    unsure = [f"{r.check}: {r.reason}" for r in found.values() if r.outcome not in ("passed", "skipped")]
    assert not unsure, "\n".join(unsure)


@pytest.mark.parametrize(("store", "path"), WAYS)
def test_a_generated_pack_has_nothing_wrong_with_it(store: str, path: str) -> None:
    assert_nothing_is_wrong(kept(store, path))
    found = results(kept(store, path), None, *LOGS)
    skipped = {name for name, result in found.items() if result.outcome == "skipped"}
    assert skipped == ({"logs/logstash"} if path == "ingest" else set())


@pytest.mark.parametrize("values", [{"mode": "files-only"}, {"log_address": "https://logs.example:9243"}], ids=str)
@pytest.mark.parametrize(("store", "path"), WAYS)
def test_in_every_mode(catalogue: Catalogue, store: str, path: str, values: dict[str, str]) -> None:
    assert_nothing_is_wrong(pack_of(catalogue, logs=store, log_path=path, **values))


def logged(catalogue: Catalogue) -> list[str]:
    return [component.id for component in catalogue.values() if component.logs and component.kind != "platform"]


def test_each_component_alone(catalogue: Catalogue) -> None:
    for name in logged(catalogue):
        assert_nothing_is_wrong(pack_of(catalogue, name, logs="elasticsearch"), *LOGS)


@pytest.mark.parametrize("where", ["file", "none"])
def test_wherever_a_component_writes_its_log(catalogue: Catalogue, where: str) -> None:
    """The folder of a file is mounted into what reads it."""
    for name in logged(catalogue):
        own: dict[str, Value] = {"component": name, "log_from": where}
        if where == "file":
            own["log_file"] = f"/srv/{name}/*.log"
        given: dict[str, Value] = {"service": "orders", "team": "shop", "logs": "elasticsearch"}
        stack = resolve(Answers(given, {name: own}), catalogue)
        files = {file.path: file.text for file in render(stack)}
        pack = Pack(Path("repository"), stack, files, files, dict.fromkeys(files, "owned"))
        assert_nothing_is_wrong(pack, *LOGS)


def test_without_logs_there_is_nothing_to_check(catalogue: Catalogue) -> None:
    found = results(pack_of(catalogue), None, *LOGS)
    assert {(result.outcome, result.reason) for result in found.values()} == {("skipped", "the pack keeps no logs")}


MISTAKES: list[dict[str, str]] = yaml.safe_load(Path(__file__).with_name("log_mistakes.yaml").read_text())


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: f"{each['check']}: {each['says']}")
def test_a_mistake_in_a_real_pack_is_found(mistake: dict[str, str]) -> None:
    pack, path, name = kept(mistake["store"], mistake["path"]), FOLDER + mistake["file"], mistake["check"]
    assert mistake["old"] in pack.files[path]
    files = {**pack.files, path: pack.files[path].replace(mistake["old"], mistake["new"])}
    result = results(pack, files, name)[name]
    assert result.outcome == "failed", result.reason
    assert mistake["says"] in "\n".join(finding.message for finding in result.findings), result.findings
    assert all(finding.path in files and finding.line >= 0 for finding in result.findings)


def test_every_check_of_logs_is_told_five_mistakes() -> None:
    for name in set(LOGS) - {"logs/formats"}:
        assert len([mistake for mistake in MISTAKES if mistake["check"] == name]) >= 5


def test_a_pack_that_lacks_a_file_is_not_passed() -> None:
    pack = kept("elasticsearch", "logstash")
    for gone, name in (
        ("filebeat/filebeat.yml", "logs/filebeat"),
        ("filebeat/filebeat.yml", "logs/store"),
        ("filebeat/filebeat.yml", "logs/fields"),
        ("logstash/pipelines.yml", "logs/logstash"),
        ("elastalert/config.yaml", "logs/alerts"),
    ):
        files = {path: text for path, text in pack.files.items() if path != FOLDER + gone}
        assert results(pack, files, name)[name].outcome == "error"


@pytest.mark.parametrize(
    "file", ["kibana/saved-objects.ndjson", "elastalert/rules/own.yaml", "elasticsearch/roles/own.json"]
)
def test_what_cannot_be_read_is_not_passed(file: str) -> None:
    pack = kept("elasticsearch", "logstash")
    files = {**pack.files, FOLDER + file: "[\n"}
    found = results(pack, files, "logs/fields", "logs/store", "logs/alerts")
    assert any(result.outcome == "error" and file in result.reason for result in found.values())


# Queries


@pytest.mark.parametrize(
    ("query", "conditions"),
    [
        ("", ()),
        ("*", (Asked("", "exists", ("*",)),)),
        ("a.b:1", (Asked("a.b", "term", ("1",)),)),
        ('a:"x y"', (Asked("a", "phrase", ("x y",)),)),
        (r'a:"x \"y\""', (Asked("a", "phrase", ('x "y"',)),)),
        ("a:(1 OR 2)", (Asked("a", "term", ("1",)), Asked("a", "term", ("2",)))),
        ("a:1 AND NOT b:2", (Asked("a", "term", ("1",)), Asked("b", "term", ("2",), negated=True))),
        ("NOT (a:1 OR -b:2)", (Asked("a", "term", ("1",), negated=True), Asked("b", "term", ("2",)))),
        ("+a:1 -b:2", (Asked("a", "term", ("1",)), Asked("b", "term", ("2",), negated=True))),
        ("a:[500 TO 599]", (Asked("a", "range", ("500", "599")),)),
        ("@timestamp:{2024-01-01T10:00:00 TO now]", (Asked("@timestamp", "range", ("2024-01-01T10:00:00", "now")),)),
        ("a:>=10", (Asked("a", "range", ("10",)),)),
        ("a:get*", (Asked("a", "pattern", ("get*",)),)),
        (r"a:\/api\/v?", (Asked("a", "pattern", ("/api/v?",)),)),
        (r"a:x\*", (Asked("a", "term", ("x*",)),)),
        ("a:/g.t/", (Asked("a", "pattern", ("g.t",)),)),
        ("a:*", (Asked("a", "exists", ("*",)),)),
        ("_exists_:a.b", (Asked("a.b", "exists"),)),
        ("a:x~2^3 b", (Asked("a", "term", ("x",)), Asked("", "term", ("b",)))),
        ("a:1 and b:2", (Asked("a", "term", ("1",)), Asked("", "term", ("and",)), Asked("b", "term", ("2",)))),
    ],
)  # fmt: skip
def test_what_a_query_asks(query: str, conditions: tuple[Asked, ...]) -> None:
    assert asked(query) == conditions
    assert fields_in(query) == {each.field for each in conditions} - {""}


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("a:(1 OR 2", "a parenthesis is not closed"),
        ("a:1)", "closes that was not opened"),
        ("a:1 AND", "nothing at its end"),
        ("AND a:1", "nothing stands before AND"),
        ("a:", "nothing stands behind a:"),
        ("()", "nothing in a parenthesis"),
        ("a:-5", "cannot stand there"),
        ("a:b:c", "cannot stand there"),
        ("a:/api/v1/x", "cannot stand there"),
        ('a:"x', "cannot stand there"),
        ("(" * 60, "nested more than 50 deep"),
    ],
)
def test_what_is_no_query(query: str, why: str) -> None:
    with pytest.raises(QueryError, match=why.replace("(", r"\(")):
        asked(query)


def test_the_fields_of_a_query_that_breaks_off() -> None:
    assert fields_in("a:1 AND b:2) OR c:3") == {"a", "b"}


def test_the_fields_of_a_query_in_kibanas_own_language() -> None:
    assert fields_in_kuery('log.level : error and kv.seconds >= 1 or message : "a : b" or not b:*') == {
        "log.level", "kv.seconds", "message", "b",
    }  # fmt: skip


def test_the_queries_of_the_catalogue_are_queries(catalogue: Catalogue) -> None:
    for component in catalogue.values():
        for signal in component.log_signals.values():
            asked(signal.where)
            asked(signal.of if signal.number == "share" else "")


# Expressions, pipelines and saved objects


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        (r"^(?:a|b)\d{2,1000}", ""), (r"[(?=+*]+", ""), (r"\\1\+\+", ""), (r"(?i)a(?P<name>b)", ""),
        ("(?=a)", "(?="), ("(?<!a)b", "(?<!"), ("(?>a)", "(?>"), (r"(a)\1", r"\1"), ("a++", "++"), (r"\ha", r"\h"),
        (r"a\Z", r"\Z"), ("a{2,1001}", "{2,1001}"), ("(?P=a)", "(?P="),
    ],
)  # fmt: skip
def test_what_go_does_not_read(pattern: str, part: str) -> None:
    assert patterns.foreign(pattern) == part


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        (r"\A(?:%{WORD:[a][b]:int} %{WORD:c})\z", ""),
        (r"\A(?:(?i)%{WORD:c})\z", ""),
        (r"\A(?:%{NUMBER:c})\z", "there is no fragment NUMBER"),
        (r"\A(?:%{WORD:[a][b}])\z", "is no reference"),
        (r"\A(?:%{WORD:c}\z", "this is no regular expression"),
        (r"\A(?:%{WORD:c} %{WORD:c})\z", "the field c is taken twice"),
    ],
)
def test_grok_in_either_spelling(pattern: str, fault: str) -> None:
    found = compile_grok(pattern, {"WORD": r"(?i)[a-z]+\z"})
    assert fault in found
    assert bool(fault) == bool(found)


def test_each_reader_of_grok_has_types_of_its_own() -> None:
    pattern, definitions = r"\A(?:%{WORD:[a][b]:long})\z", {"WORD": "[a-z]+"}
    assert compile_grok(pattern, definitions, INGEST_TYPES) == ""
    assert "is no reference" in compile_grok(pattern, definitions)


@pytest.mark.parametrize(
    ("condition", "module", "reached"),
    [
        ('[event][module] == "a"', "a", ["one"]),
        ('[event][module] == "a"', "b", ["two"]),
        ('[event][module] != "a"', "b", ["one"]),
        ('[event][module] in ["a", "b"]', "b", ["one"]),
        ('[event][module] not in ["a", "b"]', "b", ["two"]),
        ('[event][module] in "abc"', "b", ["one"]),
        ('!([event][module] == "a")', "a", ["two"]),
        ('[event][module] == "a" and [tags] == "x"', "b", ["two"]),
        ('[event][module] == "a" or [tags] == "x"', "a", ["one"]),
        ('[event][module] == "a" and [tags] == "x"', "a", ["one", "two"]),
        ("[event][module]", "a", ["one"]),
        ("[tags]", "a", ["one", "two"]),
        ('[event][module] =~ /a/', "a", ["one", "two"]),
        ('["a"] in [event][module]', "a", ["one", "two"]),
    ],
)  # fmt: skip
def test_which_way_an_entry_goes(condition: str, module: str, reached: list[str]) -> None:
    found = parse(f"output {{ if {condition} {{ one {{ }} }} else {{ two {{ }} }} }}")
    assert [each.name for each in pipelines.reached(found.sections[0].body, {"[event][module]": module})] == reached


def test_saved_objects_are_opened() -> None:
    rows = [(3, {"type": "search", "id": "a", "attributes": {"title": "x", "m": {"searchSourceJSON": '{"query": 1}'}}})]
    (found,) = saved(Source("x.ndjson", [*rows, (4, {"exportedCount": 1})], Text("")))
    assert (found.line, found.key, found.attributes["m"]) == (3, ("search", "a"), {"searchSourceJSON": {"query": 1}})
