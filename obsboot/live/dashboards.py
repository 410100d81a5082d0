"""Dashboards as a Grafana has them now: read over its HTTP API, and nothing there is touched."""

from __future__ import annotations

import json
import os
from urllib.parse import quote

from obsboot.live import asking
from obsboot.live.neighbours import TOKEN
from obsboot.live.options import checked_url
from obsboot.model import Exit, ObsbootError


def dashboard_text(url: str, uid: str) -> str | None:
    """The JSON of the dashboard; None where this Grafana has none of that uid.

    Raises ObsbootError: 2 for a URL that is none or holds a password, 6 where Grafana does not answer or wants a
    login (its token is taken from the environment), 4 where it answers with something else.
    """
    server = checked_url("--grafana", url).rstrip("/")
    session = asking.session()
    if token := os.environ.get(TOKEN):
        session.headers["Authorization"] = f"Bearer {token}"
    code, found = asking.status(session, f"{server}/api/dashboards/uid/{quote(uid, safe='')}")
    if code == 404:
        return None
    if code in (401, 403):
        fix = f"put the token of a viewer into {TOKEN}"
        raise ObsbootError(
            f"{url}: Grafana does not show the dashboard {uid} ({code})", fix=fix, code=Exit.COULD_NOT_CHECK
        )
    if code != 200:
        raise ObsbootError(f"{url}: {code} {json.dumps(found)[:200]}", code=Exit.COULD_NOT_CHECK)
    if not isinstance(found, dict) or not isinstance(found.get("dashboard"), dict):
        raise ObsbootError(f"{url}: it answers for {uid} with no dashboard", code=Exit.FAILED)
    return json.dumps(found["dashboard"], ensure_ascii=False)
