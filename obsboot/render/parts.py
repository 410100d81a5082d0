"""All that a pack consists of: each part writes some of its files."""

from __future__ import annotations

from obsboot.render.alertmanager import alertmanager
from obsboot.render.compose import compose
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

PARTS = (
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
