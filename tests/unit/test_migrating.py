"""Answers and templates under the names that later versions gave them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from obsboot.answers.given import Given
from obsboot.answers.migrating import migrated, sources_since
from obsboot.catalog import Catalogue
from obsboot.model import Migration

RENAMED = {
    "1.10.0": Migration(answers={"log_days": "keep_days"}, sources={"b": "c"}),
    "1.9.0": Migration(
        answers={"days": "log_days", "broker.limit": "broker.ceiling"},
        components={"broker": "message-broker"},
        sources={"a": "b"},
    ),
}


def given(**answers: str) -> tuple[Given, ...]:
    return tuple(Given(key.replace("__", "."), text, "file", "answers.yml:1") for key, text in answers.items())


def after(version: str, answers: tuple[Given, ...]) -> dict[str, str]:
    return {one.key: one.text for one in migrated(answers, version, RENAMED)}


def test_each_version_renames_what_the_one_before_it_left() -> None:
    assert after("1.8.2", given(days="7")) == {"keep_days": "7"}
    assert after("1.9.0", given(log_days="7")) == {"keep_days": "7"}


def test_what_a_version_has_renamed_itself_is_left_alone() -> None:
    assert after("1.10.0", given(log_days="7")) == {"log_days": "7"}


def test_an_instance_of_a_renamed_component_keeps_its_own_name_and_its_answers() -> None:
    stored = given(jobs__component="broker", jobs__limit="10", jobs__address="mq:5672")
    expected = {"jobs.component": "message-broker", "jobs.ceiling": "10", "jobs.address": "mq:5672"}
    assert after("1.0.0", stored) == expected


def test_the_same_question_of_another_component_is_not_meant() -> None:
    assert after("1.0.0", given(jobs__component="other", jobs__limit="10"))["jobs.limit"] == "10"


def test_an_answer_under_the_new_name_counts() -> None:
    assert after("1.9.0", given(log_days="7", keep_days="30")) == {"keep_days": "30"}


@pytest.mark.parametrize(("version", "names"), [("1.8.0", {"a": "c", "b": "c"}), ("1.9.0", {"b": "c"}), ("2.0.0", {})])
def test_a_template_is_known_by_every_name_that_it_had(version: str, names: Mapping[str, str]) -> None:
    assert sources_since(version, RENAMED) == names


def test_where_an_answer_stood_is_still_told() -> None:
    (one,) = migrated(given(days="7"), "1.0.0", RENAMED)
    assert (one.where, one.origin) == ("answers.yml:1", "file")


def test_the_catalogue_says_what_it_has_renamed(catalogue: Catalogue) -> None:
    assert all(isinstance(each, Migration) for each in catalogue.migrations.values())
