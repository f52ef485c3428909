"""Columns that travel as one text come apart where they were joined, whatever somebody puts into an id."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.store.inbox_columns import joined

ODD = st.text("a0\x1f\x1e\ue000\ue001,é", max_size=6)


def apart(columns: list[list[str]], payloads: list[bytes]) -> tuple[list[list[str]], list[bytes]]:
    """What PostgreSQL makes of them: `string_to_array` of each text."""
    separator, texts, payload = joined(columns, payloads)
    return [text.split(separator) for text in texts], payload.split(separator.encode())


@given(st.lists(st.tuples(ODD, ODD, ODD), min_size=1, max_size=8))
def test_every_element_comes_back_in_its_row(rows: list[tuple[str, str, str]]) -> None:
    columns = [[row[0] for row in rows], [row[1] for row in rows]]
    payloads = [row[2].encode() for row in rows]
    assert apart(columns, payloads) == (columns, payloads)


@pytest.mark.parametrize("odd", ["a\x1f", "a\x1f0", "\x1f0\x1f", "\x1f\ue000", "\ue000\x1f\ue001"])
def test_an_id_that_looks_like_what_separates_moves_nobody_s_row(odd: str) -> None:
    assert apart([[odd, "b"]], [b"{}", b"{}"]) == ([[odd, "b"]], [b"{}", b"{}"])
