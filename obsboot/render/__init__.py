"""A stack becomes the files of its pack. Pure: no disk but the catalogue's own, no clock, no randomness."""

from __future__ import annotations

from obsboot.model import GeneratedFile, Stack
from obsboot.render.alertmanager import alertmanager
from obsboot.render.compose import compose
from obsboot.render.context import secrets
from obsboot.render.grafana import grafana
from obsboot.render.logs.elastalert import elastalert
from obsboot.render.logs.elastic import elastic
from obsboot.render.logs.filebeat import filebeat
from obsboot.render.logs.kibana import kibana
from obsboot.render.logs.logstash import logstash
from obsboot.render.rule_tests import rule_tests
from obsboot.render.rules import rules
from obsboot.render.scrape import scrape
from obsboot.render.text import component_files, pages, runbooks

__all__ = ["render", "secrets"]

_PARTS = (
    scrape,
    rules,
    rule_tests,
    alertmanager,
    grafana,
    compose,
    component_files,
    runbooks,
    pages,
    filebeat,
    logstash,
    elastic,
    elastalert,
    kibana,
)


def render(stack: Stack) -> tuple[GeneratedFile, ...]:
    """Every file of the pack, by path. Same stack, same bytes."""
    files = [file for part in _PARTS for file in part(stack)]
    return tuple(sorted(files, key=lambda file: file.path))
