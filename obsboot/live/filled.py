"""A component's recipe for one instance: every template in it filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from obsboot.catalog import locate, recipe
from obsboot.model import Exit, Instance, ObsbootError, Place, Recipe, Stack
from obsboot.render.context import fill, template_names

T = TypeVar("T")


def filled(stack: Stack, instance: Instance, texts: Mapping[str, str], procfs: str = "") -> Recipe:
    """The recipe of the instance's component.

    `texts` are the files of the pack, by their path in the repository; `procfs` is the folder that stands for /proc.
    """
    names = template_names(stack, instance)
    names |= {
        "live_file": _live_file(instance, names),
        "pack_file": pack_file(stack, texts),
        "url": _url(stack),
        "provider": _provider(stack),
        "procfs": procfs,
    }
    return _fill(recipe(instance.component), lambda text: fill(text, **names))


def _provider(stack: Stack) -> Callable[[str], str]:
    """A function from what is provided (`database`) to the instance that does; empty where none does."""
    return lambda what: next((i.id for i in stack.instances if what in i.component.provides), "")


def _url(stack: Stack) -> Callable[[str, str], str]:
    """A function from what is provided (`database`) and a kind of client to its URL; empty where nothing provides it."""

    def url_of(what: str, client: str) -> str:
        for instance in stack.instances:
            if what in instance.component.provides and client in (urls := recipe(instance.component).urls):
                return fill(urls[client], **template_names(stack, instance))
        return ""

    return url_of


def live_text(instance: Instance, name: str) -> str:
    """A file of the component's `live/` folder as it is written."""
    return locate(instance.component, f"live/{name}").read_text(encoding="utf-8")


def pack_file(stack: Stack, texts: Mapping[str, str]) -> Callable[[str], str]:
    """A function from a path below the pack's directory to that file's text."""

    def text_of(path: str) -> str:
        full = f"{stack.directory}/{path}"
        if full not in texts:
            raise ObsbootError(
                f"{full} is missing, and the proof needs it", fix="run `obsboot check`", code=Exit.FAILED
            )
        return texts[full]

    return text_of


def _live_file(instance: Instance, names: Mapping[str, object]) -> Callable[[str], str]:
    return lambda name: fill(live_text(instance, name), **names)


def _fill(value: T, change: Callable[[str], str]) -> T:
    """`value` with `change` made to every text in it, at any depth."""
    return _filled(value, change)  # type: ignore[no-any-return]


def _filled(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _filled(each, change) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_filled(each, change) for each in value)
    if is_dataclass(value) and not isinstance(value, type | Place):
        return replace(value, **{f.name: _filled(getattr(value, f.name), change) for f in fields(value)})
    return value
