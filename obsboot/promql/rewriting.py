"""Making views of an expression: the tree is written out again, and each selector and duration may change on the way."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from obsboot.promql.reading import Matcher, Node, Selector, kind, parse, selector_of

_WEAK = ("and", "or", "unless", "==", "!=", ">", "<", ">=", "<=")
_MAYBE_WEAK = re.compile(r"\b(?:and|or|unless)\b|[<>]|[=!]=", re.IGNORECASE)
_UNITS = (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdwy])")
_SECONDS = {**dict(_UNITS), "ms": 0.001, "y": 31536000}


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What to change: `selector` gives another selector, `duration` the spelling of a range, step or offset.

    A spelling need not be PromQL: a panel gets `$__rate_interval` this way. `replace` gives another text for a whole
    sub-expression (by its normal spelling), or None.
    """

    selector: Callable[[Selector], Selector] | None = None
    duration: Callable[[float], str] | None = None
    replace: Callable[[str], str | None] | None = None


def spell(seconds: float) -> str:
    """The shortest Prometheus duration: `90` is `90s`, `300` is `5m`, `0.5` is `500ms`."""
    if seconds != int(seconds):
        return f"{round(seconds * 1000)}ms"
    for unit, size in _UNITS:
        if seconds and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"


def seconds_of(duration: str) -> float:
    """The length of a Prometheus duration such as `1h30m`. Raises ValueError for anything else."""
    parts = _DURATION.findall(duration)
    if not duration or "".join(n + u for n, u in parts) != duration:
        raise ValueError(f"{duration!r} is no duration; write 30s, 5m, 1h30m")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def rewrite(expr: str, change: Rewrite) -> str:
    """`expr` written out again with `change` applied, on one line. Raises PromqlError."""
    return _Writer(change).text(parse(expr))


def replace_range(expr: str, old: float, new: str) -> str:
    """`expr` with every range of `old` seconds spelt `new`."""
    return rewrite(expr, Rewrite(duration=lambda seconds: new if seconds == old else spell(seconds)))


def compare(expr: str, op: str, threshold: str) -> str:
    """`expr op threshold`, with parentheses where the operators inside bind weaker."""
    return f"({expr}) {op} {threshold}" if _is_weak(expr) else f"{expr} {op} {threshold}"


def _is_weak(expr: str) -> bool:
    """Whether its outermost operator is a comparison or binds weaker than one."""
    if not _MAYBE_WEAK.search(expr):
        return False
    node = parse(expr)
    return kind(node) == "BinaryExpr" and str(node.op) in _WEAK


class _Writer:
    """Writes a tree as PromQL. One method a kind of node, named after it."""

    def __init__(self, change: Rewrite) -> None:
        self.change = change

    def text(self, node: Node) -> str:
        if self.change.replace is not None:
            other = self.change.replace(PLAIN.plain(node))
            if other is not None:
                return other
        return self.plain(node)

    def plain(self, node: Node) -> str:
        return str(getattr(self, kind(node))(node))

    def duration(self, seconds: float) -> str:
        return self.change.duration(seconds) if self.change.duration else spell(seconds)

    def VectorSelector(self, node: Node) -> str:  # noqa: N802 - named after the node
        return self.selection(node, node)

    def MatrixSelector(self, node: Node) -> str:  # noqa: N802
        return self.selection(node, node.vector_selector)

    def selection(self, node: Node, vector: Node) -> str:
        selector = selector_of(node)
        changed = self.change.selector(selector) if self.change.selector else selector
        braces = ",".join(_matcher(m) for m in changed.matchers)
        text = changed.name + (f"{{{braces}}}" if braces or not changed.name else "")
        if changed.range is not None:
            text += f"[{self.duration(changed.range)}]"
        return text + self.modifiers(vector)

    def SubqueryExpr(self, node: Node) -> str:  # noqa: N802
        step = self.duration(node.step.total_seconds()) if node.step is not None else ""
        window = self.duration(node.range.total_seconds())
        return f"{self.text(node.expr)}[{window}:{step}]{self.modifiers(node)}"

    def modifiers(self, node: Node) -> str:
        text = ""
        if node.at is not None:
            text += f" {_at(node.at)}"
        if node.offset is not None:
            seconds = node.offset.total_seconds()
            text += f" offset {'-' if seconds < 0 else ''}{self.duration(abs(seconds))}"
        return text

    def NumberLiteral(self, node: Node) -> str:  # noqa: N802
        return number(node.val)

    def StringLiteral(self, node: Node) -> str:  # noqa: N802
        return quote(node.val)

    def ParenExpr(self, node: Node) -> str:  # noqa: N802
        return f"({self.text(node.expr)})"

    def UnaryExpr(self, node: Node) -> str:  # noqa: N802
        return f"-{self.text(node.expr)}"

    def Call(self, node: Node) -> str:  # noqa: N802
        return f"{node.func.name}({', '.join(self.text(arg) for arg in node.args)})"

    def AggregateExpr(self, node: Node) -> str:  # noqa: N802
        by, modifier, param = "", node.modifier, node.param
        if modifier is not None:
            word = "by" if str(modifier.type).endswith("By") else "without"
            by = f" {word} ({', '.join(modifier.labels)})"
        inner = self.text(node.expr)
        if param is not None:
            inner = f"{self.text(param)}, {inner}"
        return f"{node.op}{by} ({inner})" if by else f"{node.op}({inner})"

    def BinaryExpr(self, node: Node) -> str:  # noqa: N802
        return f"{self.text(node.lhs)} {node.op}{matching_text(node.modifier)} {self.text(node.rhs)}"


PLAIN = _Writer(Rewrite())


@lru_cache(maxsize=4096)
def normal(expr: str) -> str:
    """The one spelling of `expr` on one line, by which equal expressions are found."""
    return PLAIN.plain(parse(expr))


def number(value: float) -> str:
    """The plain decimal spelling of a number."""
    if math.isfinite(value):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return "NaN" if math.isnan(value) else ("Inf" if value > 0 else "-Inf")


def quote(text: str) -> str:
    """A PromQL string literal that means exactly `text`."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _matcher(matcher: Matcher) -> str:
    return f"{matcher.name}{matcher.op}{quote(matcher.value)}"


def _at(at: Node) -> str:
    word = str(at.type).rsplit(".", 1)[-1]
    return {"Start": "@ start()", "End": "@ end()"}.get(word) or f"@ {at.at.timestamp():.3f}"


def matching_text(modifier: Node) -> str:
    """What stands between an operator and its right side: `bool`, `on`, `ignoring`, `group_left`."""
    if modifier is None:
        return ""
    text = " bool" if modifier.return_bool else ""
    if modifier.matching is not None:
        word = "on" if str(modifier.matching.type).endswith("Include") else "ignoring"
        text += f" {word} ({', '.join(modifier.matching.labels)})"
    card = str(modifier.card).rsplit(".", 1)[-1]
    if card in ("ManyToOne", "OneToMany"):
        word = "group_left" if card == "ManyToOne" else "group_right"
        text += f" {word} ({', '.join(modifier.group_labels or ())})"
    return text
