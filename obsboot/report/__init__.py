"""A report as text: on the console, as JSON, SARIF, JUnit, GitHub annotations, as one HTML file.

Every format is a function from Report to text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from obsboot.model import ObsbootError, Report

FORMATS: Mapping[str, str] = {
    "json": "obsboot.report.json:to_json",
    "html": "obsboot.report.html:to_html",
    "sarif": "obsboot.report.sarif:to_sarif",
    "junit": "obsboot.report.junit:to_junit",
    "github": "obsboot.report.github:to_github",
}
"""Format -> module:function; nothing else has to know of them."""


def written(report: Report, form: str) -> str:
    """The report in one of FORMATS. Raises ObsbootError for any other."""
    if form not in FORMATS:
        raise ObsbootError(f"{form!r} is no report format", fix=f"known are: {', '.join(FORMATS)}")
    module, _, name = FORMATS[form].partition(":")
    function: Callable[[Report], str] = getattr(import_module(module), name)
    return function(report)
