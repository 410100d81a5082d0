from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_catalogue import REPOSITORY, lay_out, question, requiring, small_catalogue

from obsboot.answers import (
    Draft,
    Given,
    from_detection,
    from_environment,
    from_file,
    from_flags,
    merge,
    stored_text,
)
from obsboot.answers.overrides import read_overrides
from obsboot.answers.reading import UnfitError, read
from obsboot.answers.unanswered import assumptions, demand
from obsboot.detect import Detection, detect
from obsboot.model import Exit, ObsbootError

CATALOGUE = small_catalogue()


def said(*pairs: str) -> Draft:
    return merge(from_flags(pairs), CATALOGUE)


def refused(*pairs: str) -> str:
    with pytest.raises(ObsbootError) as caught:
        said(*pairs)
    assert caught.value.code == Exit.USAGE
    return caught.value.message


@pytest.fixture
def shop(tmp_path: Path) -> Detection:
    found = detect(lay_out(tmp_path, REPOSITORY), CATALOGUE)
    return replace(found, values={**found.values, "network": found.values["network"][:1]})


def test_the_nearest_source_wins(tmp_path: Path, shop: Detection) -> None:
    file = (
        lay_out(tmp_path, {"a.yml": "team: from-file\nenvironment: from-file\nservice: from-file\nreplicas: 4\n"})
        / "a.yml"
    )
    stored = (
        Given("replicas", "5", "file", ".obsboot/answers.yml:1"),
        Given("latency", "2", "file", ".obsboot/answers.yml:2"),
    )
    told = [
        *from_flags(["team=from-flag"]),
        *from_environment({"OBSBOOT_TEAM": "from-env", "OBSBOOT_ENVIRONMENT": "from-env", "HOME": "x"}, ()),
        *from_file(file, "a.yml"),
        *stored,
        *from_detection(shop, "observability"),
    ]
    draft = merge(told, CATALOGUE, shop)
    values = draft.answers.values
    assert [values[k] for k in ("team", "environment", "service", "replicas", "latency")] == [
        "from-flag",
        "from-env",
        "from-file",
        4,
        2,
    ]
    assert draft.answers.origin["service"] == "file"
    assert draft.answers.origin["jar.version"] == "detected compose.yaml:10"
    assert draft.answers.instances["jar"] == {
        "component": "jar",
        "role": "cache",
        "address": "cache:7000",
        "version": "8",
    }
    assert values["runbook_base"] == "https://github.com/acme/shop/blob/HEAD/observability/runbooks"


@pytest.mark.parametrize(
    ("pair", "advice"),
    [
        ("servce=x", "did you mean 'service'?"),
        ("floor=0.5", "did you mean jar.floor?"),
        ("jar.flor=0.5", "did you mean 'floor'?"),
        ("jarr.floor=0.5", "did you mean 'jar'?"),
        ("cache.component=jra", "did you mean 'jar'?"),
        ("zzzz=1", "known: "),
    ],
)
def test_an_unknown_key_gets_a_suggestion(pair: str, advice: str) -> None:
    message = refused("jar.role=cache", pair)
    assert message.startswith(f"--set {pair}: ")
    assert advice in message
    assert "\n" not in message


def test_every_mistake_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    file = (
        lay_out(tmp_path, {"a.yml": "replicas: 0\ninstances:\n  jar:\n    limit: many\n    version: latest\n"})
        / "a.yml"
    )
    told = [
        *from_flags(["team=Two Words"]),
        *from_environment({"OBSBOOT_JAR__FLOOR": "80"}, ["jar"]),
        *from_file(file, "a.yml"),
    ]
    with pytest.raises(ObsbootError) as caught:
        merge(told, CATALOGUE)
    assert [line.partition(": ")[0] for line in caught.value.message.split("\n")] == [
        "--set team=Two Words",
        "OBSBOOT_JAR__FLOOR",
        "a.yml:1",
        "a.yml:4",
        "a.yml:5",
    ]


@pytest.mark.parametrize(
    "name", ['a"b', "a'b", "a{b}", "{{ x }}", "a\nb", "a" * 300, "", "-a", "Ä", "a b", "$x", "%{x}", "\x1b[31m"]
)
def test_a_service_name_that_is_none_is_one_clear_line(name: str) -> None:
    message = refused(f"service={name}")
    assert "service is " in message
    assert "lower-case letters" in message
    assert message.isprintable()
    assert len(message) < 300


