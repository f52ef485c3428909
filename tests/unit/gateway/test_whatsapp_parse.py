"""What do webhooks say? Every shape of WhatsApp's bodies, and bodies of no shape at all."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.channels import EventIn, Inbound, Malformed, MessageIn, StatusIn, Unreadable
from services.gateway.inbound import decode_status, row_of
from shared.messages.conversation import (
    ChoiceContent,
    Content,
    MessageReceived,
    OtherContent,
    TextContent,
    VoiceContent,
)
from tests.unit.gateway.factories import FIXTURES, NOW, RECORDED, TENANT, parse, parse_fixture, the_message

OWN = sorted(FIXTURES.glob("*.json"))
THEIRS = sorted(RECORDED.glob("*.json")) if RECORDED.is_dir() else []


# --- messages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fixture", "content"),
    [
        ("text", TextContent(text="Olá! 🧘 amanhã às 19h?")),
        ("button_reply", ChoiceContent(choice_id="book:1", title="Yes please")),
        ("list_reply", ChoiceContent(choice_id="session:2", title="Yin Yoga")),
        ("list_reply_with_description", ChoiceContent(choice_id="session:3", title="Yin Yoga")),
        ("template_button", ChoiceContent(choice_id="confirm", title="Confirm")),
        (
            "voice",
            VoiceContent(
                media_id="700000000000001",
                mime="audio/ogg; codecs=opus",
                sha256="m04pFf2ERdaopTyFkGPA0+bX3i+YY2dYgVFwOgDLSDI=",
            ),
        ),
        ("image", OtherContent(type="image", text="my mat")),
        ("location", OtherContent(type="location", text="Casa Yoga")),
        ("reaction", OtherContent(type="reaction", text="👍")),
        ("reaction_removed_empty", OtherContent(type="reaction")),
        ("reaction_removed_absent", OtherContent(type="reaction")),
        ("flow_reply_invalid_json", OtherContent(type="nfm_reply", text="Sent")),
        ("unsupported", OtherContent(type="unsupported")),
        ("brand_new_type", OtherContent(type="hologram")),
    ],
)
def test_each_type_of_message_becomes_its_content(fixture: str, content: Content) -> None:
    assert the_message(parse_fixture(fixture)).content == content


def test_a_message_says_who_when_and_to_which_number() -> None:
    found = the_message(parse_fixture("text"))

    assert (found.account_id, found.provider_id) == ("300000000000001", "wamid.text-1")
    assert (found.user_id, found.name, found.phone) == ("351910000001", "Rita Sousa", "+351910000001")
    assert found.sent_at == datetime(2025, 11, 22, 8, 26, 40, tzinfo=UTC)


def test_somebody_without_a_number_is_known_by_the_business_scoped_id() -> None:
    found = the_message(parse_fixture("username_only"))

    assert (found.user_id, found.name, found.phone) == ("PT.2000000000002", "Someone", None)


def test_names_go_with_their_ids_and_not_with_their_places() -> None:
    found = {item.user_id: item.name for item in parse_fixture("two_people") if isinstance(item, MessageIn)}

    assert found == {"351910000001": "Ana", "351910000002": "Bruno"}


def test_an_interactive_message_without_a_body_and_its_errors_are_both_kept() -> None:
    found, errors = parse_fixture("interactive_without_body")

    assert isinstance(found, MessageIn)
    assert found.content == OtherContent(type="interactive")
    assert isinstance(errors, EventIn)
    assert errors.type == "errors"


def test_a_system_note_is_an_event_that_nobody_answers() -> None:
    [found] = parse_fixture("system_number_change")

    assert isinstance(found, EventIn)
    assert found.type == "message:system"


@pytest.mark.parametrize("fixture", ["batch_of_three", "three_changes"])
def test_three_messages_in_one_body_are_three_messages_in_order(fixture: str) -> None:
    found = [item.content for item in parse_fixture(fixture) if isinstance(item, MessageIn)]

    assert found == [TextContent(text=str(n)) for n in range(3)]


def test_messages_and_statuses_of_one_value_are_both_read() -> None:
    assert [type(item) for item in parse_fixture("messages_and_statuses")] == [MessageIn, StatusIn]


def test_an_item_that_cannot_be_read_leaves_the_others_alone() -> None:
    found = parse_fixture("one_bad_among_good")

    assert [type(item) for item in found] == [MessageIn, Unreadable, Unreadable, MessageIn]


@pytest.mark.parametrize("timestamp", [None, "", "soon", "-5", "9" * 30, 1.5, True, "١٢٣", {}])
def test_a_timestamp_that_is_none_is_replaced_by_the_time_of_arrival(timestamp: object) -> None:
    body = json.loads((FIXTURES / "text.json").read_text())
    body["entry"][0]["changes"][0]["value"]["messages"][0]["timestamp"] = timestamp

    assert the_message(parse(body)).sent_at == NOW


def test_a_nul_in_a_text_is_dropped_because_postgresql_has_none() -> None:
    raw = (FIXTURES / "text.json").read_text().replace("Olá", "O\\u0000lá").encode()

    assert the_message(parse(raw)).content == TextContent(text="Olá! 🧘 amanhã às 19h?")


def test_half_an_emoji_costs_a_character_and_not_the_batch() -> None:
    raw = (FIXTURES / "text.json").read_text().replace("Olá", "Ol\\ud83d").encode()

    assert the_message(parse(raw)).content == TextContent(text="Ol?! 🧘 amanhã às 19h?")


# --- statuses and events ----------------------------------------------------------------------------------


def the_status(fixture: str) -> StatusIn:
    [item] = parse_fixture(fixture)
    assert isinstance(item, StatusIn)
    return item


def test_a_status_brings_our_own_id_back() -> None:
    found = the_status("status_sent")

    assert (found.state, found.provider_id, found.part) == ("sent", "wamid.out-1", None)
    assert found.delivery_id == UUID("22222222-2222-4222-8222-222222222222")


def test_a_status_of_an_earlier_part_says_which() -> None:
    assert the_status("status_of_a_part").part == 1


def test_a_tracker_that_is_not_ours_is_no_id() -> None:
    assert the_status("status_foreign_tracker").delivery_id is None


def test_played_counts_as_read() -> None:
    assert the_status("status_played").state == "read"


def test_a_failure_names_its_code() -> None:
    assert the_status("status_failed").reason == "131047 Re-engagement message"


def test_each_participants_status_is_a_report_of_its_own() -> None:
    first, second = parse_fixture("status_group")

    assert isinstance(first, StatusIn)
    assert isinstance(second, StatusIn)
    assert first.key != second.key


def test_an_unknown_status_is_kept_as_an_event() -> None:
    [found] = parse_fixture("status_deleted")

    assert isinstance(found, EventIn)


@pytest.mark.parametrize("fixture", ["account_update", "quality_update"])
def test_news_about_the_account_are_events_of_its_owner(fixture: str) -> None:
    [found] = parse_fixture(fixture)

    assert isinstance(found, EventIn)
    assert (found.account_id, found.owner_id) == (None, "300000000000101")


def test_the_same_news_have_the_same_key_and_others_another() -> None:
    body = json.loads((FIXTURES / "account_update.json").read_text())
    later = copy.deepcopy(body)
    later["entry"][0]["time"] += 1

    keys = [item.key for raw in (body, body, later) for item in parse(raw) if isinstance(item, EventIn)]
    assert keys[0] == keys[1] != keys[2]


# --- bodies of no shape -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{}",
        b'{"object":"page","entry":[{}]}',
        b'{"object":"whatsapp_business_account"}',
        b'{"object":"whatsapp_business_account","entry":[]}',
        b"[" * 100_000,
        b'{"object":' * 5_000,
        b'{"object":"whatsapp_business_account","entry":[NaN]}',
    ],
)
def test_a_body_that_is_no_envelope_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse(raw)


@given(st.binary(max_size=200))
def test_random_bytes_are_malformed_and_nothing_else(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse(raw)


Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The path of every value inside."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found += places(inner, (*path, index))
    return found


BODIES = [json.loads(path.read_text()) for path in OWN]


@settings(max_examples=400)
@given(st.sampled_from(BODIES), st.data())
def test_a_body_with_anything_anywhere_is_read_or_malformed_and_can_be_stored(
    body: object, data: st.DataObject
) -> None:
    changed = copy.deepcopy(body)
    path = data.draw(st.sampled_from(places(changed)))
    inside: object = changed
    for step in path[:-1]:
        inside = inside[step]  # type: ignore[index]  # the path leads through it
    if data.draw(st.booleans()):
        del inside[path[-1]]  # type: ignore[attr-defined]
    else:
        inside[path[-1]] = data.draw(Json)  # type: ignore[index]
    try:
        raw = json.dumps(changed).encode()
        items = parse(raw)
    except Malformed:
        return

    for item in items:
        assert storable(item)


def storable(item: Inbound) -> bool:
    """Whether the item becomes a row without NUL, and a message one that its reader understands."""
    if isinstance(item, Unreadable):
        return bool(item.raw)
    row = row_of(item, TENANT, "whatsapp")
    if row.kind == "message":
        MessageReceived.decode(row.payload)
    if row.kind == "status":
        decode_status(row.tenant_id, row.id, row.payload)
    return not any("\x00" in text for text in (row.account_id, row.provider_id, row.user_id or ""))


# --- rows -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*OWN, *THEIRS], ids=lambda path: path.stem)
def test_every_known_payload_is_read_whole(path: object) -> None:
    items = parse(path.read_bytes())  # type: ignore[attr-defined]

    assert items
    if path.stem != "one_bad_among_good":  # type: ignore[attr-defined]
        assert not [item for item in items if isinstance(item, Unreadable)]
    assert all(storable(item) for item in items)


def test_the_recorded_payloads_are_there() -> None:
    if not THEIRS:
        pytest.skip("../shared/data/whatsapp with the recorded payloads is not there")
    assert len(THEIRS) > 50


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_a_message_row_carries_what_the_contract_would_encode(path: object) -> None:
    for item in parse(path.read_bytes()):  # type: ignore[attr-defined]
        if isinstance(item, MessageIn):
            row = row_of(item, TENANT, "whatsapp")
            decoded = MessageReceived.decode(row.payload)
            assert MessageReceived.decode(decoded.encode()) == decoded
            assert (decoded.message_id, decoded.conversation_id) == (row.id, row.conversation_id)
            assert decoded.content == item.content
            assert row.subject == f"in.whatsapp.{TENANT}.{row.conversation_id}"


def test_regrouped_items_keep_the_ids_of_their_rows() -> None:
    def ids_of(name: str) -> set[UUID]:
        items = parse_fixture(name)
        return {row_of(item, TENANT, "whatsapp").id for item in items if not isinstance(item, Unreadable)}

    body = json.loads((FIXTURES / "batch_of_three.json").read_text())
    [change] = body["entry"][0]["changes"]
    messages = change["value"]["messages"]
    body["entry"] = [
        {"id": "x", "changes": [{"field": "messages", "value": change["value"] | {"messages": [m]}}]}
        for m in reversed(messages)
    ]

    regrouped = {
        row_of(item, TENANT, "whatsapp").id for item in parse(body) if not isinstance(item, Unreadable)
    }
    assert regrouped == ids_of("batch_of_three")


def test_a_message_and_its_statuses_are_rows_of_their_own() -> None:
    body = json.loads((FIXTURES / "messages_and_statuses.json").read_text())
    [change] = body["entry"][0]["changes"]
    status = change["value"]["statuses"][0]
    change["value"]["statuses"] = [status | {"status": state} for state in ("sent", "delivered", "read")]
    change["value"]["messages"][0]["id"] = status["id"]

    assert len({row_of(i, TENANT, "whatsapp").id for i in parse(body) if not isinstance(i, Unreadable)}) == 4
