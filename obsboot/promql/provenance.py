"""Labels, type, unit and range of an expression, followed from its metrics up.

Recording rules are followed because `lookup` gives the shape of a recorded name as well. What a metric's inventory does
not tell stays unknown, and nothing is ever reported about what is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from obsboot.promql import functions, matching, ranges
from obsboot.promql.likeness import slip
from obsboot.promql.measures import A_SECOND, NUMBER
from obsboot.promql.naming import demands, first_name, subject
from obsboot.promql.reading import Node, Selector, kind, parse, selector_of
from obsboot.promql.shapes import CUMULATIVE, TRUSTS, Labels, Shape, Trust, Type
from obsboot.promql.shapes import number as literal

Kind = Literal["type", "label", "matching", "scraped", "le", "unit", "range", "always", "quantile"]
Lookup = Callable[[Selector], Shape]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an expression; `where` is a piece of its text, by which the line is found."""

    kind: Kind
    message: str
    where: str
    sure: bool = False
    """Whether the expression alone tells it, whatever its metrics are."""


@dataclass(frozen=True, slots=True)
class Study:
    """The shape of an expression, and what is wrong inside it."""

    shape: Shape
    problems: tuple[Problem, ...] = ()
    selectors: tuple[Selector, ...] = field(default=())
    trust: Trust = "sure"
    """The least that any of its metrics is known by."""

    def of(self, *kinds: Kind) -> Iterator[Problem]:
        return (problem for problem in self.problems if problem.kind in kinds)


def study(expr: str, lookup: Lookup) -> Study:
    """What `expr` gives when its selectors give what `lookup` says. Raises PromqlError."""
    reader = _Reader(lookup)
    shape = reader.shape(parse(expr))
    return Study(shape, tuple(dict.fromkeys(reader.problems)), tuple(reader.selectors), reader.trust)


_PICKING = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_COMPARISONS = frozenset({"==", "!=", ">", "<", ">=", "<="})
_SETS = frozenset({"and", "or", "unless"})


