"""Answers that were stored by an earlier version, under the names that they have now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from obsboot.answers.given import Given
from obsboot.model import Migration, ordered

_COMPONENT = ".component"


def since(version: str, migrations: Mapping[str, Migration]) -> Iterator[Migration]:
    """The migrations of later versions than this one, the oldest first."""
    yield from (migrations[each] for each in sorted(migrations, key=ordered) if ordered(each) > ordered(version))


def migrated(given: Iterable[Given], version: str, migrations: Mapping[str, Migration]) -> tuple[Given, ...]:
    """What `version` has stored, as it would be stored now. An answer to both names keeps the one to the new name."""
    answers = tuple(given)
    for each in since(version, migrations):
        answers = tuple(_renamed(answers, each))
    return answers


def sources_since(version: str, migrations: Mapping[str, Migration]) -> dict[str, str]:
    """What each template is called now that a pack of `version` may know by another name."""
    names: dict[str, str] = {}
    for each in since(version, migrations):
        names = {old: each.sources.get(new, new) for old, new in names.items()} | dict(each.sources)
    return names


def _renamed(answers: tuple[Given, ...], migration: Migration) -> Iterator[Given]:
    components = {one.key.removesuffix(_COMPONENT): one.text.strip() for one in answers if one.key.endswith(_COMPONENT)}
    known = {one.key for one in answers}
    for one in answers:
        key = _key(one.key, components, migration)
        if key != one.key and key in known:
            continue
        text = migration.components.get(one.text.strip(), one.text) if key.endswith(_COMPONENT) else one.text
        yield replace(one, key=key, text=text)


def _key(key: str, components: Mapping[str, str], migration: Migration) -> str:
    instance, dot, question = key.partition(".")
    if not dot:
        return migration.answers.get(key, key)
    asked = f"{components.get(instance, instance)}.{question}"
    return f"{instance}.{migration.answers.get(asked, asked).partition('.')[2]}"
