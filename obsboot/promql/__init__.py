"""Everything asked of a PromQL expression: the only package that touches its syntax tree."""

from obsboot.promql.layout import fitted, pretty
from obsboot.promql.reading import (
    Matcher,
    PromqlError,
    Selector,
    check,
    grouping,
    grouping_labels,
    metric_names,
    read_labels,
    selectors,
    windows,
)
from obsboot.promql.rewriting import Rewrite, compare, replace_range, rewrite, seconds_of, spell

__all__ = [
    "Matcher", "PromqlError", "Rewrite", "Selector", "check", "compare", "fitted", "grouping", "grouping_labels",
    "metric_names", "pretty", "read_labels", "replace_range", "rewrite", "seconds_of", "selectors", "spell", "windows",
]  # fmt: skip
