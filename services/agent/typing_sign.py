"""Does the person see that we are at it while a turn takes long? The gateway is asked to show it, again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared import subjects
from shared.bus import Bus
from shared.errors import Transient
from shared.messages.conversation import MessageReceived, ShowTyping
from shared.tasks import spawn

EVERY_SECONDS = 4.0
"""The gateway shows it once when a message comes in; the shortest of all channels' signs lasts 5 seconds."""

Show = Callable[[MessageReceived], None]
Later = Callable[[float, Callable[[], None]], asyncio.TimerHandle]


class TypingSign:
    """Shows that we are typing, every `every` seconds while an answer is on its way. Nobody waits for it."""

    def __init__(self, show: Show, *, every: float = EVERY_SECONDS, later: Later | None = None) -> None:
        self._show = show
        self._every = every
        self._later = later

    @contextmanager
    def on(self, message: MessageReceived) -> Iterator[None]:
        """While this lasts, the person sees it."""
        later = self._later or asyncio.get_running_loop().call_later
        timer: list[asyncio.TimerHandle] = []

        def again() -> None:
            self._show(message)
            timer[:] = [later(self._every, again)]

        timer.append(later(self._every, again))
        try:
            yield
        finally:
            timer[0].cancel()


def nobody(_message: MessageReceived) -> None:
    """Shows nothing."""


def over_the_bus(bus: Bus) -> Show:
    """Asks the gateway; a question that gets lost is not missed."""

    async def ask(question: ShowTyping) -> None:
        try:
            await bus.send(subjects.query("gateway", question.name), question.encode())
        except Transient:
            return

    def show(message: MessageReceived) -> None:
        spawn(ask(question_of(message)), name="typing sign")

    return show


def question_of(message: MessageReceived) -> ShowTyping:
    """The question to the gateway about this message."""
    sender = message.sender
    return ShowTyping(
        tenant_id=message.tenant_id,
        conversation_id=message.conversation_id,
        channel=sender.channel,
        account_id=sender.account_id,
        user_id=sender.user_id,
        provider_id=message.provider_id,
    )
