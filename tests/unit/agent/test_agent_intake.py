"""What is each kind of content read as, before any model sees it?"""

from __future__ import annotations

from typing import get_args

import pytest

from services.agent.intake import MAX_CHARS, Canned, Prompt, Silence, heard, read
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
    OtherContent,
    ReactionContent,
    RevokeContent,
    TextContent,
    UnsupportedContent,
    VoiceContent,
)

VOICE = VoiceContent(media_id="m", mime="audio/ogg")


def media(kind: str, caption: str | None = None) -> MediaContent:
    return MediaContent.model_validate(
        {"media": kind, "media_id": "m", "mime": "application/octet-stream", "caption": caption}
    )


READ: list[tuple[Content, object]] = [
    (TextContent(text="  yoga\x00 tomorrow "), Prompt("yoga tomorrow")),
    (TextContent(text=" \x00 "), Silence()),
    (TextContent(text="x" * 5000), Prompt("x" * MAX_CHARS)),
    (ChoiceContent(choice_id="book:1", title="Yes, book it"), Prompt("Yes, book it", choice_id="book:1")),
    (ChoiceContent(choice_id="book:1", title=""), Prompt("Yes", choice_id="book:1")),
    (VOICE, VOICE),
    (media("image", "like this?"), Prompt("like this?")),
    (media("video", "like this?"), Prompt("like this?")),
    (media("document", "my ticket"), Prompt("my ticket")),
    (EditContent(provider_id="wamid.1", text="at eight"), Prompt("at eight")),
    (EditContent(provider_id="wamid.1"), Silence()),
    (RevokeContent(provider_id="wamid.1"), Silence()),
    (ReactionContent(provider_id="wamid.1", emoji="👍"), Silence()),
    (ReactionContent(provider_id="wamid.1"), Silence()),
    (EchoContent(text="Hi, it's Ana"), Silence()),
    (OtherContent(type="system", text="changed number"), Silence()),
    (OtherContent(type="image", text="like this?"), Prompt("like this?")),
]

CANNED: list[tuple[Content, str, str]] = [
    (media("image"), "image", "Thank you for the picture!"),
    (media("video"), "video", "Thank you for the video!"),
    (media("document"), "document", "Thank you for the file!"),
    (media("sticker", "caption"), "sticker", "Nice one!"),
    (LocationContent(latitude=38.7, longitude=-9.1), "location", "Thank you for the location!"),
    (ContactsContent(contacts=(ContactCard(name="Ana"),)), "contacts", "Thank you for the contact!"),
    (FlowContent(token="t", answers={"day": "Monday"}), "flow", "I cannot read that"),
    (OrderContent(text="please"), "order", "I cannot read that"),
    (UnsupportedContent(type="poll", code=131051), "poll", "I cannot read that"),
    (OtherContent(type="something_new"), "something_new", "I cannot read that"),
]


@pytest.mark.parametrize(("content", "meant"), READ, ids=lambda value: getattr(value, "kind", ""))
def test_words_taps_and_captions_are_read_and_what_wants_no_answer_is_silence(
    content: Content, meant: object
) -> None:
    assert read(content) == meant


@pytest.mark.parametrize(("content", "kind", "begins"), CANNED, ids=lambda value: getattr(value, "kind", ""))
def test_what_cannot_be_read_is_answered_with_what_can(content: Content, kind: str, begins: str) -> None:
    meant = read(content)

    assert isinstance(meant, Canned)
    assert meant.said == f"[sent: {kind}]"
    assert meant.reply("en").startswith(begins)
    assert meant.reply("en").endswith("what you would like to book.")


def test_every_kind_of_content_is_shown_here() -> None:
    kinds = {member.model_fields["kind"].default for member in get_args(get_args(Content)[0])}

    assert {content.kind for content, _ in READ} | {content.kind for content, *_ in CANNED} == kinds


def test_a_voice_note_is_its_words_or_asked_for_again() -> None:
    assert heard(" yoga ") == Prompt("yoga", spoken=True)
    assert isinstance(heard(None), Canned)
    assert isinstance(heard(" "), Canned)
