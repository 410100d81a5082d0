"""Merges JSON documents by what they say, above all dashboards: pure, no disk, no network, no clock."""

from obsboot.merge.document.reexport import real_changes
from obsboot.merge.document.three_way import Clash, Document, merge_document

__all__ = ["Clash", "Document", "merge_document", "real_changes"]
