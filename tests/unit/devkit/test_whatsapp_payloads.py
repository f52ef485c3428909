"""Webhook bodies: the shape, the bytes and the ids are Meta's."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devkit.emulator.meta import signature
from devkit.whatsapp import payloads
from devkit.whatsapp.config import Business, Customer
from devkit.whatsapp.errors import GraphError, error_body
from devkit.whatsapp.faults import Grouping

STUDIO = Business(
    phone_number_id="10550", waba_id="20550", display_phone_number="+351 211 000", name="Studio"
)
SALON = Business(phone_number_id="10551", waba_id="20551", display_phone_number="+1 212 555", name="Salon")
MARIA = Customer(wa_id="351911000001", name="Maria")
JOAO = Customer(wa_id="351911000002", name="João", user_id="PT.123")
RECORDED = Path(__file__).parents[4] / "shared" / "data" / "whatsapp"


def said(
    customer: Customer, text: str, business: Business = STUDIO, wamid: str = "wamid.1"
) -> payloads.Update:
    body = payloads.message(customer.wa_id, wamid, 1_800_000_000.9, payloads.text(text))
    return payloads.Update("messages", business, customer, body)


def ticked(customer: Customer, name: str, business: Business = STUDIO) -> payloads.Update:
    body = payloads.status("wamid.9", name, 1_800_000_000, customer.wa_id, tracker="ours")
    return payloads.Update("statuses", business, customer, body)


def shape(value: Any) -> Any:
    """A body with its values replaced by their types: what a strict reader depends on."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value).__name__


def without_user_ids(body: Any) -> Any:
    """A recorded body without the business-scoped ids, which only some accounts have."""
    if isinstance(body, dict):
        return {
            key: without_user_ids(v) for key, v in body.items() if key not in ("user_id", "parent_user_id")
        }
    return [without_user_ids(item) for item in body] if isinstance(body, list) else body


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pywa__message__text", payloads.text("hi")),
        ("pywa__message__voice", payloads.audio("1", "audio/ogg; codecs=opus", b"digest", voice=True)),
        ("pywa__callback_button__button", payloads.button_reply("yes", "Yes")),
        ("pywa__callback_selection__description", payloads.list_reply("a", "7 pm", "with Inês")),
        ("pywa__callback_selection__callback", payloads.list_reply("a", "7 pm")),
        ("pywa__callback_button__quick_reply", payloads.quick_reply("p", "Confirm")),
    ],
)
def test_a_message_has_the_shape_of_the_recorded_one(name: str, content: dict[str, object]) -> None:
    path = RECORDED / f"{name}.json"
    if not path.exists():
        pytest.skip("the recorded payloads of shared/data/whatsapp are not here")
    recorded = without_user_ids(json.loads(path.read_text()))
    context = recorded["entry"][0]["changes"][0]["value"]["messages"][0].get("context")
    made = payloads.message(MARIA.wa_id, "wamid.1", 1_800_000_000, content, context)
    body = payloads.envelope([payloads.Update("messages", STUDIO, MARIA, made)])
    assert shape(body) == shape(recorded)


def test_timestamps_are_strings_of_whole_seconds() -> None:
    assert said(MARIA, "hi").body["timestamp"] == "1800000000"
    assert ticked(MARIA, "sent").body["timestamp"] == "1800000000"


def test_the_business_number_is_given_in_digits() -> None:
    value: Any = payloads.envelope([said(MARIA, "hi")])
    metadata = value["entry"][0]["changes"][0]["value"]["metadata"]
    assert metadata == {"display_phone_number": "351211000", "phone_number_id": "10550"}


def test_one_value_holds_messages_and_statuses_of_one_number_with_each_contact_once() -> None:
    updates = [said(MARIA, "a"), said(JOAO, "b"), said(MARIA, "c"), ticked(MARIA, "sent")]
    body: Any = payloads.envelope(updates, "one_value")
    (entry,) = body["entry"]
    (change,) = entry["changes"]
    assert [m["text"]["body"] for m in change["value"]["messages"]] == ["a", "b", "c"]
    assert len(change["value"]["statuses"]) == 1
    assert [c["profile"]["name"] for c in change["value"]["contacts"]] == ["Maria", "João"]


