"""The state in `.obsboot/`: which files were written, from what, and exactly how they were rendered."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from obsboot.model import Exit, ObsbootError

if TYPE_CHECKING:
    from obsboot.model import GeneratedFile, Owner

FOLDER = ".obsboot"
ANSWERS, MANIFEST, BASE = f"{FOLDER}/answers.yml", f"{FOLDER}/manifest.json", f"{FOLDER}/base.pack"
ATTRIBUTES = f"{FOLDER}/.gitattributes"
ATTRIBUTES_TEXT = """\
# Written by obsboot. Where two branches have both updated the pack, git keeps these two files of one of them, whole.
base.pack binary
manifest.json -merge
"""
STAGING = f"{FOLDER}/.staging"
"""Where files are made before they are put in place; it only stays where that was interrupted."""
SIDECAR = ".obsboot-new"
"""Behind a path: the template's version of a file that could not be merged."""
SCHEMA = 1
UNKNOWN = ""
"""The blob of a file of which nobody knows what it began with: no bytes have it, so no bytes count as obsboot's own."""
_MAGIC = b"obsboot base 1\n"
_LARGEST_BASE = 200_000_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """One file that obsboot wrote. `source` is its identity: its path may change with the answers.

    `status` is written, conflict, declined (the user deleted it) or orphan (the template no longer has it). `home` is
    where the template puts a file that the user has moved, and empty for all others.
    """

    source: str
    blob: str
    owner: Owner
    base_version: str
    status: str = "written"
    executable: bool = False
    home: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What the repository knows of its pack. `origin` tells of each answer where it came from.

    `base` holds the pristine rendering of every file that is not a seed, by blob id; `values` every answer that held.
    """

    version: str
    files: Mapping[str, Recorded]
    origin: Mapping[str, str] = field(default_factory=dict)
    base: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)

    def pristine(self, path: str) -> str | None:
        """The file as it was rendered; None for seeds and files that the state does not know."""
        recorded = self.files.get(path)
        return self.base.get(recorded.blob) if recorded else None


def blob_id(data: bytes) -> str:
    """What git calls this content."""
    from hashlib import sha1  # noqa: PLC0415 - it loads OpenSSL, for which `status` has time while git looks

    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def is_pristine(data: bytes, blob: str) -> bool:
    """Whether these are the bytes of that blob id; a checkout with CRLF line ends has them as well."""
    return blob_id(data) == blob or (b"\r\n" in data and blob_id(data.replace(b"\r\n", b"\n")) == blob)


def state_of(
    files: Iterable[GeneratedFile], origin: Mapping[str, str], version: str, values: Mapping[str, str] | None = None
) -> State:
    """The state after `files` were written as they are."""
    recorded, base = {}, {}
    for file in sorted(files, key=lambda file: file.path):
        blob = blob_id(file.text.encode())
        recorded[file.path] = Recorded(file.source, blob, file.owner, version, executable=file.executable)
        if file.owner != "seed":
            base[blob] = file.text
    return State(version, recorded, dict(sorted(origin.items())), base, dict(sorted((values or {}).items())))


def renamed(state: State, sources: Mapping[str, str]) -> State:
    """The state with the names that templates have now."""
    files = {path: replace(one, source=sources.get(one.source, one.source)) for path, one in state.files.items()}
    return replace(state, files=files) if sources else state


def manifest_text(state: State) -> str:
    """The text of `manifest.json`: a line for each file, so that two branches merge well."""
    head = {"schema": SCHEMA, "obsboot": state.version, "base": _digest(state.base), "answers": dict(state.origin)}
    head |= {"values": dict(state.values)} if state.values else {}
    files = [f"    {json.dumps(path)}: {json.dumps(_said(one))}" for path, one in state.files.items()]
    body = json.dumps(head, indent=2).removesuffix("\n}")
    return f'{body},\n  "files": {{\n' + ",\n".join(files) + "\n  }\n}\n"


def _said(one: Recorded) -> dict[str, str | bool]:
    """Its fields in their order, none of which has to be copied; a file that was not moved has no home of its own."""
    said = {name: getattr(one, name) for name in Recorded.__slots__}
    return {name: value for name, value in said.items() if name != "home" or value}


def base_bytes(state: State) -> bytes:
    """The bytes of `base.pack`. The same state gives the same bytes with the same zlib."""
    return _MAGIC + zlib.compress(_canonical(state.base), 6)


def _canonical(base: Mapping[str, str]) -> bytes:
    return json.dumps(dict(sorted(base.items())), ensure_ascii=False, separators=(",", ":")).encode()


def _digest(base: Mapping[str, str]) -> str:
    from hashlib import sha256  # noqa: PLC0415 - as above

    return sha256(base.canonical if isinstance(base, Packed) else _canonical(base)).hexdigest()


class Packed(Mapping[str, str]):
    """The texts of a `base.pack` by their blob ids, as it names them; taken apart when the first of them is asked for.

    `canonical` are the bytes that stand for them. What they say has been proven by the digest in the manifest, or has
    to be by `texts`, which raises DamagedStateError.
    """

    def __init__(self, canonical: bytes) -> None:
        self.canonical = canonical

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """All of them. Raises DamagedStateError where these are no texts."""
        try:
            texts = json.loads(self.canonical)
        except (ValueError, RecursionError):
            raise _damaged(BASE, "it cannot be unpacked") from None
        if not isinstance(texts, dict):
            raise _damaged(BASE, "it is no pack of texts")
        return texts

    def __getitem__(self, blob: str) -> str:
        return self.texts[blob]

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)


class DamagedStateError(ObsbootError):
    """The state is there and cannot be used."""


def load_state(root: Path, begin: Callable[[State], None] | None = None) -> State | None:
    """The recorded state; None where obsboot has never written here. Raises DamagedStateError where it is damaged.

    `begin` is called as soon as the manifest is read, with a state that has no base: what it starts goes on meanwhile.
    """
    path = root / MANIFEST
    if not path.exists():
        if (root / BASE).exists():
            raise _damaged(MANIFEST, "it is missing, though base.pack is there")
        return None
    try:
        written = path.read_bytes()
    except OSError as error:
        raise _damaged(MANIFEST, str(error)) from None
    known, digest = read_manifest(written)
    if begin:
        begin(known)
    try:
        base = read_base((root / BASE).read_bytes())
    except FileNotFoundError:
        raise _damaged(BASE, "it is missing") from None
    except OSError:
        raise _damaged(BASE, "it cannot be read") from None
    return with_base(known, digest, base)


def read_manifest(data: bytes) -> tuple[State, str]:
    """What a `manifest.json` says, without the base, and the digest of the base that belongs to it.

    Raises DamagedStateError where it cannot be read, ObsbootError where it has the schema of another obsboot.
    """
    try:
        said = json.loads(data.decode("utf-8"))
        schema = said["schema"]
        if schema == SCHEMA:
            files = {name: Recorded(**one) for name, one in said["files"].items()}
            _refuse_odd(files.values(), (said["obsboot"], said["base"]), (said["answers"], said.get("values", {})))
            return State(said["obsboot"], files, said["answers"], {}, said.get("values", {})), said["base"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(MANIFEST, str(error) or type(error).__name__) from None
    raise ObsbootError(
        f"{MANIFEST}: it has schema {schema!r}, and this obsboot knows {SCHEMA}",
        fix="use the obsboot that wrote it, or a newer one",
        code=Exit.REFUSED,
    )


def _refuse_odd(files: Iterable[Recorded], texts: Iterable[object], mappings: Iterable[object]) -> None:
    """Raises TypeError where a value is not of its kind: whoever reads the state relies on that."""
    said = [getattr(one, name) for one in files for name in Recorded.__slots__ if name != "executable"]
    if not all(isinstance(one, str) for one in (*said, *texts)) or not all(isinstance(one, dict) for one in mappings):
        raise TypeError("a value in it is of the wrong kind")


def read_base(data: bytes) -> Packed:
    """What a `base.pack` holds. Raises DamagedStateError where it cannot be unpacked."""
    if not data.startswith(_MAGIC):
        raise _damaged(BASE, "it is no pack of texts")
    unpacker = zlib.decompressobj()
    with suppress(zlib.error):
        canonical = unpacker.decompress(data.removeprefix(_MAGIC), _LARGEST_BASE)
        if unpacker.eof:
            return Packed(canonical)
    raise _damaged(BASE, "it cannot be unpacked")


def with_base(known: State, digest: str, base: Mapping[str, str]) -> State:
    """The state with its base. Raises DamagedStateError where that is another one than the manifest's."""
    if _digest(base) != digest:
        raise _damaged(BASE, "it is not the one that manifest.json was written with")
    return replace(known, base=base)


def _damaged(path: str, why: str) -> DamagedStateError:
    return DamagedStateError(
        f"{path}: the state of the pack is damaged: {why}", fix="run `obsboot repair`", code=Exit.REFUSED
    )
