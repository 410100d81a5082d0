"""Line ends of a checkout: what is written into it has the ones that it has."""

from __future__ import annotations


def with_ends_of(there: bytes | None, text: str) -> bytes:
    """The text with CRLF line ends if all lines of what is there have them."""
    crlf = there is not None and b"\r\n" in there and b"\n" not in there.replace(b"\r\n", b"")
    return (text.replace("\r\n", "\n").replace("\n", "\r\n") if crlf else text).encode()