@pytest.mark.parametrize("text", ["{{ x }}", "cost: 5$", "%{host}", "<< service >>", "two\nlines", "bell\a", "x" * 201])
def test_text_that_would_be_syntax_is_refused(text: str) -> None:
    assert "it has to be" in refused(f"label={text}")


@pytest.mark.parametrize(
    "secret",
    [
        "https://me:pa55@host/x",
        "https://hooks.slack.com/services/T0/B0/x",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_012345678901234567890123456789012345",
        "xoxb-1-2",
        "-----BEGIN PRIVATE KEY-----",
        "password=hunter2",
        "9f86d081884c7d659a2feaa0c55ad015",
        "aGVsbG8gd29ybGQgMTIzNDU2Nzg5MGFi",
    ],
)
@pytest.mark.parametrize("key", ["label", "runbook_base", "jar.address"])
def test_a_secret_is_no_answer(key: str, secret: str) -> None:
    message = refused(f"{key}={secret}")
    assert "looks like a secret" in message
    assert ".env" in message


@pytest.mark.parametrize(
    "plain", ["#alerts", "Team Zürich, 3rd floor", "https://grafana.example.org/d/abc", "shop_default"]
)
def test_what_only_resembles_a_secret_is_an_answer(plain: str) -> None:
    assert said(f"label={plain}").answers.values["label"] == plain


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("integer", "12", 12),
        ("integer", " 12 ", 12),
        ("number", "1e3", 1000.0),
        ("number", ".5", 0.5),
        ("ratio", "1", 1),
        ("seconds", "0.25", 0.25),
        ("yesno", "Yes", True),
        ("yesno", "off", False),
        ("address", "[::1]:80", "[::1]:80"),
        ("address", "a-b.c:65535", "a-b.c:65535"),
        ("path", "ops/watch", "ops/watch"),
        ("url", "http://x/y?z=1", "http://x/y?z=1"),
        ("email", "a+b@c.org", "a+b@c.org"),
        ("identifier", "a-1", "a-1"),
        ("choice", "one", "one"),
    ],
)
def test_a_text_becomes_the_value_of_its_type(type_: str, text: str, value: object) -> None:
    made = read(text, question("q", type_, choices=("one", "two") if type_ == "choice" else ()))
    assert made == value
    assert type(made) is type(value)


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("integer", "1.5"),
        ("integer", "1_0"),
        ("integer", "1" * 40),
        ("integer", "٣"),
        ("number", "nan"),
        ("number", "inf"),
        ("number", "1e999"),
        ("ratio", "80"),
        ("ratio", "-0.1"),
        ("seconds", "-1"),
        ("yesno", "maybe"),
        ("address", "host"),
        ("address", "host:0"),
        ("address", "host:65536"),
        ("address", "h ost:1"),
        ("address", "http://h:1"),
        ("path", "/abs"),
        ("path", "../up"),
        ("path", "a//b"),
        ("path", ".git/hooks"),
        ("path", ".obsboot"),
        ("path", "."),
        ("path", "~"),
        ("url", "ftp://x"),
        ("url", "https://x/ y"),
        ("email", "a@b@c"),
        ("choice", "three"),
        ("text", ""),
        ("path", "x" * 300),
    ],
)
def test_what_is_no_value_is_refused(type_: str, text: str) -> None:
    with pytest.raises(UnfitError, match="it has to be"):
        read(text, question("q", type_, choices=("one", "two") if type_ == "choice" else ()))


@given(st.text(), st.sampled_from(["text", "identifier", "address", "url", "email", "path"]))
def test_no_answer_of_any_type_holds_syntax(text: str, type_: str) -> None:
    with suppress(UnfitError):
        made = str(read(text, question("q", type_)))
        assert not any(mark in made for mark in ("{{", "$", "%{", "<<", "\n", "\0", "\x1b"))


def test_an_instance_goes_by_its_components_name_as_well() -> None:
    draft = said("box.component=jar", "jar.limit=7")
    assert draft.answers.instances == {"box": {"component": "jar", "limit": 7}}


def test_a_name_for_two_instances_is_refused() -> None:
    assert "could be each of" in refused("a.component=jar", "b.component=jar", "jar.limit=7")


def test_an_instance_can_be_turned_away(shop: Detection) -> None:
    told = [*from_flags(["pool.component=none"]), *from_detection(shop, "observability")]
    draft = merge(told, CATALOGUE, shop)
    assert "pool" not in draft.answers.instances
    assert draft.explicit()["pool.component"] == "none"
    assert "pool:\n    component: none\n" in stored_text(draft.explicit(), CATALOGUE)


