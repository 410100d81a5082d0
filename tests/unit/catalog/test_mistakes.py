"""Every kind of authoring mistake: exactly one message, at the right line and column, that says how to mend it."""

from __future__ import annotations

from typing import Any

import pytest

from obsboot.catalog import CatalogueError, load, recipe

MISTAKES = {
    # what is wrong: (file, piece, its replacement, text at the problem's place, message and fix)
    "unknown key": ("component", "unit: bool_on_off", "unit: short\n    exprr: x", "exprr",
        "nothing is called 'exprr' here (did you mean 'expr'?)"),
    "unknown key far from all": ("dashboard", "title: Is it up?", "title: Is it up?\n    zzz: 1", "zzz",
        "nothing is called 'zzz' here (known: panels, title)"),
    "key that a field is not called": ("alerts", "for: 1m", "hold: 1m", "hold", "nothing is called 'hold' here"),
    "key said twice": ("component", "title: Kettle\n", "title: Kettle\ntitle: Pot\n", "title: Pot",
        "'title' is said twice (first in line 1)"),
    "name said twice": ("questions", "replicas:", "service:", "service: {ask: How many",
        "'service' is said twice (first in line 1)"),
    "missing key": ("component", "    question: Does it answer?\n", "", "title: Kettle is up",
        "signal 'available' lacks 'question'"),
    "panel of nothing": ("dashboard", "{signal: available, as: stat, width: 4}", "{as: stat}", "{as: stat}",
        "the panel shows no signal"),
    "number for a list": ("component", "roles: [tea, soup]", "roles: 5", "5",
        "expected a list, found the number 5 (write [a, b], or one item a line after a dash)"),
    "text for a mapping": ("component", "exporter:\n  image: example/kettle_exporter:v2.1.0\n  port: 9900\n",
        "exporter: none\n", "none", "expected a mapping, found 'none' (keys: image, port, command"),
    "list for a mapping of names": ("alerts", '{kettle_up: "1"}', "[kettle_up]", "[kettle_up]",
        "expected a mapping, found a list (write key: value)"),
    "mapping for a text": ("component", "title: Kettle\n", "title: {a: b}\n", "{a: b}",
        "expected text, found a mapping"),
    "truth value for a text": ("component", "title: Kettle\n", "title: yes\n", "yes",
        "expected text, found the truth value yes (put it in quotes)"),
    "nothing for a text": ("component", "title: Kettle\n", "title:\n", "", "expected text, found nothing"),
    "text for a whole number": ("component", "port: 7000", "port: many", "many",
        "expected a whole number, found 'many'"),
    "fraction for a whole number": ("component", "port: 7000", "port: 7000.5", "7000.5",
        "expected a whole number, found the number 7000.5"),
    "truth value for a number": ("alerts", "below: 1", "below: true", "true",
        "expected text or a number, found the truth value true"),
    "endless number": ("alerts", "below: 1", "below: .inf", ".inf", "expected a finite number, found .inf"),
    "text for a truth value": ("questions", "prompt: true", "prompt: maybe", "maybe",
        "expected true or false, found 'maybe'"),
    "list for a choice": ("component", "kind: server", "kind: [server]", "[server]",
        "expected server, service, library or platform, found a list"),
    "unknown choice": ("component", "kind: server", "kind: sever", "sever",
        "'sever' is not one of server, service, library, platform (did you mean 'server'?)"),
    "list as a name": ("component", "title: Kettle\n", "[a]: b\ntitle: Kettle\n", "[a]",
        "expected a name, found a list"),
    "both forms of a key": ("dashboard", "{signal: available,", "{signal: available, signals: [level],", "signal:",
        "'signal' is the short form of 'signals' (write one of them)"),
    "no YAML": ("component", "kind: server", "kind: server: x", ": x",
        "this is not YAML: mapping values are not allowed in this context"),
    "tab": ("component", "kind: server", "\tkind: server", "\tkind",
        "this is not YAML: found a tab character"),
    "two documents": ("alerts", "KettleDown:", "a: 1\n---\nKettleDown:", "---",
        "this is not YAML: but found another document"),
    "endless nesting": ("component", "port: 9900", "port: 9900\n  options: &a {x: *a}", "title: Kettle\n",
        "the file nests without an end"),
    # names that nothing has
    "unknown signal on a panel": ("dashboard", "- level", "- levl", "levl",
        "signal 'levl' is not known (did you mean 'level'?)"),
    "unknown signal in an alert": ("alerts", "signal: available", "signal: avail", "signal: avail",
        "signal 'avail' is not known"),
    "unknown answer in a threshold": ("alerts", "below: floor", "below: flor * 2", "below: flor",
        "answer 'flor' is not known (did you mean 'floor'?)"),
    "unknown answer in a condition": ("alerts", "below: 1", "below: 1\n  when: pots", "when",
        "answer 'pots' is not known"),
    "unknown answer in a replay": ("alerts", '"+60 * threshold * 1.05"', '"+60 * treshold"', "'kettle_litres",
        "answer 'treshold' is not known (did you mean 'threshold'?)"),
    "unknown answer in an expression": ("component", 'kind="$word"', 'kind="$wrd"', "expr",
        "answer 'wrd' is not known"),
    "unknown answer in a guard": ("component", "headline: fullness", "headline: fullness\n"
        "    traffic: {expr: up, above: flour}", "above", "answer 'flour' is not known (did you mean 'floor'?)"),
    "unknown answer in a file's condition": ("component", "path: grants/kettle.sh}", "path: x, when: flour}", "when",
        "answer 'flour' is not known"),
    "unknown role": ("component", "default: 3, roles: [tea]", "default: 3, roles: [tee]", "roles: [tee]",
        "role 'tee' is not known (did you mean 'tea'?)"),
    "unknown role of an alert": ("alerts", "below: 1", "below: 1\n  roles: [coffee]", "roles",
        "role 'coffee' is not known"),
    "unknown point": ("component", "[tea-time]", "[tea-tim]", "checklist",
        "point of the checklist 'tea-tim' is not known (did you mean 'tea-time'?)"),
    "unknown headline": ("component", "headline: fullness", "headline: fulness", "headline",
        "headline 'fulness' is not known (did you mean 'fullness'?)"),
    "unknown alert": ("alerts", "[KettleDown]", "[KettleDwn]", "inhibited_by",
        "alert 'KettleDwn' is not known (did you mean 'KettleDown'?)"),
    "unknown window": ("alerts", "also_window: 1h", "also_window: 2h", "also_window",
        "recorded window of 'level' '2h' is not known (known: 1h, 5m)"),
    "window that cannot be": ("alerts", "below: 1", "below: 1\n  window: 1h", "window",
        "signal 'available' neither records windows nor reads a record over 5m"),
    "unknown answer as a number": ("component", "expr: kettle_up or up", "expr: kettle_up > answer:flor", "expr",
        "answer 'flor' is not known (did you mean 'floor'?)"),
    "unknown question": ("questions", "minimum: 1", "minimum: 1, only_if: {mod: [whole]}", "only_if",
        "question 'mod' is not known (did you mean 'mode'?)"),
    # what does not go together
    "two conditions": ("alerts", "below: 1", "below: 1\n  above: 0", "KettleDown",
        "alert KettleDown has exactly one of `above`, `below` and `equals`"),
    "no condition": ("alerts", "  below: 1\n", "", "KettleDown",
        "alert KettleDown has exactly one of `above`, `below` and `equals`"),
    "replay and excuse": ("alerts", "no_fault: It", "no_replay: No.\n  no_fault: It", "KettleDown",
        "alert KettleDown has exactly one of `replay` and `no_replay`"),
    "fault and excuse": ("alerts", "no_fault: It", "fault: cold\n  no_fault: It", "KettleDown",
        "alert KettleDown has exactly one of `fault`, `no_fault` and `always`"),
    "neither fault nor excuse": ("alerts", "  no_fault: It cannot be stopped.\n", "", "KettleDown",
        "alert KettleDown has exactly one of `fault`, `no_fault` and `always`"),
    "two tolerances": ("component", "tolerance: 0}", "tolerance: 0, relative: 0.1}", "truth",
        "a truth has exactly one of `tolerance` and `relative`"),
    "no tolerance": ("component", ", tolerance: 0}", "}", "truth",
        "a truth has exactly one of `tolerance` and `relative`"),
    "truth and excuse": ("component", "tolerance: 0}", "tolerance: 0}\n    no_truth: None.", "no_truth",
        "signal 'available' has a truth, and a reason for having none"),
    "units that differ": ("dashboard", "{signal: available,", "{signals: [available, level],", "{signals",
        "the signals of a panel have one unit, not bool_on_off and percentunit"),
    "empty panel": ("dashboard", "{signal: available,", "{signals: [],", "{signals",
        "the panel shows no signal (signal: name, signals: [name, name], or log: name)"),
    "question of the pack": ("component", "leaves:", "replicas:", "replicas", "the pack already asks 'replicas'"),
    "answer of other roles": ("alerts", "below: 1", "below: leaves", "below: leaves",
        "'leaves' is only asked for tea (limit this to those roles, or ask it for all)"),
    "answer that is no number": ("alerts", "below: 1", "below: word", "below: word",
        "the answer 'word' is text, which is no number"),
    # what is unlawful by itself
    "formula with a call": ("alerts", "below: floor", "below: open('x')", "below", "'open' is not known"),
    "no formula": ("alerts", "below: floor", "below: 2 *", "below: 2 *",
        "'2 *' is no arithmetic (numbers and names with + - * / ( ) min max ceil)"),
    "no formula for a truth": ("component", "value: 1,", "value: 1 +,", "value",
        "'1 +' is no arithmetic"),
    "no duration": ("alerts", "for: 1m", "for: 1 minute", "for", "'1 minute' is no duration (like 30s, 5m or 1h30m)"),
    "no reason": ("alerts", "reason: Tea for two takes half of it.", 'reason: " "', "reason",
        "alert KettleLow says no reason"),
    "bad signal name": ("component", "signals:\n", "signals:\n"
        "  isThere: {title: a, question: b, unit: short, expr: up}\n", "isThere",
        "'isThere' cannot be a signal's name"),
    "bad alert name": ("alerts", "KettleLow:", "kettle_low:", "kettle_low",
        "'kettle_low' cannot be an alert's name (ANameLikeThis)"),
    "bad question name": ("component", "word: {", "Word: {", "Word", "'Word' cannot be a question's name"),
    "reserved question name": ("component", "leaves:", "version:", "version", "'version' cannot be a question's name"),
    "bad record name": ("component", '"job:kettle_level:rate"', "kettle_level", "name: kettle_level",
        "'kettle_level' is no name of a recording rule (level:metric:operations, the window is added)"),
    "choice without choices": ("questions", "choices: [whole, part], ", "", "mode",
        "question 'mode' needs `choices` exactly when its type is choice"),
    "default that is no choice": ("questions", "default: whole", "default: hole", "default",
        "the default 'hole' is no answer: it has to be one of whole, part"),
    "default below the minimum": ("questions", "default: 1, minimum: 1", "default: 0, minimum: 1", "default",
        "the default 0 is no answer: it has to be at least 1"),
    "default above one": ("component", "default: 0.5", "default: 80", "default",
        "the default 80 is no answer: it has to be at most 1"),
    "default of another type": ("component", "type: integer, default: 3", "type: integer, default: some", "default",
        "the default 'some' is no answer: it has to be a whole number"),
}  # fmt: skip

