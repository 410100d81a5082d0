"""A disk that is full, or a folder that cannot be written, as one message."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from obsboot.model import Exit, ObsbootError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Within, what the system refuses to write into the run's `folder` raises ObsbootError with the way out."""
    try:
        yield
    except OSError as error:
        if error.errno not in (*_FULL, *_CLOSED):
            raise
        why = (
            "no space is left for the run's files"
            if error.errno in _FULL
            else f"it cannot be written: {error.strerror}"
        )
        fix = "make room there, or let TMPDIR name another folder"
        raise ObsbootError(f"{folder}: {why}", fix=fix, code=Exit.REFUSED) from None
