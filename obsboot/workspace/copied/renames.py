"""Files that the template renamed: told by what is in them, since copier does not say which template a file is from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import takewhile
from pathlib import PurePosixPath

from obsboot.workspace.copied.rendering import Rendered
from obsboot.workspace.update.moves import ALIKE

_LARGEST = 200_000
"""Characters of a file that is compared line by line; larger ones are found again by their exact bytes alone."""

Score = tuple[float, int]


def renames(gone: Mapping[str, Rendered], come: Mapping[str, Rendered]) -> dict[str, str]:
    """New path -> old path of each file that was renamed; a file that could be either of two is none of them."""
    scores = {
        (new, old): score
        for new, here in come.items()
        for old, there in gone.items()
        if (score := _score(new, old, here, there))[0] >= ALIKE
    }
    return dict(_matched(scores))


def _matched(scores: Mapping[tuple[str, str], Score]) -> Iterator[tuple[str, str]]:
    """The pairs, best first, as long as each is the only one of its score for both of its files."""
    taken: set[str] = set()
    for score in sorted(set(scores.values()), reverse=True):
        pairs = [pair for pair, own in scores.items() if own == score and not taken.intersection(pair)]
        counts = Counter(path for pair in pairs for path in pair)
        for pair in pairs:
            if counts[pair[0]] == counts[pair[1]] == 1:
                yield pair
        taken.update(counts)


def _score(new: str, old: str, here: Rendered, there: Rendered) -> Score:
    """How alike they are, and then how many parts at the end of their paths."""
    parts = zip(reversed(PurePosixPath(new).parts), reversed(PurePosixPath(old).parts), strict=False)
    return _likeness(here, there), sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], parts))


def _likeness(one: Rendered, other: Rendered) -> float:
    """The share of equal lines; of files that are no text, whether they are equal. A link is never renamed."""
    if one.is_link or other.is_link:
        return 0.0
    if one.data == other.data:
        return 1.0
    text, another = one.text, other.text
    if text is None or another is None or max(len(text), len(another)) > _LARGEST:
        return 0.0
    matcher = SequenceMatcher(None, text.splitlines(), another.splitlines(), autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()
