"""Who answers after somebody of the business wrote by hand?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from services.agent.takeover import Takeover, is_theirs, takeover
from shared.errors import Unanswered
from shared.messages.conversation import (
    Content,
    EchoContent,
    LocationContent,
    MessageReceived,
    ReactionContent,
    TextContent,
    VoiceContent,
)
from tests.unit.agent.chat import Chat, Deaf
from tests.unit.agent.scissors import Cut
from tests.unit.agent.studio import NOW, VINYASA, Studio, session, week

HOUR = timedelta(hours=1)
ECHO = EchoContent(text="Hi Maria, it's Ana. Shall we say Tuesday?")


async def hours_later(chat: Chat, hours: float, content: Content) -> MessageReceived:
    chat.now += timedelta(hours=hours)
    message = chat.message(content)
    await chat.restarted().run(message)
    return message


class Reader:
    """A model that keeps what it is shown."""

    def __init__(self) -> None:
        self.seen = ""
        self.model = FunctionModel(self._answer)

    async def _answer(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.seen = "\n".join(str(part) for message in messages for part in message.parts)
        return ModelResponse([TextPart("Sure.")])


async def test_the_agent_is_silent_for_twelve_hours_after_the_last_message_by_hand_and_then_knows_what_was_said() -> (
    None
):
    reader = Reader()
    chat = Chat(week(), model=reader.model)
    await hours_later(chat, 0, ECHO)
    await hours_later(chat, 1, TextContent(text="Tuesday is perfect"))
    await hours_later(chat, 10, EchoContent(text="See you then"))
    await hours_later(chat, 11.9, TextContent(text="is there parking?"))
    await hours_later(chat, 0, LocationContent(latitude=1, longitude=2))
    assert chat.published == []
    assert reader.seen == ""

    await hours_later(chat, 0.2, TextContent(text="hello?"))
    assert len(chat.published) == 1
    for words in (
        "Shall we say Tuesday?",
        "Tuesday is perfect",
        "See you then",
        "is there parking?",
        "location",
    ):
        assert words in reader.seen


async def test_a_tap_on_one_of_our_buttons_brings_the_agent_back_at_once() -> None:
    chat = Chat(week())
    offer = await chat.say("yoga tomorrow at 7pm")
    await hours_later(chat, 0, ECHO)
    assert await chat.say("yes") is None
    assert chat.studio.commands == []

    await chat.tap(offer, "Yes")
    assert chat.booked == [session(VINYASA, "2026-11-23 19:00").session_id]
    assert await chat.say("my bookings") is not None


async def test_a_yes_after_the_takeover_books_nothing_that_was_offered_before_it() -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")
    await hours_later(chat, 0, ECHO)
    await hours_later(chat, 13, TextContent(text="yes"))

    assert chat.studio.commands == []
    assert len(chat.published) == 2


async def test_what_is_said_by_voice_meanwhile_is_known_afterwards_and_never_apologised_for() -> None:
    class Lost(Deaf):
        async def words(
            self, message: MessageReceived, content: VoiceContent, vocabulary: tuple[str, ...]
        ) -> str | None:
            raise Unanswered("media is away")

    reader = Reader()
    chat = Chat(week(), model=reader.model, voice=Deaf("tuesday at nine"))
    await hours_later(chat, 0, ECHO)
    await hours_later(chat, 1, VoiceContent(media_id="m", mime="audio/ogg"))
    chat.voice = Lost()
    await hours_later(chat, 0, VoiceContent(media_id="n", mime="audio/ogg"))
    assert chat.published == []

    await hours_later(chat, 13, TextContent(text="hello?"))
    assert "tuesday at nine" in reader.seen
    assert "[sent: a voice note]" in reader.seen


async def test_a_voice_note_cut_off_after_it_was_written_down_stays_the_humans() -> None:
    chat = Chat(week(), voice=Deaf("yoga tomorrow at seven p m"))
    await hours_later(chat, 0, ECHO)
    message = chat.message(VoiceContent(media_id="m", mime="audio/ogg"))
    chat.cut_at(4)
    with pytest.raises(Cut, match="steps stored"):
        await chat.turns.run(message)
    chat.cut_at(None)
    await chat.restarted().run(message)

    assert chat.published == []


async def test_a_booking_that_was_begun_before_the_takeover_is_ended_by_us() -> None:
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")
    message = chat.message(TextContent(text="yes"))
    probe = Chat(week())
    await probe.say("yoga tomorrow at 7pm")
    seen = probe.cut_at(None)
    await probe.say("yes")
    chat.cut_at(seen.seen.index("command not sent") + 1)
    with pytest.raises(BaseException):  # noqa: B017  # the cut, alone or in a group
        await chat.turns.run(message)
    chat.cut_at(None)
    await hours_later(chat, 0, ECHO)
    await chat.restarted().run(message)

    assert len(chat.studio.bookings) == 1
    assert len({c.command_id for c in chat.studio.commands}) == 1


async def test_a_reaction_meanwhile_leaves_no_trace() -> None:
    chat = Chat(Studio())
    await hours_later(chat, 0, ECHO)
    message = await hours_later(chat, 1, ReactionContent(provider_id="wamid.1", emoji="👍"))

    turn = chat.ledger.turns[message.message_id]
    assert turn is not None
    assert turn.messages == "[]"


def test_a_takeover_lasts_its_hours_from_what_was_written_and_counts_by_when_a_message_was_written() -> None:
    chat = Chat(Studio())
    echo, text = chat.message(ECHO), chat.message(TextContent(text="hi"))

    assert takeover(echo, 12) == Takeover(until=NOW + 12 * HOUR)
    assert takeover(text, 12) == Takeover()
    assert is_theirs(text, NOW + HOUR)
    assert not is_theirs(text, NOW)
    assert not is_theirs(text, None)
    assert not is_theirs(_at(text, NOW + 2 * HOUR), NOW + HOUR)


def _at(message: MessageReceived, at: datetime) -> MessageReceived:
    return message.model_copy(update={"sent_at": at})
