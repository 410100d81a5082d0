"""Three-way merge of texts: base, yours, template. Nothing here reads or writes a file."""

from obsboot.merge.blocks import Block, Side, blocks, resolved
from obsboot.merge.markers import has_markers
from obsboot.merge.outcome import Conflict, Labels, Merged
from obsboot.merge.text import merge_text
from obsboot.merge.yaml import formatting_only, merge_yaml

__all__ = [
    "Block", "Conflict", "Labels", "Merged", "Side", "blocks", "formatting_only", "has_markers", "merge_text", "merge_yaml",
    "resolved",
]  # fmt: skip
