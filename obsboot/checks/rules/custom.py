"""What is the custom in a folder that obsboot did not write: its own rules hold there, not those of the house."""

from __future__ import annotations

import re

from obsboot.promql import PromqlError, selectors
from obsboot.sources.configs import seconds
from obsboot.sources.context import Context
from obsboot.sources.documents import mapped
from obsboot.sources.rulefiles import Rule

_FEW = 5
_BEATS = re.compile(r"watch.?dog|dead.?man|heart.?beat|always.?fir", re.IGNORECASE)


def customary(having: int, every: int) -> bool:
    """Whether nearly all have it, so that one that has it not is an oversight."""
    return every >= _FEW and having >= 0.9 * (every - 1)


def beats(rule: Rule) -> bool:
    """Whether the alert fires always on purpose, to show that the way to the receivers works."""
    if _BEATS.search(rule.name):
        return True
    try:
        return not selectors(rule.query.text)
    except PromqlError:
        return False


def evaluation(context: Context) -> float:
    """Seconds between evaluations where a group does not say: what all configurations say, or Prometheus' own minute."""
    usual = [mapped(mapped(each.data).get("global")) for each in context.sources("prometheus")]
    said = {seconds(each.get("evaluation_interval", "1m")) or 60.0 for each in usual}
    return said.pop() if len(said) == 1 else 0.0
