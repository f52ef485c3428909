"""In which language are the few words that a channel adds to a message?"""

from __future__ import annotations

import dataclasses
import json
from uuid import UUID

import pytest

from services.gateway.channels.labels import labels
from services.gateway.channels.telegram_render import render as telegram
from services.gateway.channels.whatsapp_render import render as whatsapp
from shared.messages.conversation import ChannelAddress, Choice, LocationRequestBody, MessageSent, TextBody

LANGUAGES = ("en", "es", "pt", "fr", "de", "it")


def asking(language: str | None, body: TextBody | LocationRequestBody) -> MessageSent:
    return MessageSent(
        tenant_id=UUID(int=1),
        message_id=UUID(int=2),
        conversation_id=UUID(int=3),
        to=ChannelAddress(channel="telegram", account_id="7", user_id="42"),
        purpose="reply",
        body=body,
        language=language,
    )


MANY = TextBody(text="Which?", choices=tuple(Choice(choice_id=f"c:{n}", title=f"No. {n}") for n in range(30)))


@pytest.mark.parametrize(
    ("language", "more", "options"),
    [("pt", "Mais", "Opções"), ("pt-BR", "Mais", "Opções"), ("de_AT", "Mehr", "Auswahl"), (None, "More", "Options"),
     ("ja", "More", "Options")],
)  # fmt: skip
def test_the_next_page_and_the_list_are_offered_in_the_language_of_the_message(
    language: str | None, more: str, options: str
) -> None:
    [sent] = telegram(asking(language, MANY))
    [listed] = whatsapp(asking(language, MANY))

    assert json.loads(sent.form()["reply_markup"])["inline_keyboard"][-1][0]["text"] == more
    action = json.loads(json.dumps(listed["interactive"]))["action"]
    assert action["button"] == options
    assert action["sections"][0]["rows"][-1]["title"] == more


def test_a_button_that_asks_for_the_place_speaks_the_language_of_the_message() -> None:
    [asked] = telegram(asking("it", LocationRequestBody(text="Dove sei?")))

    assert json.loads(asked.form()["reply_markup"])["keyboard"][0][0]["text"] == "📍 Invia la mia posizione"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_fits_on_a_button_of_whatsapp(language: str) -> None:
    words = labels(asking(language, MANY))

    assert 0 < len(words.more) <= 20
    assert 0 < len(words.options) <= 20
    assert all(dataclasses.astuple(words))
