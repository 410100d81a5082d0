"""How Prometheus and Alertmanager send requests (`http_config`): what both refuse there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from obsboot.sources.documents import Listed, Mapped
from obsboot.sources.shapes import Fault

_TOGETHER = (
    ("bearer_token", "bearer_token_file"),
    ("basic_auth", "authorization", "oauth2", "bearer_token"),
    ("basic_auth", "authorization", "oauth2", "bearer_token_file"),
    ("basic_auth", "authorization", "oauth2", "sigv4"),
    ("username", "username_file", "username_ref"),
    ("password", "password_file", "password_ref"),
    ("credentials", "credentials_file", "credentials_ref"),
    ("client_secret", "client_secret_file", "client_secret_ref"),
    ("ca", "ca_file", "ca_ref"),
    ("cert", "cert_file", "cert_ref"),
    ("key", "key_file", "key_ref"),
    ("proxy_url", "proxy_from_environment"),
    ("no_proxy", "proxy_from_environment"),
)
"""Fields of which a mapping may have one at most."""
_RESERVED = frozenset({
    "host", "content-encoding", "content-length", "content-type", "user-agent", "connection", "keep-alive",
    "proxy-authenticate", "proxy-authorization", "www-authenticate", "accept-encoding", "authorization",
    "x-prometheus-remote-write-version", "x-prometheus-remote-read-version", "x-prometheus-scrape-timeout-seconds",
    "x-amz-date", "x-amz-security-token", "x-amz-content-sha256",
})  # fmt: skip


def mappings(key: str, value: object) -> Iterator[tuple[str, Mapped]]:
    """Every mapping below a value, with the key that it or its list stands under."""
    if isinstance(value, Mapped):
        yield key, value
        for name, each in value.items():
            yield from mappings(name, each)
    elif isinstance(value, Listed):
        for each in value:
            yield from mappings(key, each)


def together(each: Mapped) -> Iterator[Fault]:
    """Fields of one mapping that shut each other out, or say nothing without another."""
    for fields in _TOGETHER:
        given = [name for name in fields if each.get(name) not in (None, "", False)]
        if len(given) > 1:
            yield each.at(given[1]), f"{given[0]} and {given[1]} do not go together"
    if "credentials" in each and str(each.get("type") or "").strip().lower() == "basic":
        yield each.at("type"), "a password is given as basic_auth, not as authorization"
    if each.get("no_proxy") and not each.get("proxy_url"):
        yield each.at("no_proxy"), "no_proxy says nothing without a proxy_url"
    if each.get("proxy_connect_header") and not (each.get("proxy_url") or each.get("proxy_from_environment")):
        yield each.at("proxy_connect_header"), "proxy_connect_header says nothing without a proxy"


def paired(tls: Mapped) -> Iterator[Fault]:
    """A certificate without its key, or the other way round."""
    sides = [any(tls.get(f"{side}{kind}") for kind in ("", "_file", "_ref")) for side in ("cert", "key")]
    if sides[0] != sides[1]:
        yield tls.line, "a client's certificate and its key are given together, or neither"


def reserved(headers: Mapped) -> Iterator[Fault]:
    """Headers that the program sets itself."""
    for header in headers:
        if header.lower() in _RESERVED:
            yield headers.at(header), f"the header {header} is not to be set here"


def no_url(text: str) -> str:
    """Why a text is no address; nothing where it is one."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        return f"{text!r} is no address: {error}"
    bad = re.search(r"%(?![0-9A-Fa-f]{2})|[\x00-\x1f\x7f]", text)
    return f"{text!r} is no address: it holds {bad[0]!r}" if bad else ""
