"""The offline checks: what can be told of a pack from its files and the catalogue alone."""

from __future__ import annotations

import time
import warnings
from collections.abc import Collection, Iterator

from obsboot.checks.base import Check, checks
from obsboot.model import Finding, Outcome, Pack, Result, Unread
from obsboot.sources.context import Context
from obsboot.sources.errors import CannotCheckError, NotApplicableError
from obsboot.sources.folder import Folder

__all__ = ["Check", "check", "checks"]


def check(subject: Pack | Folder, *, only: Collection[str] = ()) -> tuple[Result, ...]:
    """One result for each check (or for those whose ids are in `only`), by id.

    Warnings do not fail a check. What could not be read makes every check that needed it an `error`, never `passed`.
    """
    context = Context(subject)
    wanted = [each for each in checks() if not only or each.id in only]
    with warnings.catch_warnings():
        # Python's own, of expressions that are written for other programs.
        warnings.simplefilter("ignore", FutureWarning)
        return tuple(_result(each, context) for each in wanted)


def _result(each: Check, context: Context) -> Result:
    began = time.perf_counter()
    context.unseen.clear()
    findings: list[Finding] = []
    outcome, reason, unread = _outcome(each.run(context), findings, context)
    if outcome == "passed" and not findings and not each.finds_its_kind(context):
        outcome, reason = "skipped", "the folder has nothing of the kind"
    return Result(
        check=each.id,
        subject=context.directory,
        outcome=outcome,
        reason=reason,
        findings=tuple(dict.fromkeys(findings)),
        seconds=time.perf_counter() - began,
        unread=unread,
    )


def _outcome(
    run: Iterator[Finding], findings: list[Finding], context: Context
) -> tuple[Outcome, str, tuple[Unread, ...]]:
    """Collects into `findings`; what was found before a crash is kept."""
    outcome: Outcome = "passed"
    reason, unread = "", tuple[Unread, ...]()
    try:
        findings.extend(run)
    except NotApplicableError as why:
        outcome, reason = "skipped", str(why)
    except CannotCheckError as why:
        outcome, reason = "error", str(why)
    except Exception as crash:  # a check that breaks must not hide what the others find
        outcome, reason = "error", f"the check broke: {type(crash).__name__}: {crash}"
    if outcome == "passed" and context.unseen:
        unread = tuple(sorted(context.unseen))
        outcome, reason = "error", "; ".join(map(str, unread))
    return "failed" if any(f.severity == "error" for f in findings) else outcome, reason, unread
