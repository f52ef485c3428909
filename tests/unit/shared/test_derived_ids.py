"""Derived ids are the same for ever, whichever way they are made."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared import ids

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(parts=st.lists(WORDS | st.uuids(), max_size=4), last=WORDS)
def test_a_family_gives_the_ids_that_derive_gives(parts: list[str | UUID], last: str) -> None:
    quick, slow = ids.Family(*parts).derive(last), ids.derive(*parts, last)

    assert quick == slow
    assert slow == quick
    assert (str(quick), quick.version, hash(quick)) == (str(slow), 5, hash(slow))


def test_a_family_is_not_changed_by_what_it_has_derived() -> None:
    family = ids.Family("conversation")

    first = family.derive("a")
    family.derive("b")

    assert family.derive("a") == first


@given(st.uuids())
def test_a_quick_id_is_the_same_id(given_id: UUID) -> None:
    assert ids.quick(given_id) == given_id
    assert {given_id: 1}[ids.quick(given_id)] == 1
