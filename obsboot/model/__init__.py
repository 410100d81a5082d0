"""The vocabulary of obsboot. Nothing in here reads, writes or imports anything else of obsboot."""

from obsboot.model.catalogue import (
    Alert,
    Clue,
    Component,
    Dashboard,
    Exporter,
    Formula,
    Headline,
    Overview,
    OverviewRow,
    PackFile,
    Panel,
    Place,
    Point,
    Question,
    Record,
    Replay,
    Row,
    Scrape,
    Signal,
    Traffic,
    Truth,
    Value,
)
from obsboot.model.findings import Exit, Finding, ObsbootError, Outcome, Proof, Proven, Report, Result, Severity
from obsboot.model.live import Container, Fault, Recipe, Step, Workload
from obsboot.model.stack import Answers, GeneratedFile, Instance, Owner, Pack, Stack

__all__ = [
    "Alert", "Answers", "Clue", "Component", "Container", "Dashboard", "Exit", "Exporter", "Fault", "Finding",
    "Formula", "GeneratedFile", "Headline", "Instance", "ObsbootError", "Outcome", "Overview", "OverviewRow", "Owner",
    "Pack", "PackFile", "Panel", "Place", "Point", "Proof", "Proven", "Question", "Recipe", "Record", "Replay", "Report", "Result", "Row", "Scrape", "Severity",
    "Signal", "Stack", "Step", "Traffic", "Truth", "Value", "Workload",
]  # fmt: skip
