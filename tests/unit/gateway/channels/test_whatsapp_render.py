"""How do our messages look in WhatsApp? Request bodies, within the limits whatever we are given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels import HttpCall
from services.gateway.channels.degrade import more
from services.gateway.channels.text import units
from services.gateway.channels.whatsapp_render import render
from shared.messages.conversation import (
    Body,
    Choice,
    ContactRequestBody,
    DocumentBody,
    ImageBody,
    LinkBody,
    LocationRequestBody,
    MessageSent,
    ReactionBody,
    TemplateBody,
    TextBody,
    VoiceBody,
)
from shared.messages.media import FileRef
from tests.unit.gateway.channels.contract_case import MESSAGE
from tests.unit.gateway.channels.whatsapp_cases import API, RECORDED_BODIES, account, adapter, message

FILE = FileRef(bucket="b", key="k", mime="application/pdf", size=3, sha256="00")
BEARER = {"Authorization": "Bearer installation-token"}


def bodies(sent: MessageSent, media_id: str | None = None) -> list[dict[str, Any]]:
    return render(sent, media_id)


def the_body(sent: MessageSent, media_id: str | None = None) -> dict[str, Any]:
    [body] = bodies(sent, media_id)
    return body


def choices(*titles: str) -> tuple[Choice, ...]:
    return tuple(Choice(choice_id=f"c{n}", title=title) for n, title in enumerate(titles))


def rows(sent: MessageSent) -> list[dict[str, Any]]:
    [section] = the_body(sent)["interactive"]["action"]["sections"]
    found: list[dict[str, Any]] = section["rows"]
    return found


# --- text -------------------------------------------------------------------------------------------------


def test_a_text_goes_to_the_number_with_our_id() -> None:
    assert the_body(message("Hello")) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "351910000001",
        "type": "text",
        "text": {"body": "Hello", "preview_url": False},
        "biz_opaque_callback_data": str(MESSAGE),
    }


def test_a_message_is_posted_to_the_accounts_number_with_the_token() -> None:
    [call] = adapter().render(message("Hello"), account())

    assert (call.method, call.url, call.headers) == ("POST", f"{API}/111/messages", BEARER)
    assert call.json == the_body(message("Hello"))


def test_somebody_without_a_number_is_a_recipient() -> None:
    body = the_body(message("Hello", to="PT.2000000000002"))

    assert body["recipient"] == "PT.2000000000002"
    assert "to" not in body


def test_a_reply_quotes_what_it_answers() -> None:
    assert the_body(message("Hello", reply_to="wamid.q"))["context"] == {"message_id": "wamid.q"}


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


# --- choices ----------------------------------------------------------------------------------------------


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
    [("a", "b", "c", "d"), ("A title of 22 letters!",), ("same", "same"), ("same ", "same")],
    ids=["four", "long", "twins", "nearly twins"],
)
def test_choices_that_do_not_fit_buttons_are_a_list(titles: tuple[str, ...]) -> None:
    sent = message("Which?", choices=choices(*titles))

    assert the_body(sent)["interactive"]["type"] == "list"
    assert [row["title"] for row in rows(sent)] == list(titles)


def test_a_list_says_what_its_button_is_told_to_say() -> None:
    offered = choices(*"abcd")
    told = TextBody(text="Which?", choices=offered, label="Pick one of the many times\nof today")

    assert the_body(message("Which?", choices=offered))["interactive"]["action"]["button"] == "Options"
    assert the_body(message(told))["interactive"]["action"]["button"] == "Pick one of the man…"


def test_a_row_title_that_is_cut_is_shown_whole_below() -> None:
    title = "Vinyasa Yoga with Maria on Monday"

    assert rows(message("?", choices=choices(title))) == [
        {"id": "c0", "title": "Vinyasa Yoga with Maria…", "description": title}
    ]


def test_ten_choices_are_ten_rows() -> None:
    assert [row["id"] for row in rows(message("Which?", choices=choices(*map(str, range(10)))))] == [
        f"c{n}" for n in range(10)
    ]


def test_with_eleven_choices_the_last_row_asks_for_the_rest() -> None:
    found = rows(message("Which?", choices=choices(*map(str, range(11)))))

    assert [row["title"] for row in found] == [*map(str, range(9)), "More"]
    assert found[-1]["id"] == more(MESSAGE, 9)


def test_a_later_page_asks_for_the_rest_of_the_first_message() -> None:
    values = {"page_of": "7", "page_offset": "9"}
    found = rows(message("Which?", choices=choices(*map(str, range(11))), values=values))

    assert found[-1]["id"] == more("7", 18)


def test_a_choice_that_is_there_twice_is_one_row_and_the_rest_begins_where_it_does() -> None:
    offered = choices(*map(str, range(12)))
    found = rows(message("Which?", choices=(offered[0], *offered)))

    assert [row["id"] for row in found[:9]] == [f"c{n}" for n in range(9)]
    assert found[-1]["id"] == more(MESSAGE, 10)


def test_a_long_text_with_buttons_is_split_ahead_of_the_buttons() -> None:
    ahead, last = bodies(message(f"{'a' * 900}\n\n{'b' * 900}", choices=choices("Yes")))

    assert ahead["text"]["body"] == "a" * 900
    assert last["interactive"]["body"]["text"] == "b" * 900


# --- other bodies -----------------------------------------------------------------------------------------


def test_a_link_is_one_button() -> None:
    body = the_body(message(LinkBody(text="Your booking", label="Open", url="https://studio.example/b/1")))

    assert body["interactive"] == {
        "type": "cta_url",
        "body": {"text": "Your booking"},
        "action": {
            "name": "cta_url",
            "parameters": {"display_text": "Open", "url": "https://studio.example/b/1"},
        },
    }


@pytest.mark.parametrize("url", ["http://studio.example/", "https://studio.example/" + "x" * 2000])
def test_a_link_that_no_button_takes_is_text(url: str) -> None:
    body = the_body(message(LinkBody(text="Your booking", label="Open", url=url)))

    assert body["text"]["body"] == f"Your booking\nOpen: {url}"


@pytest.mark.parametrize(
    ("asked", "kind", "action"),
    [
        (LocationRequestBody(text="Where are you?"), "location_request_message", "send_location"),
        (ContactRequestBody(text="Where are you?"), "request_contact_info", "request_contact_info"),
    ],
)
def test_places_and_numbers_are_asked_for_with_whatsapps_own_button(
    asked: Body, kind: str, action: str
) -> None:
    assert the_body(message(asked))["interactive"] == {
        "type": kind,
        "body": {"text": "Where are you?"},
        "action": {"name": action},
    }


@pytest.mark.parametrize("emoji", ["👍", ""])
def test_a_reaction_is_put_on_the_persons_message_or_taken_away(emoji: str) -> None:
    body = the_body(message(ReactionBody(provider_id="wamid.in", emoji=emoji), reply_to="wamid.in"))

    assert body["reaction"] == {"message_id": "wamid.in", "emoji": emoji}
    assert "context" not in body


def test_a_template_has_its_parameters_on_one_line_each() -> None:
    sent = TemplateBody(
        template="reminder", language="pt_PT", parameters=("Yin\nYoga", "", "x" * 2000), text="…"
    )
    template = the_body(message(sent))["template"]

    assert template["name"] == "reminder"
    assert template["language"] == {"code": "pt_PT", "policy": "deterministic"}
    [component] = template["components"]
    assert component["type"] == "body"
    assert [one["text"] for one in component["parameters"]] == ["Yin Yoga", "–", "x" * 1023 + "…"]


def test_a_template_without_parameters_has_no_components() -> None:
    template = the_body(message(TemplateBody(template="hello", language="en", text="Hello")))["template"]

    assert "components" not in template


# --- files ------------------------------------------------------------------------------------------------


def file(mime: str) -> FileRef:
    return FILE.model_copy(update={"mime": mime})


def the_upload(body: Body) -> HttpCall:
    call = adapter().upload(message(body), account())
    assert call is not None
    return call


def test_a_document_is_sent_by_the_id_of_its_upload() -> None:
    body = the_body(message(DocumentBody(file=FILE, filename="receipt.pdf", caption="Thanks")), "700")

    assert body["document"] == {"id": "700", "filename": "receipt.pdf", "caption": "Thanks"}


def test_a_picture_is_sent_by_the_id_of_its_upload() -> None:
    body = the_body(message(ImageBody(file=file("image/png"), caption="The room")), "700")

    assert body["image"] == {"id": "700", "caption": "The room"}


def test_a_voice_note_is_an_audio_that_says_so() -> None:
    body = the_body(message(VoiceBody(file=file("audio/ogg"), text="Hello"), reply_to="wamid.q"), "700")

    assert body["audio"] == {"id": "700", "voice": True}
    assert body["context"] == {"message_id": "wamid.q"}


def test_a_caption_that_is_too_long_goes_ahead_as_text() -> None:
    caption = f"{'a' * 900}\n\n{'b' * 900}"
    ahead, last = bodies(message(DocumentBody(file=FILE, filename="f.pdf", caption=caption)), "700")

    assert ahead["text"]["body"] == "a" * 900
    assert last["document"]["caption"] == "b" * 900


def test_a_document_is_uploaded_first_and_a_text_is_not() -> None:
    call = the_upload(DocumentBody(file=FILE, filename="receipt.pdf"))

    assert adapter().upload(message("Hello"), account()) is None
    assert (call.method, call.url, call.headers) == ("POST", f"{API}/111/media", BEARER)
    assert call.form == {"messaging_product": "whatsapp", "type": "application/pdf"}
    assert call.file is not None
    assert (call.file.file, call.file.filename) == (FILE, "receipt.pdf")


def test_a_voice_note_goes_up_under_the_only_name_of_its_kind_that_is_taken() -> None:
    call = the_upload(VoiceBody(file=file("audio/opus"), text="Hello"))

    assert call.form["type"] == "audio/ogg; codecs=opus"
    assert call.file is not None
    assert (call.file.file.mime, call.file.filename) == ("audio/ogg; codecs=opus", "voice.ogg")


@pytest.mark.parametrize(("mime", "name"), [("image/png", "image.png"), ("image/jpeg", "image.jpg")])
def test_a_picture_goes_up_under_a_name_of_its_kind(mime: str, name: str) -> None:
    call = the_upload(ImageBody(file=file(mime)))

    assert call.file is not None
    assert (call.form["type"], call.file.filename) == (mime, name)


def test_a_message_is_marked_read_and_typing_is_shown() -> None:
    call = adapter().seen("351910000001", "wamid.in", account())

    assert call is not None
    assert (call.method, call.url, call.headers) == ("POST", f"{API}/111/messages", BEARER)
    assert call.json == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.in",
        "typing_indicator": {"type": "text"},
    }


# --- limits -----------------------------------------------------------------------------------------------

TEXTS = st.text(st.sampled_from("ab. \n🧘é"), max_size=9000) | st.text(max_size=50)
CHOICES = st.lists(
    st.builds(
        Choice,
        choice_id=st.text(max_size=300),
        title=st.text(max_size=40),
        description=st.none() | st.text(max_size=100),
    ),
    max_size=14,
)


@given(TEXTS, CHOICES, st.none() | st.text(max_size=30))
def test_whatever_is_said_stays_within_the_limits(
    text: str, offered: list[Choice], label: str | None
) -> None:
    for body in bodies(message(TextBody(text=text, choices=tuple(offered), label=label))):
        assert within_limits(body)


@given(st.text(max_size=3000), st.text(max_size=40))
def test_whatever_a_link_says_stays_within_the_limits(text: str, label: str) -> None:
    *ahead, last = bodies(message(LinkBody(text=text, label=label, url="https://studio.example/")))

    assert all(within_limits(body) for body in ahead)
    if last["type"] == "text":
        assert within_limits(last)
        return
    assert 0 < units(last["interactive"]["body"]["text"]) <= 1024
    assert 0 < units(last["interactive"]["action"]["parameters"]["display_text"]) <= 20


def within_limits(body: dict[str, Any]) -> bool:
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
            and all(0 < units(title) <= 20 and title.strip() for title in titles)
            and all(0 < units(reply["id"]) <= 256 for reply in replies)
            and len({reply["id"] for reply in replies}) == len(replies)
        )
    [section] = interactive["action"]["sections"]
    return (
        0 < units(text) <= 4096
        and 0 < units(interactive["action"]["button"]) <= 20
        and 0 < len(section["rows"]) <= 10
        and all(0 < units(row["title"]) <= 24 and row["title"].strip() for row in section["rows"])
        and all(0 < units(row["id"]) <= 200 for row in section["rows"])
        and len({row["id"] for row in section["rows"]}) == len(section["rows"])
        and all(0 < units(row.get("description", "x")) <= 72 for row in section["rows"])
    )


# --- recorded ---------------------------------------------------------------------------------------------

RECORDED_KINDS: list[tuple[str, Body]] = [
    ("text_message", TextBody(text="x")),
    ("reply_button", TextBody(text="x", choices=choices("a", "b"))),
    ("document_message_by_id", DocumentBody(file=FILE, filename="f", caption="c")),
    ("image_message_by_id", ImageBody(file=FILE)),
    ("audio_message_by_id", VoiceBody(file=FILE, text="x")),
    ("reply_with_reaction_message", ReactionBody(provider_id="wamid.1", emoji="👍")),
    ("message_template_text", TemplateBody(template="t", language="en", parameters=("a",), text="x")),
]


@pytest.mark.parametrize(("name", "body"), RECORDED_KINDS, ids=[name for name, _ in RECORDED_KINDS])
def test_request_bodies_have_all_keys_of_the_recorded_ones(name: str, body: Body) -> None:
    if not RECORDED_BODIES.is_dir():
        pytest.skip("../shared/data/whatsapp_send with recorded request bodies is not there")

    assert keys(recorded(name)) <= keys(the_body(message(body), "1"))


def test_the_receipt_with_typing_has_all_keys_of_the_recorded_one() -> None:
    if not RECORDED_BODIES.is_dir():
        pytest.skip("../shared/data/whatsapp_send with recorded request bodies is not there")
    call = adapter().seen("351910000001", "wamid.1", account())

    assert call is not None
    assert keys(call.json) == keys(recorded("typing_indicator_and_read_receipt"))


def recorded(name: str) -> object:
    return json.loads(Path(RECORDED_BODIES / f"fbopenapi__send__send_{name}.json").read_text())


def keys(value: object, prefix: str = "") -> set[str]:
    """The paths of all keys, lists counted by their first element."""
    if isinstance(value, list):
        return keys(value[0], f"{prefix}[]") if value else set()
    if not isinstance(value, dict):
        return set()
    return {f"{prefix}{key}" for key in value} | {
        path for key, inner in value.items() for path in keys(inner, f"{prefix}{key}.")
    }
