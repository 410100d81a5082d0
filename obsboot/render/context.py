"""The Jinja environment for the few files that really are text, and what a template may ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from obsboot.model import Exporter, Instance, Stack, allows
from obsboot.render.logs.access import passwords
from obsboot.render.logs.logged import CA_FILE, has_own_ca, keeps_logs, log_folders, store, store_address

if TYPE_CHECKING:
    import jinja2


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Delimiters that meet no PromQL, Grafana, Go template or Logstash syntax; an unknown name is an error."""
    import jinja2  # noqa: PLC0415 - heavy, and whoever only judges files fills in none

    return jinja2.Environment(
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - the output is no HTML; every nested language has its own encoder
    )


@lru_cache(maxsize=512)
def _template(text: str) -> jinja2.Template:
    return environment().from_string(text)


def fill(text: str, **names: object) -> str:
    """`text` with its `<< >>` filled in."""
    return text if "<" not in text else _template(text).render(**names)


def fill_file(path: Path, **names: object) -> str:
    """The template file at `path`, filled in."""
    return _template(path.read_text()).render(**names)


def template_names(stack: Stack, instance: Instance) -> dict[str, object]:
    """What a component's own templates may ask: the instance, the stack, answers and the names of secrets."""
    return {
        "instance": instance,
        "stack": stack,
        "answers": {**stack.values, **instance.values},
        "secret": secret_of(instance),
        "settings": settings_of(instance),
        "sql": sql_identifier,
        "others": stack.of,
        "buckets": bounds_around,
        "log_folders": log_folders(stack),
        "log_store": store_address(stack) if keeps_logs(stack) else "",
        "log_ca": f"./secrets/{CA_FILE}" if has_own_ca(stack) else "",
    }


def secret_of(instance: Instance) -> Callable[[str], str]:
    """A function from a secret's name in the catalogue to the variable in `.env` that holds it."""
    return lambda name: f"{instance.id}_{name}".upper().replace("-", "_")


def administrator(stack: Stack, secrets: Mapping[str, str]) -> tuple[str, str]:
    """The user that the pack's own store begins with, and its password; that is empty where the store is not the pack's."""
    variables = [secret_of(each)("elastic_password") for each in stack.of("log-store")]
    password = next((secrets[name] for name in variables if name in secrets), "")
    return "admin" if store(stack) == "opensearch" else "elastic", password


def secrets(stack: Stack) -> tuple[str, ...]:
    """The variables of `.env` that the pack needs; `workspace` gives each a random value."""
    return tuple(dict.fromkeys(_secrets(stack)))


def _secrets(stack: Stack) -> Iterator[str]:
    for instance, _, each in brought(stack):
        yield from map(secret_of(instance), each.secrets)
    if keeps_logs(stack):
        yield from passwords(stack)


def brought(stack: Stack) -> Iterator[tuple[Instance, str, Exporter]]:
    """What the pack runs: the exporters first, whose name is empty, then what else their components bring, by its name."""
    watched = [instance for instance in stack.instances if instance.watched]
    for instance in watched:
        if instance.component.exporter:
            yield instance, "", instance.component.exporter
    for instance in watched:
        for name, each in instance.component.containers.items():
            if allows(stack.values, each.only_if):
                yield instance, name, each


def settings_of(instance: Instance) -> dict[str, str]:
    """The server settings that the instance's signals need, by name."""
    settings: dict[str, str] = {}
    for signal in instance.signals():
        for name, value in signal.settings.items():
            settings[name] = fill(value, answers=instance.values)
    return settings


def flags_of(instance: Instance) -> tuple[str, ...]:
    """The exporter flags that the instance's signals need, in the order of the signals."""
    return tuple(dict.fromkeys(flag for signal in instance.signals() for flag in signal.flags))


def sql_identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def bounds_around(target: float, *exact: float) -> list[float]:
    """Histogram bounds in seconds: at most 25 % apart from a quarter of `target` to four times it, and wide outside.

    A quantile read off a histogram is only as true as its bucket is narrow; 1.25 is ten buckets a decade.
    """
    near = [target * 1.25**step for step in range(-6, 7)]
    wide = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0]
    outside = [bound for bound in wide if bound < near[0] / 1.25 or bound > near[-1] * 1.25]
    return sorted({float(f"{bound:.4g}") for bound in [*near, *outside, *exact]})
