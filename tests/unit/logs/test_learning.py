"""What is learnt from lines: formats that all readers take, that read what they say they read, and never slowly."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from obsboot.catalog import load, own_root
from obsboot.catalog.logformats import samples
from obsboot.catalog.logsweep import fields_are_declared, formats_compile
from obsboot.catalog.problems import Problem
from obsboot.catalog.reading import Source
from obsboot.logs.configuration import parse
from obsboot.logs.entries import entries
from obsboot.logs.explaining import attempt
from obsboot.logs.ingest import format_pipeline
from obsboot.logs.learning import Proposal, learn
from obsboot.logs.learning.naming import field_of, known
from obsboot.logs.learning.stamps import whole_stamp
from obsboot.logs.logstash import component_filter
from obsboot.logs.reading import UNPARSED
from obsboot.logs.trying import told
from obsboot.model import LogFormat

CATALOGUE = load()
FORMATS = [each for component in CATALOGUE.values() for each in component.logs.values()]
SHARED: dict[str, str] = Source(own_root() / "templates/pack/fragments.yaml", []).read(Mapping[str, str])
READ, HELD_OUT = 0.90, 0.80
"""The shares of a format's single-line samples that what was learnt from them has to read: from all of them, and of
one half what was learnt from the other. Samples are the awkward lines, so whole logs come out better."""


def learnt(lines: Sequence[str]) -> Proposal:
    return learn(lines, "kettle", "steam", SHARED)


def share(proposal: Proposal, lines: Sequence[str]) -> float:
    read = [line for line in lines if UNPARSED not in attempt([proposal.format], line, "UTC").get("tags", ())]
    return len(read) / len(lines) if proposal.patterns else 0.0


def document(proposal: Proposal, entry: str, zone: str = "UTC") -> dict[str, Any]:
    return told(attempt([proposal.format], entry, zone), entry)


def loaded(text: str, folder: Path) -> LogFormat:
    """The format as the loader makes it, by the rules of the sweep as well."""
    path, problems = folder / "steam.yaml", list[Problem]()
    path.write_text(text, encoding="utf-8")
    read: LogFormat = Source(path, problems).read(LogFormat, name="steam", component="kettle")
    assert not problems, (problems, text)
    format_ = replace(read, fragments={**SHARED, **read.fragments})
    component = replace(CATALOGUE["nginx"], id="kettle", logs={"steam": format_})
    catalogue = replace(CATALOGUE, components={**CATALOGUE.components, "kettle": component})
    assert not [*formats_compile(catalogue, component), *fields_are_declared(catalogue, component)], text
    return format_


def held(lines: Sequence[str], folder: Path) -> Proposal:
    """What is learnt from the lines, after everything that it promises has been held against it."""
    proposal = learnt(lines)
    if proposal.patterns:
        format_ = loaded(proposal.text, folder)
        assert replace(format_, place=proposal.format.place) == proposal.format
        every = list(entries([format_], lines))
        read = [each for each in every if UNPARSED not in attempt([format_], each, "UTC").get("tags", ())]
        assert len(read) == sum(proposal.patterns.values())
        assert parse(component_filter([format_], "UTC"))
        assert format_pipeline(format_, "UTC")
        assert len(read) + len(proposal.unplaced) == len(every) == proposal.entries
    return proposal


# Real lines


def ids(format_: LogFormat) -> str:
    return f"{format_.component}.{format_.name}"


@pytest.mark.parametrize("format_", FORMATS, ids=ids)
def test_the_samples_of_every_format_are_enough_to_learn_from(format_: LogFormat, tmp_path: Path) -> None:
    lines = [each.entry for each in samples(format_) if not each.unparsed and "\n" not in each.entry]
    assert share(held(lines, tmp_path), lines) >= READ
    assert share(held(lines[::2], tmp_path), lines[1::2]) >= HELD_OUT
    assert share(held(lines[1::2], tmp_path), lines[::2]) >= HELD_OUT


def test_no_customary_name_has_another_type_than_in_the_catalogue() -> None:
    declared = {each.name: each.type for format_ in FORMATS for each in format_.fields.values()}
    declared |= {name: each.type for name, each in CATALOGUE.log_fields.items()}
    for name, type_ in declared.items():
        if name.startswith(("client.", "error.", "http.", "log.origin", "process.", "url.", "user")):
            try:
                assert field_of(name).type == type_
            except KeyError:
                continue


# Customary forms

WORDS = (
    "connection lost", "started worker 3", "user bob logged in from 10.0.0.1", "cache refreshed in 12 ms", "done",
    'could not parse "abc": unexpected end', "GET /x took too long", "{'a': 1} was ignored", "retry (2 of 5), 50%",
)  # fmt: skip
PATHS = ("/", "/items?id=3&x=%20", "/api/v1/orders/17")
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64)", "curl/8.5.0", "-")


def any_of(words: Sequence[str], number: int, step: int = 1) -> str:
    return words[number // step % len(words)]


def clock(n: int) -> str:
    return f"{5 + n // 3600 % 18:02d}:{n // 60 % 60:02d}:{n % 60:02d}"


FORMS: Mapping[str, tuple[Callable[[int], str], dict[str, Any]]] = {
    "access log": (
        lambda n: (
            f"10.0.0.{n % 9} - {any_of(('-', 'bob'), n)} [26/Nov/2026:{clock(n)} +0200] "
            f'"GET {any_of(PATHS, n)} HTTP/1.1" {any_of(("200", "404"), n)} {n} "-" "{any_of(AGENTS, n)}"'
        ),
        {
            "@timestamp": "2026-11-26T03:00:01.000Z", "client.ip": "10.0.0.1", "http.request.method": "GET",
            "url.original": "/items?id=3&x=%20", "http.version": "1.1", "http.response.status_code": 404,
            "http.response.body.bytes": 1, "user_agent.original": "curl/8.5.0", "http.request.referrer": "-",
            "extra.word": "bob",
        },
    ),
    "threads and loggers": (
        lambda n: (
            f"2026-11-26 {clock(n)},{n % 1000:03d} {any_of(('INFO', 'WARNING'), n)} [worker-{n % 3}] "
            f"{any_of(('app', 'app.db'), n)}: {any_of(WORDS, n)}"
        ),
        {
            "@timestamp": "2026-11-26T05:00:01.001Z", "log.level": "warning", "process.thread.name": "worker-1",
            "log.logger": "app.db", "message": "started worker 3",
        },
    ),
    "columns filled up with blanks": (
        lambda n: (
            f"2026-11-26T{clock(n)}.{n:03d}Z {any_of((' INFO', 'ERROR'), n)} 1 --- "
            f"[{any_of(('        main', 'exec-1'), n)}] "
            f"{any_of(('c.e.shop.Orders', 'c.e.shop.Mail  '), n)} : {any_of(WORDS, n)}"
        ),
        {
            "@timestamp": "2026-11-26T05:00:01.001Z", "log.level": "error", "process.thread.name": "exec-1",
            "log.logger": "c.e.shop.Mail", "message": "started worker 3", "extra.int": "1",
        },
    ),
    "brackets without blanks": (
        lambda n: (
            f"[2026-11-26T{clock(n)},{n:03d}][{any_of(('INFO ', 'WARN '), n)}][o.e.Node  ] "
            f"[node-1] {any_of(WORDS, n)}"
        ),
        {
            "@timestamp": "2026-11-26T05:00:01.001Z", "log.level": "warning", "log.logger": "o.e.Node",
            "process.thread.name": "node-1", "message": "started worker 3",
        },
    ),
    "signs and letters": (
        lambda n: f"27:{any_of('MCS', n)} 26 Nov 2026 {clock(n)}.{n:03d} {any_of('*#-', n)} {any_of(WORDS, n)}",
        {
            "@timestamp": "2026-11-26T05:00:01.001Z", "extra.name": "27:C", "extra.mark": "#",
            "message": "started worker 3",
        },
    ),
    "pairs in a text": (
        lambda n: f"2026-11-26T{clock(n)}Z INFO order placed id={n} user={any_of(('bob', 'eve'), n)} took={n}ms",
        {
            "@timestamp": "2026-11-26T05:00:01.000Z", "log.level": "info", "extra.id": "1", "user.name": "eve",
            "extra.took": "1",
        },
    ),
    "no year": (
        lambda n: f"Nov 26 {clock(n)} host-1 {any_of(('sshd', 'cron'), n)}[{n + 1}]: {any_of(WORDS, n)}",
        {"process.pid": 2, "extra.word": "cron", "extra.moment": "Nov 26 05:00:01", "message": "started worker 3"},
    ),
    "pairs": (
        lambda n: (
            f'time=2026-11-26T{clock(n)}Z level={any_of(("info", "warn"), n)} msg="{any_of(("all done", "missed"), n)}" '
            f"method=GET path={any_of(PATHS, n)} status=200 duration_ms={n}" + any_of(("", ' err="a \\"b\\""', " x="), n)
        ),
        {
            "@timestamp": "2026-11-26T05:00:01.000Z", "log.level": "warning", "message": "missed",
            "http.request.method": "GET", "url.original": "/items?id=3&x=%20", "http.response.status_code": 200,
            "http.response.seconds": 0.001, "error.message": 'a \\"b\\"',
        },
    ),
    "JSON with a table of levels": (
        lambda n: json.dumps(
            {
                "level": any_of(("info", "warn"), n), "ts": f"2026-11-26T{clock(n)}.{n:03d}Z", "caller": "a/b.go:1",
                "msg": any_of(WORDS, n), "odd.key": 1, "User-Agent": "x", "latency_us": n,
                "request": {"method": "GET", "url": any_of(PATHS, n), "id": 7},
            }
        ),
        {
            "@timestamp": "2026-11-26T05:00:01.001Z", "log.level": "warning", "message": "started worker 3",
            "user_agent.original": "x", "http.request.method": "GET", "url.original": "/items?id=3&x=%20",
            "http.request.id": 7, "http.response.seconds": 1e-06, "extra.caller": "a/b.go:1", "extra.odd.key": 1,
        },
    ),
    "JSON with a blank in its time": (
        lambda n: json.dumps({"@timestamp": f"2026-11-26 {clock(n)}.{n:06d}+01:00", "log": {"level": "error"}, "text": "x"}),
        {"@timestamp": "2026-11-26T04:00:01.000Z", "log.level": "error", "message": "x"},
    ),
    "JSON with numbers for levels": (
        lambda n: json.dumps({"level": (30, 50)[n % 2], "time": 1795667645123 + n, "pid": 12, "msg": any_of(WORDS, n)}),
        {"process.pid": 12, "message": "started worker 3", "extra.time": 1795667645124, "extra.level": 50},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_customary_lines_become_the_documents_that_a_person_would_want(name: str, tmp_path: Path) -> None:
    line, expected = FORMS[name]
    proposal = held([line(n) for n in range(60)], tmp_path)
    assert not proposal.unplaced
    assert document(proposal, line(1)) == expected


@pytest.mark.parametrize("name", FORMS)
def test_what_half_of_the_lines_teach_reads_the_others(name: str) -> None:
    line, _ = FORMS[name]
    assert share(learnt([line(n) for n in range(30)]), [line(n) for n in range(30, 60)]) == 1


def test_kinds_of_lines_get_a_pattern_each_and_words_are_a_message() -> None:
    asked = [f'INFO:     10.0.0.7:{n} - "GET {any_of(PATHS, n)} HTTP/1.1" 200 OK' for n in range(20)]
    proposal = learnt([*asked, "INFO:     Started server", "ERROR:    it broke", "INFO:     Waiting for work"])
    assert sorted(proposal.patterns.values()) == [3, 20]
    assert document(proposal, asked[3])["client.port"] == 3
    assert document(proposal, "ERROR:    it broke") == {"log.level": "error", "message": "it broke"}


def test_indented_lines_and_what_stands_among_them_belong_to_the_entry_above(tmp_path: Path) -> None:
    trace = ["Traceback (most recent call last):", '  File "x.py", line 3', "ValueError: bad"]
    lines: list[str] = []
    for n in range(20):
        lines += [f"2026-11-26 {clock(n)} ERROR app.db: {any_of(WORDS, n)}", *(trace if n % 5 == 0 else [])]
    proposal = held(lines, tmp_path)
    assert proposal.format.multiline
    assert (proposal.entries, proposal.unplaced) == (20, [])
    (first, *_) = entries([proposal.format], lines)
    assert document(proposal, first)["message"] == "\n".join([WORDS[0], *trace])


def test_a_line_that_begins_like_the_others_and_goes_on_otherwise_is_not_swallowed() -> None:
    lines = [f"2026-11-26 {clock(n)},{n:03d} ERROR app.db: {any_of(WORDS, n)}" for n in range(20)]
    odd = "2026-11-26 05:34:05,9 INFO app.db: a fraction of one digit"
    proposal = learnt([*lines, "  an indented line", odd])
    assert proposal.format.multiline
    assert list(proposal.unplaced) == [odd]


def test_lines_of_another_kind_are_counted_and_told() -> None:
    lines = [f"2026-11-26T{clock(n)}Z INFO {any_of(WORDS, n)}" for n in range(30)]
    proposal = learnt([*lines, '{"a": 1}', "a=1 b=2", "*** banner ***"])
    assert proposal.others == {"JSON objects": 1, "key=value pairs": 1}
    assert list(proposal.unplaced) == ['{"a": 1}', "a=1 b=2", "*** banner ***"]


@pytest.mark.parametrize("lines", [["hello", "good bye then", "?!"], [""], ["\t", " "]])
def test_of_lines_that_have_nothing_in_common_nothing_is_learnt(lines: list[str]) -> None:
    proposal = learnt(lines)
    assert not proposal.patterns
    assert not proposal.text


# Times


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-26T05:34:05Z", "2026-11-26T05:34:05.000Z"),
        ("2026-11-26T05:34:05.123456+02:00", "2026-11-26T03:34:05.123Z"),
        ("2026-11-26T05:34:05", "2026-11-26T04:34:05.000Z"),
        ("2026-11-26 05:34:05", "2026-11-26T04:34:05.000Z"),
        ("2026-11-26 05:34:05,123", "2026-11-26T04:34:05.123Z"),
        ("2026-11-26 05:34:05.123456", "2026-11-26T04:34:05.123Z"),
        ("2026-11-26 05:34:05.12", "2026-11-26T04:34:05.120Z"),
        ("2026-11-26 05:34:05.123 UTC", "2026-11-26T05:34:05.123Z"),
        ("2026-11-26 05:34:05 GMT", "2026-11-26T05:34:05.000Z"),
        ("2026-11-26 05:34:05.123 CET", "2026-11-26T04:34:05.123Z"),
        ("2026-11-26 05:34:05.123+02", "2026-11-26T03:34:05.123Z"),
        ("2026-11-26 05:34:05 +0200", "2026-11-26T03:34:05.000Z"),
        ("2026-11-26 05:34:05.123456+02:00", "2026-11-26T03:34:05.123Z"),
        ("2026-11-26 05:34:05Z", "2026-11-26T05:34:05.000Z"),
        ("2026/11/26 05:34:05", "2026-11-26T04:34:05.000Z"),
        ("2026/11/26 05:34:05.123456", "2026-11-26T04:34:05.123Z"),
        ("2026.11.26 05:34:05.123", "2026-11-26T04:34:05.123Z"),
        ("26/Nov/2026:05:34:05 +0200", "2026-11-26T03:34:05.000Z"),
        ("26/Nov/2026:05:34:05.123", "2026-11-26T04:34:05.123Z"),
        ("26 Nov 2026 05:34:05.123", "2026-11-26T04:34:05.123Z"),
        ("26-Nov-2026 05:34:05", "2026-11-26T04:34:05.000Z"),
        ("26.11.2026 05:34:05", "2026-11-26T04:34:05.000Z"),
        ("11/26/2026 05:34:05", "2026-11-26T04:34:05.000Z"),
        ("Nov 26 05:34:05 2026", "2026-11-26T04:34:05.000Z"),
        ("Thu Nov 26 05:34:05 2026", "2026-11-26T04:34:05.000Z"),
    ],
)
@pytest.mark.parametrize("form", ["{} INFO app.db: done", '{{"ts": "{}", "msg": "done"}}', 'ts="{}" msg=done'])
def test_times_in_customary_forms_are_read(text: str, moment: str, form: str, tmp_path: Path) -> None:
    lines = [form.format(text)] * 3
    proposal = held(lines, tmp_path)
    assert not proposal.unplaced
    read = document(proposal, lines[0], "Europe/Berlin")
    assert (read["@timestamp"], read["message"]) == (moment, "done")


@pytest.mark.parametrize("form", ["{} INFO app.db: done", '{{"ts": "{}", "msg": "done"}}', 'ts="{}" msg=done'])
def test_times_in_several_forms_are_all_read(form: str, tmp_path: Path) -> None:
    times = ("26/Nov/2026:05:34:05 +0200", "2026-11-26 05:34:05.123 UTC", "2026-11-26 05:34:05", "2026-11-26T05:34:05Z")
    lines = [form.format(text) for text in times for _ in range(3)]
    proposal = held(lines, tmp_path)
    assert not proposal.unplaced
    moments = [document(proposal, line, "Europe/Berlin")["@timestamp"] for line in lines[::3]]
    assert [moment[11:19] for moment in moments] == ["03:34:05", "05:34:05", "04:34:05", "05:34:05"]


@pytest.mark.parametrize(
    "text",
    [
        "Nov 26 05:34:05",
        "05:34:05.123",
        "2026-11-26T05:34:05,12",
        "Thu Nov 26 05:34:05.123456 2026",
        "26/Nov/2026:05:34:05.1",
    ],
)
def test_a_time_that_no_step_reads_is_kept_and_told(text: str, tmp_path: Path) -> None:
    lines = [f"{text} INFO app.{name}: {words}" for name, words in zip("abcabcabc", WORDS, strict=True)]
    proposal = held(lines, tmp_path)
    assert not proposal.unplaced
    assert document(proposal, f"{text} INFO app.db: done") == {
        "extra.moment": text, "log.level": "info", "log.logger": "app.db", "message": "done",
    }  # fmt: skip
    assert "# No time was found that a date step reads" in proposal.text


def test_where_nothing_tells_day_and_month_apart_that_is_said() -> None:
    assert "day and month could be the other way round" in learnt(["03/04/2026 05:34:05 INFO ready"] * 3).text
    assert "other way" not in learnt(["03/04/2026 05:34:05 INFO a", "13/04/2026 05:34:05 INFO b"]).text


@pytest.mark.parametrize("text", ["", "12", "2026-11-26", "2026-11-26T05:34:05Z!", "26/Nov/2026", "05:34"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert whole_stamp(text) is None


@pytest.mark.parametrize(
    ("key", "values", "name"),
    [
        ("statusCode", [200, 404], "http.response.status_code"),
        ("status", ["up"], ""),
        ("status", [7], ""),
        ("remote_addr", ["10.0.0.1"], "client.ip"),
        ("remote_addr", ["unix:"], ""),
        ("x-request-id", ["a"], "http.request.id"),
        ("pid", [True], ""),
        ("error", [{"a": 1}], ""),
        ("whatever", ["a"], ""),
    ],
)
def test_a_customary_key_has_its_name_if_its_values_can_have_its_type(
    key: str, values: list[object], name: str
) -> None:
    assert known(key, values) == name


# Hostile lines

STUFFING = (
    "a", "%", '"', "\\", " ", "(", ",", "'", "\n", "1", "::", 'x="', "{", "\u00e9", "\x00", "12.", "a=b ", "[", "1/", '\\"',
)  # fmt: skip
SECONDS = 2.0
"""For a mebibyte; what looks for its end in two ways takes minutes."""


@pytest.mark.parametrize("name", FORMS)
def test_no_pattern_that_is_learnt_makes_a_hostile_line_slow(name: str) -> None:
    line, _ = FORMS[name]
    format_ = learnt([line(n) for n in range(60)]).format
    for stuffing in STUFFING:
        for at in (len(line(1)) // 2, len(line(1))):
            entry = line(1)[:at] + stuffing * (1024 * 1024 // len(stuffing)) + line(1)[at:]
            started = time.process_time()
            attempt([format_], entry, "UTC")
            assert time.process_time() - started < SECONDS, (stuffing, at)


ATOMS = (
    "2026-11-26 05:34:05", "26/Nov/2026:05:34:05 +0200", "Nov 26 05:34:05", "12/11/2026 05:34:05", "INFO", "error",
    "10.0.0.1", "::1", '"a b"', '"a\\"b"', '""', "[x]", "[]", "(y)", "12", "1.5", "-", "k=v", 'k="v w"', "k=", "%{INT}",
    "{", "}", "a.b.c", "/x/y", "GET /x HTTP/1.1", '"GET /x HTTP/1.1"', "'", "\\", "\t", "\u00e9", "\x1b[1m", "|", "^", "$",
    "*", "+", "?", "word", "\u00fcn\u00ef", "12ms", "\u2028", "a:b", "<3>", "#", "::", "=", '{"a": 1}', '{"n": null}',
)  # fmt: skip
SHAPES = some.lists(
    some.tuples(some.sampled_from(ATOMS), some.sampled_from((" ", " ", "  ", "", ": ", ",", "\t"))), max_size=8
)


@settings(max_examples=150)
@given(SHAPES, some.integers(1, 30), some.randoms(use_true_random=False))
def test_whatever_is_in_the_lines_the_promises_hold(
    tmp_path_factory: pytest.TempPathFactory, shape: list[tuple[str, str]], count: int, chance: random.Random
) -> None:
    lines = [
        "".join((atom if chance.random() < 0.8 else chance.choice(ATOMS)) + gap for atom, gap in shape)
        for _ in range(count)
    ]
    held(lines, tmp_path_factory.getbasetemp())


def test_lines_that_part_again_and_again_end_well() -> None:
    comb = ["=" * n + sign for n in range(1, 700) for sign in ("", "[x]")]
    assert len(learnt(comb).patterns) <= 12


@given(some.lists(some.text(max_size=40).map(lambda text: text.replace("\n", " ")), max_size=12))
def test_any_lines_end_well(lines: list[str]) -> None:
    learnt(lines)
