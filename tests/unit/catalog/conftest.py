"""A small catalogue that is right in every respect, for tests that make one thing of it wrong."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

SAMPLE = {
    "templates/components/kettle/component.yaml": """\
        title: Kettle
        kind: server
        port: 7000
        roles: [tea, soup]
        versions: ["1.0"]
        questions:
          floor: {ask: How full is full enough?, type: ratio, default: 0.5}
          word: {ask: What does it say?, type: text, default: hello}
          leaves: {ask: How many leaves?, type: integer, default: 3, roles: [tea]}
        clues:
          - {files: [compose.yaml], pattern: 'image: kettle:(?P<version>\\d+)', why: its image}
        exporter:
          image: example/kettle_exporter:v2.1.0
          port: 9900
        files:
          - {template: grants/grant.sh, path: grants/kettle.sh}
        signals:
          available:
            title: Kettle is up
            question: Does it answer?
            unit: bool_on_off
            expr: kettle_up or up
            truth: {workload: boil, value: 1, tolerance: 0}
          level:
            title: Level
            question: How full is it?
            unit: percentunit
            roles: [tea]
            clock: rate
            expr: rate(kettle_litres_total{kind="$word"}[5m])
            record: {name: "job:kettle_level:rate", windows: [5m, 1h]}
            headline: fullness
            checklist: [tea-time]
        limits: [It does not whistle.]
        """,
    "templates/components/kettle/grants/grant.sh": "#!/bin/sh\n",
    "templates/components/kettle/live/boil.sh": "echo\n",
    "templates/components/kettle/live/recipe.yaml": """\
        containers:
          server: {image: "kettle:<< instance.version >>"}
        setup:
          - {on: server, run: [sh, -s], script: boil.sh}
        workloads:
          boil: {on: server, script: boil.sh, parameters: {litres: 2}, healthy: true}
        faults:
          cold: {kind: workload, workload: boil, instead_of: boil, parameters: {litres: 0}}
        """,
    "templates/components/kettle/metrics/2.1.0.prom": """\
        # HELP kettle_up Whether the kettle answers.
        # TYPE kettle_up gauge
        kettle_up 1
        # TYPE kettle_litres_total counter
        kettle_litres_total{kind="water"} 7
        """,
    "templates/pack/questions.yaml": """\
        service: {ask: What is it called?, type: identifier, prompt: true}
        replicas: {ask: How many?, type: integer, default: 1, minimum: 1}
        mode: {ask: How?, type: choice, choices: [whole, part], default: whole}
        """,
    "templates/pack/checklist.yaml": """\
        Drinks:
          tea-time: {title: Tea on time, how_to_look: Look at the clock.}
          coffee: {title: Coffee, how_to_look: Smell., runtime: false}
        """,
    "dashboards/overview.yaml": """\
        title: Overview
        rows:
          - title: First
            panels:
              - {headline: fullness, title: Fullness, question: How full?, none: Nothing is full., as: gauge}
        """,
    "dashboards/kettle.yaml": """\
        title: Kettle
        rows:
          - title: Is it up?
            panels:
              - {signal: available, as: stat, width: 4}
              - level
        """,
    "alerts/kettle.yaml": """\
        KettleDown:
          signal: available
          below: 1
          for: 1m
          severity: critical
          summary: The kettle does not answer
          reason: A minute is longer than a restart.
          runbook: Turn it on.
          replay:
            good: {kettle_up: "1"}
            bad: {kettle_up: "_", up: 0}
          no_fault: It cannot be stopped.
        KettleLow:
          signal: level
          below: floor
          window: 5m
          also_window: 1h
          for: 10m
          keep_firing_for: 5m
          severity: warning
          summary: The kettle is nearly empty
          reason: Tea for two takes half of it.
          runbook: Fill it.
          inhibited_by: [KettleDown]
          replay:
            good: {'kettle_litres_total{kind="water"}': "+60 * threshold * 1.05"}
            bad: {'kettle_litres_total{kind="water"}': "+60 * threshold * 0.95"}
          fault: cold
        """,
}

_NAMES = {
    "component": "templates/components/kettle/component.yaml",
    "recipe": "templates/components/kettle/live/recipe.yaml",
    "dashboard": "dashboards/kettle.yaml",
    "alerts": "alerts/kettle.yaml",
    "questions": "templates/pack/questions.yaml",
    "overview": "dashboards/overview.yaml",
    "checklist": "templates/pack/checklist.yaml",
}


class Sample:
    """Writes the sample, or parts of it, into folders; files go by short names (`alerts`) or by their paths."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str, root: Path | None = None) -> Path:
        return (root or self.root) / _NAMES.get(name, name)

    def written(self, folder: str = "", files: dict[str, str] | None = None) -> Path:
        """A root in `folder` with the files, by default the whole sample."""
        root = self.root / folder
        for name, text in (SAMPLE if files is None else files).items():
            path = self.path(name, root)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        return root

    def change(self, name: str, old: str, new: str) -> Path:
        """Replaces one piece, which has to be there exactly once, in a file of the written sample."""
        text = self.path(name).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.path(name).write_text(text.replace(old, new))
        return self.root


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """The whole sample, written to the test's own folder."""
    made = Sample(tmp_path / "catalogue")
    made.written()
    return made
