"""Prometheus' configuration: whether it loads, and what its relabelling makes of labels."""

from obsboot.sources.prometheus.loading import faults, late
from obsboot.sources.prometheus.relabelling import Relabelled, Rule, compiled, relabelled, rules, unreadable

__all__ = ["Relabelled", "Rule", "compiled", "faults", "late", "relabelled", "rules", "unreadable"]
