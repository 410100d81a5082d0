"""What obsboot itself writes has nothing wrong with it, for every component and in both modes."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsboot.catalog import Catalogue
from obsboot.checks import check
from obsboot.model import Answers, Pack, Value
from obsboot.render import render
from obsboot.stack import resolve

WARNED = {"scrape/unknown-target", "alertmanager/receivers"}
"""A files-only pack starts no exporters, and a severity may be told to nobody: both are said, as warnings."""


EMAIL: dict[str, Value] = {
    "email_to": "shop@example.org",
    "email_from": "alerts@example.org",
    "smtp_smarthost": "mail.example.org:587",
}
"""What whoever wants e-mail has to answer."""


def rendered(catalogue: Catalogue, instances: dict[str, dict[str, Value]], **values: Value) -> Pack:
    given: dict[str, Value] = {"service": "orders", "team": "shop", "environment": "prod", **EMAIL, **values}
    stack = resolve(Answers(given, instances), catalogue)
    files = {file.path: file.text for file in render(stack)}
    return Pack(Path("repository"), stack, files, files, dict.fromkeys(files, "owned"))


def assert_nothing_is_wrong(pack: Pack) -> None:
    results = check(pack)
    wrong = [f"{f.path}:{f.line}: {f.check}: {f.message}" for r in results for f in r.findings if r.check not in WARNED]
    assert not wrong, "\n".join(wrong)
    unsure = [f"{result.check}: {result.reason}" for result in results if result.outcome not in ("passed", "skipped")]
    assert not unsure, "\n".join(unsure)


def of_kind(catalogue: Catalogue, *kinds: str) -> list[str]:
    return [component.id for component in catalogue.values() if component.kind in kinds]


@pytest.mark.parametrize("mode", ["own-stack", "files-only"])
@pytest.mark.parametrize("receiver", ["none", "webhook", "slack", "email", "pagerduty"])
def test_the_whole_catalogue(catalogue: Catalogue, mode: str, receiver: str) -> None:
    instances = {name: {"component": name} for name in of_kind(catalogue, "server", "service", "library")}
    assert_nothing_is_wrong(rendered(catalogue, instances, mode=mode, receiver=receiver))


def test_each_server_alone(catalogue: Catalogue) -> None:
    for name in of_kind(catalogue, "server"):
        assert_nothing_is_wrong(rendered(catalogue, {name: {"component": name}}))


def test_each_role(catalogue: Catalogue) -> None:
    for name in of_kind(catalogue, "server"):
        for role in catalogue[name].roles:
            assert_nothing_is_wrong(rendered(catalogue, {f"my-{role}": {"component": name, "role": role}}))


def test_several_of_one_component_and_one_that_another_pack_owns(catalogue: Catalogue) -> None:
    for name in of_kind(catalogue, "server"):
        instances = {
            "first": {"component": name},
            "second": {"component": name, "address": "elsewhere:4711"},
            "third": {"component": name, "address": "theirs:4711", "owned_by": "other-team"},
        }
        assert_nothing_is_wrong(rendered(catalogue, instances))
