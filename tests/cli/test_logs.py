"""Log formats at the command line: what they make of lines, and what is proposed for lines that have none."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from small_catalogue import lay_out

from obsboot.model import Exit
from tests.cli.test_init import refused

FORMAT = """\
title: Steam
starts: '%{ISO8601} '
multiline: true
steps:
  - match: ['%{ISO8601:tmp.time} %{WORD:tmp.level} \\[%{WORD:kettle.part}\\] %{INT:kettle.degrees} %{TEXT:message}']
  - {date: tmp.time, formats: [ISO8601], local: true}
  - {translate: tmp.level, into: log.level, table: {INFO: info, ERROR: error}}
fields:
  kettle.part: {type: keyword}
  kettle.degrees: {type: long}
"""
JSON = """\
title: Steam as JSON
starts: '\\{'
steps:
  - {json: message, into: tmp.line}
  - {rename: {tmp.line.said: message, tmp.line.n: kettle.degrees, tmp.line: extra}}
fields:
  kettle.degrees: {type: long}
  extra: {type: object}
"""
KETTLE = {
    "mine/templates/components/kettle/component.yaml": "title: Kettle\nkind: server\nsignals: {}\n",
    "mine/templates/components/pot/component.yaml": "title: Pot\nkind: server\nsignals: {}\n",
    "mine/templates/components/kettle/logs/steam.yaml": FORMAT,
    "mine/templates/components/kettle/logs/json.yaml": JSON,
}
GOOD = "2026-11-26T05:34:05 INFO [lid] 93 nearly there"


@pytest.fixture
def kettle(shop: Path) -> Path:
    return lay_out(shop, KETTLE)


@pytest.fixture
def tried(obsboot, kettle: Path):  # type: ignore[no-untyped-def]
    """Tries a format on these lines."""

    def run(lines: bytes | str, *options: str, name: str = "kettle") -> subprocess.CompletedProcess[str]:
        (kettle / "a.log").write_bytes(lines if isinstance(lines, bytes) else lines.encode())
        return obsboot("logs", "try", name, "a.log", "--catalog", "mine", *options)  # type: ignore[no-any-return]

    return run


def in_a_process(shop: Path, *arguments: str, lines: bytes = b"", **more: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "obsboot", "logs", *arguments]
    return subprocess.run(command, cwd=shop, input=lines, capture_output=True, check=False, **more)  # type: ignore[call-overload,no-any-return]


# Try


def test_entries_are_shown_with_their_fields_types_and_values(tried) -> None:  # type: ignore[no-untyped-def]
    done = tried(f"{GOOD}\n  and more\n" + '{"said": "hot", "n": 99, "x": [1]}\n')
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"line 1  kettle.steam  2 lines\n  {GOOD}\\n  and more\n")
    for row in (
        "  @timestamp      date     2026-11-26T05:34:05.000Z",
        "  log.level       keyword  info",
        "  message         text     nearly there\\n  and more",
        "  kettle.part     keyword  lid",
        "  kettle.degrees  long     93",
        "  extra.x         object  [1]",
        "line 3  kettle.json",
        "3 lines, 2 entries: all read",
        "  kettle.json   1\n  kettle.steam  1\n  slowest entry: ",
    ):
        assert row in done.stdout
    assert "\x1b" not in done.stdout


def test_times_without_a_zone_are_in_the_one_that_is_said(tried) -> None:  # type: ignore[no-untyped-def]
    assert "2026-11-26T04:34:05.000Z" in tried(GOOD, "--zone", "Europe/Berlin").stdout
    refused(tried(GOOD, "--zone", "Berlin"), Exit.USAGE, "'Berlin'", "did you mean 'Europe/Berlin'?")


def test_what_is_not_read_comes_first_with_the_part_that_fits(tried) -> None:  # type: ignore[no-untyped-def]
    done = tried(f"{GOOD}\n2026-11-26T05:34:05 INFO [lid] hot water\n")
    assert done.returncode == Exit.FAILED
    shown, _, rest = done.stdout.partition("\n\n")
    assert shown.split("\n") == [
        "line 2  not read",
        "  kettle.steam: no pattern covers it",
        "  fits    2026-11-26T05:34:05 INFO [lid] |",
        "  rest    hot water",
        "  wanted  %{INT:kettle.degrees} %{TEXT:message}",
    ]
    assert rest.startswith("line 1  kettle.steam\n")
    assert "2 lines, 2 entries: 1 not read\n  kettle.steam  1\n  not read      1\n" in rest


def test_one_format_is_tried_on_the_entries_that_the_pack_would_make(tried) -> None:  # type: ignore[no-untyped-def]
    """A line of another format begins an entry of its own, though only one format reads."""
    done = tried(f'{GOOD}\n{{"said": "hot"}}\n', name="kettle.steam")
    assert done.returncode == Exit.FAILED
    assert "kettle.steam: it begins like no format" in done.stdout
    assert "2 entries: 1 not read" in done.stdout


def test_a_line_that_begins_like_two_formats_is_told(tried, kettle: Path) -> None:  # type: ignore[no-untyped-def]
    lay_out(kettle, {"mine/templates/components/kettle/logs/all.yaml": JSON.replace(r"'\{'", "'[0-9{]'")})
    done = tried('{"said": "hot"}\n')
    assert done.returncode == Exit.FAILED
    assert "it begins like several formats: all and json" in done.stdout
    assert "1 entry could be of several formats" in done.stdout


def test_twenty_entries_are_shown_unless_all_are_asked_for(tried) -> None:  # type: ignore[no-untyped-def]
    lines = "".join(f"{GOOD} {n}\n" for n in range(50)) + "2026-11-26T05:34:05 INFO\n"
    few = tried(lines)
    assert few.stdout.count("line ") - few.stdout.count("slowest") == 20
    assert "31 more were tried; --all shows them" in few.stdout
    every = tried(lines, "--all").stdout
    assert every.count("  kettle.steam\n") == 50
    assert every.index("line 1 ") < every.index("line 51  not read")
    limited = tried(lines, "--limit", "3")
    assert limited.returncode == 0
    assert "3 entries: all read" in limited.stdout


def test_the_same_as_json(tried) -> None:  # type: ignore[no-untyped-def]
    lines = f"{GOOD}\n2026-11-26T05:34:05 INFO [lid] hot\n"
    for options in ([], ["--all"]):
        done = tried(lines, "--json", *options)
        assert done.returncode == Exit.FAILED
        data = json.loads(done.stdout)
        good, bad = sorted(data["entries"], key=lambda each: int(each["line"]))
        assert good["document"]["kettle"] == {"part": "lid", "degrees": 93}
        assert (good["parsed"], good["format"], bad["parsed"]) == (True, "kettle.steam", False)
        assert bad["failure"]["rest"] == "hot"
        assert bad["document"]["tags"] == ["unparsed"]
        assert (data["summary"]["unparsed"], data["summary"]["formats"]) == (1, {"kettle.steam": 1})
    assert json.loads(tried("", "--json").stdout)["entries"] == []


def test_nothing_to_try_proves_nothing(tried) -> None:  # type: ignore[no-untyped-def]
    for lines in ("", "\n\n"):
        done = tried(lines)
        assert done.returncode == Exit.COULD_NOT_CHECK
        assert "0 entries: nothing was tried" in done.stdout


def test_bytes_that_are_no_text_are_replaced_and_counted(tried) -> None:  # type: ignore[no-untyped-def]
    done = tried(GOOD.encode() + b" caf\xe9 \xff\n" + "2026-11-26T05:34:05 INFO [lid] 1 \ufffd".encode())
    assert done.returncode == 0
    assert "2 bytes or more were no UTF-8" in done.stdout
    binary = tried(bytes(range(256)) * 500)
    assert binary.returncode == Exit.FAILED
    assert "NUL characters: this is no text file" in binary.stdout


@pytest.mark.parametrize(
    ("first", "said"),
    [(b"\x1f\x8b\x08", "gzip -dc"), (b"\xff\xfea\0", "iconv -f UTF-16"), (b"\x28\xb5\x2f\xfd", "zstd -dc")],
)
def test_what_is_packed_is_refused_with_the_way_to_unpack_it(tried, first: bytes, said: str) -> None:  # type: ignore[no-untyped-def]
    refused(tried(first + b"x" * 100), Exit.USAGE, "a.log is", said)


def test_lines_of_carriage_returns_and_without_an_end(tried) -> None:  # type: ignore[no-untyped-def]
    done = tried(f"{GOOD}\r\n{GOOD}")
    assert done.returncode == 0
    assert "2 lines, 2 entries: all read" in done.stdout
    assert "\\r" not in done.stdout


def test_a_line_without_an_end_is_cut_and_does_not_fill_the_memory(tried) -> None:  # type: ignore[no-untyped-def]
    done = tried(GOOD.encode() + b"x" * 5_000_000 + f"\n{GOOD}\n".encode())
    assert done.returncode == 0
    assert "it was longer, and was cut" in done.stdout
    assert "1 entry longer than an entry can be, and cut" in done.stdout
    assert len(done.stdout) < 5000


@pytest.mark.parametrize("options", [[], ["--all"], ["--json"]], ids=["few", "all", "json"])
def test_a_log_never_steers_the_terminal(kettle: Path, options: list[str]) -> None:
    """On a terminal there are colours, and no escape in them is the log's."""
    evil = "\x1b]0;title\x07\x1b[2J\x9b31m\u202e"
    (kettle / "a.log").write_text(f"{GOOD} {evil}\n2026-11-26T05:34:05 INFO {evil}\n", encoding="utf-8")
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "obsboot", "logs", "try", "kettle", "a.log", "--catalog", "mine", *options]
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen(command, cwd=kettle, stdout=follower, stderr=follower, env=environment) as process:
        os.close(follower)
        shown = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:
                break
            shown += part
            if not part:
                break
        assert process.wait(60) == Exit.FAILED
    os.close(leader)
    text = shown.decode()
    for mark in ("\x1b]", "\x07", "\x1b[2J", "\x9b", "\u202e"):
        assert mark not in text
    assert ("\x1b[32m" in text) == ("--json" not in options)


