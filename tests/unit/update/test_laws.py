"""What holds of every update, whatever the template became and whatever was done by hand."""

from __future__ import annotations

import json
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_packs import TOKEN, Hand, Rendered, Version, do, hands, text_of, versions
from small_catalogue import snapshot
from small_pack import pack, planned, the, updated

from obsboot.commands.update_text import as_data
from obsboot.model import GeneratedFile, ObsbootError
from obsboot.workspace import refusal, write
from obsboot.workspace.undoing import undoing
from obsboot.workspace.update import Update

Files = dict[str, tuple[int, bytes]]
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@contextmanager
def repository(version: Version, done: Sequence[Hand]) -> Iterator[Path]:
    """One with the pack as the template had it, and what was done to it since."""
    with tempfile.TemporaryDirectory() as folder:
        root = pack(Path(folder), *rendering(version))
        for hand in done:
            do(root, hand)
        yield root


def rendering(version: Version) -> list[GeneratedFile]:
    return [one.file() for one in version]


def files(root: Path) -> Files:
    """Every file but for what is kept to have it back."""
    kept = (".obsboot/undo", ".obsboot/backup")
    return {p: one for p, one in snapshot(root).items() if stat.S_ISREG(one[0]) and not p.startswith(kept)}


def tokens(tree: Files) -> set[bytes]:
    return {token for path, (_, data) in tree.items() for token in TOKEN.findall(path.encode() + data)}


@st.composite
def histories(draw: st.DrawFn) -> tuple[Version, Version, list[Hand]]:
    old, new = draw(versions(2))
    return old, new, draw(hands(old, new))


@settings(max_examples=120, suppress_health_check=SLOW)
@given(histories())
def test_every_update(history: tuple[Version, Version, list[Hand]]) -> None:
    old, new, done = history
    with repository(old, done) as root:
        before = files(root)
        update = planned(root, *rendering(new))
        assert refusal(update.plan) is None
        shown = as_data(root, update)
        write(update.plan, undoable=True)
        after = files(root)

        assert tokens(after) >= tokens(before)  # every line that somebody wrote is there, in the tree or in a sidecar
        assert {path for path in before | after if before.get(path) != after.get(path)} == set(shown["writes"])  # type: ignore[call-overload]
        untouched_are_as_rendered(old, new, before, after)
        merges_parse(update, before)
        second_is_a_noop(root, new, update)
        if not update.plan.is_noop:
            write(undoing(root), undoable=True)
        assert files(root) == before


def untouched_are_as_rendered(old: Version, new: Version, before: Files, after: Files) -> None:
    """What nobody touched is as the new version renders it, and what that no longer has is gone."""
    anew = {one.source: one for one in new}
    known = {one.source for one in old}
    sources = {one.path: one.source for one in old}
    for one in old:
        mode, data = before.get(one.path, (0, b""))
        if plain(data) != text_of(one) or mode & 0o777 != (0o755 if one.x else 0o644) or one.owner == "seed":
            continue
        now = anew.get(one.source)
        if now is None:
            assert one.path not in after
        elif now.path == one.path or (now.path not in before and now.path not in sources):
            is_fresh(now, after)  # one that takes the place of another goes by what was done there
    for one in new:
        if one.source not in known and one.path not in before:
            is_fresh(one, after)


def is_fresh(one: Rendered, after: Files) -> None:
    mode, data = after[one.path]
    assert plain(data) == text_of(one)
    assert mode & 0o777 == (0o755 if one.x else 0o644)


def plain(data: bytes) -> str:
    return data.decode(errors="replace").replace("\r\n", "\n")


def merges_parse(update: Update, before: Files) -> None:
    """What could be read before can be read after a merge."""
    for each in update.of("merge"):
        assert each.data is not None
        assert is_read(each.at, each.data) or not is_read(each.path, before[each.path][1])


def is_read(path: str, data: bytes) -> bool:
    try:
        if path.endswith(".json"):
            json.loads(data)
        elif path.endswith(".yaml"):
            yaml.safe_load(data)
    except (ValueError, yaml.YAMLError):
        return False
    return True


