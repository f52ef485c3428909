"""Does the quick reader of plain texts make of an element what the careful one makes of it, or leave it alone?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels import Inbound
from services.gateway.channels.lenient import ItemError
from services.gateway.channels.whatsapp_events import Change
from services.gateway.channels.whatsapp_payloads import People, careful_message
from services.gateway.channels.whatsapp_texts import plain_text

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 10**16),
    st.sampled_from(["", "\x00", "a\x00b", "351910000001", "351910000002", "PT.1", "x" * 300, "١٢٣٤٥٦٧٨"]),
    st.sampled_from(["1763800000", "-1", "99999999999999", "12345678901234567890", "unsupported"]),
    st.sampled_from(
        [[], {}, {"body": "x"}, {"body": None}, {"name": "\x00"}, {"name": "Ana", "username": "a"}]
    ),
)
FIELDS = ("id", "from", "from_user_id", "timestamp", "type", "text", "group_id", "context", "referral", "to")


def text(**changes: object) -> dict[str, Any]:
    plain = {
        "from": "351910000001",
        "from_user_id": "PT.1",
        "id": "wamid.1",
        "timestamp": "1763800000",
        "type": "text",
        "text": {"body": "Olá 🧘"},
    }
    return {**plain, **changes}


def contact(**changes: object) -> dict[str, Any]:
    return {"profile": {"name": "Ana"}, "wa_id": "351910000001", "user_id": "PT.1", **changes}


def both(element: dict[str, Any], *contacts: dict[str, Any]) -> tuple[Inbound | None, Inbound | None]:
    """What the quick and the careful one make of it (None: the quick one leaves it alone, the careful one cannot)."""
    value: dict[str, object] = {"contacts": list(contacts), "messages": [element]}
    people, change = People(value), Change("111", "222", "messages", value, None, NOW)
    try:
        careful = careful_message(change, people, element)
    except ItemError:
        careful = None
    return plain_text("111", people.by_id, element), careful


@given(st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=3), st.dictionaries(st.text(), ODD, max_size=1))
def test_an_element_of_any_kind_is_read_as_the_careful_reader_reads_it(
    changes: dict[str, object], unknown: dict[str, object]
) -> None:
    quick, careful = both(text(**changes) | unknown, contact())

    assert quick in (None, careful)


@given(st.lists(st.dictionaries(st.sampled_from(["profile", "wa_id", "user_id"]), ODD), max_size=2))
def test_a_person_of_any_kind_is_read_as_the_careful_reader_reads_them(
    changes: list[dict[str, object]],
) -> None:
    quick, careful = both(text(), *(contact(**each) for each in changes))

    assert quick in (None, careful)


@pytest.mark.parametrize("bsuid", ["PT.1", None], ids=["by both ids", "by the number"])
def test_a_plain_text_of_a_known_person_is_read_at_once(bsuid: str | None) -> None:
    element = text() if bsuid else {name: value for name, value in text().items() if name != "from_user_id"}

    quick, careful = both(element, contact())

    assert quick is not None
    assert quick == careful


@pytest.mark.parametrize("change", [{"context": {"id": "m"}}, {"referral": {}}, {"group_id": "g"}], ids=str)
def test_a_text_with_more_to_it_is_left_to_the_careful_reader(change: dict[str, object]) -> None:
    assert both(text(**change), contact())[0] is None
