"""The lines of a log, out of a file or standard input: one at a time, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import click

from obsboot.logs.entries import LONGEST
from obsboot.model import ObsbootError

_PACKED = {
    b"\x1f\x8b": ("compressed", "gzip -dc"),
    b"\x28\xb5\x2f\xfd": ("compressed", "zstd -dc"),
    b"\xfd7zXZ": ("compressed", "xz -dc"),
    b"BZh": ("compressed", "bzip2 -dc"),
    b"\xff\xfe": ("UTF-16", "iconv -f UTF-16 -t UTF-8"),
    b"\xfe\xff": ("UTF-16", "iconv -f UTF-16 -t UTF-8"),
}
"""How a file begins that is no log yet, what it is, and what makes one of it."""


class Lines:
    """The lines of a stream, without their ends; `count`, `replaced` and `zeros` tell what has gone by so far.

    `replaced` are the bytes that were no UTF-8, each now a U+FFFD; `zeros` are the NUL characters, which no log has.
    Of a line that is longer than an entry may be, the rest is passed over.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.count = self.replaced = self.zeros = 0

    def __iter__(self) -> Iterator[str]:
        while raw := self._stream.readline(LONGEST + 2):
            self.count += 1
            part = raw
            while not part.endswith(b"\n") and (part := self._stream.readline(LONGEST)):
                pass
            yield self._decoded(raw.removesuffix(b"\n").removesuffix(b"\r"))

    def _decoded(self, raw: bytes) -> str:
        self.zeros += raw.count(b"\0")
        try:
            return raw.decode()
        except UnicodeDecodeError:
            text = raw.decode(errors="replace")
            self.replaced += text.count("\ufffd") - raw.count("\ufffd".encode())
            return text

    def oddities(self) -> Iterator[str]:
        """What was no text, a sentence each."""
        if self.replaced:
            yield f"{self.replaced} bytes or more were no UTF-8; each place reads U+FFFD now, as it would in the log store"
        if self.zeros:
            yield f"{self.zeros} NUL characters: this is no text file, or it was cut while it was written"


@contextmanager
def lines_of(path: str) -> Iterator[Lines]:
    """The lines of the file, or of standard input for `-`. Raises ObsbootError where it cannot be a log."""
    try:
        with click.open_file(path, "rb") as stream:
            _refuse_packed(stream, path)
            yield Lines(stream)
    except (PermissionError, IsADirectoryError) as error:
        raise ObsbootError(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def until_nobody_reads() -> Iterator[None]:
    """Ends the command well when the reader of its output has seen enough; click would make that an error."""
    try:
        yield
    except BrokenPipeError as error:
        raise SystemExit(0) from error


def _refuse_packed(stream: IO[bytes], path: str) -> None:
    peek = getattr(stream, "peek", None)
    first = peek(8) if peek else b""
    for head, (kind, how) in _PACKED.items():
        if first.startswith(head):
            raise ObsbootError(
                f"{path} is {kind}, which no reader of logs reads", fix=f"{how} FILE | obsboot logs ... -"
            )
