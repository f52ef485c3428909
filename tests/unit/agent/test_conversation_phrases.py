"""What we say ourselves: is every sentence there in every language that we speak?"""

from __future__ import annotations

import pytest

from services.agent import phrases
from services.agent.intake import Canned, read
from services.agent.phrases import Phrase
from shared.messages.conversation import MediaContent, TextContent, VoiceContent
from tests.unit.agent.chat import Chat, Deaf
from tests.unit.agent.studio import week


@pytest.mark.parametrize("language", ["en", "es", "pt", "fr", "de", "it"])
def test_every_sentence_is_there_in_every_language_and_in_none_twice(language: str) -> None:
    said = [phrases.of(phrase, language) for phrase in Phrase]

    assert all(said)
    assert len(set(said)) == len(said)
    if language != "en":
        assert not set(said) & {phrases.of(phrase, "en") for phrase in Phrase}


def test_a_region_is_its_language_and_what_we_do_not_speak_is_english() -> None:
    assert phrases.of(Phrase.FAILED, "pt-BR") == phrases.of(Phrase.FAILED, "pt")
    assert phrases.of(Phrase.FAILED, "nl") == phrases.of(Phrase.FAILED, "en")


async def test_what_is_said_without_a_model_is_in_the_language_that_was_spoken_last_else_the_businesses() -> (
    None
):
    picture = MediaContent(media="image", media_id="m", mime="image/jpeg")
    meant = read(picture)
    assert isinstance(meant, Canned)
    chat = Chat(week())
    first = await chat.send(chat.message(picture))
    chat.ledger.language = "fr"
    second = await chat.send(chat.message(picture))

    assert first is not None
    assert second is not None
    assert (first.text, second.text) == (meant.reply("en"), meant.reply("fr"))


async def test_two_voice_notes_that_nobody_can_make_out_call_a_person() -> None:
    chat = Chat(week(), voice=Deaf(None))
    for _ in range(2):
        await chat.send(chat.message(VoiceContent(media_id="m", mime="audio/ogg")))

    assert [handoff.why for handoff in chat.ledger.handoffs] == ["stuck"]
    assert await chat.send(chat.message(TextContent(text="hello?"))) is None
