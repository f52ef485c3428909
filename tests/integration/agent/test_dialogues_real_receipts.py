"""Receipts in dialogues on real servers: the PDF comes by itself, and once more to whoever asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.agent.offline.texts import words_in
from services.media.app import Media
from shared.messages.conversation import DocumentBody
from shared.settings import Settings
from tests.integration.agent.dialogue_words import ALL, Words
from tests.integration.agent.real_studio import Town, town
from tests.integration.media.conftest import HeldEngine, running


@pytest.fixture(scope="module")
async def place(quick: Settings) -> AsyncIterator[Town]:
    """The services, media among them."""
    async with running(Media(quick, HeldEngine())), town(quick) as opened:
        yield opened


@pytest.mark.parametrize("words", ALL, ids=lambda words: words.language)
async def test_who_asks_for_the_receipt_gets_the_same_document_again_and_nobody_else_does(
    place: Town, words: Words
) -> None:
    studio = await place.studio("en")
    chat, stranger = studio.customer(), studio.customer()
    await chat.asked(words.yoga_at_seven)
    assert await chat.ask(words.yes) is None
    first = (await chat.told("receipt")).body

    answer = await chat.asked(words.receipt)
    again = (await chat.told("receipt", 2)).body
    assert answer.text == words_in(words.language, "en")("receipt.sent")
    assert isinstance(first, DocumentBody)
    assert isinstance(again, DocumentBody)
    assert again.file.key == first.file.key
    assert "get_receipt" in await chat.tools()

    nothing = await stranger.asked(words.receipt)
    assert nothing.text == words_in(words.language, "en")("receipt.none")
    assert [m.purpose for m in stranger.gateway.sent[stranger.conversation_id]] == ["reply"]
