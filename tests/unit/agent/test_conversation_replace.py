"""What happens when a customer writes again while the model thinks? Both get one answer; never when a write was begun."""

from __future__ import annotations

import asyncio

import pytest

from services.agent.groups import Group
from services.agent.offline import OfflineModel
from services.agent.reply import reply_id
from services.agent.running import MOST
from shared.actors.mailboxes import ChooseAgain
from shared.messages.booking import CommandOutcome
from shared.messages.conversation import (
    ChoiceContent,
    Content,
    EditContent,
    RevokeContent,
    TextBody,
    TextContent,
)
from tests.unit.agent.chat import Chat
from tests.unit.agent.mailroom import Mailroom, Pensive, mailroom
from tests.unit.agent.studio import VINYASA, Studio, session, week


def texts(chat: Chat) -> list[str]:
    return [m.body.text for m in chat.published if isinstance(m.body, TextBody)]


async def test_two_messages_get_one_answer_when_the_second_comes_while_the_model_thinks() -> None:
    model = Pensive(OfflineModel(), 0)
    chat = Chat(week(), model=model)
    first, second = (chat.message(TextContent(text=t)) for t in ("I want yoga", "tomorrow at 7pm"))
    async with mailroom(chat) as room:
        await room.arrive(first)
        await model.until_asked(1)
        await room.arrive(second)
        await room.done(first, second)

    assert model.cancelled == 1
    [sent] = chat.published
    assert sent.message_id == reply_id(first.message_id, 0)
    assert sent.in_reply_to == second.provider_id
    assert texts(chat)[0].startswith("Vinyasa Yoga, Mon 23 Nov 19:00–20:00")
    assert chat.ledger.members[first.message_id] == {first.message_id, second.message_id}


async def test_what_is_taken_back_or_corrected_while_the_model_thinks_is_never_answered_as_it_was() -> None:
    model = Pensive(OfflineModel(), 0)
    chat = Chat(week(), model=model)
    first = chat.message(TextContent(text="yoga tomorrow at 9am"))
    edit = chat.message(EditContent(provider_id=first.provider_id, text="yoga tomorrow at 7pm"))
    async with mailroom(chat) as room:
        await room.arrive(first)
        await model.until_asked(1)
        await room.arrive(edit)
        await room.done(first, edit)
    assert texts(chat)[0].startswith("Vinyasa Yoga, Mon 23 Nov 19:00–20:00")

    model = Pensive(OfflineModel(), 0)
    chat = Chat(week(), model=model)
    first = chat.message(TextContent(text="yoga tomorrow at 7pm"))
    gone = chat.message(RevokeContent(provider_id=first.provider_id))
    async with mailroom(chat) as room:
        await room.arrive(first)
        await model.until_asked(1)
        await room.arrive(gone)
        await room.done(first, gone)
    assert chat.published == []
    assert len(model.asked) == 1


async def test_a_tap_that_comes_while_the_model_thinks_waits_for_its_turn() -> None:
    chat = Chat(week())
    offer = await chat.say("yoga tomorrow at 7pm")
    assert offer is not None
    model = chat.model = Pensive(OfflineModel(), 0)
    chat.restarted()
    first = chat.message(TextContent(text="where are you?"))
    tap = chat.message(ChoiceContent(choice_id=offer.choices[0].choice_id, title=offer.choices[0].title))
    async with mailroom(chat) as room:
        await room.arrive(first)
        await model.until_asked(1)
        await room.arrive(tap)
        model.go_on.set()
        await room.done(first, tap)

    assert model.cancelled == 0
    assert "Rua das Flores" in texts(chat)[1]
    assert len(chat.studio.bookings) == 1


class Slow(Studio):
    """A booking service whose outcomes wait until they may come."""

    def __init__(self, *args: object) -> None:
        super().__init__()
        self.sent, self.answer = asyncio.Event(), asyncio.Event()

    async def do(self, command: object) -> CommandOutcome:
        outcome = await super().do(command)  # type: ignore[arg-type]
        self.sent.set()
        await self.answer.wait()
        return outcome


