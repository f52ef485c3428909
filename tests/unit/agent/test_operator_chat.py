"""What is somebody of the business told who writes to its number? How to answer customers, unless they are one."""

from __future__ import annotations

from uuid import uuid4

import pytest

from services.agent.handoff import Handoff
from services.agent.notices import told
from services.agent.operator_chat import operator_of
from services.agent.operator_words import LANGUAGES, Operator, Waiting, how_to_answer, message_to
from shared.messages.conversation import ChannelAddress, ChoiceContent, MessageSent, TextBody, VoiceContent
from tests.unit.agent.chat import Chat, Deaf
from tests.unit.agent.studio import NOW, TENANT, week

ANA = Operator("whatsapp", "100", "351911", "casa-yoga", "Ana")
SOMEBODY = ChannelAddress(channel="whatsapp", account_id="100", user_id="351999", name="Maria")


def operators_chat(operator: Operator = ANA, voice: Deaf | None = None) -> Chat:
    """An operator who writes to the business's number."""
    chat = Chat(week(), voice=voice)
    chat.operators = [operator]
    return chat


def called() -> MessageSent:
    """What an operator is told of a customer who waits."""
    handoff = Handoff(uuid4(), "asked", NOW, NOW)
    return message_to(ANA, TENANT, Waiting(uuid4(), SOMEBODY, ["can I talk to somebody?"]), handoff)


def words(reply: TextBody | None) -> str:
    assert reply is not None
    return reply.text


HINT = how_to_answer("casa-yoga", "en")


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "ok, thanks",
        "yes",
        "no",
        "I am on it",
        "Hi Maria, I will look into your invoice",
        "can somebody help her?",
        'usher conversation reply 5f0c "shall I book you a class tomorrow at 7pm?" --tenant casa-yoga',
        "tomorrow at 7",
    ],
)
async def test_an_operators_words_are_no_customers_talk_and_they_learn_how_to_answer(text: str) -> None:
    for after_a_call in (False, True):
        chat = operators_chat()
        if after_a_call:
            chat.ledger.notice(told(called()))

        assert words(await chat.say(text)) == HINT
        assert chat.studio.commands == []
        assert chat.ledger.handoffs == []


def test_the_line_names_the_commands_in_every_language() -> None:
    lines = {how_to_answer("casa-yoga", language) for language in LANGUAGES}

    assert len(lines) == len(LANGUAGES)
    for line in lines:
        assert "usher conversation list --tenant casa-yoga" in line
        assert 'usher conversation reply ID "…" --tenant casa-yoga' in line
        assert "\n" not in line


async def test_an_operator_is_told_in_their_own_language_else_in_the_businesss() -> None:
    spoken = Operator("whatsapp", "100", "351911", "casa-yoga", language="pt-PT")

    assert words(await operators_chat(spoken).say("olá")) == how_to_answer("casa-yoga", "pt")
    assert words(await operators_chat().say("olá")) == HINT


@pytest.mark.parametrize(
    "text",
    [
        "yoga tomorrow at 7pm",
        "I want to book a class",
        "my bookings",
        "when are you open?",
        "what does it cost?",
    ],
)
async def test_an_operator_who_talks_as_a_customer_is_answered_as_one(text: str) -> None:
    chat = operators_chat()
    chat.ledger.notice(told(called()))

    assert words(await chat.say(text)) == words(await Chat(week()).say(text))


async def test_an_operator_books_in_words_and_by_a_tap_like_anybody() -> None:
    in_words, by_a_tap = operators_chat(), operators_chat()
    await in_words.say("yoga tomorrow at 7pm")
    await in_words.say("yes")
    shown = await by_a_tap.say("yoga tomorrow at 7pm")
    assert shown is not None
    by_a_tap.ledger.notice(told(called()))  # somebody is called in between
    await by_a_tap.send(by_a_tap.message(ChoiceContent(choice_id=shown.choices[0].choice_id, title="Yes")))

    assert len(in_words.booked) == len(by_a_tap.booked) == 1


async def test_a_yes_behind_a_call_is_no_yes_to_what_was_offered_before() -> None:
    chat = operators_chat()
    await chat.say("yoga tomorrow at 7pm")
    chat.ledger.notice(told(called()))

    assert words(await chat.say("yes")) == HINT
    assert chat.booked == []


async def test_the_line_is_no_help_that_failed_and_calls_nobody() -> None:
    chat = operators_chat()
    for _ in range(4):
        assert words(await chat.say("blorp")) == HINT

    assert chat.ledger.handoffs == []


async def test_a_voice_note_of_an_operator_is_heard_alike() -> None:
    chat = operators_chat(voice=Deaf("I am on it"))

    assert words(await chat.send(chat.message(VoiceContent(media_id="m", mime="audio/ogg")))) == HINT


async def test_everybody_else_is_a_customer() -> None:
    for other in (
        Operator("whatsapp", "100", "351912", "casa-yoga"),
        Operator("telegram", "100", "351911", "casa-yoga"),
        Operator("whatsapp", "200", "351911", "casa-yoga"),
    ):
        assert words(await operators_chat(other).say("hello")) == words(await Chat(week()).say("hello"))


def test_an_operator_is_known_by_the_phone_where_the_channel_hides_the_number() -> None:
    hidden = ChannelAddress(channel="whatsapp", account_id="100", user_id="BSUID.1", phone="+351911")

    assert operator_of(hidden, [ANA]) is ANA
    assert operator_of(hidden.model_copy(update={"phone": None}), [ANA]) is None
