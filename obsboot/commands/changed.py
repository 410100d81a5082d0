"""What differs from a git revision, for `obsboot check --changed-since`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from obsboot.filtering import Changes, changed_lines, is_by_lines
from obsboot.model import Exit, ObsbootError
from obsboot.workspace.git import git, printed

_OPTION = "--changed-since"
_WHOLE = "check out with the whole history (in GitHub Actions: fetch-depth: 0)"
_PLAIN = ("--relative", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--text")


def changes_since(root: Path, revision: str, paths: Collection[str]) -> Changes:
    """The files below `root` that differ from where this branch left `revision`, in the work tree as it is.

    `paths` are those of which lines may be asked. Files that git does not know are new; what it ignores does not differ.
    Raises ObsbootError where there is no git, no repository, or no such revision.
    """
    start = _start(root, revision)
    differing = _names(_asked(root, "diff", *_PLAIN, "--name-only", "-z", start, "--", "."))
    new = _names(_asked(root, "ls-files", "-z", "--others", "--exclude-standard"))
    by_lines = {path for path in differing.intersection(paths) if is_by_lines(path)}
    lines = {
        path: changed_lines(_asked(root, "diff", *_PLAIN, "-U0", start, "--", f":(literal){path}")) for path in by_lines
    }
    return Changes({**dict.fromkeys(differing | new), **lines})


def _start(root: Path, revision: str) -> str:
    """The commit at which HEAD left the revision; the revision itself where they have none in common."""
    inside = git(root, "rev-parse", "--is-inside-work-tree")
    if inside is None:
        raise ObsbootError(f"{_OPTION}: git cannot be run", fix="install git", code=Exit.COULD_NOT_CHECK)
    if inside.stdout.strip() != b"true":
        said = inside.stderr.decode(errors="replace").strip()  # also that git trusts no folder of another owner
        raise ObsbootError(f"{_OPTION}: {root} is in no git repository: {said}", fix=f"leave {_OPTION} out")
    commit = printed(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit.strip():
        raise ObsbootError(f"{_OPTION}: git knows no revision {revision!r}", fix=f"fetch it first, or {_WHOLE}")
    name = commit.strip().decode()
    left = printed(root, "merge-base", name, "HEAD").strip().decode()
    if not left and printed(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise ObsbootError(
            f"{_OPTION}: this clone is too shallow to have where the branch left {revision!r}", fix=_WHOLE
        )
    return left or name


def _asked(root: Path, *arguments: str) -> bytes:
    """What git prints. Raises ObsbootError where it fails: no answer is not the answer that nothing differs."""
    done = git(root, *arguments)
    if done is None or done.returncode:
        why = done.stderr.decode(errors="replace").strip() if done else "it took too long"
        raise ObsbootError(f"{_OPTION}: git {arguments[0]}: {why}", code=Exit.COULD_NOT_CHECK)
    return done.stdout


def _names(told: bytes) -> set[str]:
    return {name.decode(errors="surrogateescape") for name in told.split(b"\0") if name}
