"""What follows from WhatsApp's other news? Consent, identities, calls, history, and notices to the operator."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from services.gateway.channels import (
    AccountNotice,
    ConsentChanged,
    EventIn,
    IdentityChanged,
    Unremarkable,
)
from tests.unit.gateway.channels.contract_case import FIXTURES
from tests.unit.gateway.channels.whatsapp_cases import NUMBER, OWNER, parse, parse_fixture, the_event


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / "whatsapp" / f"{name}.json").read_text())


def events(name: str) -> list[EventIn]:
    found = parse_fixture(name)
    assert all(isinstance(item, EventIn) for item in found), found
    return [item for item in found if isinstance(item, EventIn)]


def notice(name: str) -> AccountNotice:
    found = the_event(name).news
    assert isinstance(found, AccountNotice), found
    return found


# --- people -----------------------------------------------------------------------------------------------


def test_each_person_of_a_list_wants_marketing_or_not() -> None:
    assert [event.news for event in events("preferences")] == [
        ConsentChanged("351910000001", False, "marketing", "+351910000001"),
        ConsentChanged("351910000002", True, "marketing", "+351910000002"),
        ConsentChanged("PT.2000000000003", True, "marketing"),
    ]


def test_a_preference_of_a_word_that_we_do_not_know_changes_nothing() -> None:
    body = fixture("preferences")
    [change] = body["entry"][0]["changes"]
    change["value"]["user_preferences"] = [change["value"]["user_preferences"][0] | {"value": "perhaps"}]

    [found] = parse(body)

    assert isinstance(found, EventIn)
    assert found.news == Unremarkable()


def test_a_person_with_another_number_is_known_by_it_from_now_on() -> None:
    found = the_event("system_number_change")

    assert found.type == "message:system"
    assert found.news == IdentityChanged("351910000001", "351910000009", "+351910000009")


def test_a_person_with_another_business_scoped_id_is_known_by_it_from_now_on() -> None:
    assert the_event("system_user_id_change").news == IdentityChanged("PT.2000000000002", "PT.2000000000003")
    assert [event.news for event in events("user_id_update")] == [
        IdentityChanged("PT.1000000000001", "PT.1000000000009", "+351910000001"),
        IdentityChanged("PT.2000000000002", "PT.2000000000003"),
    ]


def test_a_name_that_tells_of_a_changed_id_is_not_believed() -> None:
    body = fixture("system_user_id_change")
    item = body["entry"][0]["changes"][0]["value"]["messages"][0]
    del item["from_user_id"]
    item["system"]["body"] = "User x changed from PT.1000000000001 to PT.2000000000003"

    [found] = parse(body)

    assert isinstance(found, EventIn)
    assert found.news == Unremarkable()


def test_a_changed_security_code_of_a_person_changes_nothing() -> None:
    assert the_event("system_identity").news == Unremarkable()


# --- lists ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["preferences", "user_id_update", "calls"])
def test_an_element_has_the_same_key_in_another_grouping_and_at_another_time(name: str) -> None:
    body = fixture(name)
    [change] = body["entry"][0]["changes"]
    [(key, items)] = [(k, v) for k, v in change["value"].items() if isinstance(v, list) and k != "contacts"]
    alone = copy.deepcopy(body)
    alone["entry"] = [
        {
            "id": OWNER,
            "time": 1763800000 + n,
            "changes": [change | {"value": change["value"] | {key: [item]}}],
        }
        for n, item in enumerate(reversed(items))
    ]

    keys = [item.key for item in parse(alone) if isinstance(item, EventIn)]

    assert keys == [event.key for event in reversed(events(name))]
    assert len(set(keys)) == len(items) > 1


def test_a_call_and_its_end_are_two_events() -> None:
    assert [event.type for event in events("calls")] == ["calls:connect", "calls:terminate"]
    assert the_event("call_status").type == "calls:RINGING"


def test_old_chats_and_the_address_book_are_noted_and_not_copied() -> None:
    history, contact = the_event("history"), the_event("address_book")

    assert b"an old secret" not in history.raw
    assert json.loads(history.raw)["metadata"]["progress"] == 40
    assert b"Tia Ana" not in contact.raw


# --- the account ------------------------------------------------------------------------------------------


def test_news_of_the_account_are_its_owners() -> None:
    found = the_event("account_update")

    assert (found.account_id, found.owner_id) == (None, OWNER)


def test_a_partner_hears_which_account_is_meant() -> None:
    assert the_event("account_of_a_partner_removed").owner_id == "300000000000102"


def test_the_same_news_have_the_same_key_and_others_another() -> None:
    body = fixture("account_update")
    later = copy.deepcopy(body)
    later["entry"][0]["time"] += 1

    keys = [item.key for raw in (body, body, later) for item in parse(raw) if isinstance(item, EventIn)]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("name", "severity", "pauses", "clears"),
    [
        ("account_update", "critical", True, False),
        ("account_reinstated", "info", False, True),
        ("account_reconnected", "info", False, True),
        ("account_may_not_write_first", "critical", False, False),
        ("account_may_not_answer", "critical", True, False),
        ("account_violation", "critical", False, False),
        ("account_of_a_partner_removed", "critical", True, False),
        ("account_alert", "warning", False, False),
        ("account_review", "critical", False, False),
        ("quality_update", "critical", True, False),
        ("number_unflagged", "info", False, True),
        ("number_name", "warning", False, False),
        ("template_rejected", "warning", False, False),
        ("template_approved", "info", False, False),
        ("template_quality", "warning", False, False),
        ("template_category", "warning", False, False),
        ("capability", "info", False, False),
        ("security", "warning", False, False),
    ],
)
def test_the_operator_hears_how_bad_it_is_and_whether_sending_stops(
    name: str, severity: str, pauses: bool, clears: bool
) -> None:
    found = notice(name)

    assert (found.severity, found.pauses, found.clears) == (severity, pauses, clears)
    assert "?" not in found.summary
    assert found.summary[0].isupper()
    assert found.summary.endswith((".", ")"))


def test_a_notice_names_what_it_is_about() -> None:
    assert "351210000000" in notice("quality_update").summary
    assert "usher channel resume" in notice("quality_update").summary
    assert "2025-11-23 12:13 UTC" in notice("account_may_not_answer").summary
    assert "booking_reminder (pt_PT) is rejected: Parameters stand" in notice("template_rejected").summary


@pytest.mark.parametrize(
    "field",
    [
        "account_update",
        "account_alerts",
        "account_review_update",
        "business_capability_update",
        "security",
        "phone_number_quality_update",
        "phone_number_name_update",
        "message_template_status_update",
        "message_template_quality_update",
        "message_template_components_update",
        "template_category_update",
    ],
)
def test_news_without_any_details_are_a_notice_that_pauses_nothing(field: str) -> None:
    change = {"field": field, "value": {}}
    body = {"object": "whatsapp_business_account", "entry": [{"id": OWNER, "changes": [change]}]}

    [found] = parse(body)

    assert isinstance(found, EventIn)
    assert isinstance(found.news, AccountNotice)
    assert not found.news.pauses
    assert not found.news.clears


@pytest.mark.parametrize("field", ["flows", "payment_configuration_update", "something_new"])
def test_news_that_we_have_no_use_for_are_kept(field: str) -> None:
    change = {"field": field, "value": {"metadata": {"phone_number_id": NUMBER}, "event": "X"}}
    body = {"object": "whatsapp_business_account", "entry": [{"id": OWNER, "changes": [change]}]}

    [found] = parse(body)

    assert isinstance(found, EventIn)
    assert (found.type, found.account_id, found.news) == (field, NUMBER, Unremarkable())
    assert json.loads(found.raw)["event"] == "X"
