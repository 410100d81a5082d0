"""Which minutes intervals of time hold, as Alertmanager would ask of each minute."""

from __future__ import annotations

from datetime import date

import pytest

from obsboot.sources.documents import Mapped, mapped
from obsboot.sources.hours import covered, ever
from obsboot.sources.yaml import read_yaml

NEXT = date.today().year + 1
NIGHT, DAY = (
    "times: [{start_time: 18:00, end_time: 24:00}, {start_time: 00:00, end_time: 06:00}]",
    ("times: [{start_time: 06:00, end_time: 18:00}]"),
)


def interval(*parts: str) -> Mapped:
    """An interval of parts, each written as YAML."""
    return mapped(read_yaml("time_intervals: [" + ", ".join(f"{{{part}}}" for part in parts) + "]"))


@pytest.mark.parametrize(
    ("parts", "always"),
    [
        ([""], True),
        (["location: Europe/Berlin"], True),
        ([NIGHT, DAY], True),
        (["weekdays: ['sunday:wednesday', 'thursday:saturday']"], True),
        (["weekdays: ['monday:friday']", "weekdays: [saturday, sunday]"], True),
        (["weekdays: ['monday:friday']", "weekdays: [saturday]"], False),
        (["months: ['1:6', 'july:december']"], True),
        (["days_of_month: ['1:28', '-3:-1']"], True),
        (["days_of_month: ['1:28']"], False),
        (["days_of_month: ['1:30']", "days_of_month: ['31'], times: [{start_time: 00:00, end_time: 23:59}]"], False),
        (["years: ['2000:2900']"], True),
        ([NIGHT, f"{DAY}, location: Asia/Tokyo"], False),
        (["weekdays: []"], False),
        ([], False),
    ],
)
def test_what_holds_always(parts: list[str], always: bool) -> None:
    assert covered([interval(*parts)]) == always


@pytest.mark.parametrize(
    ("part", "comes"),
    [
        ("", True),
        ("times: []", False),
        ("months: [february], days_of_month: ['30']", False),
        ("months: [february], days_of_month: ['29'], weekdays: [monday]", True),
        ("years: ['2020:2023']", False),
        (f"years: ['{NEXT}'], months: [december], days_of_month: ['-1']", True),
        ("years: ['2096'], months: ['2'], days_of_month: ['29']", True),
        ("months: ['13']", False),
    ],
)
def test_what_comes_once_more(part: str, comes: bool) -> None:
    assert ever(interval(part)) == comes


def test_what_is_muted_whenever_it_is_active() -> None:
    office = interval("weekdays: ['monday:friday'], times: [{start_time: 09:00, end_time: 17:00}]")
    assert covered([interval(DAY)], [office])
    assert not covered([office], [interval(DAY)])
    assert covered([interval(DAY), interval(NIGHT)], [office, interval("location: Asia/Tokyo")])
    assert not covered([interval(DAY)], [interval(f"{DAY}, location: Asia/Tokyo")])
