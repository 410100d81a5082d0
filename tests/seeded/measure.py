"""How good the linter is: seeded defects by area, noise on the clean stack and on collections in the manner of others.

python -m tests.seeded.measure [defects|variants] [AREA]     exit 1 below the aims
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor

from obsboot.model import Finding
from tests.seeded.collections_review import collections, excused
from tests.seeded.defects import defects
from tests.seeded.verdicts import LOUD, Judged, Verdict, clean, judge, try_defect

CAUGHT, PLACED = 0.90, 0.95
"""Aims: of the defects that can be told offline, and of those that are caught."""
SAMPLE = 4
"""Findings of one check that are printed of each folder."""


def main(name: str = "defects", area: str = "") -> int:
    wanted = [defect for defect in defects(name) if area in defect.area]
    with ProcessPoolExecutor() as pool:
        verdicts = list(pool.map(try_defect, wanted, chunksize=4))
    good = [_table(verdicts), _details(verdicts), _noise()]
    _collections()
    return 0 if all(good) else 1


def _table(verdicts: list[Verdict]) -> bool:
    print(f"{'area':<22}{'seeded':>8}{'offline':>9}{'caught':>8}{'by info':>9}{'missed':>8}{'placed':>8}")
    areas = list(dict.fromkeys(verdict.defect.area for verdict in verdicts))
    for area in areas:
        _line(area, [verdict for verdict in verdicts if verdict.defect.area == area])
    return _line("all", verdicts)


def _line(name: str, verdicts: list[Verdict]) -> bool:
    caught = [verdict for verdict in verdicts if verdict.caught]
    informed = sum(not verdict.caught and bool(verdict.quiet) for verdict in verdicts)
    offline = [verdict for verdict in verdicts if verdict.defect.offline]
    placed = sum(verdict.placed for verdict in caught)
    missed = len(verdicts) - len(caught) - informed
    print(f"{name:<22}{len(verdicts):>8}{len(offline):>9}{len(caught):>8}{informed:>9}{missed:>8}{placed:>8}")
    return sum(v.caught for v in offline) >= CAUGHT * len(offline) and placed >= PLACED * len(caught)


def _details(verdicts: list[Verdict]) -> bool:
    """Prints what is missed or wrongly placed; whether nothing is missed that nobody knows of."""
    for broken in sorted({each for verdict in verdicts for each in verdict.broken}):
        print(f"broken   {broken}")
    for verdict in verdicts:
        defect = verdict.defect
        if not verdict.caught:
            known = defect.missed or defect.reason
            print(f"missed   {defect.id} {defect.what}" + (f" ({known})" if known else ""))
            _print_findings(verdict.quiet)
        elif not verdict.placed:
            wanted = ", ".join(f"{marker.file} {marker.text.strip()!r}" for marker in defect.at)
            print(f"misplaced {defect.id} {defect.what} Wanted: {wanted}")
            _print_findings(verdict.loud)
    return all(verdict.caught or verdict.defect.missed or not verdict.defect.offline for verdict in verdicts)


def _noise() -> bool:
    said = clean()
    print(f"\nclean stack: {len(said.loud)} errors and warnings, {len(said.findings) - len(said.loud)} infos")
    _print_counts(said)
    return not said.loud and not said.broken


def _collections() -> None:
    for root in collections():
        said = judge(root)
        unread = [each for each in said.findings if each.severity == "error" and not excused(root.name, each)]
        print(f"\ncollection {root.name}: {len(said.findings)} findings, {len(unread)} errors that nobody has read")
        _print_counts(said)


def _print_counts(said: Judged) -> None:
    """How often each check speaks, and the first of what it says."""
    for broken in said.broken:
        print(f"  broken  {broken}")
    kinds: dict[tuple[str, str], list[Finding]] = {}
    for finding in said.findings:
        kinds.setdefault((finding.severity, finding.check), []).append(finding)
    for (severity, name), found in sorted(kinds.items()):
        print(f"  {severity:<8}{name:<40}{len(found):>5}")
        for each in found[:SAMPLE] if severity in LOUD else ():
            print(f"            {each.path}:{each.line}:{each.column} {each.message}")


def _print_findings(findings: tuple[Finding, ...]) -> None:
    for each in findings[:8]:
        print(f"    {each.severity} {each.check} {each.path}:{each.line}:{each.column} {each.message}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
