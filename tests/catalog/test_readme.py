"""The numbers that the README has of the catalogue and of the checks are those that there are."""

from __future__ import annotations

import re
from pathlib import Path

from obsboot.catalog import Catalogue
from obsboot.catalog.logformats import samples
from obsboot.checks import checks

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_table_has_every_component_with_its_numbers(catalogue: Catalogue) -> None:
    rows = {
        name: (int(signals), int(alerts))
        for name, signals, alerts in re.findall(r"\(`([\w-]+)`\) \| (\d+) \| (\d+) \|", README)
    }
    known = {name: (len(each.signals), len(each.alerts)) for name, each in catalogue.items()}
    assert rows == known
    assert f"| together | {sum(s for s, _ in known.values())} | {sum(a for _, a in known.values())} |" in README


def test_what_is_asked_of_the_log_is_counted(catalogue: Catalogue) -> None:
    formats = [format_ for each in catalogue.values() for format_ in each.logs.values()]
    lines = sum(len(samples(format_)) for format_ in formats)
    numbers = sum(len(each.log_signals) for each in catalogue.values())
    alerts = sum(len(each.log_alerts) for each in catalogue.values())
    assert f"{len(formats)} log formats with {lines} sample lines of real servers" in README
    assert f"{numbers} numbers counted from the log and {alerts} alerts on them" in README


def test_the_checks_are_counted() -> None:
    assert f"{len(checks())} checks across all files" in README
