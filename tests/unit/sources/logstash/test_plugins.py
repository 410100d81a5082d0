"""The table of plugins."""

from __future__ import annotations

import pytest

from obsboot.logs.configuration import parse
from obsboot.logs.syntax import Plugin
from obsboot.sources.logstash.plugins import advice, described, names
from obsboot.sources.logstash.values import miscounted, unfit


def test_every_plugin_is_described_in_itself() -> None:
    for section in ("input", "filter", "output", "codec"):
        for name in names(section):
            known = described(section, name)
            assert known is not None
            assert {each for some in known.required for each in some} <= set(known.types), name
            assert not set(known.gone) & set(known.types), name
            assert not known.obsolete & set(known.types), name
            assert set(known.gone.values()) <= set(known.types), name


def test_what_is_known() -> None:
    grok = described("filter", "grok")
    assert grok is not None
    assert (grok.types["match"], grok.types["remove_field"], grok.types["id"]) == ("hash", "array", "string")
    zabbix = described("output", "zabbix")
    assert zabbix is not None
    assert not zabbix.bundled
    assert grok.complete
    assert not zabbix.complete
    translate = described("filter", "translate")
    assert translate is not None
    assert translate.required == {("source", "field")}
    assert described("filter", "gork") is None
    assert advice("gork", names("filter")) == ": did you mean 'grok'?"
    assert advice("xyzzy", names("filter")) == ""


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ('port => 5044', ""), ('port => "5044"', ""), ('port => "05"', "a number"), ('port => ["1"]', ""),
        ('port => [1, 2]', "a number"), ('port => "${P}"', ""), ('port => { "a" => 1 }', "a number"),
        ('tcp_keep_alive => "true"', ""), ('tcp_keep_alive => yes', "true or false"), ('mode => client', ""),
        ('mode => "both"', "one of server, client"), ('add_field => ["a", "b"]', ""),
        ('add_field => ["a"]', "a hash, as in { key => value }"), ('tags => "x"', ""), ('codec => json { }', ""),
    ],
)  # fmt: skip
def test_values(setting: str, wanted: str) -> None:
    (statement,) = parse(f"input {{ tcp {{ {setting} }} }}").sections[0].body
    assert isinstance(statement, Plugin)
    known = described("input", "tcp")
    assert known is not None
    (said,) = statement.settings
    assert unfit(known, said.name, said.value) == wanted


def test_what_is_complete_is_described() -> None:
    for section in ("input", "filter", "output", "codec"):
        known = [described(section, name) for name in names(section)]
        whole = [each for each in known if each is not None and each.complete]
        assert whole
        assert all(each.types for each in whole)


@pytest.mark.parametrize(
    ("section", "plugin", "text", "wanted"),
    [
        ("filter", "mutate", 'gsub => ["a", "b"]', "a field, an expression and a text for each change"),
        ("filter", "mutate", 'gsub => ["a", "b", "c", "d", "e", ""]', ""),
        ("filter", "mutate", 'gsub => ["a", "${B}"]', ""),
        ("filter", "date", 'match => ["time"]', "a field and at least one form"),
        ("filter", "date", 'match => ["time", "ISO8601"]', ""),
        ("filter", "grok", 'match => ["message"]', ""),
    ],
)
def test_lists_that_have_to_hold_so_many(section: str, plugin: str, text: str, wanted: str) -> None:
    (statement,) = parse(f"{section} {{ {plugin} {{ {text} }} }}").sections[0].body
    assert isinstance(statement, Plugin)
    assert miscounted(section, plugin, statement.settings[0]) == wanted