def test_two_numbers_never_share_a_value() -> None:
    body: Any = payloads.envelope([said(MARIA, "a"), said(MARIA, "b", SALON)], "one_value")
    assert [entry["id"] for entry in body["entry"]] == ["20550", "20551"]


@pytest.mark.parametrize(("grouping", "entries", "changes"), [("changes", 1, 3), ("entries", 3, 3)])
def test_a_batch_can_be_spread_over_changes_or_entries(
    grouping: Grouping, entries: int, changes: int
) -> None:
    body: Any = payloads.envelope([said(MARIA, "a"), said(JOAO, "b"), ticked(MARIA, "read")], grouping)
    assert len(body["entry"]) == entries
    assert sum(len(entry["changes"]) for entry in body["entry"]) == changes


@given(st.lists(st.sampled_from(["MARIA a", "JOAO b", "status"]), min_size=1, max_size=8), st.data())
def test_no_grouping_loses_or_doubles_an_update(kinds: list[str], data: st.DataObject) -> None:
    updates = [
        ticked(MARIA, "sent")
        if kind == "status"
        else said(MARIA if "M" in kind else JOAO, kind, wamid=str(i))
        for i, kind in enumerate(kinds)
    ]
    groupings: list[Grouping] = ["one_value", "changes", "entries"]
    grouping = data.draw(st.sampled_from(groupings))
    body: Any = payloads.envelope(updates, grouping)
    values = [change["value"] for entry in body["entry"] for change in entry["changes"]]
    found = [item for value in values for kind in ("messages", "statuses") for item in value.get(kind, [])]
    assert sorted(map(str, found)) == sorted(str(update.body) for update in updates)


@given(st.dictionaries(st.text(), st.text() | st.integers()))
def test_the_bytes_are_ascii_with_escaped_slashes_and_mean_the_same(body: dict[str, str | int]) -> None:
    raw = payloads.encode(body)
    assert raw.isascii()
    assert b"/" not in raw.replace(b"\\/", b"")
    assert json.loads(raw) == body


def test_accents_and_slashes_travel_as_meta_escapes_them() -> None:
    assert payloads.encode({"a": "é/😀"}) == rb'{"a":"\u00e9\/\ud83d\ude00"}'


def test_the_signature_is_the_hmac_of_the_bytes() -> None:
    # Computed by another tool: printf payload | openssl dgst -sha256 -hmac secret
    known = "sha256=b82fcb791acec57859b989b430a826488ce2e479fdf92326bd0a2e8375a42ba4"
    assert signature("secret", b"payload") == known


@given(
    st.from_regex(r"[0-9]{7,15}", fullmatch=True), st.sets(st.binary(min_size=10, max_size=10), min_size=2)
)
def test_different_tokens_give_different_wamids(wa_id: str, tokens: set[bytes]) -> None:
    made = {payloads.make_wamid(wa_id, token) for token in tokens}
    assert len(made) == len(tokens)
    assert all(wamid.startswith("wamid.HBg") for wamid in made)


def test_a_failed_status_says_why() -> None:
    body: Any = payloads.status("wamid.9", "failed", 1, "351", error=(131047, "too late"))
    (error,) = body["errors"]
    assert (error["code"], error["error_data"]["details"]) == (131047, "too late")
    assert "pricing" not in body


def test_graph_errors_name_their_code_in_message_and_body() -> None:
    body: Any = error_body(GraphError(131047, "too late"), "trace")
    assert body["error"]["code"] == 131047
    assert body["error"]["message"] == "(#131047) Re-engagement message"
    assert body["error"]["error_data"] == {"messaging_product": "whatsapp", "details": "too late"}
