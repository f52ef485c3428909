"""How do our messages look in WhatsApp? Request bodies, within the limits whatever we are given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels.whatsapp_render import cut, render, split, units
from shared.messages.conversation import Choice, DocumentBody, MessageSent, TextBody
from shared.messages.media import FileRef
from tests.unit.gateway.factories import MESSAGE, RECORDED, adapter, message

FILE = FileRef(bucket="b", key="k", mime="application/pdf", size=3, sha256="00")
SENT = RECORDED.parent / "whatsapp_send"


def bodies(sent: MessageSent, media_id: str | None = None) -> list[dict[str, Any]]:
    return render(sent, media_id)


def the_body(sent: MessageSent, media_id: str | None = None) -> dict[str, Any]:
    [body] = bodies(sent, media_id)
    return body


def choices(*titles: str) -> tuple[Choice, ...]:
    return tuple(Choice(choice_id=f"c{n}", title=title) for n, title in enumerate(titles))


def test_a_text_goes_to_the_number_with_our_id() -> None:
    assert the_body(message("Hello")) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "351910000001",
        "type": "text",
        "text": {"body": "Hello", "preview_url": False},
        "biz_opaque_callback_data": str(MESSAGE),
    }


def test_somebody_without_a_number_is_a_recipient() -> None:
    body = the_body(message("Hello", to="PT.2000000000002"))

    assert body["recipient"] == "PT.2000000000002"
    assert "to" not in body


def test_a_reply_quotes_what_it_answers() -> None:
    assert the_body(message("Hello", reply_to="wamid.q"))["context"] == {"message_id": "wamid.q"}


def test_up_to_three_choices_are_buttons() -> None:
    body = the_body(message("Book?", choices=choices("Yes please", "Another time", "No")))

    assert body["interactive"] == {
        "type": "button",
        "body": {"text": "Book?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "c0", "title": "Yes please"}},
                {"type": "reply", "reply": {"id": "c1", "title": "Another time"}},
                {"type": "reply", "reply": {"id": "c2", "title": "No"}},
            ]
        },
    }


@pytest.mark.parametrize(
    "titles",
    [("a", "b", "c", "d"), ("A title of 22 letters!",), ("same", "same")],
    ids=["four", "long", "twins"],
)
def test_choices_that_do_not_fit_buttons_are_a_list(titles: tuple[str, ...]) -> None:
    interactive = the_body(message("Which?", choices=choices(*titles)))["interactive"]

    assert interactive["type"] == "list"
    [section] = interactive["action"]["sections"]
    assert [row["title"] for row in section["rows"]] == list(titles)


def test_a_row_title_that_is_cut_is_shown_whole_below() -> None:
    title = "Vinyasa Yoga with Maria on Monday"
    [section] = the_body(message("?", choices=choices(title)))["interactive"]["action"]["sections"]

    assert section["rows"] == [{"id": "c0", "title": "Vinyasa Yoga with Maria…", "description": title}]


def test_choices_beyond_the_tenth_are_named_in_the_text() -> None:
    interactive = the_body(message("Which?", choices=choices(*map(str, range(12)))))["interactive"]

    assert len(interactive["action"]["sections"][0]["rows"]) == 10
    assert interactive["body"]["text"] == "Which?\n• 10\n• 11"


def test_a_document_is_sent_by_the_id_of_its_upload() -> None:
    body = the_body(message(DocumentBody(file=FILE, filename="receipt.pdf", caption="Thanks")), "700")

    assert body["document"] == {"id": "700", "filename": "receipt.pdf", "caption": "Thanks"}


def test_a_document_is_uploaded_first_and_a_text_is_not() -> None:
    document = message(DocumentBody(file=FILE, filename="receipt.pdf"))
    upload = adapter().upload(document)

    assert adapter().upload(message("Hello")) is None
    assert upload is not None
    assert (upload.method, upload.path) == ("POST", "/111/media")
    assert upload.form == {"messaging_product": "whatsapp", "type": "application/pdf"}
    assert upload.file is not None
    assert upload.file.filename == "receipt.pdf"


def test_a_text_that_is_too_long_goes_out_in_parts_that_name_their_number() -> None:
    sent = message("word " * 2000, reply_to="wamid.q")
    parts = bodies(sent)

    assert [part["biz_opaque_callback_data"] for part in parts] == [
        f"{MESSAGE}:0",
        f"{MESSAGE}:1",
        str(MESSAGE),
    ]
    assert " ".join(part["text"]["body"] for part in parts).split() == ["word"] * 2000
    assert ["context" in part for part in parts] == [True, False, False]


def test_a_long_text_with_buttons_is_split_ahead_of_the_buttons() -> None:
    ahead, last = bodies(message(f"{'a' * 900}\n\n{'b' * 900}", choices=choices("Yes")))

    assert ahead["text"]["body"] == "a" * 900
    assert last["interactive"]["body"]["text"] == "b" * 900


TEXTS = st.text(st.sampled_from("ab. \n🧘é"), max_size=9000) | st.text(max_size=50)
CHOICES = st.lists(
    st.builds(
        Choice,
        choice_id=st.text(min_size=1, max_size=300),
        title=st.text(max_size=40),
        description=st.none() | st.text(max_size=100),
    ),
    max_size=14,
)


@given(TEXTS, CHOICES)
def test_whatever_is_said_stays_within_the_limits(text: str, offered: list[Choice]) -> None:
    for body in bodies(message(TextBody(text=text, choices=tuple(offered)))):
        assert within_limits(body)


def within_limits(body: Mapping[str, Any]) -> bool:
    if body["type"] == "text":
        return 0 < units(body["text"]["body"]) <= 4096
    interactive = body["interactive"]
    text = interactive["body"]["text"]
    if interactive["type"] == "button":
        replies = [button["reply"] for button in interactive["action"]["buttons"]]
        titles = [reply["title"] for reply in replies]
        return (
            0 < units(text) <= 1024
            and 0 < len(replies) <= 3
            and len(set(titles)) == len(titles)
            and all(0 < units(title) <= 20 for title in titles)
            and all(units(reply["id"]) <= 256 for reply in replies)
        )
    [section] = interactive["action"]["sections"]
    return (
        0 < units(text) <= 4096
        and units(interactive["action"]["button"]) <= 20
        and 0 < len(section["rows"]) <= 10
        and all(0 < units(row["title"]) <= 24 for row in section["rows"])
        and all(units(row["id"]) <= 200 for row in section["rows"])
        and all(0 < units(row.get("description", "x")) <= 72 for row in section["rows"])
    )


@given(TEXTS, st.integers(2, 50), st.integers(2, 50))
def test_splitting_loses_only_white_space(text: str, limit: int, last_limit: int) -> None:
    parts = split(text, limit, last_limit)

    assert all(0 < units(part) <= limit for part in parts)
    assert units(parts[-1]) <= min(limit, last_limit)
    assert "".join("".join(parts).split()) == ("".join(text.split()) or "…")


@given(st.text(max_size=40), st.integers(1, 30))
def test_cutting_keeps_the_beginning(text: str, limit: int) -> None:
    found = cut(text, limit)

    assert units(found) <= limit
    assert found == text or (found.endswith("…") and text.startswith(found[:-1]))


def test_request_bodies_have_all_keys_of_the_recorded_ones() -> None:
    if not SENT.is_dir():
        pytest.skip("../shared/data/whatsapp_send with recorded request bodies is not there")

    assert keys(recorded("send_text_message_with_preview_url")) <= keys(the_body(message("x")))
    buttons = the_body(message("x", choices=choices("a")))
    assert keys(recorded("send_reply_button")) <= keys(buttons)
    document = the_body(message(DocumentBody(file=FILE, filename="f", caption="c")), "1")
    assert keys(recorded("send_document_message_by_id")) <= keys(document)


def recorded(name: str) -> object:
    return json.loads(Path(SENT / f"fbopenapi__send__{name}.json").read_text())


def keys(value: object, prefix: str = "") -> set[str]:
    """The paths of all keys, lists counted by their first element."""
    if isinstance(value, list):
        return keys(value[0], f"{prefix}[]") if value else set()
    if not isinstance(value, dict):
        return set()
    return {f"{prefix}{key}" for key in value} | {
        path for key, inner in value.items() for path in keys(inner, f"{prefix}{key}.")
    }
