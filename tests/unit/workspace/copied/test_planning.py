"""Random template versions and random hand edits: whatever meets, nothing that was written by hand is lost."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from obsboot.workspace import write
from obsboot.workspace.copied import Copied, copied_refusal, plan_copied
from obsboot.workspace.copied.rendering import Rendered, Rendering

NAMES = ("a.txt", "b.yml", "c.json", "d.toml", "src/e.py", "src/f.bin", "docs/g.md", "docs/h.ini")


class World:
    """A template of two versions, a project of the first, and what its user has done to it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.old = {name: self.content(name) for name in NAMES if self.random.random() < 0.85}
        self.new = self.evolved()
        self.yours = {name: one.data for name, one in self.old.items()}
        self.tokens: list[bytes] = []
        self.touched: set[str] = set()
        self.own: set[str] = set()
        for _ in range(self.random.randint(0, 6)):
            self.work()

    def content(self, name: str) -> Rendered:
        size = self.random.randint(1, 30)
        if name.endswith(".bin"):
            return Rendered(bytes(self.random.randbytes(size)) + b"\0")
        if name.endswith(".json"):
            members = ",\n".join(f'  "key_{n}": {self.random.randint(0, 9)}' for n in range(size))
            return Rendered(f"{{\n{members}\n}}\n".encode())
        sign = ":" if name.endswith(".yml") else " ="
        return Rendered("".join(f"key_{n}{sign} {self.random.randint(0, 9)}\n" for n in range(size)).encode())

    def evolved(self) -> dict[str, Rendered]:
        new = {}
        for name, one in self.old.items():
            fate = self.random.random()
            if fate < 0.15:
                continue
            changed = self.content(name) if fate < 0.25 else self.changed(one, name) if fate < 0.7 else one
            new[f"moved/{name}" if self.random.random() < 0.2 else name] = changed
        for name in NAMES:
            if name not in self.old and self.random.random() < 0.6:
                new[name] = self.content(name)
        return new

    def changed(self, one: Rendered, name: str) -> Rendered:
        lines = one.data.splitlines(keepends=True)
        if name.endswith(".bin") or not lines:
            return Rendered(one.data + b"\1\0")
        at = self.random.randrange(len(lines))
        lines[at] = lines[at].replace(b"1", b"11").replace(b"2", b"22").replace(b"3", b"33")
        return Rendered(b"".join(lines), executable=self.random.random() < 0.2)

    def work(self) -> None:
        """One thing that the user does."""
        token = f"hand_{self.random.randrange(10**12)}".encode()
        what = self.random.choice(("edit", "edit", "edit", "edit", "delete", "move", "add", "crlf"))
        if what == "add":
            name = self.random.choice((*NAMES, "own.txt", "moved/a.txt"))
            if name not in self.yours:
                self.yours[name] = token + b"\n"
                self.tokens.append(token)
                self.touched.add(name)
                if name not in self.old:
                    self.own.add(name)
            return
        if not self.yours:
            return
        name = self.random.choice(sorted(self.yours))
        self.touched.add(name)
        if what != "edit":
            self.own.discard(name)
        data = self.yours[name]
        if what == "delete":
            del self.yours[name]
            self.tokens = [each for each in self.tokens if each not in data]
        elif what == "move":
            self.yours[f"src/own-{len(self.touched)}{Path(name).suffix}"] = self.yours.pop(name)
        elif what == "crlf":
            self.yours[name] = data if b"\0" in data else data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        else:
            self.yours[name] = self.edited(name, data, token)
            self.tokens.append(token)

    def edited(self, name: str, data: bytes, token: bytes) -> bytes:
        if name.endswith(".json") and data.startswith(b"{"):
            return data.replace(b"{", b'{\n  "' + token + b'": 1,', 1)
        if b"\0" in data:
            return data + token
        lines = data.splitlines(keepends=True)
        at = self.random.randint(0, len(lines))
        sign = b": 1\n" if name.endswith(".yml") else b" = 1\n"
        return b"".join([*lines[:at], token + sign, *lines[at:]])

    def lay_out(self, root: Path) -> None:
        for name, data in self.yours.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)

    def update(self, root: Path) -> Copied:
        return plan_copied(root, Rendering("1", self.old), Rendering("2", self.new))


