"""What messages call the parts of an expression, and what its matchers demand."""

from __future__ import annotations

import re

from obsboot.promql.reading import Matcher, Node, children, kind, selector_of
from obsboot.promql.shapes import Shape


def demands(matcher: Matcher) -> bool:
    """Whether the matcher passes only series that have its label."""
    if matcher.name == "__name__" or matcher.op not in ("=", "=~") or not matcher.value:
        return False
    return matcher.op == "=" or "$" in matcher.value or not re.fullmatch(matcher.value, "")


def first_name(node: Node) -> str:
    """The first metric name below the node, to find its line by."""
    if kind(node) in ("VectorSelector", "MatrixSelector"):
        return selector_of(node).name
    return next((name for child in children(node) if (name := first_name(child))), "")


def subject(shape: Shape, node: Node) -> str:
    return shape.source or first_name(node) or "it"
