"""What filters do to fields, by their settings."""

from __future__ import annotations

import pytest

from obsboot.logs.configuration import parse
from obsboot.logs.syntax import Plugin
from obsboot.sources.logstash.effects import Effects, effects


def of(text: str) -> Effects:
    (statement,) = parse(f"filter {{ {text} }}").sections[0].body
    assert isinstance(statement, Plugin)
    return effects(statement)


@pytest.mark.parametrize(
    ("text", "taken", "below", "read"),
    [
        ('kv { }', {}, ("",), "[message]"),
        ('kv { source => "[a][b]" target => "kv" }', {}, ("[kv]",), "[a][b]"),
        ('kv { include_keys => ["a", "b"] }', {"[a]": "string", "[b]": "string"}, (), "[message]"),
        ('kv { include_keys => ["a"] prefix => "p_" target => "[kv]" }', {"[kv][p_a]": "string"}, (), "[message]"),
        ('kv { include_keys => ["a"] recursive => true }', {"[a]": "string"}, ("[a]",), "[message]"),
        ('kv { include_keys => ["%{key}"] default_keys => { "d" => 1 } }', {"[d]": "integer"}, ("",), "[message]"),
        ('csv { columns => ["a", "b"] convert => { "b" => "float" } }', {"[a]": "string", "[b]": "float"}, (), "[message]"),
        ('csv { columns => ["a"] target => "t" source => "s" }', {"[t][a]": "string"}, (), "[s]"),
        ('csv { columns => ["a"] autodetect_column_names => true }', {"[a]": "string"}, ("",), "[message]"),
        ('csv { target => "t" }', {}, ("[t]",), "[message]"),
    ],
)  # fmt: skip
def test_fields_that_are_taken_from_a_text(text: str, taken: dict[str, str], below: tuple[str, ...], read: str) -> None:
    found = of(text)
    assert {put.field: put.type for put in found.parsed} == taken
    assert found.below == below
    assert found.reads[0][0] == read


@pytest.mark.parametrize(
    ("text", "below"),
    [
        ('geoip { source => "ip" }', ("[geoip]",)),
        ('geoip { source => "[client][ip]" }', ("[geoip]", "[client]")),
        ('geoip { source => "ip" target => "place" }', ("[place]",)),
        ('translate { field => "code" dictionary => { "1" => "one" } }', ("[translation]", "[code]")),
        ('fingerprint { source => ["message"] }', ("[fingerprint]", "[event][hash]")),
        ('cidr { address => ["%{ip}"] network => ["10.0.0.0/8"] }', ()),
        ('unheard_of { }', ("",)),
    ],
)  # fmt: skip
def test_where_a_filter_writes_that_is_not_told_where(text: str, below: tuple[str, ...]) -> None:
    assert of(text).below == below