def test_a_file_that_is_not_there_and_names_that_are_not_known(obsboot, tried, kettle: Path) -> None:  # type: ignore[no-untyped-def]
    done = obsboot("logs", "try", "kettle", "b.log", "--catalog", "mine")
    assert done.returncode == Exit.USAGE
    assert "b.log" in done.stderr
    assert obsboot("logs", "try", "kettle", ".", "--catalog", "mine").returncode == Exit.USAGE
    assert obsboot("logs", "try", "kettle").returncode == Exit.USAGE
    refused(tried(GOOD, name="kettel"), Exit.USAGE, "did you mean 'kettle'?")
    refused(tried(GOOD, name="kettle.steem"), Exit.USAGE, "did you mean 'steam'?")
    refused(tried(GOOD, name="host"), Exit.USAGE, "host has no log format", "kettle")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("%{WORD:tmp.level}", "%{WURD:tmp.level}", "no fragment WURD"),
        ("[ISO8601]", "[YYYY]", "'YYYY' in the time format"),
    ],
)
def test_a_format_that_cannot_be_used_is_told_with_its_place(  # type: ignore[no-untyped-def]
    tried, kettle: Path, old: str, new: str, said: str
) -> None:
    lay_out(kettle, {"mine/templates/components/kettle/logs/steam.yaml": FORMAT.replace(old, new)})
    refused(tried(GOOD), Exit.USAGE, "logs/steam.yaml:1", said, "obsboot catalog check kettle")