class _Reader:
    """Walks a tree from the leaves up. One method a kind of node, named after it."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self.problems: list[Problem] = []
        self.selectors: list[Selector] = []
        self.trust: Trust = "sure"

    def shape(self, node: Node) -> Shape:
        return getattr(self, kind(node))(node)  # type: ignore[no-any-return]

    def problem(self, kind_of: Kind, message: str, where: Node | str, *, sure: bool = False) -> None:
        self.problems.append(Problem(kind_of, message, where if isinstance(where, str) else first_name(where), sure))

    def NumberLiteral(self, node: Node) -> Shape:  # noqa: N802 - named after the node
        return literal(node.val)

    def StringLiteral(self, node: Node) -> Shape:  # noqa: ARG002, N802
        return Shape(Labels(), "scalar")

    def ParenExpr(self, node: Node) -> Shape:  # noqa: N802
        return self.shape(node.expr)

    def SubqueryExpr(self, node: Node) -> Shape:  # noqa: N802
        return self.shape(node.expr)

    def UnaryExpr(self, node: Node) -> Shape:  # noqa: N802
        inner = self.shape(node.expr)
        constant = None if inner.constant is None else -inner.constant
        return inner.having(low=-inner.high, high=-inner.low, constant=constant)

    def VectorSelector(self, node: Node) -> Shape:  # noqa: N802
        return self.selection(node)

    def MatrixSelector(self, node: Node) -> Shape:  # noqa: N802
        return self.selection(node)

    def selection(self, node: Node) -> Shape:
        selector = selector_of(node)
        self.selectors.append(selector)
        shape = self.lookup(selector)
        self.trust = max(self.trust, shape.trust, key=TRUSTS.index)
        for matcher in selector.matchers:
            if demands(matcher):
                self.wants(matcher.name, shape, selector.name or matcher.name)
        fixed = {m.name: m.value for m in selector.matchers if m.op == "=" and m.value}
        varied = frozenset(shape.varied - set(fixed))
        labels, origin = shape.labels.add(fixed), functions.origin(selector, shape)
        return shape.having(fixed={**shape.fixed, **fixed}, varied=varied, labels=labels, origin=origin)

    def wants(self, label: str, shape: Shape, where: Node | str) -> None:
        """A label is asked for: is it there, or is it one that is there, misspelt?"""
        named, labels = shape.source or "the expression", shape.labels
        if labels.may_have(label) and (label in labels.names or not labels.open):
            return
        meant = slip(label, labels.names)
        if not labels.may_have(label):
            hint = f"; did you mean `{meant}`?" if meant else ""
            message = f"{named} has no label `{label}` (it has {labels}){hint}"
            self.problem("label", message, where, sure=labels.made or bool(meant))
        elif meant:
            self.problem("label", f"{named} has a label `{meant}`; `{label}` is probably a slip", where)

    # Functions

    def Call(self, node: Node) -> Shape:  # noqa: N802
        name, args = node.func.name, list(node.args)
        shapes = [self.shape(arg) for arg in args]
        if name in ("histogram_quantile", "histogram_fraction"):
            return self.histogram(name, node, shapes[-1], shapes[0])
        if name in ("label_replace", "label_join"):
            return shapes[0].labelled(shapes[0].labels.add({args[1].val}))
        if name in ("absent", "absent_over_time"):
            return functions.absent(args[0])
        vector = next((shape for shape in shapes if shape.type != "scalar"), None)
        if vector is not None and name in functions.RATES:
            return self.rate(name, node, vector)
        if vector is not None and name in functions.GAUGES_ONLY:
            return self.over_time(name, node, vector)
        return functions.applied(name, vector, shapes)

    def rate(self, name: str, node: Node, vector: Shape) -> Shape:
        name_of, recorded = subject(vector, node), ":" in vector.source
        if vector.type == "gauge":
            message = f"{name}() of a gauge: {name_of} may fall, which {name}() reads as a restart"
            self.problem("type", message, node, sure=recorded)
        if vector.type == "total":
            message = f"{name}() of an aggregated counter: restarts inside {name_of} are hidden, so they show as spikes"
            self.problem("type", f"{message}; take the rate first", node, sure=recorded)
        unit = vector.unit if name == "increase" else functions.times(vector.unit, A_SECOND)
        kept: Type = "histogram" if vector.type == "histogram" else "gauge"
        origin = vector.origin and vector.origin.then(name)
        return vector.having(type=kept, unit=unit, low=0.0, high=math.inf, origin=origin)

    def over_time(self, name: str, node: Node, vector: Shape) -> Shape:
        if vector.type in CUMULATIVE:
            self.problem("type", f"{name}() of a counter: {subject(vector, node)} only grows, and falls at a restart; "
                         "use rate() or increase()", node)  # fmt: skip
        if name in ("min_over_time", "max_over_time", "avg_over_time", "quantile_over_time"):
            return vector.having(type="gauge")
        unit = functions.times(vector.unit, A_SECOND) if name == "deriv" else vector.unit
        low = 0.0 if name == "sum_over_time" and vector.low >= 0 else -math.inf
        return vector.having(type="gauge", unit=None if name == "stdvar_over_time" else unit, low=low, high=math.inf)

    def histogram(self, name: str, node: Node, vector: Shape, quantile: Shape) -> Shape:
        native = vector.type == "histogram"
        untold = self.trust == "named" and vector.origin is None  # a native histogram, perhaps
        if not native and not untold and not vector.labels.may_have("le") and "vmrange" not in vector.labels.names:
            message = f"{name}() needs the label `le`, and {subject(vector, node)} has none (it has {vector.labels})"
            self.problem("le", message, node, sure=vector.labels.made)
        elif vector.type in CUMULATIVE:
            self.problem("type", f"{name}() over buckets without rate(): that is the quantile since the process "
                         "started", node)  # fmt: skip
        elif vector.type == "summary":
            self.problem("type", f"{name}() of a summary, which has no buckets", node)
        if quantile.constant is not None and not 0 <= quantile.constant <= 1:
            message = f"{name}({quantile.constant:g}, ...): a quantile lies between 0 and 1"
            self.problem("quantile", message, node, sure=True)
        high = vector.bound if name == "histogram_quantile" else 1.0
        unit = vector.le if name == "histogram_quantile" else NUMBER
        labels = vector.labels if native else vector.labels.drop({"le"})
        return (
            Shape(labels, "gauge", unit, low=0.0, high=high, source=vector.source)
            .having(fixed=vector.fixed, varied=vector.varied)
            .labelled(labels)
        )

    # Aggregations

    def AggregateExpr(self, node: Node) -> Shape:  # noqa: N802
        op, inner = str(node.op), self.shape(node.expr)
        if op in _PICKING:
            return inner
        labels = self.grouped(node, inner)
        if op == "count_values" and kind(node.param) == "StringLiteral":
            labels = labels.add({node.param.val})
        if inner.type == "summary" and op in ("sum", "avg", "quantile", "stddev", "stdvar"):
            self.problem("type", f"{op}() of quantiles: {subject(inner, node)} is computed already, and quantiles "
                         "can be neither added nor averaged", node)  # fmt: skip
        summed = inner.origin.then("sum") if inner.origin and op == "sum" else None
        shape = inner.labelled(labels).having(origin=summed)
        low, high = ranges.aggregated(op, inner)
        if op in ("count", "group", "count_values"):
            return shape.having(type="gauge", unit=NUMBER, low=low, high=high, le=None)
        kept: Type = "total" if inner.type in CUMULATIVE else "histogram" if inner.type == "histogram" else "gauge"
        if inner.type in ("unknown", "summary"):
            kept = inner.type
        return shape.having(type=kept, unit=None if op == "stdvar" else inner.unit, low=low, high=high)

    def grouped(self, node: Node, inner: Shape) -> Labels:
        if node.modifier is None:
            return Labels()
        wanted = list(node.modifier.labels)
        by = str(node.modifier.type).endswith("By")
        for label in wanted if by else ():
            self.wants(label, inner, node)
        return inner.labels.keep(wanted) if by else inner.labels.drop(wanted)

    # Operators

    def BinaryExpr(self, node: Node) -> Shape:  # noqa: N802
        op, left, right = str(node.op), self.shape(node.lhs), self.shape(node.rhs)
        if op in _SETS:
            return self.set_operation(op, node, left, right)
        labels = functions.vector_of(left, right).labels
        if left.type != "scalar" and right.type != "scalar":
            how = matching.Matching.of(node)
            for each in matching.faults(how, left, right):
                self.problem(each.kind, each.message, node, sure=each.sure)
            labels = matching.result(how, left, right)
        if op in _COMPARISONS:
            return self.comparison(op, node, left, right).labelled(labels)
        return self.arithmetic(op, node, left, right).labelled(labels)

    def set_operation(self, op: str, node: Node, left: Shape, right: Shape) -> Shape:
        if op != "or":
            for each in matching.never(matching.Matching.of(node), left, right):
                self.problem(each.kind, each.message, node, sure=each.sure)
            return left
        if left.unit and right.unit and not left.unit.same(right.unit):
            self.problem("unit", f"`or` joins {left.unit} and {right.unit}", node)
        same = {k: v for k, v in left.fixed.items() if right.fixed.get(k) == v}
        unit = left.unit if left.unit and right.unit and left.unit.same(right.unit) else None
        kept = left.type if left.type == right.type else "unknown"
        return Shape(left.labels.join(right.labels), kept, unit, low=min(left.low, right.low),
                     high=max(left.high, right.high), fixed=same, varied=left.varied & right.varied)  # fmt: skip

    def comparison(self, op: str, node: Node, left: Shape, right: Shape) -> Shape:
        flag = node.modifier is not None and node.modifier.return_bool
        if left.type != "scalar" and right.type != "scalar":
            self.units_equal(f"`{op}`", node, left, right)
        elif left.type != "scalar" and right.constant is not None:
            self.threshold(op, node, left, right.constant, flag)
        shape = functions.vector_of(left, right)
        if flag:
            return shape.having(type="gauge", unit=NUMBER, low=0.0, high=1.0)
        low, high = ranges.compared(op, left, right)
        return shape.having(low=low, high=high)

    def threshold(self, op: str, node: Node, left: Shape, limit: float, flag: bool) -> None:
        text = f"`{op} {limit:g}`"
        if left.type in CUMULATIVE and not (limit == 0 and op in ("==", "!=")) and not flag:
            self.problem("type", f"{text} against a counter without rate(): {subject(left, node)} counts since the "
                         "process started", node)  # fmt: skip
        verdict = ranges.verdict(op, left, limit)
        if verdict == "never":
            bounds = f"the value lies between {left.low:g} and {left.high:g}"
            self.problem("range", f"{text} never holds: {bounds}", node, sure=True)
        elif verdict == "always" and not flag and not (limit == 0 and left.low > 0):  # `count(x) > 0`: is there one?
            bounds = f"the value lies between {left.low:g} and {left.high:g}"
            self.problem("always", f"{text} always holds: {bounds}", node, sure=True)

    def arithmetic(self, op: str, node: Node, left: Shape, right: Shape) -> Shape:
        if left.constant is not None and right.constant is not None:
            return literal(ranges.folded(op, left.constant, right.constant))
        if op in ("+", "-"):
            self.units_equal(f"`{op}`", node, left, right)
        if op == "/" and {left.type, right.type} <= CUMULATIVE:
            self.problem("type", f"a ratio of counters without rate(): {subject(left, node)} over its whole life "
                         "hardly moves any more", node)  # fmt: skip
        low, high = ranges.computed(op, node, left, right)
        if op == "/" and functions.is_part(left, right):
            low, high = 0.0, 1.0
        return functions.vector_of(left, right).having(
            type=functions.type_of_result(op, left, right),
            unit=functions.unit_of_result(op, left, right),
            low=low,
            high=high,
            constant=None,
            source=left.source if left.source == right.source else "",
            origin=None,
        )

    def units_equal(self, what: str, node: Node, left: Shape, right: Shape) -> None:
        if left.unit is not None and right.unit is not None and not left.unit.same(right.unit):
            self.problem("unit", f"{what} puts {left.unit} against {right.unit}", node)
