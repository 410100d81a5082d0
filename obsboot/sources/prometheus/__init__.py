"""Prometheus' configuration: whether it loads, and what its relabelling makes of labels."""

from obsboot.sources.prometheus.loading import faults, late
from obsboot.sources.prometheus.relabelling import Relabelled, Rule, relabelled, rules

__all__ = ["Relabelled", "Rule", "faults", "late", "relabelled", "rules"]
