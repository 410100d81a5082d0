"""Renders the snippets as a pack does, so that tests and workers import the very modules that a user gets."""

import atexit
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import jinja2
import pytest

HERE = Path(__file__).parent
COMPONENTS = HERE.parents[1] / "templates" / "components"
SNIPPETS = {
    "http_metrics": COMPONENTS / "fastapi" / "snippet" / "http_metrics.py.jinja",
    "pool_metrics": COMPONENTS / "sqlalchemy" / "snippet" / "pool_metrics.py.jinja",
    "structured_logging": COMPONENTS / "fastapi" / "snippet" / "structured_logging.py.jinja",
}
ANSWERS = {
    "service": "shop-api",
    "slo_latency_seconds": 0.3,
    "latency_buckets": [0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.35, 0.45, 1.0, 5.0],
    "slow_statement_seconds": 0.1,
    "statement_buckets": [0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0],
}
LIBRARIES_MISSING = [name for name in ("fastapi", "sqlalchemy", "prometheus_client") if find_spec(name) is None]


def template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    return environment.from_string(SNIPPETS[name].read_text())


def rendered() -> Path:
    """Returns a directory with the modules, on this process' path as well."""
    directory = Path(tempfile.mkdtemp(prefix="obsboot-snippet-"))
    atexit.register(shutil.rmtree, directory)
    for name in SNIPPETS:
        (directory / f"{name}.py").write_text(template(name).render(ANSWERS))
    sys.path.insert(0, str(directory))
    return directory


RENDERED = rendered()

# obsboot's own environment lacks the application's libraries: there, -m snippet finds no test and so fails.
collect_ignore_glob = ["test_*.py"] if LIBRARIES_MISSING else []


def pytest_report_header() -> str | None:
    if not LIBRARIES_MISSING:
        return None
    return f"tests/snippet left out, no {', '.join(LIBRARIES_MISSING)} (tests/snippet/requirements.txt)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.snippet)
