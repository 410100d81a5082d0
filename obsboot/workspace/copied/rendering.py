"""A copier template rendered into a folder of its own, by copier itself, and read back."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from obsboot.model import Exit, ObsbootError
from obsboot.workspace.copied.answers_file import COMMIT, SOURCE, CopierAnswers, with_value


@dataclass(frozen=True, slots=True)
class Rendered:
    """One file as the template has it; of a link, `data` is what it points to."""

    data: bytes = field(repr=False)
    executable: bool = False
    is_link: bool = False

    @property
    def text(self) -> str | None:
        """Its text; None of a link, and of what is no text."""
        try:
            return None if self.is_link or b"\0" in self.data else self.data.decode()
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True, slots=True)
class Rendering:
    """All files of one version of a template, by their paths; `version` is what copier calls it."""

    version: str
    files: Mapping[str, Rendered]
    answers: frozenset[str] = frozenset()
    """The names of the answers that it keeps."""
    skips: frozenset[str] = frozenset()
    """The files that it only brings where they are not yet."""
    migrations: tuple[Any, ...] = ()
    """What it would have run, as it says it."""


@dataclass(frozen=True, slots=True)
class Template:
    """Where a template is read from. `trusted`: it may run its tasks and load its extensions."""

    source: str
    trusted: bool = False

    @property
    def name(self) -> str:
        """Its source as it may be shown: without a login."""
        return _without_login(self.source)

    def before(self, root: Path, answers: CopierAnswers) -> Rendering:
        """The version that the project in `root` was last brought to, with its answers. Raises ObsbootError."""
        made = self._rendered(root, answers, answers.commit, {})
        # The same commit may be called otherwise by now. What the answers file says of it is no edit of the user's.
        return _with(made, answers, {COMMIT: answers.commit, SOURCE: answers.template})

    def after(
        self, root: Path, answers: CopierAnswers, ref: str = "", data: Mapping[str, str] | None = None
    ) -> Rendering:
        """The version `ref`, else the latest tag, else the newest commit; `data` are other answers than before."""
        made = self._rendered(root, answers, ref, data or {})
        return _with(made, answers, {SOURCE: answers.template})

    def _rendered(self, root: Path, answers: CopierAnswers, ref: str, data: Mapping[str, str]) -> Rendering:
        with tempfile.TemporaryDirectory(prefix="obsboot-copier-") as folder:
            made = Path(folder, root.resolve().name or "project")  # templates may ask for the name of the folder
            known = made / answers.path
            known.parent.mkdir(parents=True)
            # As copier does it: answers that the template no longer takes fall back to its defaults.
            known.write_text(yaml.safe_dump(dict(answers.values), allow_unicode=True), encoding="utf-8")
            worker = self._run(made, answers, ref, data)
            kept = _kept(known)
            if not kept.get(COMMIT):
                raise ObsbootError(
                    f"{self.name}: it has no versions, or writes no {answers.path} with `{COMMIT}`",
                    fix="name the git repository of the template that the project was made from",
                )
            files = dict(_files(made))
            skips = frozenset(path for path in files if path != answers.path and worker.match_skip(Path(path)))
            migrations = tuple(worker.template.config_data.get("migrations") or ())
            return Rendering(str(kept[COMMIT]), files, frozenset(map(str, kept)), skips, migrations)

    def _run(self, made: Path, answers: CopierAnswers, ref: str, data: Mapping[str, str]) -> Any:
        """What copier knows of its work. Raises ObsbootError."""
        from copier import run_copy  # noqa: PLC0415 - heavy, and only this needs it
        from copier.errors import CopierError, UnsafeTemplateError  # noqa: PLC0415
        from jinja2 import TemplateError  # noqa: PLC0415
        from plumbum import ProcessExecutionError  # noqa: PLC0415

        where = f"{self.name} at {ref}" if ref else self.name
        try:
            return run_copy(
                self.source,
                made,
                dict(data),
                answers_file=answers.path,
                vcs_ref=ref or None,
                defaults=True,
                overwrite=True,
                quiet=True,
                unsafe=self.trusted,
            )
        except UnsafeTemplateError as error:
            fix = "read what it runs, then say --trust"
            raise ObsbootError(f"{where}: {_line(error)}", fix=fix, code=Exit.REFUSED) from None
        except ProcessExecutionError as error:
            said = _without_login(error.stderr or str(error)).strip().splitlines()
            raise ObsbootError(
                f"{where}: git cannot read the template: {said[-1] if said else error}",
                fix="name a repository that can be reached, and a tag or commit that it has",
                code=Exit.COULD_NOT_CHECK,
            ) from None
        except (CopierError, TemplateError, OSError, ValueError, TypeError) as error:
            raise ObsbootError(f"{where}: copier cannot render it: {_line(error)}", fix="see --ref and --set") from None


def _without_login(text: str) -> str:
    return re.sub(r"(?<=://)[^/@\s]*@", "", text)


def _line(error: Exception) -> str:
    return " ".join(_without_login(str(error)).split())


def _kept(known: Path) -> dict[str, Any]:
    """What the rendered answers file says."""
    try:
        data = yaml.safe_load(known.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    return data if isinstance(data, dict) else {}


def _files(folder: Path) -> Iterator[tuple[str, Rendered]]:
    """Every file, those of a repository that a task of the template made aside."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted([*names, *(name for name in folders if Path(here, name).is_symlink())]):
            path = Path(here, name)
            if name != ".git" and (path.is_symlink() or path.is_file()):
                yield path.relative_to(folder).as_posix(), _read(path)


def _read(path: Path) -> Rendered:
    if path.is_symlink():
        return Rendered(os.fsencode(path.readlink()), is_link=True)
    return Rendered(path.read_bytes(), bool(path.stat().st_mode & 0o100))


def _with(made: Rendering, answers: CopierAnswers, values: Mapping[str, str]) -> Rendering:
    """The rendering with other values in its answers file."""
    text = made.files[answers.path].text or ""
    for key, value in values.items():
        text = with_value(text, key, value)
    return replace(made, files={**made.files, answers.path: Rendered(text.encode())})