def test_an_answer_for_another_role_is_refused() -> None:
    assert "means nothing for the role store" in refused("jar.role=store", "jar.floor=0.5")


def test_the_last_of_two_flags_counts() -> None:
    assert said("team=a", "team=b").answers.values["team"] == "b"


@pytest.mark.parametrize("pair", ["team", "=x", " =x"])
def test_a_flag_without_a_key_or_value_is_refused(pair: str) -> None:
    assert "this is not key=value" in refused(pair)


def test_variables_name_instances_with_dashes() -> None:
    (one,) = from_environment({"OBSBOOT_MY_JAR__LIMIT": "3", "OBSBOOT_DEBUG": "1"}, ["my-jar"])
    assert one.key == "my-jar.limit"


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("team: [", "a.yml:", "not YAML"),
        ("a: 1\nteam: [x]\n", "a.yml:2", "one value"),
        ("- team\n", "a.yml:1", "keys with answers"),
        ("team: x\nteam: y\n", "a.yml:2", "said twice"),
        ("instances:\n  jar: 7\n", "a.yml:2", "keys with answers"),
        ("? [a]\n: 1\n", "a.yml:1", "cannot be a key"),
    ],
)
def test_an_answers_file_of_another_form_is_refused(tmp_path: Path, text: str, place: str, what: str) -> None:
    path = lay_out(tmp_path, {"a.yml": text}) / "a.yml"
    with pytest.raises(ObsbootError, match=what) as caught:
        from_file(path, "a.yml")
    assert caught.value.message.startswith(place)


def test_an_answers_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ObsbootError, match="cannot be read"):
        from_file(tmp_path / "none.yml", "none.yml")
    (tmp_path / "raw.yml").write_bytes(b"\xff")
    with pytest.raises(ObsbootError, match="not UTF-8"):
        from_file(tmp_path / "raw.yml", "raw.yml")


def test_an_empty_answers_file_says_nothing(tmp_path: Path) -> None:
    assert from_file(lay_out(tmp_path, {"a.yml": "# nothing\ninstances:\n"}) / "a.yml", "a.yml") == ()


def test_what_is_missing_is_listed_at_once_with_its_flag() -> None:
    with pytest.raises(ObsbootError) as caught:
        demand(said("lake.version=18"))
    assert caught.value.code == Exit.USAGE
    lines = caught.value.message.split("\n")
    assert [line.partition(" ")[0] for line in lines] == ["service", "team", "lake.depth"]
    assert all("--set" in line for line in lines)


def test_a_question_that_does_not_apply_is_not_missing() -> None:
    catalogue = requiring(CATALOGUE, "jar", "height")
    asked = replace(catalogue.components["jar"].questions["height"], only_if={"mode": ("files-only",)})
    jar = replace(catalogue.components["jar"], questions={"height": asked})
    catalogue = replace(catalogue, components={**catalogue.components, "jar": jar})
    flags = ["service=a", "team=b", "jar.version=8"]
    assert merge(from_flags(flags), catalogue).missing == ()
    assert [one.key for one in merge(from_flags([*flags, "mode=files-only"]), catalogue).missing] == ["jar.height"]


def test_contradictions_are_named_with_both_places_and_the_flag(tmp_path: Path) -> None:
    files = {"a.py": "pool_size=1\n", "b.py": "\npool_size=2\n", "requirements.txt": "rocket\nkayak\n"}
    found = detect(lay_out(tmp_path, files), CATALOGUE)
    told = [*from_flags(["service=a", "team=b"]), *from_detection(found, "observability")]
    with pytest.raises(ObsbootError) as caught:
        demand(merge(told, CATALOGUE, found))
    first, second = caught.value.message.split("\n")
    assert "requirements.txt:2" in first
    assert "kayak.component=none" in first or "rocket.component=none" in first
    assert "a.py:1" in second
    assert "b.py:2" in second
    assert "--set pool.pool_size=1" in second
    decided = [*from_flags(["pool.pool_size=2", "rocket.component=none"]), *told]
    demand(merge(decided, CATALOGUE, found))


def test_detected_values_that_are_none_are_passed_over_and_told(tmp_path: Path) -> None:
    found = detect(
        lay_out(tmp_path, {"a.py": "pool_size=99999999999999999999\n", "lake.conf": "depth = 7\n"}), CATALOGUE
    )
    draft = merge([*from_flags(["lake.version=18"]), *from_detection(found, "x")], CATALOGUE, found)
    assert draft.answers.instances["lake"]["depth"] == 7
    notes = assumptions(draft, CATALOGUE)
    assert any("lake is taken to answer at lake:5432" in note for note in notes)


