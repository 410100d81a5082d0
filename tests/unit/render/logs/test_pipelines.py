"""The pipelines of Logstash as files."""

from __future__ import annotations

from obsboot.catalog import load
from obsboot.logs.configuration import parse
from obsboot.logs.logstash import component_filter
from obsboot.render import render
from obsboot.render.logs.logged import zone
from tests.stacks import stack_of


def test_a_pipeline_holds_the_filter_of_its_component_as_it_was_written() -> None:
    """Texts with a line break in them, among others: whatever is put before a line of them changes what is read."""
    stack = stack_of(load(), logs="elasticsearch", log_path="logstash")
    found = {file.path.rpartition("/")[2]: file.text for file in render(stack) if "/logstash/pipeline/" in file.path}
    broken = 0
    for component in load().values():
        if text := found.get(f"{component.id}.conf"):
            wanted = component_filter(list(component.logs.values()), zone(stack))
            assert wanted in text
            assert parse(text)
            broken += '"\n"' in wanted
    assert broken
