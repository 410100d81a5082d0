"""A pack on a branch that nobody has checked out, in a bare repository as well: laid out aside, and committed from there."""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from obsboot.model import Exit, ObsbootError
from obsboot.workspace.git import git, printed
from obsboot.workspace.state import FOLDER, MANIFEST, read_manifest


@dataclass(frozen=True, slots=True)
class Branch:
    """The files of the pack as the commit `start` has them, in `folder`; `repository` is where git's objects are.

    `prefix` is the way from the repository's top to the pack, with a slash behind it; empty at the top.
    """

    repository: Path
    name: str
    start: str
    folder: Path
    prefix: str = ""

    def commit(self, paths: Iterable[str], message: str) -> str:
        """The id of a commit of these files on the branch, on top of `start`; secrets belong in none.

        Raises ObsbootError where the branch has moved meanwhile, or git refuses.
        """
        with tempfile.TemporaryDirectory(prefix="obsboot-index-") as aside:
            index = {"GIT_INDEX_FILE": f"{aside}/index"}
            _git(self.repository, "read-tree", self.start, more=index)
            for path in sorted(paths):
                self._stage(path, index)
            tree = _word(self.repository, "write-tree", more=index)
        made = _word(self.repository, "commit-tree", tree, "-p", self.start, "-m", message)
        before = self.start if _tip(self.repository, f"refs/heads/{self.name}") else "0" * len(made)
        _git(self.repository, "update-ref", "-m", "obsboot update", f"refs/heads/{self.name}", made, before)
        return made

    def _stage(self, path: str, index: dict[str, str]) -> None:
        file, path = self.folder / path, f"{self.prefix}{path}"
        if not file.exists():
            _git(self.repository, "update-index", "--force-remove", path, more=index)
            return
        blob = _word(self.repository, "hash-object", "-w", "--no-filters", str(file.resolve()))
        mode = "100755" if file.stat().st_mode & 0o100 else "100644"
        _git(self.repository, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}", more=index)


@contextmanager
def laid_out(repository: Path, name: str) -> Iterator[Branch]:
    """The branch's pack in a folder of its own for the time of the `with`; a new branch begins at HEAD.

    `repository` is where the pack is: the top of a work tree, a folder below it, or a bare repository.

    Raises ObsbootError where there is no git repository, no commit, or no pack in it.
    """
    prefix = printed(repository, "rev-parse", "--show-prefix").decode().removesuffix("\n")
    repository = _top(repository)
    start = _tip(repository, f"refs/heads/{name}") or _tip(repository, "HEAD")
    if not start:
        raise ObsbootError(f"{repository}: there is no commit to begin at", fix="name a git repository with --root")
    manifest = printed(repository, "cat-file", "blob", f"{start}:{prefix}{MANIFEST}")
    if not manifest:
        raise ObsbootError(f"{name} has no pack: no {prefix}{MANIFEST}", fix="`obsboot init` writes a pack")
    known, _ = read_manifest(manifest)
    tops = sorted({PurePosixPath(path).parts[0] for path in known.files} | {FOLDER})
    pack = f"{start}:{prefix}"
    listed = _git(repository, "ls-tree", "-z", "--name-only", pack).decode().split("\0")
    with tempfile.TemporaryDirectory(prefix="obsboot-branch-") as aside:
        folder = Path(aside)
        packed = _git(repository, "archive", "--format=tar", pack, "--", *(top for top in tops if top in listed))
        _unpack(packed, folder)
        yield Branch(repository, name, start, folder, prefix)


def _top(repository: Path) -> Path:
    """The top of the work tree, where git takes paths as the tree has them; a bare repository is its own."""
    top = printed(repository, "rev-parse", "--show-toplevel").decode().removesuffix("\n")
    return Path(top) if top else repository


def _unpack(packed: bytes, folder: Path) -> None:
    try:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
    except tarfile.TarError as error:
        raise ObsbootError(
            f"the pack cannot be laid out: {error}", fix="put the file itself there", code=Exit.REFUSED
        ) from None


def is_private(path: str) -> bool:
    """Whether it is a secret, which is made where the pack runs and stands in no commit."""
    parts = PurePosixPath(path).parts
    return parts[-1] == ".env" or "secrets" in parts[:-1]


def _tip(repository: Path, name: str) -> str:
    return printed(repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()


def _word(repository: Path, *arguments: str, more: Mapping[str, str] | None = None) -> str:
    return _git(repository, *arguments, more=more).decode().strip()


def _git(repository: Path, *arguments: str, more: Mapping[str, str] | None = None) -> bytes:
    """What git prints. Raises ObsbootError where it refuses, or is not installed."""
    done = git(repository, *arguments, more=more)
    if done is None:
        raise ObsbootError("git does not answer, and --branch needs it", fix="install git", code=Exit.REFUSED)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise ObsbootError(f"git {arguments[0]} in {repository}: {said}", fix="see what git says", code=Exit.REFUSED)
    return done.stdout
