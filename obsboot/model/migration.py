"""What a version of the catalogue has renamed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Migration:
    """Old name -> new name, as of one version.

    `answers` are keys of pack questions, or `component.question` with the component's name of before. `sources` are
    what generated files come from, by which a file is known again wherever it is written now.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
