"""A folder's pipelines, their patterns, samples and events, as they lie on a disk."""

from __future__ import annotations

from pathlib import Path

from obsboot.checks import check
from obsboot.sources import Context, read_folder
from obsboot.sources.logstash.events import entries, flows, never, streams, targets
from obsboot.sources.logstash.pipelines import Logstash, logstash
from obsboot.sources.logstash.samples import shipped
from obsboot.sources.logstash.takings import takings

COMPOSE = """\
services:
  logstash:
    image: docker.elastic.co/logstash/logstash:9.1.0
    volumes:
    - ./logstash/pipeline:/usr/share/logstash/pipeline:ro
    - ./logstash/own:/etc/patterns:ro
"""
FILEBEAT = """\
filebeat.inputs:
- type: filestream
  id: web
  paths: [/var/log/web/*.log]
  fields: {kind: web}
- type: filestream
  id: db
  paths: [/var/log/db/db.log]
  parsers:
  - multiline: {type: pattern, pattern: '^\\d', negate: true, match: after}
  fields: {kind: db}
- type: filestream
  id: app
  paths: [/var/log/app/app.log]
  parsers: [{ndjson: {target: ''}}]
  fields: {kind: app}
output.logstash: {hosts: ['logstash:5044']}
"""
FILTER = r"""
filter {
  if [fields][kind] == "web" {
    grok {
      patterns_dir => ["/etc/patterns"]
      match => { "message" => "^%{WORD:[verb]} %{SHOP_PATH:path} %{INT:[status]:int}$" }
    }
  } else if [fields][kind] == "db" {
    grok { match => { "message" => "(?m)^%{INT:[n]} %{GREEDYDATA:[text]}" } }
  }
  mutate { add_field => { "[data_stream][dataset]" => "shop.web" } }
}
"""
FILES = {
    "compose.yaml": COMPOSE,
    "filebeat/filebeat.yml": FILEBEAT,
    "logstash/own/shop": "# what a path is\nSHOP_PATH /\\S*\n",
    "logstash/pipeline/10-in.conf": "input { beats { port => 5044 } }\n",
    "logstash/pipeline/20-filter.conf": FILTER,
    "logstash/pipeline/30-out.conf": 'output { elasticsearch { data_stream => true data_stream_namespace => "prod" } }\n',
    "logs/web/a.log": "GET /cart 200\nGET / 404\n",
    "logs/db/db.log": "1 first\n  line\n2 second\n",
    "logs/app/app.log": '{"level": 3, "text": "a"}\n{"level": 4, "text": 5}\n',
}


def folder(tmp_path: Path, **changed: str) -> Path:
    for name, text in (FILES | {key.replace("__", "/"): text for key, text in changed.items()}).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def of(root: Path) -> Logstash:
    return logstash(Context(read_folder(root)))


def found(root: Path, name: str) -> list[tuple[str, str, int, str]]:
    (result,) = check(read_folder(root), only=[name])
    return [(each.severity, each.path, each.line, each.message) for each in result.findings]


