"""Everything asked of a PromQL expression: the only package that touches its syntax tree."""

from obsboot.promql.layout import fitted, pretty
from obsboot.promql.reading import Matcher, PromqlError, Selector, check, grouping, metric_names, selectors, windows
from obsboot.promql.rewriting import Rewrite, compare, replace_range, rewrite, seconds_of, spell

__all__ = [
    "Matcher", "PromqlError", "Rewrite", "Selector", "check", "compare", "fitted", "grouping", "metric_names", "pretty",
    "replace_range", "rewrite", "seconds_of", "selectors", "spell", "windows",
]  # fmt: skip