def second_is_a_noop(root: Path, new: Version, first: Update) -> None:
    """Nothing is written again, and what is at odds still is; with markers in a file nothing is even planned."""
    if any(each.aside is None for each in first.conflicts):
        with pytest.raises(ObsbootError, match="markers of an earlier update"):
            planned(root, *rendering(new))
        return
    second = planned(root, *rendering(new))
    assert second.plan.is_noop
    assert {each.at for each in second.conflicts} == {each.at for each in first.conflicts}


@st.composite
def long_histories(draw: st.DrawFn) -> tuple[tuple[Version, ...], list[Hand]]:
    every = draw(versions(3))
    return every, draw(hands(every[0], every[2]))


@settings(max_examples=60, suppress_health_check=SLOW)
@given(long_histories())
def test_by_way_of_a_version_between_or_directly_comes_to_the_same(
    history: tuple[tuple[Version, ...], list[Hand]],
) -> None:
    (first, second, third), done = history
    assume(not is_any_place_shared(first, second, third))
    with repository(first, done) as root, repository(first, done) as other:
        for repository_, version in ((other, third), (root, second), (root, third)):
            if updated(repository_, *rendering(version)).of("conflict", "orphan"):
                return  # an orphan stays where the version that still had it put it
        seeds = {one.path for version in (first, second, third) for one in version if one.owner == "seed"}
        assert of_the_pack(root, seeds) == of_the_pack(other, seeds)


def is_any_place_shared(*versions: Version) -> bool:
    """Whether a place is that of several files, one version after the other.

    A deletion there may mean the file or the place, and of a seed nothing is ever written again: it depends on the way.
    """
    owners = {(one.path, one.source) for version in versions for one in version}
    return len({path for path, _ in owners}) < len(owners)


def of_the_pack(root: Path, seeds: set[str]) -> Files:
    """Its files, without those that are written once: they are of the version that first had them."""
    return {path: one for path, one in files(root).items() if not path.startswith(".obsboot/") and path not in seeds}


@settings(max_examples=60, suppress_health_check=SLOW)
@given(
    st.lists(
        st.tuples(st.sampled_from(["txt", "yaml", "json"]), st.sets(st.integers(0, 11)), st.sets(st.integers(0, 11))),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_at_odds_is_what_has_to_be(cases: list[tuple[str, set[int], set[int]]]) -> None:
    """Twelve lines (or panels), some changed by the user, some by the template: at odds where they touch."""

    def version(lines: list[set[int]], times: int) -> Version:
        return tuple(
            Rendered(
                f"f{n}", f"o/f{n}.{kind}", "managed", tuple((at, times if at in changed else 0) for at in range(12))
            )
            for n, ((kind, _, _), changed) in enumerate(zip(cases, lines, strict=True))
        )

    old, new = version([set()] * len(cases), 0), version([template for _, _, template in cases], 2)
    mine = version([yours for _, yours, _ in cases], 1)
    with repository(old, []) as root:
        for one in mine:
            (root / one.path).write_text(text_of(one))
        update = updated(root, *rendering(new))
    expected = {f"f{n}.{case[0]}": expectation(*case) for n, case in enumerate(cases)}
    assert {path: the(update, path).action for path in expected} == expected
    assert bool(update.conflicts) == ("conflict" in expected.values())


def expectation(kind: str, yours: set[int], template: set[int]) -> str:
    near = 0 if kind == "json" else 1
    if any(abs(mine - theirs) <= near for mine in yours for theirs in template):
        return "conflict"
    return {(False, False): "unchanged", (True, False): "keep", (False, True): "update"}.get(
        (bool(yours), bool(template)), "merge"
    )


def test_the_histories_have_what_the_laws_are_about() -> None:
    """A law that is never put to the test holds of everything."""
    seen: set[str] = set()

    @settings(max_examples=120, derandomize=True, database=None, suppress_health_check=SLOW)
    @given(histories())
    def look(history: tuple[Version, Version, list[Hand]]) -> None:
        old, new, done = history
        with repository(old, done) as root:
            seen.update(each.action for each in planned(root, *rendering(new)).verdicts)

    look()
    assert seen >= {
        "unchanged", "add", "update", "rename", "merge", "delete", "keep", "declined", "orphan", "conflict", "released",
    }  # fmt: skip