def tree(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and ".obsboot" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


@settings(max_examples=150)
@given(st.integers(0, 10**9))
@example(3)
def test_nothing_that_was_written_by_hand_is_lost(seed: int) -> None:
    world = World(seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        world.lay_out(root)
        copied = world.update(root)
        assert tree(root) == world.yours
        if copied_refusal(copied):
            return
        write(copied.update.plan, undoable=True)
        after = tree(root)
        missing = [token for token in world.tokens if not any(token in data for data in after.values())]
        assert not missing
        assert {name: after.get(name) for name in world.own} == {name: world.yours[name] for name in world.own}
        for name, one in world.new.items():
            if name in world.old and name not in world.touched:
                assert after[name] == one.data
                assert not one.executable or (root / name).stat().st_mode & 0o100
        again = plan_copied(root, Rendering("2", world.new), Rendering("2", world.new))
        assert again.update.is_noop


def sides_of(root: Path, old: dict[str, bytes], new: dict[str, bytes], yours: dict[str, bytes]) -> Copied:
    for name, data in yours.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    before, after = ({name: Rendered(data) for name, data in side.items()} for side in (old, new))
    copied = plan_copied(root, Rendering("1", before), Rendering("2", after))
    write(copied.update.plan, undoable=True)
    return copied


def test_a_file_that_could_be_anybodys_is_not_taken_for_one_that_was_moved(tmp_path: Path) -> None:
    old, yours = {"a/__init__.py": b"", "a/b.py": b"x = 1\n"}, {"a/mine/__init__.py": b"", "a/b.py": b"x = 1\n"}
    sides_of(tmp_path, old, {"a/b.py": b"x = 1\n"}, yours)
    assert tree(tmp_path) == yours


def test_a_file_that_was_moved_and_that_the_template_no_longer_has_stays(tmp_path: Path) -> None:
    text = b"".join(b"line %d\n" % n for n in range(9))
    copied = sides_of(tmp_path, {"a/b.md": text, "c.md": b"c\n"}, {"c.md": b"c\n"}, {"a/d.md": text, "c.md": b"c\n"})
    assert tree(tmp_path) == {"a/d.md": text, "c.md": b"c\n"}
    assert [(each.path, each.action) for each in copied.update.verdicts] == [("a/d.md", "orphan")]


def test_a_rename_goes_where_nothing_of_the_users_is(tmp_path: Path) -> None:
    text = b"".join(b"line %d\n" % n for n in range(9))
    copied = sides_of(tmp_path, {"a.md": text}, {"b.md": text}, {"a.md": b"mine\n" + text, "b.md": b"other\n"})
    assert tree(tmp_path) == {"a.md": b"mine\n" + text, "b.md": b"other\n", "b.md.obsboot-new": text}
    assert {each.path: each.action for each in copied.update.verdicts} == {"a.md": "orphan", "b.md": "conflict"}


def test_two_files_that_could_each_be_the_renamed_one_are_none_of_them(tmp_path: Path) -> None:
    text = b"".join(b"line %d\n" % n for n in range(9))
    old, new = {"a/1.md": text, "b/1.md": text}, {"c/1.md": text, "d/1.md": text}
    sides_of(tmp_path, old, new, {"a/1.md": b"mine\n" + text, "b/1.md": text})
    assert tree(tmp_path) == {"a/1.md": b"mine\n" + text, "c/1.md": text, "d/1.md": text}


def test_without_edits_the_project_becomes_the_new_rendering() -> None:
    for seed in range(60):
        world = World(seed)
        world.yours = {name: one.data for name, one in world.old.items()}
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            world.lay_out(root)
            copied = world.update(root)
            assert not copied.update.conflicts
            write(copied.update.plan, undoable=True)
            assert tree(root) == {name: one.data for name, one in world.new.items()}
