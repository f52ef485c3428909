"""Does the customer see that we are at it, while it takes long, and no longer?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast
from uuid import UUID

from services.agent.typing_sign import EVERY_SECONDS, TypingSign, question_of
from shared.messages.conversation import MessageReceived, TextContent
from tests.unit.agent.chat import Chat
from tests.unit.agent.studio import week


class Clock:
    """A loop's clock that is turned by hand."""

    def __init__(self) -> None:
        self.timers: list[Timer] = []

    def later(self, seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        timer = Timer(seconds, call)
        self.timers.append(timer)
        return cast(asyncio.TimerHandle, timer)

    def ring(self) -> None:
        """The newest timer's time has come."""
        if not self.timers[-1].cancelled:
            self.timers[-1].call()


class Timer:
    def __init__(self, seconds: float, call: Callable[[], None]) -> None:
        self.seconds, self.call, self.cancelled = seconds, call, False

    def cancel(self) -> None:
        self.cancelled = True


def test_the_sign_is_shown_again_and_again_while_an_answer_takes_long_and_never_after_it() -> None:
    clock, shown = Clock(), list[UUID]()

    def show(message: MessageReceived) -> None:
        shown.append(message.message_id)

    message = Chat(week()).message(TextContent(text="hi"))
    with TypingSign(show, later=clock.later).on(message):
        assert shown == []  # a quick answer needs none
        clock.ring()
        clock.ring()
    clock.ring()

    assert shown == [message.message_id] * 2
    assert {timer.seconds for timer in clock.timers} == {EVERY_SECONDS}
    assert clock.timers[-1].cancelled


def test_the_gateway_is_asked_about_the_person_and_the_message_that_is_answered() -> None:
    message = Chat(week()).message(TextContent(text="hi"))
    question = question_of(message)

    assert (question.channel, question.account_id, question.user_id) == ("whatsapp", "100", "351911")
    assert question.provider_id == message.provider_id
    assert question.conversation_id == message.conversation_id
