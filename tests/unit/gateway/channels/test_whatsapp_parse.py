"""What do webhooks say? Every shape of WhatsApp's messages and statuses, and bodies of no shape at all."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.channels import EventIn, Inbound, Malformed, MessageIn, StatusIn, Unreadable
from shared.messages.conversation import (
    ChoiceContent,
    ContactCard,
    ContactsContent,
    Content,
    EchoContent,
    EditContent,
    FlowContent,
    LocationContent,
    MediaContent,
    OrderContent,
    OrderItem,
    OtherContent,
    ReactionContent,
    Referral,
    RevokeContent,
    TextContent,
    UnsupportedContent,
    VoiceContent,
)
from tests.unit.gateway.channels.contract_case import FIXTURES, NOW, key_of
from tests.unit.gateway.channels.contract_inbound import assert_sound
from tests.unit.gateway.channels.whatsapp_cases import (
    OWN,
    parse,
    parse_fixture,
    the_message,
    the_status,
)

SHA = "m04pFf2ERdaopTyFkGPA0+bX3i+YY2dYgVFwOgDLSDI="
OPUS = "audio/ogg; codecs=opus"


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / "whatsapp" / f"{name}.json").read_text())


def with_message(**changed: object) -> Any:
    """The text fixture with these fields of its message."""
    body = fixture("text")
    body["entry"][0]["changes"][0]["value"]["messages"][0].update(changed)
    return body


# --- messages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text", TextContent(text="Olá! 🧘 amanhã às 19h?")),
        ("button_reply", ChoiceContent(choice_id="book:1", title="Yes please")),
        ("list_reply", ChoiceContent(choice_id="session:2", title="Yin Yoga")),
        ("list_reply_with_description", ChoiceContent(choice_id="session:3", title="Yin Yoga")),
        ("template_button", ChoiceContent(choice_id="confirm", title="Confirm")),
        ("voice", VoiceContent(media_id="700000000000001", mime=OPUS, sha256=SHA)),
        (
            "image",
            MediaContent(
                media="image",
                media_id="700000000000002",
                mime="image/jpeg",
                sha256="AAAA",
                caption="my mat",
            ),
        ),
        (
            "video",
            MediaContent(
                media="video",
                media_id="700000000000002",
                mime="video/mp4",
                sha256=SHA,
                caption="my handstand",
            ),
        ),
        (
            "document",
            MediaContent(
                media="document",
                media_id="700000000000003",
                mime="application/pdf",
                sha256=SHA,
                filename="Declaração médica.pdf",
            ),
        ),
        (
            "sticker",
            MediaContent(media="sticker", media_id="700000000000004", mime="image/webp", sha256=SHA),
        ),
        ("location", LocationContent(latitude=38.7, longitude=-9.1, name="Casa Yoga")),
        ("location_current", LocationContent(latitude=38.7223, longitude=-9.1393)),
        (
            "contacts",
            ContactsContent(
                contacts=(
                    ContactCard(name="Lúcia Gomes", phones=("+351 910 000 009", "+351 210 000 009")),
                    ContactCard(name="Rui"),
                )
            ),
        ),
        (
            "contact_shared_on_request",
            ContactsContent(contacts=(ContactCard(name="", phones=("+351910000002",)),)),
        ),
        ("reaction", ReactionContent(provider_id="wamid.q", emoji="👍")),
        ("reaction_removed_empty", ReactionContent(provider_id="wamid.q")),
        ("reaction_removed_absent", ReactionContent(provider_id="wamid.q")),
        (
            "flow_reply",
            FlowContent(
                token="intake-1",
                answers={"flow_token": "intake-1", "level": "beginner", "injuries": ["knee"], "age": 41},
            ),
        ),
        ("flow_reply_invalid_json", FlowContent()),
        ("flow_reply_not_an_object", FlowContent()),
        ("call_permission_reply", OtherContent(type="call_permission_reply", text="accept")),
        (
            "order",
            OrderContent(
                catalog_id="800000000000001",
                items=(
                    OrderItem(product_id="mat-blue", quantity=2, price="30", currency="EUR"),
                    OrderItem(product_id="block", quantity=1, price="7.5", currency="EUR"),
                ),
                text="for Saturday",
            ),
        ),
        ("edit", EditContent(provider_id="wamid.text-1", text="at 20h instead")),
        ("edit_of_a_caption", EditContent(provider_id="wamid.image-1", text="my other mat")),
        ("revoke", RevokeContent(provider_id="wamid.text-1")),
        ("unsupported", UnsupportedContent(type="unknown", code=131051)),
        ("unsupported_poll", UnsupportedContent(type="poll_creation", code=131051)),
        ("unknown_legacy", UnsupportedContent(type="unknown", code=131051)),
        ("brand_new_type", OtherContent(type="hologram")),
        ("echo_text", EchoContent(text="I will call you")),
        ("echo_with_its_ends_exchanged", EchoContent(text="I will call you at 5")),
    ],
)
def test_each_type_of_message_becomes_its_content(name: str, content: Content) -> None:
    assert the_message(parse_fixture(name)).content == content


def test_a_message_says_who_when_and_to_which_number() -> None:
    found = the_message(parse_fixture("text"))

    assert (found.account_id, found.provider_id) == ("300000000000001", "wamid.text-1")
    assert (found.user_id, found.name, found.phone) == ("351910000001", "Rita Sousa", "+351910000001")
    assert found.aliases == ("PT.1000000000001",)
    assert found.sent_at == datetime(2025, 11, 22, 8, 26, 40, tzinfo=UTC)
    assert (found.quoted, found.referral) == (None, None)


def test_somebody_without_a_number_is_known_by_the_business_scoped_id() -> None:
    found = the_message(parse_fixture("username_only"))

    assert (found.user_id, found.aliases, found.name, found.phone) == (
        "PT.2000000000002",
        (),
        "Someone",
        None,
    )


def test_the_id_of_somebody_without_a_number_leads_to_the_number_that_a_contact_tells() -> None:
    body = with_message(from_user_id="PT.1000000000001")
    del body["entry"][0]["changes"][0]["value"]["messages"][0]["from"]

    found = the_message(parse(body))

    assert (found.user_id, found.aliases) == ("351910000001", ("PT.1000000000001",))


def test_names_go_with_their_ids_and_not_with_their_places() -> None:
    found = {item.user_id: item.name for item in parse_fixture("two_people") if isinstance(item, MessageIn)}

    assert found == {"351910000001": "Ana", "351910000002": "Bruno"}


def test_an_answer_says_what_it_quotes_and_a_forwarded_message_quotes_nothing() -> None:
    assert the_message(parse_fixture("quoting")).quoted == "wamid.out-1"
    assert the_message(parse_fixture("forwarded")).quoted is None


def test_the_advertisement_that_began_the_conversation_is_told() -> None:
    assert the_message(parse_fixture("referral")).referral == Referral(
        source="ad",
        source_id="900000000000001",
        url="https://fb.me/example",
        headline="Chat with us",
        click_id="Aff-example",
    )


@pytest.mark.parametrize("name", ["echo_text", "echo_with_its_ends_exchanged"])
def test_what_the_owner_writes_in_the_phone_app_is_in_the_conversation_of_its_receiver(name: str) -> None:
    found = the_message(parse_fixture(name))

    assert (found.user_id, found.name, found.aliases) == ("351910000001", "Rita Sousa", ("PT.1000000000001",))


def test_an_interactive_message_without_a_body_and_its_errors_are_both_kept() -> None:
    found, errors = parse_fixture("interactive_without_body")

    assert isinstance(found, MessageIn)
    assert found.content == OtherContent(type="interactive")
    assert isinstance(errors, EventIn)
    assert errors.type == "errors"


def test_what_is_said_in_a_group_is_an_event_that_nobody_answers() -> None:
    [found] = parse_fixture("group_text")

    assert isinstance(found, EventIn)
    assert found.type == "message:group:text"


@pytest.mark.parametrize("name", ["batch_of_three", "three_changes"])
def test_three_messages_in_one_body_are_three_messages_in_order(name: str) -> None:
    found = [item.content for item in parse_fixture(name) if isinstance(item, MessageIn)]

    assert found == [TextContent(text=str(n)) for n in range(3)]


def test_a_thousand_messages_in_one_body_are_a_thousand_people() -> None:
    body = fixture("text")
    value = body["entry"][0]["changes"][0]["value"]
    first, contact = value["messages"][0], value["contacts"][0]
    ids = [str(351920000000 + n) for n in range(1000)]
    value["messages"] = [first | {"from": one, "id": f"wamid.{one}"} for one in ids]
    value["contacts"] = [contact | {"wa_id": one, "profile": {"name": f"N{one}"}} for one in reversed(ids)]

    found = [item for item in parse(body) if isinstance(item, MessageIn)]

    assert [(item.user_id, item.name) for item in found] == [(one, f"N{one}") for one in ids]


def test_messages_and_statuses_of_one_value_are_both_read() -> None:
    assert [type(item) for item in parse_fixture("messages_and_statuses")] == [MessageIn, StatusIn]


def test_an_item_that_cannot_be_read_leaves_the_others_alone() -> None:
    found = parse_fixture("one_bad_among_good")

    assert [type(item) for item in found] == [MessageIn, Unreadable, Unreadable, MessageIn]


def test_a_list_that_is_none_is_set_aside_and_not_lost() -> None:
    body = fixture("messages_and_statuses")
    body["entry"][0]["changes"][0]["value"]["messages"] = {"id": "wamid.x"}

    found, status = parse(body)

    assert isinstance(found, Unreadable)
    assert b"wamid.x" in found.raw
    assert isinstance(status, StatusIn)


@pytest.mark.parametrize("timestamp", [None, "", "soon", "-5", "9" * 30, 1.5, True, "١٢٣", {}])
def test_a_timestamp_that_is_none_is_replaced_by_the_time_of_arrival(timestamp: object) -> None:
    assert the_message(parse(with_message(timestamp=timestamp))).sent_at == NOW


@pytest.mark.parametrize(
    "place", [{}, {"latitude": "x"}, {"latitude": 91, "longitude": 0}, {"latitude": 0, "longitude": -181}]
)
def test_a_place_that_is_not_on_earth_is_no_location(place: dict[str, object]) -> None:
    found = the_message(parse(with_message(type="location", location=place | {"name": "Casa Yoga"})))

    assert found.content == OtherContent(type="location", text="Casa Yoga")


def test_a_nul_in_a_text_is_dropped_because_postgresql_has_none() -> None:
    raw = (FIXTURES / "whatsapp" / "text.json").read_text().replace("Olá", "O\\u0000lá").encode()

    assert the_message(parse(raw)).content == TextContent(text="Olá! 🧘 amanhã às 19h?")


def test_half_an_emoji_costs_a_character_and_not_the_batch() -> None:
    raw = (FIXTURES / "whatsapp" / "text.json").read_text().replace("Olá", "Ol\\ud83d").encode()

    assert the_message(parse(raw)).content == TextContent(text="Ol?! 🧘 amanhã às 19h?")


# --- forms ------------------------------------------------------------------------------------------------


def flow(response_json: object) -> FlowContent:
    reply = {"name": "flow", "body": "Sent", "response_json": response_json}
    body = with_message(type="interactive", interactive={"type": "nfm_reply", "nfm_reply": reply})
    content = the_message(parse(body)).content
    assert isinstance(content, FlowContent)
    return content


def test_a_form_without_a_token_has_its_answers() -> None:
    assert flow('{"level":"beginner"}') == FlowContent(answers={"level": "beginner"})


def test_answers_that_are_an_object_already_are_taken() -> None:
    assert flow({"level": "beginner"}) == FlowContent(answers={"level": "beginner"})


def test_answers_hold_no_nul() -> None:
    assert flow('{"a\\u0000":["b\\u0000",{"c":"\\u0000"}]}') == FlowContent(answers={"a": ["b", {"c": ""}]})


def test_answers_nested_deeper_than_anybodys_form_are_cut_and_can_be_written_again() -> None:
    found = flow('{"a":' + "[" * 900 + "]" * 900 + ',"b":1}')

    assert found.answers["b"] == 1
    assert FlowContent.model_validate_json(found.model_dump_json()) == found


# --- statuses ---------------------------------------------------------------------------------------------


def test_a_status_brings_our_own_id_back() -> None:
    found = the_status("status_sent")

    assert (found.state, found.provider_id, found.part) == ("sent", "wamid.out-1", None)
    assert found.delivery_id == UUID("22222222-2222-4222-8222-222222222222")
    assert (found.user_id, found.watermark) == ("351910000001", False)


def test_a_status_of_an_earlier_part_says_which() -> None:
    assert the_status("status_of_a_part").part == 1


def test_a_tracker_that_is_not_ours_is_no_id() -> None:
    assert the_status("status_foreign_tracker").delivery_id is None


def test_played_counts_as_read() -> None:
    assert the_status("status_played").state == "read"


def test_a_failure_names_its_code() -> None:
    found = the_status("status_failed")

    assert (found.code, found.reason) == (131047, "131047 Re-engagement message")


@pytest.mark.parametrize("errors", [None, [], ["x"], [{}], [{"code": "x"}], {}])
def test_a_failure_without_a_reason_is_a_failure(errors: object) -> None:
    body = fixture("status_failed")
    body["entry"][0]["changes"][0]["value"]["statuses"][0]["errors"] = errors

    [found] = parse(body)

    assert isinstance(found, StatusIn)
    assert (found.state, found.code) == ("failed", None)
    assert found.reason


def test_each_participants_status_is_a_report_of_its_own() -> None:
    first, second = parse_fixture("status_group")

    assert isinstance(first, StatusIn)
    assert isinstance(second, StatusIn)
    assert first.key != second.key


def test_a_status_that_we_do_not_know_is_kept_as_an_event() -> None:
    [found] = parse_fixture("status_deleted")

    assert isinstance(found, EventIn)


def test_a_message_and_its_statuses_have_keys_of_their_own() -> None:
    body = fixture("messages_and_statuses")
    value = body["entry"][0]["changes"][0]["value"]
    status = value["statuses"][0]
    value["statuses"] = [status | {"status": state} for state in ("sent", "delivered", "read")]
    value["messages"][0]["id"] = status["id"]

    assert len({key_of(item) for item in parse(body)}) == 4


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


ABYSS = "[" * 600 + "]" * 600


@pytest.mark.parametrize(
    "change",
    [
        '{"field":"account_update","value":{"event":' + ABYSS + "}}",
        '{"field":"user_preferences","value":{"user_preferences":['
        '{"wa_id":"1","value":"stop","x":' + ABYSS + "}]}}",
        '{"field":"messages","value":{"metadata":{"phone_number_id":"1"},"messages":['
        '{"type":"system","id":"1","x":' + ABYSS + "}]}}",
        '{"field":"messages","value":{"metadata":{"phone_number_id":"1"},"messages":' + ABYSS + "}}",
        '{"field":"messages","value":' + ABYSS + "}",
        ABYSS,
    ],
)
def test_what_is_nested_deeper_than_can_be_written_is_set_aside_or_kept(change: str) -> None:
    items = parse(
        ('{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[' + change + "]}]}").encode()
    )

    assert items
    assert_sound(items)
    assert all(item.raw for item in items)


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
def test_a_body_with_anything_anywhere_is_read_or_malformed(body: object, data: st.DataObject) -> None:
    changed: Any = copy.deepcopy(body)
    path = data.draw(st.sampled_from(places(changed)))
    inside = changed
    for step in path[:-1]:
        inside = inside[step]
    if data.draw(st.booleans()):
        del inside[path[-1]]
    else:
        inside[path[-1]] = data.draw(Json)
    try:
        items = parse(changed)
    except Malformed:
        return

    assert_sound(items)


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_every_payload_of_ours_is_read_whole(path: Path) -> None:
    found: list[Inbound] = parse(path.read_bytes())

    unreadable = [item for item in found if isinstance(item, Unreadable)]
    assert bool(unreadable) == (path.stem == "one_bad_among_good")