def test_a_default_made_of_other_answers_is_told_as_the_guess_it_is(tmp_path: Path) -> None:
    found = detect(lay_out(tmp_path, {"lake.conf": "depth = 7\n"}), CATALOGUE)
    told = [*from_flags(["service=a", "team=b"]), *from_detection(found, "x")]
    guess = "network is taken to be a_default (--set network=..., or --set network= for none)"
    assert guess in assumptions(merge(told, CATALOGUE, found), CATALOGUE)
    for said in ("network=", "network=other", "mode=files-only"):
        notes = assumptions(merge([*from_flags([said]), *told], CATALOGUE, found), CATALOGUE)
        assert not any(note.startswith("network ") for note in notes)


def test_a_hint_is_told_and_stays_out(tmp_path: Path) -> None:
    found = detect(lay_out(tmp_path, {"pyproject.toml": '"jar",\n'}), CATALOGUE)
    draft = merge(from_detection(found, "x"), CATALOGUE, found)
    assert draft.answers.instances == {}
    assert any("--set jar.component=jar" in note for note in assumptions(draft, CATALOGUE))


NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)
PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="$%{<"), min_size=1, max_size=20
)


@given(
    st.fixed_dictionaries(
        {"service": NAMES, "team": NAMES}, optional={"label": PLAIN, "latency": st.floats(0.001, 1e6)}
    ),
    st.dictionaries(NAMES, st.integers(1, 100), max_size=3),
)
def test_what_is_stored_is_read_back(tmp_path_factory: pytest.TempPathFactory, pack: dict, jars: dict) -> None:
    flags = [f"{key}={value!r}" if key == "latency" else f"{key}={value}" for key, value in pack.items()]
    flags += [flag for name, limit in jars.items() for flag in (f"{name}.component=jar", f"{name}.limit={limit}")]
    draft = said(*flags)
    text = stored_text(draft.explicit(), CATALOGUE)
    path = lay_out(tmp_path_factory.mktemp("stored"), {"a.yml": text}) / "a.yml"
    again = merge(from_file(path, "a.yml"), CATALOGUE)
    assert again.explicit() == draft.explicit()
    assert stored_text(again.explicit(), CATALOGUE) == text


def test_only_what_was_said_is_stored() -> None:
    text = stored_text(said("team=b", "jar.version=8", "service=a").explicit(), CATALOGUE)
    body = [line for line in text.split("\n") if not line.startswith("#")]
    assert body == ["service: a", "team: b", "instances:", "  jar:", "    component: jar", "    version: '8'", ""]


def test_overrides_are_read_by_instance_alert_and_field(tmp_path: Path) -> None:
    text = "jar:\n  JarLow: {threshold: 0.7, for: 1h30m, keep_firing_for: 5m, severity: info, enabled: false}\n"
    lay_out(tmp_path, {"observability/overrides.yaml": text})
    answers = read_overrides(tmp_path, said("jar.version=8").answers, CATALOGUE)
    assert answers.overrides == {
        "jar": {
            "JarLow": {"threshold": 0.7, "for": "1h30m", "keep_firing_for": "5m", "severity": "info", "enabled": False}
        }
    }


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("jra: {JarLow: {for: 1m}}", "did you mean 'jar'?"),
        ("jar: {JarLo: {for: 1m}}", "did you mean 'JarLow'?"),
        ("jar: {JarLow: {fro: 1m}}", "did you mean 'for'?"),
        ("jar: {JarLow: {for: long}}", "no duration"),
        ("jar: {JarLow: {threshold: high}}", "no number"),
        ("jar: {JarLow: {severity: page}}", "the choice is"),
        ("jar: {JarLow: {enabled: perhaps}}", "true or false"),
        ("jar: {JarLow: 3}", "keys with answers"),
    ],
)
def test_a_mistake_in_the_overrides_has_its_line(tmp_path: Path, line: str, what: str) -> None:
    lay_out(tmp_path, {"observability/overrides.yaml": f"# mine\n{line}\n"})
    with pytest.raises(ObsbootError) as caught:
        read_overrides(tmp_path, said("jar.version=8").answers, CATALOGUE)
    assert what in caught.value.message
    assert caught.value.message.startswith("observability/overrides.yaml:2: ")


def test_without_overrides_nothing_is_overridden(tmp_path: Path) -> None:
    lay_out(tmp_path, {"observability/overrides.yaml": "# nothing\n{}\n"})
    assert read_overrides(tmp_path, said("jar.version=8").answers, CATALOGUE).overrides == {}
