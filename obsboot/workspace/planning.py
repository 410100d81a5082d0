"""What will happen to each file: the plan that is shown is the plan that is executed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from obsboot import __version__
from obsboot.model import Exit, ObsbootError, plural
from obsboot.workspace import state as st
from obsboot.workspace.obstacles import content, obstacle

if TYPE_CHECKING:
    from obsboot.model import GeneratedFile

Action = Literal["create", "replace", "delete", "unchanged", "keep", "refuse"]
"""create: nothing is there; replace, delete: obsboot's own bytes are; keep: the user's are, and stay; refuse: see reason."""

_EDITED = "differs from its recorded rendering"


@dataclass(frozen=True, slots=True)
class Step:
    """What happens at one path. `previous` is the blob id that a replacement or a removal expects to find.

    `backup` is where the bytes that are replaced are kept, if they are not obsboot's own.
    """

    path: str
    action: Action
    reason: str = ""
    data: bytes = field(default=b"", repr=False)
    mode: int = 0o644
    previous: str = ""
    backup: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that shall be in the repository.

    `answers` is the text of the answers file, `answers_before` what obsboot would have written there for the answers that
    are stored now. `values` has every answer that holds, defaults included; `sources` says what templates are called now
    that the pack may know by another name. `variables` get random values in `.env`; `secret_files` are for the user to
    fill in.
    """

    files: tuple[GeneratedFile, ...]
    answers: str
    directory: str
    origin: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    answers_before: str = ""
    variables: tuple[str, ...] = ()
    secret_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps for the pack's files, then for secrets, then for the state, which is written last."""

    root: Path
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    """Folders that only their owner may enter."""

    def of(self, *actions: Action) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.action in actions)

    @property
    def is_noop(self) -> bool:
        return not self.of("create", "replace", "delete", "refuse")


def plan(root: Path, wanted: Wanted) -> Plan:
    """What `wanted` means for the repository as it is. Reads only. Raises ObsbootError where the state is damaged."""
    if not root.is_dir():
        raise ObsbootError(f"{root}: there is no such folder", fix="name the repository's folder")
    known = st.load_state(root)
    files = with_gitignore(wanted)
    steps = [_known_step(root, file, known, wanted) if known else _new_step(root, file) for file in files]
    if known:
        steps += _no_longer(known, {file.path for file in files})
    private, notes = list(secret_steps(root, wanted)), list(lacking(root, wanted))
    steps += private
    if not any(step.action == "refuse" for step in steps):
        state = st.state_of(files, wanted.origin, __version__, wanted.values)
        if known and not any(step.action == "replace" for step in steps):
            state = replace(known, origin=wanted.origin, values=wanted.values)
        steps += state_steps(root, wanted, known, state)
    return Plan(root, tuple(steps), tuple(notes), (f"{wanted.directory}/secrets",))


def refusal(plan: Plan) -> ObsbootError | None:
    """Why the plan cannot be executed, with every file that stands against it; None where it can."""
    refused = plan.of("refuse")
    if not refused:
        return None
    edited = tuple(step for step in plan.of("keep") if step.reason == _EDITED)
    changed = any(step.reason.startswith("would") for step in refused)
    return refused_for(
        (*refused, *edited),
        len(refused),
        "init writes a pack once: `obsboot update` brings it up to date, with `--set KEY=VALUE` to other answers"
        if changed
        else "move what is in the way, or choose another folder with --set directory=PATH",
    )


def refused_for(steps: Sequence[Step], count: int, fix: str) -> ObsbootError:
    """That nothing was written because of so many files, with a line for each of the steps."""
    lines = "\n".join(f"  {step.path}: {step.reason}" for step in steps)
    message = f"nothing was written, because of {plural(count, 'file')}:\n{lines}"
    return ObsbootError(message, fix=fix, code=Exit.REFUSED)


def with_gitignore(wanted: Wanted) -> tuple[GeneratedFile, ...]:
    """The files, and what keeps secrets out of version control."""
    return (*wanted.files, *_gitignore(wanted))


def _gitignore(wanted: Wanted) -> Iterator[GeneratedFile]:
    from obsboot.model import GeneratedFile  # noqa: PLC0415 - who only reads the state needs none

    path = f"{wanted.directory}/.gitignore"
    if all(file.path != path for file in wanted.files):
        text = "# Written by obsboot. Secrets never go into version control.\n.env\nsecrets/\n"
        yield GeneratedFile(path, text, "owned", "workspace/gitignore")


def _create(file: GeneratedFile) -> Step:
    return Step(file.path, "create", data=file.text.encode(), mode=_mode(file))


def _mode(file: GeneratedFile) -> int:
    return 0o755 if file.executable else 0o644


def _new_step(root: Path, file: GeneratedFile) -> Step:
    """Where the state knows nothing: only what is absent is written."""
    if why := obstacle(root, file.path):
        return Step(file.path, "refuse", why)
    there = content(root / file.path)
    if there is None:
        return _create(file)
    if there == file.text.encode():
        return Step(file.path, "unchanged")
    if file.owner == "seed":
        return Step(file.path, "keep", "it was there already, and is yours")
    return Step(file.path, "refuse", "a file that obsboot did not write is in the way")