async def test_a_turn_that_has_begun_to_book_is_never_given_up() -> None:
    studio = Slow()
    studio.sessions = week().sessions
    chat = Chat(studio)
    await chat.say("yoga tomorrow at 7pm")
    yes, wait = (chat.message(TextContent(text=t)) for t in ("yes", "where are you?"))
    async with mailroom(chat) as room:
        await room.arrive(yes)
        await studio.sent.wait()
        await room.arrive(wait)
        studio.answer.set()
        await room.done(yes, wait)

    assert chat.booked == [session(VINYASA, "2026-11-23 19:00").session_id]
    assert len(studio.bookings) == 1
    assert room.handled == [[str(yes.message_id)], [str(wait.message_id)]]
    assert "Rua das Flores" in texts(chat)[-1]


async def test_a_yes_that_the_model_still_thinks_about_has_booked_nothing_when_more_comes_and_both_are_read() -> (
    None
):
    chat = Chat(week())
    await chat.say("yoga tomorrow at 7pm")
    model = chat.model = Pensive(OfflineModel(), 0, 1)
    chat.restarted()
    yes, more = (chat.message(TextContent(text=t)) for t in ("yes", "for two please"))
    async with mailroom(chat) as room:
        await room.arrive(yes)
        await model.until_asked(1)
        await room.arrive(more)
        await model.until_asked(2)
        assert chat.studio.commands == []
        assert "yes\\nfor two please" in repr(model.asked[1][-1])
        model.go_on.set()
        await room.done(yes, more)

    assert len(chat.studio.commands) <= 1


async def test_whoever_goes_on_writing_is_answered_in_between() -> None:
    model = Pensive(OfflineModel())
    chat = Chat(week(), model=model)
    said = [chat.message(TextContent(text=f"yoga tomorrow at {n}pm")) for n in range(1, MOST + 4)]
    async with mailroom(chat) as room:
        for n, message in enumerate(said):
            await room.arrive(message)
            await model.until_asked(min(n, MOST) + 1)
        model.go_on.set()
        await room.done(*said)

    assert model.cancelled == MOST
    assert len(chat.published) == 2
    assert len(chat.ledger.members[said[0].message_id]) == MOST + 1


async def test_a_message_that_comes_while_a_turn_is_being_opened_is_part_of_it() -> None:
    model = Pensive(OfflineModel(), 0)
    chat = Chat(week(), model=model)
    first, second = (chat.message(TextContent(text=t)) for t in ("I want yoga", "tomorrow at 7pm"))
    room = Mailroom(chat)
    running = chat.turns.answering.running
    with running.opening(first.conversation_id):
        running.arrived([room._delivery(second)])
        with pytest.raises(ChooseAgain):
            await chat.turns._turn(Group((first,)))
    assert running.is_given_up(first.message_id)


async def test_a_process_that_dies_after_giving_up_leaves_each_message_one_answer() -> None:
    for joined in (False, True):
        model = Pensive(OfflineModel(), 0)
        chat = Chat(week(), model=model)
        first, second = (chat.message(TextContent(text=t)) for t in ("I want yoga", "tomorrow at 7pm"))
        async with mailroom(chat) as room:
            scissors = chat.cut_at(None)
            await room.arrive(first)
            await model.until_asked(1)
            stop = len(scissors.seen) + (2 if joined else 1)
            chat.cut_at(stop - len(scissors.seen))
            await room.arrive(second)
            async with asyncio.timeout(20):
                while not chat.ledger.scissors.seen:
                    await asyncio.sleep(0)
        chat.cut_at(None)
        chat.restarted()
        async with mailroom(chat) as room:
            await room.arrive(first, second)
            await room.done(first, second)

        answered = {m.in_reply_to for m in chat.published}
        assert answered == ({second.provider_id} if joined else {first.provider_id, second.provider_id})


@pytest.mark.parametrize(
    ("content", "same"),
    [(TextContent(text="more"), True), (ChoiceContent(choice_id="no", title="No"), False)],
)
async def test_only_what_would_have_been_answered_together_ends_a_turn(content: Content, same: bool) -> None:
    model = Pensive(OfflineModel(), 0)
    chat = Chat(week(), model=model)
    first = chat.message(TextContent(text="hello"))
    async with mailroom(chat) as room:
        await room.arrive(first)
        await model.until_asked(1)
        again = chat.message(content)
        await room.arrive(again, first)  # delivered again: nothing new
        model.go_on.set()
        await room.done(first, again)

    assert len(chat.published) == (1 if same else 2)
