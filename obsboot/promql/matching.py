"""Vector matching: pairs that can never be, and pairs that are not unique."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from obsboot.promql.reading import Node
from obsboot.promql.shapes import Labels, Shape


@dataclass(frozen=True, slots=True)
class Matching:
    """How two vectors meet. `labels` are those of `on`, or of `ignoring`; `carried` those of `group_x (...)`."""

    on: bool = False
    labels: tuple[str, ...] = ()
    many: Literal["", "left", "right"] = ""
    carried: tuple[str, ...] = ()

    @classmethod
    def of(cls, node: Node) -> Matching:
        modifier = node.modifier
        if modifier is None:
            return cls()
        rule = modifier.matching
        many = {"ManyToOne": "left", "OneToMany": "right"}.get(str(modifier.card).rsplit(".", 1)[-1], "")
        on = rule is not None and str(rule).startswith("on")
        return cls(on, tuple(rule.labels) if rule else (), many, tuple(modifier.group_labels or ()))  # type: ignore[arg-type]

    def counts(self, label: str) -> bool:
        """Whether two series have to agree on `label`."""
        return (label in self.labels) == self.on

    def __str__(self) -> str:
        listed = ", ".join(self.labels)
        return f"on ({listed})" if self.on else f"ignoring ({listed})" if self.labels else "all labels"


class Fault(NamedTuple):
    """`sure` where the expression alone tells it, whatever its metrics are; `scraped` where scraping alone does."""

    message: str
    sure: bool = False
    kind: Literal["matching", "scraped"] = "matching"


_SCRAPED = frozenset({"instance", "job"})


def faults(how: Matching, left: Shape, right: Shape) -> Iterator[Fault]:
    """Why the operator can give nothing, or an error."""
    reasons = tuple(never(how, left, right))
    yield from reasons
    if not reasons:
        yield from map(Fault, _many(how, left, right))


def never(how: Matching, left: Shape, right: Shape) -> Iterator[Fault]:
    """Why no series of the left can ever meet one of the right."""
    for label, value in left.fixed.items():
        other = right.fixed.get(label, value)
        if how.counts(label) and value and other and other != value:
            yield Fault(
                f"the sides never match: `{label}` is {value!r} on the left and {other!r} on the right", sure=True
            )
    for one, against, side in ((left, right, "right"), (right, left, "left")):
        for label in sorted(one.labels.names | scraped(one)):
            if how.counts(label) and not against.labels.may_have(label):
                message = f"the sides never match by {how}: the {side} has no label `{label}` (it has {against.labels})"
                known = label in one.labels.names
                yield Fault(message, known and against.labels.made, "matching" if known else "scraped")


def scraped(shape: Shape) -> frozenset[str]:
    """The labels that Prometheus adds to what it scrapes itself, of a metric of which nothing else is known."""
    raw = shape.labels.open and not shape.labels.made and shape.source and ":" not in shape.source
    return _SCRAPED - shape.labels.gone if raw else frozenset()


def _many(how: Matching, left: Shape, right: Shape) -> Iterator[str]:
    for shape, side in ((left, "left"), (right, "right")):
        extra = sorted(label for label in shape.varied if not how.counts(label))
        if extra and how.many != side:
            names = ", ".join(f"`{label}`" for label in extra)
            yield f"by {how}, several series on the {side} have the same labels: {names} differs; aggregate it first"


def result(how: Matching, left: Shape, right: Shape) -> Labels:
    """The labels of what an arithmetic or comparison operator gives."""
    if how.many:
        many, one = (left, right) if how.many == "left" else (right, left)
        return many.labels.add(label for label in how.carried if one.labels.may_have(label))
    if how.on:
        return left.labels.keep(how.labels) if not left.labels.open else Labels(frozenset(how.labels))
    return left.labels.drop(how.labels)
