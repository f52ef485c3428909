"""Do messages that came together get one turn and one answer, whatever is cut off and delivered again in whichever way?"""

from __future__ import annotations

import itertools

import pytest

from services.agent.reply import reply_id
from shared.messages.conversation import (
    EditContent,
    MessageReceived,
    MessageSent,
    RevokeContent,
    TextBody,
    TextContent,
)
from tests.unit.agent.chat import Chat
from tests.unit.agent.scissors import Cut
from tests.unit.agent.studio import VINYASA, session, week
from tests.unit.agent.test_agent_resume import Llm

LINES = ("hi", "yoga tomorrow", "at 7pm")


def three(chat: Chat) -> list[MessageReceived]:
    return [chat.message(TextContent(text=text)) for text in LINES]


def text_of(message: MessageSent) -> str:
    assert isinstance(message.body, TextBody)
    return message.body.text


async def test_three_short_messages_get_one_answer_to_all_of_them_on_the_last() -> None:
    chat = Chat(week())
    messages = three(chat)
    reply = await chat.send_together(*messages)

    assert reply is not None
    assert reply.text.startswith("Vinyasa Yoga, Mon 23 Nov 19:00–20:00")
    [sent] = chat.published
    assert sent.in_reply_to == messages[2].provider_id
    assert sent.message_id == reply_id(messages[0].message_id, 0)


async def test_what_was_said_together_is_one_exchange_that_a_yes_refers_to() -> None:
    chat = Chat(week())
    await chat.send_together(*three(chat))
    await chat.restarted().run(chat.message(TextContent(text="yes")))

    assert chat.booked == [session(VINYASA, "2026-11-23 19:00").session_id]


async def test_members_of_a_group_that_was_answered_are_never_answered_again() -> None:
    for again in (*itertools.permutations(range(3)), (0,), (1,), (2,), (2, 1)):
        chat = Chat(week())
        messages = three(chat)
        await chat.send_together(*messages)
        await chat.restarted().run(*(messages[n] for n in again))
        for n in again:
            await chat.restarted().run(messages[n])

        assert {m.message_id for m in chat.published} == {reply_id(messages[0].message_id, 0)}, again
        assert len({text_of(m) for m in chat.published}) == 1, again


async def test_an_answered_member_that_comes_again_with_a_new_message_leaves_that_one_a_turn_of_its_own() -> (
    None
):
    chat = Chat(week())
    messages = three(chat)
    await chat.send_together(*messages)
    fresh = chat.message(TextContent(text="where are you?"))
    await chat.restarted().run(messages[1], fresh, messages[2])

    told = {m.message_id: text_of(m) for m in chat.published}
    assert set(told) == {reply_id(messages[0].message_id, 0), reply_id(fresh.message_id, 0)}
    assert "Rua das Flores 10" in told[reply_id(fresh.message_id, 0)]


@pytest.mark.no_cover  # the same lines thousands of times
async def test_a_group_cut_at_any_moment_and_delivered_again_in_other_groups_books_and_answers_once() -> None:
    async def begin() -> tuple[Chat, Llm, list[MessageReceived]]:
        llm = Llm()
        chat = Chat(week(), model=llm.model)
        await llm.offers(chat)
        return chat, llm, [chat.message(TextContent(text=text)) for text in ("yes", "book it", "please")]

    chat, llm, messages = await begin()
    llm.scissors = scissors = chat.cut_at(None)
    await chat.turns.run(*messages)
    opened = scissors.seen.index("turn opened") + 1
    assert len(scissors.seen) >= opened + 14

    for moment, name in enumerate(scissors.seen, 1):
        for groups in ([(0, 1, 2)], [(1,), (0, 2)], [(2, 1), (0,)], [(0,), (1,), (2,)]):
            chat, llm, messages = await begin()
            llm.scissors = chat.cut_at(moment)
            with pytest.raises(BaseException) as died:
                await chat.turns.run(*messages)
            assert (
                died.group_contains(Cut) if isinstance(died.value, BaseExceptionGroup) else died.type is Cut
            )
            llm.scissors = chat.cut_at(None)
            turns = chat.restarted()
            for group in groups:
                await turns.run(*(messages[n] for n in group))
            if moment < opened:
                continue  # nothing was stored: whatever grouping comes now is fine
            case = f"{name}, then {groups}"
            assert len({c.command_id for c in chat.studio.commands}) == 1, case
            assert len(chat.studio.bookings) == 1, case
            assert {m.message_id for m in chat.published} == {reply_id(messages[0].message_id, 0)}, case
            assert len({text_of(m) for m in chat.published}) == 1, case
            assert {m.in_reply_to for m in chat.published} == {messages[2].provider_id}, case


async def test_an_edit_before_the_answer_is_what_is_answered() -> None:
    chat = Chat(week())
    message = chat.message(TextContent(text="yoga tomorrow at 9am"))
    edited = chat.message(EditContent(provider_id=message.provider_id, text="yoga tomorrow at 7pm"))
    reply = await chat.send_together(message, edited)

    assert reply is not None
    assert reply.text.startswith("Vinyasa Yoga, Mon 23 Nov 19:00–20:00")
    assert len(chat.published) == 1
    assert chat.published[0].in_reply_to == message.provider_id


async def test_an_edit_after_the_answer_is_a_message_of_its_own() -> None:
    chat = Chat(week())
    message = chat.message(TextContent(text="yoga tomorrow at 9am"))
    await chat.send(message)
    reply = await chat.send(
        chat.message(EditContent(provider_id=message.provider_id, text="yoga tomorrow at 7pm"))
    )

    assert reply is not None
    assert reply.text.startswith("Vinyasa Yoga, Mon 23 Nov 19:00–20:00")
    assert len(chat.published) == 2


async def test_a_message_taken_back_before_the_answer_gets_none() -> None:
    chat = Chat(week())
    message = chat.message(TextContent(text="yoga tomorrow at 7pm"))
    gone = chat.message(RevokeContent(provider_id=message.provider_id))

    assert await chat.send_together(message, gone) is None
    assert await chat.say("yes") is not None
    assert chat.studio.commands == []
