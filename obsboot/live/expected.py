"""What the pack reads from the endpoint of the user's service, and what of it an exposition lacks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from obsboot.catalog import Family, Inventory, inventory, parse
from obsboot.model import Instance, Signal, Stack
from obsboot.promql import Selector, grouping_labels, read_labels, selectors
from obsboot.render.context import fill, template_names
from obsboot.render.views import answer
from obsboot.stack import service_instance


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that the pack reads and the exposition does not hold.

    `soft`: no panel is empty for want of it, or what it counts has only not happened yet.
    """

    instance: Instance
    metric: str
    what: str
    soft: bool = False


@dataclass(slots=True)
class _Use:
    """How the signals use a metric: labels whose values are read, labels that group, bounds of its buckets."""

    family: Family
    read: set[str] = field(default_factory=set)
    grouped: set[str] = field(default_factory=set)
    bounds: set[float] = field(default_factory=set)


def speaking(stack: Stack) -> Iterator[Instance]:
    """The instances whose metrics come from the service's own endpoint: its framework and its libraries."""
    service = service_instance(stack)
    for instance in stack.instances:
        if service and instance.job == service.job and instance.component.kind in ("service", "library"):
            yield instance


def lacks(stack: Stack, instance: Instance, exposition: str) -> Iterator[Lack]:
    """What the instance's signals read and the exposition (in Prometheus' text format) lacks."""
    has = parse(exposition)
    uses = _uses(stack, instance)
    seen = {name: _in(has, use.family) for name, use in uses.items()}
    # The run makes requests, but it cannot make the service use its libraries.
    idle = instance.component.kind == "library" and any(seen.values())
    for name, use in uses.items():
        found = seen[name]
        if found is None:
            yield Lack(instance, name, f"{name} (not seen so far)" if idle else name, soft=idle)
        elif use.family.type == "histogram" != found.type:
            yield Lack(instance, name, f"{name} as a histogram (it is a {found.type})")
        else:
            yield from _parts(instance, use, found)


def _parts(instance: Instance, use: _Use, found: Family) -> Iterator[Lack]:
    name = use.family.name
    for label in sorted(use.read - found.labels):
        yield Lack(instance, name, f"the label {label} of {name}")
    for label in sorted(use.grouped - use.read - found.labels):
        yield Lack(instance, name, f"the label {label} of {name} (panels tell nothing apart by it)", soft=True)
    for bound in sorted(use.bounds):
        if not any(abs(bound - has) <= 1e-9 * bound for has in found.buckets):
            yield Lack(instance, name, f"the bucket of {bound:g} s in {name}")


def _uses(stack: Stack, instance: Instance) -> dict[str, _Use]:
    known, uses = inventory(instance.component), dict[str, _Use]()
    for signal in instance.signals():
        if signal.empty_when_healthy or signal.unrecorded:
            continue
        for expr in _expressions(signal):
            for selector in selectors(expr):
                if family := known.family(selector.name):
                    use = uses.setdefault(family.name, _Use(family))
                    use.read |= read_labels(expr) & family.labels - {"le"}
                    use.grouped |= grouping_labels(expr) & family.labels - {"le"}
                    use.bounds |= set(_bounds(stack, instance, selector))
    return uses


def _expressions(signal: Signal) -> Iterator[str]:
    yield signal.expr
    if signal.traffic:
        yield signal.traffic.expr


def _bounds(stack: Stack, instance: Instance, selector: Selector) -> Iterator[float]:
    for matcher in selector.matchers:
        if matcher.name == "le" and matcher.value.startswith("$"):
            yield float(answer(matcher.value.removeprefix("$"), stack, instance))


def _in(has: Inventory, family: Family) -> Family | None:
    """The family in the exposition, whatever its format makes of a counter's name."""
    return has.families.get(family.name) or has.family(family.name)


def snippet_for(stack: Stack, lack: Lack, files: Mapping[str, bytes]) -> str:
    """The pack's snippet that adds what is lacking, by its path in the repository; empty where none does."""
    names = template_names(stack, lack.instance)
    for file in lack.instance.component.files:
        path = f"{stack.directory}/{fill(file.path, **names)}"
        if file.path.startswith("snippet/") and lack.metric.encode() in files.get(path, b""):
            return path
    return ""