RECIPE_MISTAKES = {
    "unknown key": ("recipe", "healthy: true", "helthy: true", "helthy",
        "nothing is called 'helthy' here (did you mean 'healthy'?)"),
    "unknown kind of fault": ("recipe", "kind: workload", "kind: explode", "explode",
        "'explode' is not one of workload, exec, stop, pause, disconnect, file, absent (known: absent"),
    "quoted no": ("recipe", "run: [sh, -s]", "run: [sh, no]", "no]",
        "expected text, found the truth value no (put it in quotes)"),
    "fault without its means": ("recipe", "kind: workload", "kind: exec", "cold",
        "fault 'cold' of kind exec lacks 'do'"),
    "unknown workload of a fault": ("recipe", "instead_of: boil", "instead_of: boils", "instead_of",
        "there is no workload 'boils' (did you mean 'boil'?)"),
    "two kinds of workload": ("recipe", "boil: {on: server,", "boil: {on: server, run: [ls],", "boil",
        "workload 'boil' has exactly one of `run`, `script` and `http`"),
    "unknown workload of a truth": ("component", "workload: boil", "workload: bol", "workload: bol",
        "there is no workload 'bol' (did you mean 'boil'?)"),
    "unknown parameter of a truth": ("component", "tolerance: 0}", "tolerance: 0, parameters: {litre: 1}}", "litre",
        "'boil' has no parameter 'litre' (did you mean 'litres'?)"),
    "unknown fault of an alert": ("alerts", "fault: cold", "fault: cool", "fault: cool",
        "there is no fault 'cool' (did you mean 'cold'?)"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_has_a_place_and_a_way_out(sample: Any, mistake: str) -> None:
    name, old, new, at, message = MISTAKES[mistake]
    sample.change(name, old, new)
    with pytest.raises(CatalogueError) as caught:
        load([sample.root])
    _shows(sample, caught.value, name, at, message)


@pytest.mark.parametrize("mistake", RECIPE_MISTAKES)
def test_a_mistake_about_the_recipe(sample: Any, mistake: str) -> None:
    name, old, new, at, message = RECIPE_MISTAKES[mistake]
    sample.change(name, old, new)
    kettle = load([sample.root])["kettle"]
    with pytest.raises(CatalogueError) as caught:
        recipe(kettle)
    _shows(sample, caught.value, name, at, message)


def _shows(sample: Any, error: CatalogueError, name: str, at: str, message: str) -> None:
    first = error.problems[0]
    assert message in f"{first.message} ({first.fix})"
    assert first.path == sample.path(name)
    assert len({problem.message for problem in error.problems}) <= 2, error.message
    lines = sample.path(name).read_text().split("\n")
    assert "\n".join([lines[first.line - 1][first.column - 1 :], *lines[first.line :]]).startswith(at)
    assert f"{sample.path(name)}:{first.line}:{first.column}: " in error.message
