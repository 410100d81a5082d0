"""The user's own service is asked what it exposes, before anything is proven on it."""

from __future__ import annotations

from collections.abc import Callable

import requests

from obsboot.live import asking
from obsboot.live.containers import Box
from obsboot.live.expected import Lack, lacks, snippet_for, speaking
from obsboot.live.run import Run
from obsboot.live.waiting import wait_for
from obsboot.model import Finding, Instance, ObsbootError, Outcome, Result, Severity
from obsboot.stack import service_instance

CHECK = "live/service"
_ANSWERS_SECONDS = 60.0
_ASK_SECONDS = 10.0
_PAGES = ("/", "/", "/obsboot-asks-for-a-page-that-is-not-there")
"""Asked before the endpoint is read: what counts requests is there once there were some."""


def check_own_service(run: Run) -> None:
    """Look at the user's service where there is one in place of the reference service."""
    if run.options.service_image or run.options.service_url:
        check_service(run, lambda: _box(run).url(), ask_pages=bool(run.options.service_image))


def _box(run: Run) -> Box:
    """The container of the service."""
    return next(box for (owner, name), box in run.boxes.items() if run.recipes[owner].containers[name].reference)


def _last_lines(run: Run) -> str:
    return f"; its last lines:\n{_box(run).last_lines(8)}" if run.options.service_image and run.boxes else ""


def check_service(run: Run, base: Callable[[], str], *, ask_pages: bool) -> None:
    """One result: the list of what the endpoint lacks. A service that does not answer is missing in the run.

    `base` gives its URL as this process reaches it; `ask_pages` whether it may be asked for more than its metrics.
    """
    instance = service_instance(run.stack)
    if instance is None:
        return
    if instance.id in run.missing:
        _cannot(run, instance, run.missing[instance.id])
        return
    scrape = instance.component.scrape
    path = scrape.path if scrape else "/metrics"
    try:
        exposed = _exposed(run, base, path, _PAGES if ask_pages else ())
    except (ObsbootError, requests.RequestException) as error:  # a container that has ended is published no more
        _cannot(run, instance, f"your service does not answer: {error}{_last_lines(run)}")
    else:
        _tell(run, instance, path, exposed)


def _exposed(run: Run, base: Callable[[], str], path: str, pages: tuple[str, ...]) -> requests.Response:
    session = asking.session()
    seen = ""

    def answers() -> bool:
        nonlocal seen
        try:
            session.get(base() + path, timeout=_ASK_SECONDS)
        except requests.RequestException as error:
            seen = str(error)[:200]
            return False
        return True

    wait_for(f"GET {base()}{path}", answers, _ANSWERS_SECONDS, run.stopping, lambda: seen)
    for page in pages:
        session.get(base() + page, timeout=_ASK_SECONDS, allow_redirects=False)
    return session.get(base() + path, timeout=_ASK_SECONDS)


def _cannot(run: Run, instance: Instance, why: str) -> None:
    run.say(CHECK, instance.id, "error", why)
    _miss(run, instance, why)


def _miss(run: Run, instance: Instance, why: str) -> None:
    """Everything that the service's endpoint would have shown is missing."""
    for each in run.stack.instances:
        if each.job == instance.job:
            run.missing.setdefault(each.id, why)


def _tell(run: Run, instance: Instance, path: str, exposed: requests.Response) -> None:
    exposition = exposed.text if exposed.ok else ""
    found = [lack for each in speaking(run.stack) for lack in lacks(run.stack, each, exposition)]
    findings = [_finding(run, lack) for lack in found]
    hard = [finding.message for finding in findings if finding.severity == "error"]
    outcome: Outcome = "failed" if hard else "passed"
    said = f"lacks {'; '.join(hard)}" if hard else "its endpoint shows what the pack reads"
    if not exposed.ok:
        _miss(run, instance, f"your service answers GET {path} with {exposed.status_code}")
        said = f"GET {path} answers {exposed.status_code}: it {said}"
    _libraries(run, found)
    detail = {"lacks": [lack.what for lack in found if not lack.soft], "url": exposed.url}
    run.add(Result(CHECK, instance.id, outcome, said, tuple(findings), detail=detail))


def _libraries(run: Run, found: list[Lack]) -> None:
    """A library that the endpoint says nothing of is missing; the others may only not have been used."""
    unseen = {lack.instance.id for lack in found if lack.metric == lack.what}
    for library in (i for i in speaking(run.stack) if i.component.kind == "library"):
        if library.id in unseen:
            run.missing.setdefault(library.id, "your service's endpoint shows none of its metrics")
        else:
            run.idle[library.id] = f"nothing in the run makes your service use {library.component.title}"


def _finding(run: Run, lack: Lack) -> Finding:
    snippet = snippet_for(run.stack, lack, run.copy.files)
    where = f"{snippet} adds it" if snippet else "no snippet of the pack adds it"
    fix = f"take {snippet} into the service; its first lines say how" if snippet else ""
    severity: Severity = "warning" if lack.soft else "error"
    return Finding(CHECK, severity, snippet or lack.instance.id, 0, f"{lack.what} ({where})", fix=fix)
