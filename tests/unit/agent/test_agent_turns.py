"""What becomes of each kind of message, and of a turn whose surroundings fail?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import orjson
import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from services.agent import phrases
from services.agent.opened import ClosedTurn
from services.agent.phrases import Phrase
from shared.errors import Transient, Unanswered
from shared.messages.booking import Catalogue, CommandOutcome, FindSessions, SessionsFound
from shared.messages.conversation import (
    Content,
    MessageReceived,
    OtherContent,
    TextBody,
    TextContent,
    VoiceContent,
)
from shared.outbox import Outgoing
from tests.unit.agent.chat import Chat, Deaf
from tests.unit.agent.ledger import Ledger
from tests.unit.agent.studio import VINYASA, Studio, session, week


async def answer(chat: Chat, content: Content) -> TextBody | None:
    return await chat.send(chat.message(content))


async def test_a_voice_note_is_answered_like_the_words_in_it() -> None:
    chat = Chat(week(), voice=Deaf("i want yoga tomorrow at seven p m"))
    reply = await answer(chat, VoiceContent(media_id="m", mime="audio/ogg"))

    assert reply is not None
    assert reply.text.startswith("Vinyasa Yoga, Mon 23 Nov 19:00–20:00")


@pytest.mark.parametrize("words", [None, "", "   "])
async def test_a_voice_note_without_words_is_asked_for_again(words: str | None) -> None:
    reply = await answer(Chat(week(), voice=Deaf(words)), VoiceContent(media_id="m", mime="audio/ogg"))

    assert reply is not None
    assert reply.text == phrases.of(Phrase.NOT_HEARD, "en")


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        ("image", "Thank you for the picture!"),
        ("sticker", "Nice one!"),
        ("location", "Thank you for the location!"),
        ("order", "I cannot read that kind of message yet."),
        ("something_new", "I cannot read that kind of message yet."),
    ],
)
async def test_what_cannot_be_read_gets_a_friendly_sentence_that_says_what_can(
    kind: str, begins: str
) -> None:
    reply = await answer(Chat(week()), OtherContent(type=kind))

    assert reply is not None
    assert reply.text.startswith(begins)
    assert reply.text.endswith("what you would like to book.")


async def test_a_pictures_caption_is_read() -> None:
    reply = await answer(Chat(week()), OtherContent(type="image", text="yoga like this tomorrow at 7pm?"))

    assert reply is not None
    assert reply.text.startswith("Vinyasa Yoga, Mon 23 Nov")


@pytest.mark.parametrize(
    "content",
    [
        OtherContent(type="reaction", text="👍"),
        OtherContent(type="edit", text="yoga at eight, I mean"),
        OtherContent(type="revoke"),
        OtherContent(type="system"),
        TextContent(text=" \x00 "),
    ],
)
async def test_what_wants_no_answer_gets_none_and_ends_the_turn(content: Content) -> None:
    chat = Chat(week())

    assert await answer(chat, content) is None
    [turn] = chat.ledger.turns.values()
    assert turn is not None
    assert orjson.loads(turn.replies) == []


async def test_a_reaction_between_question_and_yes_does_not_break_the_offer() -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")
    await answer(chat, OtherContent(type="reaction", text="❤️"))
    await chat.say("yes")

    assert chat.booked == [session(VINYASA, "2026-11-23 19:00").session_id]


class Unreachable(Studio):
    """A booking service that does not answer questions."""

    async def catalogue(self, tenant_id: object) -> Catalogue:
        raise Unanswered("booking did not answer")


async def test_a_calendar_that_does_not_answer_is_an_apology() -> None:
    reply = await Chat(Unreachable()).say("yoga tomorrow")

    assert reply is not None
    assert reply.text == phrases.of(Phrase.UNREACHABLE, "en")


class Slow(Studio):
    """A booking service whose answers never come; `commands` are taken all the same."""

    async def find(self, question: FindSessions) -> SessionsFound:
        await asyncio.Event().wait()
        raise AssertionError

    async def do(self, command: object) -> CommandOutcome:
        await super().do(command)  # type: ignore[arg-type]
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_search_that_takes_too_long_is_an_apology() -> None:
    reply = await Chat(Slow(), deadline=0.05).say("yoga tomorrow")

    assert reply is not None
    assert reply.text == phrases.of(Phrase.TOO_SLOW, "en")


async def test_a_booking_without_an_outcome_is_neither_denied_nor_promised_but_asked_for_again() -> None:
    studio = week()
    chat = Chat(studio)
    await chat.say("yoga tomorrow at 7pm")
    message = chat.message(TextContent(text="yes"))
    slow = Slow()
    slow.sessions, slow.books = studio.sessions, studio.books
    chat.studio, chat._deadline = slow, 0.05
    before = len(chat.published)
    for _ in range(3):
        with pytest.raises(Unanswered):
            await chat.restarted().run(message)
    assert len(chat.published) == before
    assert len({c.command_id for c in slow.commands}) == 1

    chat.studio, chat._deadline = studio, 20.0
    await chat.restarted().run(message)
    assert len(studio.bookings) == 1
    assert {c.command_id for c in studio.commands} == {c.command_id for c in slow.commands}
    assert len(chat.published) == before


async def test_a_booking_service_that_is_away_leaves_the_turn_open_for_another_try() -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")
    chat.studio.away = True
    message = chat.message(TextContent(text="yes"))
    with pytest.raises(Transient):
        await chat.turns.run(message)
    chat.studio.away = False
    await chat.turns.run(message)

    assert len(chat.studio.bookings) == 1


class Picky(Ledger):
    """A store that refuses an answer which its database cannot keep."""

    async def close(
        self, message: MessageReceived, turn: ClosedTurn, outgoing: Sequence[Outgoing], at: datetime
    ) -> None:
        if "unspeakable" in turn.replies:
            raise ValueError("not storable")
        await super().close(message, turn, outgoing, at)


async def test_an_answer_that_cannot_be_stored_is_an_apology_and_the_conversation_goes_on() -> None:
    answers = ["Here I am.", "unspeakable"]
    model = FunctionModel(lambda messages, info: ModelResponse([TextPart(answers.pop())]))
    chat = Chat(week(), model=model, ledger=Picky())
    first, second = await chat.say("hello"), await chat.say("hello?")

    assert first is not None
    assert first.text == phrases.of(Phrase.FAILED, "en")
    assert second is not None
    assert second.text == "Here I am."
    assert len(chat.ledger.outbox) == 2


class Interrupted(Ledger):
    """A store that is away the first time a turn is to end."""

    away = True

    async def close(
        self, message: MessageReceived, turn: ClosedTurn, outgoing: Sequence[Outgoing], at: datetime
    ) -> None:
        if self.away:
            self.away = False
            raise ConnectionResetError
        await super().close(message, turn, outgoing, at)


async def test_a_store_that_is_away_at_the_end_of_a_turn_is_no_reason_to_apologise() -> None:
    chat = Chat(week(), ledger=Interrupted())
    message = chat.message(TextContent(text="yoga tomorrow at 7pm"))
    with pytest.raises(ConnectionResetError):
        await chat.turns.run(message)
    assert chat.published == []

    reply = await chat.send(message)
    assert reply is not None
    assert reply.text.startswith("Vinyasa Yoga")


async def test_a_conversation_goes_on_after_an_apology() -> None:
    failing = [True]

    def sometimes(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        if failing.pop() if failing else False:
            raise ValueError
        raise AssertionError("the second message is answered by the offline model")

    chat = Chat(week(), model=FunctionModel(sometimes))
    assert await chat.say("hello") is not None
    chat.model = (Chat(week())).model
    chat.restarted()

    reply = await chat.say("yoga tomorrow at 7pm")
    assert reply is not None
    assert reply.text.startswith("Vinyasa Yoga")


async def test_the_language_a_customer_writes_in_is_kept() -> None:
    chat = Chat(week())
    await chat.say("hello, I would like to book yoga tomorrow please")

    [turn] = chat.ledger.turns.values()
    assert turn is not None
    assert turn.language == "en"


async def test_every_reply_keeps_to_the_channels_limits() -> None:
    many = Studio(
        *(session(VINYASA, f"2026-11-23 {hour:02d}:{m}") for hour in range(15, 22) for m in ("00", "30"))
    )
    reply = await Chat(many).say("yoga tomorrow")

    assert reply is not None
    assert len(reply.choices) == 10
    assert len({c.title for c in reply.choices}) == 10
    assert all(len(c.title) <= 24 and len(c.choice_id) <= 200 for c in reply.choices)
    assert all(len(c.description or "") <= 72 for c in reply.choices)
