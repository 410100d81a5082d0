"""Which image runs in place of an official reference, and whether it can be had."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock

from obsboot.live.engine import Engine
from obsboot.live.options import Options
from obsboot.live.waiting import unless_stopped


class Unavailable(Exception):
    """The image cannot be had; its proofs are skipped with this reason."""


@dataclass(slots=True)
class Images:
    """The images of one run, and what was used for each reference."""

    engine: Engine
    options: Options
    used: dict[str, str] = field(default_factory=dict)
    stopping: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def reference(self, official: str) -> str:
        """What stands in the copy for `official`; the reference itself where nothing replaces it."""
        replaced = self.options.images.get(official)
        if replaced:
            return replaced
        for prefix, other in self.options.registries.items():
            if official.startswith(prefix):
                return other + official.removeprefix(prefix)
        return official

    def fetch(self, official: str) -> str:
        """The reference of a local image, pulled if need be. Raises Unavailable."""
        if official in self.options.images and self.options.images[official] is None:
            raise Unavailable(f"image {official} not available")
        reference = self.reference(official)
        with self._lock:
            if official not in self.used and not self._has(reference):
                self._pull(reference)
            self.used[official] = reference
        return reference

    def _has(self, reference: str) -> bool:
        import docker  # noqa: PLC0415 - heavy, and only a proving run needs it

        try:
            self.engine.client.images.get(reference)
        except docker.errors.ImageNotFound:
            return False
        return True

    def _pull(self, reference: str) -> None:
        import docker  # noqa: PLC0415 - as above

        try:
            unless_stopped(lambda: self.engine.client.images.pull(*_name_and_tag(reference)), self.stopping)
        except (docker.errors.APIError, OSError) as error:
            said = str(getattr(error, "explanation", None) or error).strip()
            raise Unavailable(f"image {reference} not available: {said}") from None

    def build(self, name: str, context: Mapping[str, bytes]) -> str:
        """The image built from these files, whose Dockerfile takes its bases through the same map. Raises Unavailable.

        The tag is the hash of everything that goes in, so that nothing is built twice.
        """
        files = dict(context)
        files["Dockerfile"] = self._bases(files["Dockerfile"].decode()).encode()
        parts = (part for path in sorted(files) for part in (path.encode(), b"\0", files[path], b"\0"))
        tag = f"obsboot-live/{name}:{hashlib.sha256(b''.join(parts)).hexdigest()[:16]}"
        with self._lock:
            if not self._has(tag):
                self._run_build(tag, files)
        self.used[f"build of {name}"] = tag
        return tag

    def _bases(self, dockerfile: str) -> str:
        lines = []
        for line in dockerfile.splitlines():
            words = line.split()
            if len(words) > 1 and words[0].upper() == "FROM" and words[1] != "scratch":
                line = " ".join([words[0], self.fetch(words[1]), *words[2:]])  # noqa: PLW2901
            lines.append(line)
        return "\n".join(lines) + "\n"

    def _run_build(self, tag: str, files: Mapping[str, bytes]) -> None:
        import docker  # noqa: PLC0415 - as above

        try:
            unless_stopped(lambda: self._built(tag, files), self.stopping)
        except docker.errors.BuildError as error:
            log = "".join(str(line.get("stream", "")) for line in error.build_log).strip().splitlines()
            raise Unavailable(f"image {tag} cannot be built: {error.msg}; " + " | ".join(log[-6:])) from None
        except docker.errors.APIError as error:
            raise Unavailable(f"image {tag} cannot be built: {error.explanation}") from None

    def _built(self, tag: str, files: Mapping[str, bytes]) -> None:
        self.engine.client.images.build(
            fileobj=_archive(files), custom_context=True, tag=tag, rm=True, forcerm=True, network_mode="default"
        )


def read_context(folder: Path) -> dict[str, bytes]:
    """The files of a build's folder, by their path inside."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _archive(files: Mapping[str, bytes]) -> io.BytesIO:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, data in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    packed.seek(0)
    return packed


def _name_and_tag(reference: str) -> tuple[str, str | None]:
    if "@" in reference:
        return reference, None
    name, colon, tag = reference.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (reference, "latest")