def edit(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text()
    assert text.count(old) == 1
    (root / name).write_text(text.replace(old, new))


def test_files_of_one_folder_are_one_pipeline(tmp_path: Path) -> None:
    (pipeline,) = of(folder(tmp_path)).pipelines
    assert [path.rpartition("/")[2] for path, _ in pipeline.files] == ["10-in.conf", "20-filter.conf", "30-out.conf"]
    assert [each.plugin.name for each in pipeline.inputs] == ["beats"]


def test_a_check_that_asks_what_another_has_read_is_not_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("input { beats { port => 5044 } }\nfilter { drop { } }\noutput { stdout { } }\n")
    names = ["logstash/address", "logstash/condition", "logstash/option"]
    assert [each.outcome for each in check(read_folder(tmp_path), only=names)] == ["passed"] * len(names)


def test_files_that_are_whole_are_pipelines_of_their_own(tmp_path: Path) -> None:
    for name in ("a.conf", "b.conf"):
        (tmp_path / name).write_text("input { stdin { } }\noutput { stdout { } }\n")
    assert [each.name for each in of(tmp_path).pipelines] == ["a.conf", "b.conf"]


def test_patterns_are_read_where_the_container_has_them(tmp_path: Path) -> None:
    root = folder(tmp_path)
    first, second = takings(of(root))
    assert first.definitions.library.texts == {"SHOP_PATH": r"/\S*"}
    assert first.definitions.whole
    assert second.definitions.library.texts == {}
    assert found(root, "grok/pattern") == []
    edit(root, "logstash/own/shop", "SHOP_PATH", "SHOP_PATHS")
    ((severity, path, line, message),) = found(root, "grok/pattern")
    assert (severity, path, line) == ("error", "logstash/pipeline/20-filter.conf", 6)
    assert "there is no pattern SHOP_PATH: did you mean 'SHOP_PATHS'?" in message


def test_what_lies_in_logstashs_own_folder_of_patterns_is_always_read(tmp_path: Path) -> None:
    root = folder(tmp_path)
    edit(root, "compose.yaml", "./logstash/own:/etc/patterns:ro", "./logstash/own:/usr/share/logstash/patterns:ro")
    edit(root, "logstash/pipeline/20-filter.conf", 'patterns_dir => ["/etc/patterns"]', "")
    assert found(root, "grok/pattern") == []
    edit(
        root,
        "logstash/pipeline/20-filter.conf",
        'match => { "message" => "^%{WORD',
        'patterns_dir => "/x" match => { "message" => "^%{WORD',
    )
    ((severity, _, _, message),) = found(root, "grok/pattern")
    assert (severity, message) == (
        "warning",
        "no volume of Logstash's container holds /x, so none of its patterns is read",
    )


def test_the_lines_that_inputs_read(tmp_path: Path) -> None:
    lines = {each.path: (each.lines, dict(each.known)) for each in shipped(of(folder(tmp_path)))}
    assert lines == {
        "logs/web/a.log": (("GET /cart 200", "GET / 404"), {"[fields][kind]": "web"}),
        "logs/db/db.log": (("1 first\n  line", "2 second"), {"[fields][kind]": "db"}),
    }


def test_samples_fit_or_do_not(tmp_path: Path) -> None:
    root = folder(tmp_path)
    assert found(root, "grok/sample") == []
    edit(root, "logs/web/a.log", "GET / 404", "GET / - 404")
    ((severity, _, line, message),) = found(root, "grok/sample")
    assert (severity, line) == ("info", 6)
    assert "1 of 2 lines of logs/web/a.log fit no pattern" in message
    edit(root, "logs/web/a.log", "GET /cart 200", "GET cart 200")
    ((severity, _, line, message),) = found(root, "grok/sample")
    assert (severity, line) == ("error", 6)
    assert "none of the 2 lines of logs/web/a.log fit: it fits up to 'GET ', where '%{SHOP_PATH:path}" in message


def test_how_entries_arrive(tmp_path: Path) -> None:
    known = of(folder(tmp_path))
    ways = entries(known, known.pipelines[0])
    assert ways is not None
    assert [dict(each.known) for each in ways] == [{"[fields][kind]": kind} for kind in ("web", "db", "app")]
    first, second = flows(known)[0].asked
    assert not never(first[1], ways)
    assert not never(second[1], ways)
    assert never(second[1], ways[:1])


def test_what_becomes_of_fields_and_where_they_go(tmp_path: Path) -> None:
    (flow,) = flows(of(folder(tmp_path)))
    types = {each.put.field: each.put.type for each in flow.assigned}
    assert types == {
        "[verb]": "string", "[path]": "string", "[status]": "integer", "[n]": "string", "[text]": "string",
        "[data_stream][dataset]": "string",
    }  # fmt: skip
    assert flow.asked[0][2] == {"[level]": "integer"}, "the fields of JSON whose samples agree"
    (target,) = targets(flow.pipeline)
    assert target.kind == "stream"
    assert [name for name, _, _, _ in streams(flow, target)] == ["logs-shop.web-prod"]


def test_a_second_input_makes_the_ways_unknown(tmp_path: Path) -> None:
    known = of(folder(tmp_path, logstash__pipeline__11=""))
    assert entries(known, known.pipelines[0]) is not None
    edit(tmp_path, "logstash/pipeline/10-in.conf", "} }", "} tcp { port => 1 } }")
    other = of(tmp_path)
    assert entries(other, other.pipelines[0]) is None


def test_a_binary_or_linked_file_is_not_read(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / "logs/web/a.log").write_bytes(b"GET \0 200\n")
    (root / "logs/db/db.log").unlink()
    (root / "logs/db/db.log").symlink_to(root / "logs/app/app.log")
    known = of(root)
    assert known.read("logs/web/a.log") is None
    assert known.read("logs/db/db.log") is None
    assert known.read("logs/none.log") is None
