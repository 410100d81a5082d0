"""What every test may use."""

from __future__ import annotations

import pytest

from obsboot.catalog import Catalogue, load


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-golden", action="store_true", help="write the golden renderings anew")


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The catalogue that ships."""
    return load()
