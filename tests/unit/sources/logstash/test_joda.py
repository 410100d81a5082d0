"""Forms of times."""

from __future__ import annotations

import pytest

from obsboot.sources.logstash.joda import FormError, form


@pytest.mark.parametrize(
    ("text", "times", "others"),
    [
        ("ISO8601", ["2026-11-20T09:14:02.113Z", "2026-11-20 09:14:02,113+0100", "2026-11-20"], ["20/11/2026"]),
        ("UNIX", ["1763630042", "1763630042.113"], ["x"]),
        ("UNIX_MS", ["1763630042113"], ["1763630042.113"]),
        ("TAI64N", ["@4000000052f88ea32489532c"], ["1"]),
        ("dd/MMM/yyyy:HH:mm:ss Z", ["20/Nov/2026:09:14:02 +0000"], ["20/11/2026:09:14:02 +0000"]),
        ("MMM  d HH:mm:ss", ["Nov  2 09:14:02"], ["Nov 2 09:14:02"]),
        ("yyyy-MM-dd'T'HH:mm:ss.SSSZZ", ["2026-11-20T09:14:02.113+01:00"], ["2026-11-20 09:14:02.113+01:00"]),
        ("EEE, dd MMM yyyy h:mm a 'o''clock'", ["Fri, 20 Nov 2026 9:14 AM o'clock"], ["20 Nov 2026"]),
        ("YYYY.MM.dd", ["2026.11.20"], ["2026-11-20"]),
    ],
)  # fmt: skip
def test_what_a_form_looks_like(text: str, times: list[str], others: list[str]) -> None:
    found = form(text).expression
    assert [each for each in times if not found.fullmatch(each)] == []
    assert [each for each in others if found.fullmatch(each)] == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("yyyy-MM-ddTHH:mm", "quote it: 'T'"), ("HH:mm:ssX", "writes offsets as Z"), ("iso8601", "write ISO8601"),
        ("HH 'h", "has no end"), ("yyyy-MM-dd at HH", "'t' in 'yyyy-MM-dd at HH' is no letter"),
    ],
)  # fmt: skip
def test_what_is_no_form(text: str, why: str) -> None:
    with pytest.raises(FormError, match=why):
        form(text)


def test_what_a_form_says_of_zone_and_year() -> None:
    assert (form("ISO8601").zone, form("HH:mm Z").zone, form("HH:mm").zone) == (True, True, False)
    assert (form("dd MMM yyyy").year, form("dd MMM").year) == (True, False)
