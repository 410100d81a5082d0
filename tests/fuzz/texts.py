"""Random files of the kinds that a pack has, and random changes to them: a template's and a user's are made alike."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

WORDS = (
    "latency", "errors", "traffic", "queue", "worker", "pool", "cache", "memory", "disk", "socket", "backlog",
    "request", "reply", "timeout", "limit", "budget", "shard", "replica", "leader", "index", "buffer", "stream",
    "batch", "retry", "window", "target", "scrape", "probe", "route",
)  # fmt: skip
_KEYED = re.compile(r"\s+[a-z_]+: \S")
_RAW_EDITS_OF_JSON = 0.03
"""How often a dashboard is edited line by line, which as a rule leaves it broken."""


@dataclass
class Marks:
    """Words that stand in no other line; what became of a change is told by them."""

    prefix: str
    count: int = field(default=0)

    def next(self) -> str:
        self.count += 1
        return f"{self.prefix}-{self.count:06}"


def phrase(random: Random, count: int = 4) -> str:
    return " ".join(random.choices(WORDS, k=count))


def rules(random: Random, name: str) -> str:
    lines = [f"# Rules of {name}.", "groups:", f"  - name: {name}", "    rules:"]
    for number in range(random.randint(3, 9)):
        word = random.choice(WORDS)
        lines += [
            f"      - alert: {word.title()}{number}",
            f"        expr: sum by (job) (rate({word}_total[5m])) > {random.randint(1, 99)}",
            f"        for: {random.choice((5, 10))}m",
            "        labels:",
            f"          severity: {random.choice(('page', 'ticket'))}",
            "        annotations:",
            f"          summary: The {word} of {{{{ $labels.job }}}} is at its limit",
            "          description: |",
            *(f"            {phrase(random, 6)}." for _ in range(random.randint(1, 3))),
        ]
    return _ended(lines)


def compose(random: Random, name: str) -> str:
    lines = [f"name: {name}", "services:"]
    for number in range(random.randint(2, 6)):
        lines += [
            f"  {random.choice(WORDS)}{number}:",
            f"    image: registry.example/{random.choice(WORDS)}:{random.randint(1, 9)}.{random.randint(0, 9)}",
            "    restart: unless-stopped",
            "    environment:",
            *(f"      {random.choice(WORDS).upper()}_{at}: {random.randint(1, 999)}" for at in range(3)),
            "    ports:",
            f"      - 127.0.0.1:{9000 + number}:{8000 + number}",
            "",
        ]
    return _ended(lines)


def prose(random: Random, name: str) -> str:
    lines = [f"# The {name}", ""]
    for _ in range(random.randint(3, 7)):
        lines += [f"## {phrase(random, 2).title()}", "", *(f"{phrase(random, 9)}." for _ in range(4)), ""]
    return _ended(lines)


def pipeline(random: Random, name: str) -> str:
    lines = [f"# The pipeline {name}.", "filter {"]
    for _ in range(random.randint(3, 8)):
        lines += [
            f'  if [type] == "{random.choice(WORDS)}" {{',
            f'    grok {{ match => {{ "message" => "%{{DATA:{random.choice(WORDS)}}} took %{{NUMBER:took}} ms" }} }}',
            f'    mutate {{ add_tag => ["{random.choice(WORDS)}"] }}',
            "  }",
        ]
    return _ended([*lines, "}"])


def script(random: Random, name: str) -> str:
    lines = ["#!/bin/sh", f"# Runs the {name}.", "set -eu", ""]
    for number in range(random.randint(3, 7)):
        word = random.choice(WORDS)
        lines += [f"{word}{number}() {{", f"  echo {phrase(random)}", f'  test -n "${{{word.upper()}:-}}"', "}", ""]
    return _ended(lines)


def environment(random: Random, name: str) -> str:
    return _ended([f"# Of {name}.", *(f"{word.upper()}={random.randint(1, 999)}" for word in random.sample(WORDS, 12))])


def board(random: Random, name: str) -> str:
    panels = [_panel(random, number + 1, phrase(random, 3).title()) for number in range(random.randint(3, 9))]
    variables = [{"name": word, "type": "query", "query": f"label_values({word})"} for word in random.sample(WORDS, 2)]
    head = {"uid": name, "title": name.title(), "tags": ["obsboot"], "schemaVersion": 39}
    return json.dumps(head | {"templating": {"list": variables}, "panels": panels}, indent=2) + "\n"


def _panel(random: Random, number: int, title: str) -> dict[str, Any]:
    word = random.choice(WORDS)
    steps = [{"color": "green", "value": None}, {"color": "red", "value": random.randint(1, 99)}]
    return {
        "id": number,
        "type": random.choice(("timeseries", "stat")),
        "title": title,
        "gridPos": {"h": 8, "w": 12, "x": 12 * (number % 2), "y": 8 * (number // 2)},
        "targets": [{"refId": "A", "expr": f"sum(rate({word}_total[5m]))", "legendFormat": "{{ job }}"}],
        "fieldConfig": {"defaults": {"unit": "short", "thresholds": {"mode": "absolute", "steps": steps}}},
    }


def _ended(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Kind:
    """Where files of a kind are, `{}` being the name, and how one is made."""

    path: str
    make: Callable[[Random, str], str]
    executable: bool = False


KINDS = (
    Kind("observability/prometheus/rules/{}.yaml", rules),
    Kind("observability/grafana/dashboards/{}.json", board),
    Kind("observability/compose/{}.yaml", compose),
    Kind("observability/docs/{}.md", prose),
    Kind("observability/logstash/{}.conf", pipeline),
    Kind("observability/bin/{}.sh", script, executable=True),
)
IGNORED = Kind("observability/{}.env", environment)
"""What git ignores: there is one in each project."""


def edited(random: Random, path: str, text: str, marks: Marks) -> str:
    """The text with one more change, which as a rule brings a line with a new mark."""
    if path.endswith(".json") and random.random() > _RAW_EDITS_OF_JSON:
        try:
            return _edited_board(random, text, marks)
        except ValueError:  # the user has broken it
            pass
    return _ended(list(_edited_lines(random, path, text.removesuffix("\n").split("\n"), marks)))


def _edited_lines(random: Random, path: str, lines: list[str], marks: Marks) -> Iterator[str]:
    at, way = random.randrange(len(lines)), random.random()
    for number, line in enumerate(lines):
        if number != at:
            yield line
        elif way < 0.6:
            yield from (_inserted(random, path, line, marks.next()), line)
        elif way < 0.92 or len(lines) < 10:
            yield _changed(line, marks.next())


def _inserted(random: Random, path: str, line: str, mark: str) -> str:
    """A line to stand before `line`, as somebody would write it there."""
    indent = line[: len(line) - len(line.lstrip())]
    if path.endswith(".yaml") and _KEYED.match(line) and random.random() < 0.5:
        return f"{indent}{mark}: {random.randint(1, 99)}"
    return f"{indent}{mark} {phrase(random)}" if path.endswith(".md") else f"{indent}# {mark} {phrase(random)}"


def _changed(line: str, mark: str) -> str:
    """The last word becomes the mark, where the line ends in a word."""
    if re.search(r"[ =]\w+$", line):
        return re.sub(r"\w+$", mark, line)
    return f"{line} # {mark}".lstrip()


def _edited_board(random: Random, text: str, marks: Marks) -> str:
    """The dashboard with one change in its structure, formatted as it was. Raises ValueError where it is no JSON."""
    data = json.loads(text)
    panels, way = data["panels"], random.random()
    panel = random.choice(panels)
    if way < 0.25:
        panel["title"] = f"{marks.next()} {phrase(random, 2)}"
    elif way < 0.45:
        letter = chr(ord("A") + len(panel["targets"]))
        panel["targets"].append({"refId": letter, "expr": f"{random.choice(WORDS)}{{job='{marks.next()}'}}"})
    elif way < 0.65:
        panel["description"] = f"{phrase(random)} {marks.next()}"
    elif way < 0.75:
        panel["targets"][0]["expr"] = f"sum(rate({random.choice(WORDS)}{{job='{marks.next()}'}}[5m]))"
    elif way < 0.9:
        panels.append(_panel(random, max((each.get("id", 0) for each in panels), default=0) + 1, marks.next()))
    elif way < 0.95:
        data["templating"]["list"].append({"name": marks.next(), "type": "custom", "query": "a,b"})
    elif len(panels) > 3:
        panels.remove(panel)
    else:
        data["tags"].append(marks.next())
    indent = len(text.split("\n")[1]) - len(text.split("\n")[1].lstrip())
    return json.dumps(data, indent=indent) + "\n"


def reindented(path: str, text: str) -> str:
    """The text with its indentation twice as deep."""
    if path.endswith(".json"):
        return json.dumps(json.loads(text), indent=4) + "\n"
    return re.sub(r"^ +", lambda found: 2 * found[0], text, flags=re.MULTILINE)


def rearranged(random: Random, path: str, text: str) -> str:
    """The text with one block of it in another place."""
    if path.endswith(".json"):
        data = json.loads(text)
        data["panels"].append(data["panels"].pop(random.randrange(len(data["panels"]))))
        return json.dumps(data, indent=2) + "\n"
    lines = text.removesuffix("\n").split("\n")
    length = random.randint(1, max(1, len(lines) // 4))
    start = random.randrange(len(lines) - length + 1)
    block, rest = lines[start : start + length], lines[:start] + lines[start + length :]
    goal = random.randint(0, len(rest))
    return _ended([*rest[:goal], *block, *rest[goal:]])


def exported(text: str) -> str:
    """A dashboard as Grafana gives it out: its keys sorted."""
    return json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
