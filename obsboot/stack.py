"""Answers and catalogue become a stack: instances with job names, addresses, versions and every value settled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from obsboot.answers.keys import settled
from obsboot.catalog import Catalogue
from obsboot.model import Answers, Component, Instance, ObsbootError, Question, Stack, Value, allows

_OF_INSTANCE = ("component", "role", "address", "version", "owned_by")


def resolve(answers: Answers, catalogue: Catalogue) -> Stack:
    """The stack that the answers describe.

    Raises ObsbootError where an instance names an unknown component, or two servers are to have one port.
    """
    values = settled(answers.values, catalogue.questions)
    _each_its_port(values)
    _ways_that_exist(values)
    _addresses_that_all_can_use(values)
    service = str(values["service"])
    asked = [_instance(name, given, catalogue, service) for name, given in sorted(answers.instances.items())]
    added = [platform(c, service) for c in catalogue.components.values() if _belongs(c, asked, values)]
    return Stack(
        service=service,
        team=str(values["team"]),
        environment=str(values["environment"]),
        instances=tuple(sorted(_among([*asked, *added]), key=_order)),
        values=values,
        catalogue=catalogue.components,
        overrides=answers.overrides,
        overview=catalogue.overview,
        checklist=catalogue.checklist,
        log_fields=catalogue.log_fields,
    )


def _each_its_port(values: Mapping[str, Value]) -> None:
    taken: dict[Value, str] = {}
    for name in sorted(name for name in values if name.endswith("_port")):
        if (other := taken.setdefault(values[name], name)) != name:
            raise ObsbootError(f"{name} is {values[name]}, and so is {other}", fix=f"--set {name}=PORT")


def _ways_that_exist(values: Mapping[str, Value]) -> None:
    """Filebeat refuses to write into OpenSearch since its version 7.13; Logstash has an output for it."""
    if (values.get("logs"), values.get("log_path")) == ("opensearch", "ingest"):
        message = "logs cannot go from Filebeat into OpenSearch without Logstash: Filebeat refuses OpenSearch"
        raise ObsbootError(message, fix="--set log_path=logstash")


def _addresses_that_all_can_use(values: Mapping[str, Value]) -> None:
    """Of those who ask the log store, some lose a path, so that it would be asked for half at another place."""
    if (path := urlsplit(str(values.get("log_address", ""))).path) not in ("", "/"):
        message = f"log_address has a path ({path}), which ElastAlert and the store's exporter cannot follow"
        raise ObsbootError(message, fix="--set log_address=URL of a host of its own")


def _instance(name: str, given: Mapping[str, Value], catalogue: Catalogue, service: str) -> Instance:
    component = _component(name, str(given.get("component", name)), catalogue)
    role = str(given.get("role", component.roles[0] if component.roles else ""))
    own = {key: value for key, value in given.items() if key not in _OF_INSTANCE}
    return Instance(
        id=name,
        component=component,
        job=_job(component, name, service),
        values=settled(own, _questions_for(component, role)),
        role=role,
        address=str(given.get("address", f"{name}:{component.port}" if component.port else "")),
        version=str(given.get("version", component.versions[-1] if component.versions else "")),
        watched=not given.get("owned_by"),
    )


def _component(name: str, component: str, catalogue: Catalogue) -> Component:
    if component not in catalogue.components:
        raise ObsbootError(
            f"instance {name!r} is of component {component!r}, which the catalogue does not know",
            fix=f"known are: {', '.join(sorted(catalogue.components))}",
        )
    return catalogue.components[component]


def _questions_for(component: Component, role: str) -> dict[str, Question]:
    return {name: q for name, q in component.questions.items() if not q.roles or role in q.roles}


def _job(component: Component, name: str, service: str) -> str:
    """Libraries speak through the service's endpoint, so their series carry the service's job."""
    return service if component.kind in ("service", "library") else f"{service}-{name}"


def _among(instances: list[Instance]) -> list[Instance]:
    """The instances, each knowing what the others provide."""
    around = frozenset(what for instance in instances for what in instance.component.provides)
    return [replace(instance, around=around) for instance in instances]


def _belongs(component: Component, asked: list[Instance], values: Mapping[str, Value]) -> bool:
    """Platform components come by themselves: with the stack they watch, or with what they need."""
    if any(instance.component.id == component.id for instance in asked):
        return False
    if not allows(values, component.only_if):
        return False
    if component.needs:
        provided = {what for instance in asked for what in (*instance.component.provides, instance.component.kind)}
        return component.always and set(component.needs) <= provided
    return component.always and values["mode"] == "own-stack"


def platform(component: Component, service: str) -> Instance:
    """The one instance of a component that nobody is asked for."""
    return Instance(
        id=component.id,
        component=component,
        job=service if component.scrape is None and component.exporter is None else f"{service}-{component.id}",
        values=settled({}, component.questions),
        address=f"{component.id}:{component.port}" if component.port else "",
        version=component.versions[-1] if component.versions else "",
    )


_KINDS = ("service", "library", "server", "platform")


def _order(instance: Instance) -> tuple[int, str]:
    return _KINDS.index(instance.component.kind), instance.id


def service_instance(stack: Stack) -> Instance | None:
    """The user's own application in the stack, if it has one that is scraped."""
    return next((i for i in stack.instances if i.component.kind == "service"), None)


def addresses(stack: Stack) -> Iterator[str]:
    """Every `host:port` at which an instance answers."""
    return (instance.address for instance in stack.instances if instance.address)
