"""The recipes of a run in which the user's own service stands in place of the reference service. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from obsboot.live.options import Options
from obsboot.model import Container, Fault, Instance, ObsbootError, Recipe, Stack, Workload
from obsboot.stack import service_instance

Recipes = Mapping[str, Recipe]

RELAY_IMAGE = "python:3.13-slim"
"""What hands on to a `--service-url` (obsboot/live/relay.py)."""

_ENDS = ("stop", "pause", "disconnect")
_IMAGE = "only the reference service has the pages that it asks for, and your image runs in its place"
_URL = "your service is only scraped: no load is put on it, and no fault"


def why_left_out(options: Options) -> str:
    """Why a workload or a fault that needs the reference service is left out; empty where that one runs."""
    if options.service_url:
        return _URL
    return _IMAGE if options.service_image else ""


def substituted(stack: Stack, recipes: Recipes, options: Options) -> dict[str, Recipe]:
    """The recipes without what needs the reference service, and with the user's image or nothing in its place.

    Raises ObsbootError where the stack has no service.
    """
    if not why_left_out(options):
        return dict(recipes)
    if service_instance(stack) is None:
        option = "--service-url" if options.service_url else "--service-image"
        raise ObsbootError(f"{option}: the pack has no service that is scraped", fix="leave it out")
    change = _Change(stack, recipes, options)
    return {owner: change.of(owner, recipe) for owner, recipe in recipes.items()}


@dataclass(frozen=True, slots=True)
class _Change:
    stack: Stack
    recipes: Recipes
    options: Options

    def of(self, owner: str, recipe: Recipe) -> Recipe:
        instance = next(i for i in self.stack.instances if i.id == owner)
        workloads = {name: w for name, w in recipe.workloads.items() if not self.is_reference(instance, w.on)}
        faults = {name: f for name, f in recipe.faults.items() if self.can_do(instance, f, workloads)}
        containers = {name: self.container(instance, c) for name, c in recipe.containers.items()}
        setup = tuple(step for step in recipe.setup if not self.is_reference(instance, step.on))
        return replace(recipe, containers=containers, workloads=workloads, faults=faults, setup=setup)

    def is_reference(self, instance: Instance, on: str) -> bool:
        """Whether `on` of the instance's recipe is the container of the reference service."""
        if on in self.recipes[instance.id].containers:
            return self.recipes[instance.id].containers[on].reference
        others = [o for o in self.stack.instances if on in (o.id, o.component.id, o.component.kind)]
        named = (self.recipes[o.id].containers for o in others if o.id in self.recipes)
        found = (c for containers in named for name, c in containers.items() if name in ("server", "service"))
        return any(container.reference for container in found)

    def can_do(self, instance: Instance, fault: Fault, workloads: Mapping[str, Workload]) -> bool:
        """An image of the user's can be stopped like any other container; what is done inside is another matter."""
        if any(name and name not in workloads for name in (fault.workload, fault.instead_of)):
            return False
        if not fault.on or not self.is_reference(instance, fault.on):
            return True
        return fault.kind in _ENDS and bool(self.options.service_image)

    def environment(self, container: Container) -> dict[str, str]:
        """Without what is empty here: a default of the image's own is better than nothing."""
        kept = {name: text for name, text in container.environment.items() if text}
        return kept if self.options.service_image else {}

    def container(self, instance: Instance, container: Container) -> Container:
        """What stands in place of the reference service: the user's image in its environment, or the way to a URL."""
        if not container.reference:
            return container
        port = instance.address.rpartition(":")[2]
        return Container(
            name=container.name,
            image=self.options.service_image or RELAY_IMAGE,
            environment=self.environment(container),
            port=int(port) if port.isdigit() else container.port,
            memory=container.memory,
            reference=True,
        )