def _known_step(root: Path, file: GeneratedFile, known: st.State, wanted: Wanted) -> Step:
    """Where a pack is: the same renderings are no work, and other answers are not for `init` to bring."""
    recorded = known.files.get(file.path)
    if recorded is None:
        return Step(file.path, "refuse", "would be added")
    if why := obstacle(root, file.path):
        return Step(file.path, "refuse", why)
    there = content(root / file.path)
    edited = there is not None and not st.is_pristine(there, recorded.blob)
    if file.owner == "seed":
        return Step(file.path, "keep" if edited or there is None else "unchanged", "it is yours")
    if recorded.blob != st.blob_id(file.text.encode()):
        overridden = known.version == __version__ and wanted.answers == wanted.answers_before
        return _changed_step(root, file, None if edited or not overridden else there, edited)
    if there is None:
        return replace(_create(file), reason="it was missing")
    return Step(file.path, "keep", _EDITED) if edited else Step(file.path, "unchanged")


def _changed_step(root: Path, file: GeneratedFile, replaceable: bytes | None, edited: bool) -> Step:
    """The same answers and the same obsboot render differently only for what the user wrote into overrides.yaml.

    Then, and only where the bytes are as they were rendered, they are replaced.
    """
    if replaceable is None:
        return Step(file.path, "refuse", f"would change, and {_EDITED}" if edited else "would change")
    return replace(replacing(root, file.path, file.text.encode(), replaceable), mode=_mode(file))


def _no_longer(known: st.State, wanted: set[str]) -> Iterator[Step]:
    for path, recorded in known.files.items():
        if path not in wanted and recorded.owner != "seed":
            yield Step(path, "refuse", "would no longer be part of the pack")


def secret_steps(root: Path, wanted: Wanted) -> Iterator[Step]:
    """Secrets are made once and never read back, shown or recorded."""
    files: list[tuple[str, str, int]] = []
    if wanted.variables:
        files.append((f"{wanted.directory}/.env", _environment(wanted.variables), 0o600))
    if wanted.secret_files:
        files.append((f"{wanted.directory}/secrets/README", _instruction(wanted.secret_files), 0o644))
    # The folder keeps others out. The files themselves are readable, for in its container the reader is nobody.
    files += [(f"{wanted.directory}/secrets/{name}", "", 0o644) for name in wanted.secret_files]
    for path, text, mode in files:
        why = obstacle(root, path)
        if why or content(root / path) is None:
            yield Step(path, "refuse" if why else "create", why, text.encode(), mode)


def _environment(variables: Iterable[str]) -> str:
    values = "".join(f"{name}={_password()}\n" for name in variables)
    return f"# Made by obsboot on this machine, for this machine. Compose reads it; git does not.\n{values}"


def _password() -> str:
    """192 random bits, and each kind of sign that a server may demand of a password, which randomness only mostly has."""
    return f"{secrets.token_urlsafe(24)}-Aa0"


def _instruction(names: Iterable[str]) -> str:
    listed = "".join(f"  {name}\n" for name in names)
    return f"Yours to fill in, each with one thing alone; a receiver whose file is empty tells nobody:\n{listed}"


def lacking(root: Path, wanted: Wanted) -> Iterator[str]:
    """Secrets that the pack needs and `.env` does not have."""
    there = (content(root / wanted.directory / ".env") or b"").decode(errors="replace")
    names = {line.partition("=")[0].strip() for line in there.split("\n")}
    if there and (absent := [name for name in wanted.variables if name not in names]):
        yield f"{wanted.directory}/.env lacks {', '.join(absent)}; add each with a random value"


def state_steps(root: Path, wanted: Wanted, known: st.State | None, new: st.State) -> Iterator[Step]:
    """The answers, the base and the manifest, which comes last."""
    answers = _answers_step(root, wanted)
    if known and answers.action == "unchanged" and (new.files, new.values) == (known.files, known.values):
        return  # how the same answers were given this time is no reason to write
    yield answers
    yield from record_steps(root, new)


def record_steps(root: Path, new: st.State) -> Iterator[Step]:
    """The base and the manifest, where they say something else by now, and what git has to know of them."""
    if not obstacle(root, st.ATTRIBUTES) and content(root / st.ATTRIBUTES) is None:
        yield Step(st.ATTRIBUTES, "create", data=st.ATTRIBUTES_TEXT.encode())
    for path, data in ((st.BASE, st.base_bytes(new)), (st.MANIFEST, st.manifest_text(new).encode())):
        there = None if obstacle(root, path) else content(root / path)
        if there != data:
            yield replacing(root, path, data, there)


def _answers_step(root: Path, wanted: Wanted) -> Step:
    data, there = wanted.answers.encode(), content(root / st.ANSWERS)
    same = there is not None and wanted.answers == wanted.answers_before
    if there == data or same:
        return Step(st.ANSWERS, "unchanged")
    step = replacing(root, st.ANSWERS, data, there)
    foreign = there is not None and there != wanted.answers_before.encode()
    return replace(step, backup=f"{st.FOLDER}/backup/answers.yml") if foreign else step


def replacing(root: Path, path: str, data: bytes, there: bytes | None) -> Step:
    """The step that puts these bytes where those are, or where nothing is."""
    if why := obstacle(root, path):
        return Step(path, "refuse", why)
    if there is None:
        return Step(path, "create", data=data)
    return Step(path, "replace", data=data, previous=st.blob_id(there))
