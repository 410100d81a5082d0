"""An answer is data: each language that a pack nests has one encoder, shown through that language's own parser."""

from __future__ import annotations

import sqlite3

import promql_parser
from hypothesis import given
from hypothesis import strategies as st

from obsboot.promql.rewriting import quote
from obsboot.render.context import sql_identifier

TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=40)


@given(TEXT)
def test_a_promql_string_means_what_was_meant(text: str) -> None:
    assert promql_parser.parse(quote(text)).val == text


@given(TEXT.filter(bool))
def test_an_sql_identifier_is_one_name(name: str) -> None:
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE TABLE t ({sql_identifier(name)} int)")
    assert [row[1] for row in database.execute("PRAGMA table_info(t)")] == [name]
