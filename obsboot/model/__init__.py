"""The vocabulary of obsboot. Nothing in here reads, writes or imports anything else of obsboot."""

from typing import TYPE_CHECKING

from obsboot.model.deferred import deferred

if TYPE_CHECKING:
    from obsboot.model.catalogue import Clue, Component, Exporter, PackFile, Question, Scrape
    from obsboot.model.errors import Exit, ObsbootError
    from obsboot.model.findings import Finding, Outcome, Proof, Proven, Report, Result, Severity, Unread
    from obsboot.model.live import Container, Fault, Recipe, Step, Workload
    from obsboot.model.logs import (
        Divide,
        Drop,
        Flag,
        LogAlert,
        LogField,
        LogFormat,
        LogSignal,
        LogStep,
        Match,
        Put,
        ReadJson,
        ReadTime,
        Rename,
        Replace,
        Replacement,
        Sample,
        Split,
        Translate,
    )
    from obsboot.model.migration import Migration
    from obsboot.model.signals import (
        Alert,
        Dashboard,
        Headline,
        Overview,
        OverviewRow,
        Panel,
        Point,
        Record,
        Replay,
        Row,
        Signal,
        Traffic,
        Truth,
    )
    from obsboot.model.stack import Answers, GeneratedFile, Instance, Owner, Pack, Stack
    from obsboot.model.values import Formula, Place, Value, allows, ordered, plural

__all__ = [
    "Alert", "Answers", "Clue", "Component", "Container", "Dashboard", "Divide", "Drop", "Exit", "Exporter",
    "Fault", "Finding", "Flag", "Formula", "GeneratedFile", "Headline", "Instance", "LogAlert", "LogField",
    "LogFormat", "LogSignal", "LogStep", "Match", "Migration", "ObsbootError", "Outcome", "Overview", "OverviewRow", "Owner",
    "Pack", "PackFile", "Panel", "Place", "Point", "Proof", "Proven", "Put", "Question", "ReadJson", "ReadTime",
    "Recipe", "Record", "Rename", "Replace", "Replacement", "Replay", "Report", "Result", "Row", "Sample", "Scrape",
    "Severity", "Signal", "Split", "Stack", "Step", "Traffic", "Translate", "Truth", "Unread", "Value", "Workload",
    "allows", "ordered", "plural",
]  # fmt: skip

if not TYPE_CHECKING:
    __getattr__ = deferred(
        __name__,
        ("errors", "values", "findings", "live", "logs", "signals", "catalogue", "stack", "migration"),
        __all__,
    )
