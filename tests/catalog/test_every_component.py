"""Every component that ships fulfils every rule, and the catalogue as a whole is complete and quick to read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from obsboot.catalog import Catalogue, inventory, load, own_root
from obsboot.catalog.sweep import RULES, examine, incomplete

IDS = sorted(path.parent.name for path in (own_root() / "templates" / "components").glob("*/component.yaml"))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("id_", IDS)
def test_every_component_fulfils_every_rule(catalogue: Catalogue, id_: str, rule: str) -> None:
    findings = examine(rule, catalogue, catalogue[id_])
    assert not findings, "\n".join(f"{f.path}:{f.line}: {f.message} ({f.fix})" for f in findings)


@pytest.mark.parametrize("id_", IDS)
def test_every_recording_holds_metrics(catalogue: Catalogue, id_: str) -> None:
    recordings = sorted((catalogue[id_].home / "metrics").glob("*.prom"))
    known = {version for family in inventory(catalogue[id_]).families.values() for version in family.recordings}
    assert known == {path.stem for path in recordings}


def test_the_three_folders_hold_the_same_ids(catalogue: Catalogue) -> None:
    root = own_root()
    dashboards = {path.stem for path in (root / "dashboards").glob("*.yaml")} - {"overview"}
    alerts = {path.stem for path in (root / "alerts").glob("*.yaml")}
    assert dashboards == alerts == set(catalogue) == set(IDS)


def test_no_folder_is_without_a_component(catalogue: Catalogue) -> None:
    assert incomplete(catalogue) == ()


def test_every_point_of_the_checklist_can_be_looked_at(catalogue: Catalogue) -> None:
    answered = {id_ for c in catalogue.values() for s in c.signals.values() for id_ in s.checklist}
    answered |= {id_ for c in catalogue.values() for a in c.alerts.values() for id_ in a.checklist}
    ids = [point.id for point in catalogue.checklist]
    assert len(ids) == len(set(ids)) >= 50
    assert all(point.how_to_look.endswith(".") for point in catalogue.checklist)
    silent = {point.id for point in catalogue.checklist if not point.runtime}
    assert not silent & answered, "no number can answer these while the service runs"


def test_a_dozen_prompts_at_most(catalogue: Catalogue) -> None:
    """The reference stack asks a person for no more than twelve things."""
    asked = [
        q.name for q in _questions(catalogue, ("fastapi", "sqlalchemy", "postgresql", "redis", "nginx")) if q.prompt
    ]
    assert len(asked) <= 12, asked


def test_every_headline_of_the_overview_has_a_signal(catalogue: Catalogue) -> None:
    carried = {signal.headline for component in catalogue.values() for signal in component.signals.values()}
    shown = [panel.headline for row in catalogue.overview.rows for panel in row.panels]
    assert len(shown) == len(set(shown))
    assert set(shown) <= carried
    assert shown[:4] == ["cache_hit_rate", "pool_usage", "slow_queries", "p99_latency"]


def test_reading_everything_is_quick() -> None:
    load()
    started = time.process_time()
    load()
    assert time.process_time() - started < 0.4


def test_no_template_is_left_over(catalogue: Catalogue) -> None:
    """Every text template in a component's folder is named by the component or its recipe."""
    for component in catalogue.values():
        named = {file.template for file in component.files}
        texts = {str(path.relative_to(component.home)) for path in _templates(component.home)}
        assert texts <= named, component.id


def _templates(home: Path) -> Iterator[Path]:
    return (path for folder in ("grants", "snippet") for path in (home / folder).rglob("*.jinja"))


def _questions(catalogue: Catalogue, ids: tuple[str, ...]) -> Iterator:  # type: ignore[type-arg]
    yield from catalogue.questions.values()
    for id_ in ids:
        if id_ in catalogue:
            yield from catalogue[id_].questions.values()