def test_standard_input_and_a_reader_that_has_seen_enough(kettle: Path) -> None:
    lines = f"{GOOD}\n".encode() * 20_000
    done = in_a_process(kettle, "try", "kettle", "-", "--catalog", "mine", lines=lines)
    assert done.returncode == 0
    assert b"20000 entries: all read" in done.stdout
    (kettle / "a.log").write_bytes(lines)
    for options in ("--all", "--all --json"):
        command = f"{sys.executable} -m obsboot logs try kettle a.log --catalog mine {options} | head -n 1"
        piped = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command], cwd=kettle, capture_output=True, text=True, check=False
        )
        assert (piped.returncode, piped.stderr) == (0, "")
        assert piped.stdout.startswith(("line 1", '{"entries"'))


# Learn


LINES = [
    f"2026-11-26 05:34:{n:02d},{n:03d} {'INFO' if n % 2 else 'ERROR'} [worker-{n % 3}] it took {n} ms"
    for n in range(30)
]


def learned(obsboot, kettle: Path, lines: list[str], *options: str):  # type: ignore[no-untyped-def]
    (kettle / "a.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return obsboot("logs", "learn", "a.log", "--component", "pot", "--catalog", "mine", *options)


def test_what_is_learnt_is_a_format_that_reads_the_lines(obsboot, kettle: Path) -> None:  # type: ignore[no-untyped-def]
    done = learned(obsboot, kettle, [*LINES, "*** odd ***", '{"a": 1}'], "--name", "work")
    assert done.returncode == 0, done.stderr
    assert "# Its place is templates/components/pot/logs/work.yaml in your catalogue" in done.stdout
    assert "# The time names no zone" in done.stdout
    for words in (
        "32 entries: 30 of them are read",
        "    30  %{STAMP:tmp.time} %{LEVEL:tmp.level} \\[%{NAME:process.thread.name}\\] it took",
        "     1  JSON objects, which need a format of their own",
        "2 could not be placed:\n  *** odd ***\n",
    ):
        assert words in done.stderr
    lay_out(kettle, {"mine/templates/components/pot/logs/work.yaml": done.stdout})
    tried_ = obsboot("logs", "try", "pot.work", "a.log", "--catalog", "mine")
    assert "  pot.work  30\n  not read  2\n" in tried_.stdout
    checked = obsboot("catalog", "check", "pot", "--catalog", "mine")
    assert "log-format" not in checked.stdout
    assert "log-fields" not in checked.stdout


def test_the_name_of_the_file_is_the_name_of_the_format(obsboot, kettle: Path) -> None:  # type: ignore[no-untyped-def]
    (kettle / "My Log-2.log.1").write_text("\n".join(LINES))
    assert "logs/my_log_2.yaml" in obsboot("logs", "learn", "My Log-2.log.1").stdout
    for options in (["--name", "My Log"], ["--component", "My Kettle"]):
        refused(learned(obsboot, kettle, LINES, *options), Exit.USAGE, options[1], "lower-case")


def test_ten_of_the_lines_that_could_not_be_placed_are_shown(obsboot, kettle: Path) -> None:  # type: ignore[no-untyped-def]
    done = learned(obsboot, kettle, [*LINES * 3, *(f"{'?!' * n}\x1b[2J" for n in range(1, 26))])
    assert "25 could not be placed, here are 10:" in done.stderr
    assert done.stderr.count("?!\\x1b[2J") == 10


def test_where_nothing_is_alike_nothing_is_proposed(obsboot, kettle: Path) -> None:  # type: ignore[no-untyped-def]
    done = learned(obsboot, kettle, ["some words", "other words that follow", "!"])
    assert (done.returncode, done.stdout) == (Exit.FAILED, "")
    assert "3 entries: nothing is alike in them" in done.stderr
    refused(learned(obsboot, kettle, ["", " "]), Exit.COULD_NOT_CHECK, "a.log holds no line to learn from")
    refused(learned(obsboot, kettle, ["\0" * 100]), Exit.USAGE, "a.log is no text", "tr -d")


def test_of_a_huge_file_the_beginning_is_enough(obsboot, kettle: Path) -> None:  # type: ignore[no-untyped-def]
    done = learned(obsboot, kettle, LINES * 400)
    assert done.returncode == 0
    assert "only the first 10000 lines were looked at" in done.stderr


def test_the_worked_example_in_the_docs_is_what_happens(obsboot, shop: Path) -> None:  # type: ignore[no-untyped-def]
    page = (Path(__file__).parents[2] / "docs/logs.md").read_text(encoding="utf-8")
    log, new, learn, format_, try_ = (block.partition("\n")[2] for block in page.split("```")[1:10:2])
    (shop / "worker.log").write_text(log)
    assert obsboot(*_command(new)).stdout == _output(new)
    learned_ = obsboot(*_command(learn.partition(" > ")[0]))
    assert (learned_.stdout, learned_.stderr) == (format_, _output(learn))
    (shop / "catalogue/templates/components/worker/logs/jobs.yaml").write_text(learned_.stdout)
    tried_ = obsboot(*_command(try_))
    assert tried_.returncode == Exit.FAILED
    first, last = _output(try_).partition("  slowest")[0].split("...\n\n")
    assert tried_.stdout.startswith(first)
    assert last in tried_.stdout


def _command(block: str) -> list[str]:
    return block.partition("\n")[0].removeprefix("$ obsboot ").split()


def _output(block: str) -> str:
    return block.partition("\n")[2]
