"""A fault that changes a file of the pack finds its place there, and the file says something else afterwards."""

from __future__ import annotations

import dataclasses

import pytest
import yaml

from obsboot.catalog import load, recipe
from obsboot.live.faults import changed
from obsboot.live.filled import filled
from obsboot.model import ObsbootError, Stack
from obsboot.render import render
from tests.stacks import stack_of

REPLACING = [
    (c.id, fault.name) for c in load().components.values() for fault in recipe(c).faults.values() if fault.replaces
]


@pytest.fixture(scope="module")
def stack() -> Stack:
    return stack_of(load())


@pytest.fixture(scope="module")
def files(stack: Stack) -> dict[str, str]:
    """The pack's files, with a receiver as a proving run has them."""
    found = {file.path.removeprefix(f"{stack.directory}/"): file.text for file in render(stack)}
    sink = '[{"name": "heartbeat-none", "webhook_configs": [{"url": "http://obsboot-sink:9094/heartbeat-none/0"}]}]'
    found["alertmanager/alertmanager.yml"] += f"receivers_of_the_run: {sink}\n"
    return found


@pytest.mark.parametrize(("component", "name"), REPLACING)
def test_the_place_is_there(stack: Stack, files: dict[str, str], component: str, name: str) -> None:
    texts = {f"{stack.directory}/{path}": text for path, text in files.items()}
    for instance in stack.of(component):
        fault = filled(stack, instance, texts).faults[name]
        before = files[fault.file]
        after = changed(before, fault)
        assert yaml.safe_load(after) != yaml.safe_load(before)


def test_a_place_that_is_gone_is_said(stack: Stack) -> None:
    component, name = REPLACING[0]
    fault = dataclasses.replace(recipe(stack.catalogue[component]).faults[name], replaces="nowhere", content="else")
    with pytest.raises(ObsbootError, match="nothing like nowhere"):
        changed("some: text\n", fault)
