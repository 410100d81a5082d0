"""What Logstash's settings say, wherever they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsboot.sources import Context, read_folder
from obsboot.sources.logstash.captures import captures, fields
from obsboot.sources.logstash.indices import indices, taking
from obsboot.sources.logstash.pipelines import Logstash, logstash
from obsboot.sources.logstash.settings import ecs, known, may_escape, said
from obsboot.sources.stored import Stored

PIPELINE = 'input { stdin { } }\nfilter { grok { } }\noutput { elasticsearch { index => "shop-%{+YYYY-MM}" } }\n'
LISTING = "- pipeline.id: main\n  path.config: /x/main.conf\n  pipeline.ecs_compatibility: disabled\n"
COMPOSE = "services:\n  logstash:\n    image: logstash:{}\n"


def read(root: Path, **files: str) -> Logstash:
    for name, text in files.items():
        (root / name.replace("_", ".")).write_text(text)
    return logstash(Context(read_folder(root)))


@pytest.mark.parametrize(
    ("files", "keeps"),
    [
        ({}, None),
        ({"compose_yaml": COMPOSE.format("9.1.0")}, True),
        ({"compose_yaml": COMPOSE.format("7.17.0")}, False),
        ({"compose_yaml": COMPOSE.format("9.1.0"), "logstash_yml": "pipeline.ecs_compatibility: disabled\n"}, False),
        ({"logstash_yml": "queue.type: memory\npipeline: {ecs_compatibility: v8}\n"}, True),
        ({"compose_yaml": COMPOSE.format("9.1.0") + "    command: [--pipeline.ecs_compatibility, disabled]\n"}, False),
        ({"compose_yaml": COMPOSE.format("9.1.0") + "    environment: {PIPELINE_ECS_COMPATIBILITY: '${ECS}'}\n"}, None),
        ({"compose_yaml": COMPOSE.format("9.1.0") + "    volumes: ['/etc/ls:/usr/share/logstash/config']\n"}, None),
        ({"compose_yaml": COMPOSE.format("9.1.0"), "pipelines_yml": LISTING}, False),
    ],
)
def test_whether_a_pipeline_keeps_to_ecs(files: dict[str, str], keeps: bool | None, tmp_path: Path) -> None:
    found = read(tmp_path, main_conf=PIPELINE, **files)
    (grok,) = [each for each in found.plugins if each.plugin.name == "grok"]
    assert ecs(found, grok) is keeps


def test_a_plugin_says_more_than_the_settings(tmp_path: Path) -> None:
    text = PIPELINE.replace("grok { }", "grok { ecs_compatibility => disabled }")
    found = read(tmp_path, main_conf=text, logstash_yml="pipeline.ecs_compatibility: v8\n")
    (grok,) = [each for each in found.plugins if each.plugin.name == "grok"]
    assert ecs(found, grok) is False


def test_what_is_said_of_one_pipeline_and_of_all(tmp_path: Path) -> None:
    listing = "- pipeline.id: main\n  path.config: /x/main.conf\n  pipeline.workers: 2\n"
    settings = "pipeline.workers: 8\nconfig.support_escapes: true\n"
    found = read(tmp_path, main_conf=PIPELINE, other_conf=PIPELINE, pipelines_yml=listing, logstash_yml=settings)
    assert said(found, "pipeline.workers", "main.conf") == {"2"}
    assert said(found, "pipeline.workers", "other.conf") == {"8"}
    assert said(found, "queue.type", "main.conf") == frozenset()
    assert may_escape(found, "main.conf")


def test_what_settings_may_be() -> None:
    assert known().unfit("queue.type", "disk") == "memory or persisted"
    assert known().unfit("queue.type", "${QUEUE}") == ""
    assert known().unfit("pipeline.ordered", True) == ""
    assert known().pipeline < known().process
    assert not known().process & set(known().gone)


def test_what_composed_patterns_take() -> None:
    assert fields("COMBINEDAPACHELOG", True) == {
        "[source][address]": "string", "[apache][access][user][identity]": "string", "[user][name]": "string",
        "[timestamp]": "string", "[http][request][method]": "string", "[url][original]": "string",
        "[http][version]": "string", "[http][response][status_code]": "integer",
        "[http][response][body][bytes]": "integer", "[http][request][referrer]": "string",
        "[user_agent][original]": "string",
    }  # fmt: skip
    legacy = fields("COMBINEDAPACHELOG", False)
    assert legacy is not None
    assert list(legacy) == [
        "[clientip]", "[ident]", "[auth]", "[timestamp]", "[verb]", "[request]", "[httpversion]", "[rawrequest]",
        "[response]", "[bytes]", "[referrer]", "[agent]",
    ]  # fmt: skip
    assert fields("WORD", True) is None
    assert captures("WORD") == ()


def test_indices_and_the_templates_that_take_them(tmp_path: Path) -> None:
    (tmp_path / "low.json").write_text('{"index_patterns": ["shop-*"], "template": {}}')
    (tmp_path / "high.json").write_text('{"index_patterns": ["shop-????-*"], "priority": 5, "template": {}}')
    found = read(tmp_path, main_conf=PIPELINE)
    (index,), whole = indices(found)
    assert whole
    assert (index.pattern, index.example, index.stem) == ("shop-*", "shop-0000-00", "shop")
    templates = [Stored(each) for each in found.context.sources("index-template")]
    own = taking(index, templates)
    assert own is not None
    assert own.name == "high"
    assert taking(index, []) is None
