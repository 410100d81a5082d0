"""Who is told of what."""

from __future__ import annotations

import re

import pytest
import yaml

from obsboot.catalog import Catalogue, load
from obsboot.model import Answers, Stack
from obsboot.render.alertmanager import alertmanager, secret_files
from obsboot.stack import resolve


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def stack_with(catalogue: Catalogue, **values: str) -> Stack:
    return resolve(Answers({"service": "orders", "team": "shop", "environment": "prod", **values}, {}), catalogue)


def receivers(stack: Stack) -> dict[str, dict[str, object]]:
    (file,) = alertmanager(stack)
    return {each["name"]: each for each in yaml.safe_load(file.text)["receivers"]}


def test_a_heartbeat_never_goes_where_people_read(catalogue: Catalogue) -> None:
    stack = stack_with(catalogue, receiver="slack")
    assert receivers(stack)["heartbeat-none"] == {"name": "heartbeat-none"}
    assert secret_files(stack) == ("slack_api_url",)


def test_a_dead_mans_switch_is_called_and_never_told_of_an_end(catalogue: Catalogue) -> None:
    stack = stack_with(catalogue, receiver="slack", receiver_heartbeat="webhook")
    (hook,) = receivers(stack)["heartbeat-webhook"]["webhook_configs"]  # type: ignore[misc]
    assert hook == {"url_file": "/etc/alertmanager-secrets/heartbeat_url", "send_resolved": False}
    assert secret_files(stack) == ("slack_api_url", "heartbeat_url")


def test_every_secret_that_is_read_has_a_file_and_every_file_is_read(catalogue: Catalogue) -> None:
    mail = {"email_to": "a@b.example", "email_from": "c@b.example", "smtp_smarthost": "mail.example:587"}
    for values in ({}, {"smtp_user": "me"}):
        stack = stack_with(catalogue, receiver="email", receiver_critical="pagerduty", **mail, **values)
        (file,) = alertmanager(stack)
        read = set(re.findall(r"/etc/alertmanager-secrets/(\w+)", file.text))
        assert read == set(secret_files(stack))
        assert ("smtp_password" in read) == bool(values)
