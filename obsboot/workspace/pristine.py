"""The texts that files began with, found again by their blob ids: nothing is believed that does not hash to its id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from obsboot.model import ObsbootError
from obsboot.workspace import history
from obsboot.workspace import state as st
from obsboot.workspace.obstacles import content, obstacle
from obsboot.workspace.planning import Wanted, with_gitignore

RENDERED = "a rendering of the answers"


@dataclass(frozen=True, slots=True)
class Text:
    """A pristine text and where it was found."""

    text: str
    where: str

    @property
    def is_rendered(self) -> bool:
        """Whether it had to be rendered again."""
        return self.where == RENDERED


def found_texts(
    root: Path, known: st.State, missing: Iterable[str], past: Sequence[str], render: Callable[[], Wanted]
) -> dict[str, Text]:
    """The texts with these ids, as far as they can be found: here, in git, and by rendering the pack again.

    The costly ways are only gone for what the others have not.
    """
    found: dict[str, Text] = {}
    left = set(missing)
    ways: Mapping[str, Callable[[], Iterator[Mapping[str, str]]]] = {
        st.BASE: lambda: _packed(root),
        "a file that is as it was": lambda: _unchanged(root, known),
        "git, by its id": lambda: _objects(root, left),
        f"git, an older {st.BASE}": lambda: _older(root, past),
        RENDERED: lambda: _rendered(render),
    }
    for where, way in ways.items():
        for texts in way() if left else ():
            proven = {id_: texts[id_] for id_ in left & texts.keys() if _is(texts[id_], id_)}
            found |= {id_: Text(text, where) for id_, text in proven.items()}
            left -= proven.keys()
            if not left:
                break
    return found


def packed_texts(root: Path) -> dict[str, str]:
    """What the pack that is here holds, be it another one than the manifest's."""
    return {id_: text for texts in _packed(root) for id_, text in texts.items() if _is(text, id_)}


def _is(text: object, blob: str) -> bool:
    try:
        return isinstance(text, str) and st.blob_id(text.encode()) == blob
    except UnicodeEncodeError:
        return False


def _packed(root: Path) -> Iterator[Mapping[str, str]]:
    data = None if obstacle(root, st.BASE) else content(root / st.BASE)
    if data is not None:
        yield from _unpacked(data)


def _unpacked(data: bytes) -> Iterator[Mapping[str, str]]:
    try:
        yield st.read_base(data).texts
    except st.DamagedStateError:
        return


def _unchanged(root: Path, known: st.State) -> Iterator[Mapping[str, str]]:
    for path, recorded in known.files.items():
        data = None if obstacle(root, path) else content(root / path)
        if data is not None:
            yield from _decoded({recorded.blob: data.replace(b"\r\n", b"\n")})


def _objects(root: Path, ids: Iterable[str]) -> Iterator[Mapping[str, str]]:
    yield from _decoded(history.blobs(root, sorted(ids)))


def _decoded(found: Mapping[str, bytes]) -> Iterator[Mapping[str, str]]:
    for id_, data in found.items():
        try:
            yield {id_: data.decode()}
        except UnicodeDecodeError:
            continue


def _older(root: Path, past: Sequence[str]) -> Iterator[Mapping[str, str]]:
    for commit in past:
        for data in history.blobs(root, [f"{commit}:./{st.BASE}"]).values():
            yield from _unpacked(data)


def _rendered(render: Callable[[], Wanted]) -> Iterator[Mapping[str, str]]:
    try:
        files = with_gitignore(render())
    except ObsbootError:  # answers that this obsboot cannot use: the other ways have to do
        return
    yield {st.blob_id(file.text.encode()): file.text for file in files}
