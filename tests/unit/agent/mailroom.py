"""A conversation as the service runs it: real mailboxes in front of the turns, messages delivered as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

from nats.aio.msg import Msg
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from services.agent.gather import Gather
from shared.actors.delivery import Delivery
from shared.actors.mailboxes import Mailboxes
from shared.bus import HEADER_ID, Bus
from shared.messages.conversation import MessageReceived
from tests.unit.agent.chat import Chat


@dataclass
class Mailroom:
    """Delivers messages to the turns of a chat."""

    chat: Chat
    confirmed: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    handled: list[list[str]] = field(default_factory=list)
    sequence: int = 0

    def __post_init__(self) -> None:
        groups = Gather(self._handle_together, 0.001)
        self.mailboxes = Mailboxes("agent", "INBOUND", self._handle, self, self, groups=groups)

    async def _handle(self, delivery: Delivery) -> None:
        await self._handle_together([delivery])

    async def _handle_together(self, deliveries: Sequence[Delivery]) -> None:
        self.handled.append([delivery.message_id for delivery in deliveries])
        await self.chat.turns.handle_together(deliveries)

    async def confirm(self, delivery: Delivery) -> None:
        self.confirmed.append(delivery.message_id)

    async def put(self, delivery: Delivery, reason: str, tries: int) -> None:
        self.dead.append(reason)

    async def publish(self, subject: str, word: bytes) -> None:
        """An acknowledgement, which nobody needs here."""

    async def arrive(self, *messages: MessageReceived) -> None:
        """They come in now."""
        deliveries = [self._delivery(message) for message in messages]
        await self.mailboxes.accept(0, deliveries)
        self.chat.turns.answering.running.arrived(deliveries)

    async def done(self, *messages: MessageReceived) -> None:
        """Until their turns have ended."""
        wanted = {str(message.message_id) for message in messages}
        async with asyncio.timeout(20):
            while not wanted <= set(self.confirmed):
                await asyncio.sleep(0)

    def _delivery(self, message: MessageReceived) -> Delivery:
        self.sequence += 1
        msg = SimpleNamespace(
            subject=f"in.0.whatsapp.{message.tenant_id}.{message.conversation_id}",
            data=message.encode(),
            reply="reply",
            headers={HEADER_ID: str(message.message_id)},
            metadata=SimpleNamespace(sequence=SimpleNamespace(stream=self.sequence)),
        )
        return Delivery(cast(Bus, SimpleNamespace(nc=self)), cast(Msg, msg), 0)


@asynccontextmanager
async def mailroom(chat: Chat) -> AsyncIterator[Mailroom]:
    """A mailroom, stopped at the end."""
    room = Mailroom(chat)
    try:
        yield room
    finally:
        await room.mailboxes.stop()


class Pensive(WrapperModel):
    """A model that thinks until it is told to answer, at every request or at those with these numbers (0 is the first)."""

    def __init__(self, wrapped: Model, *thinks: int) -> None:
        super().__init__(wrapped)
        self.thinks = set(thinks)
        self.asked: list[list[ModelMessage]] = []
        self.cancelled = 0
        self.thinking = 0
        self.most_thinking = 0
        self.go_on = asyncio.Event()

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """See `Model.request`."""
        number = len(self.asked)
        self.asked.append(messages)
        if not self.thinks or number in self.thinks:
            self.thinking += 1
            self.most_thinking = max(self.most_thinking, self.thinking)
            try:
                await self.go_on.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            finally:
                self.thinking -= 1
        return await self.wrapped.request(messages, model_settings, model_request_parameters)

    async def until_asked(self, times: int) -> None:
        """Until it has been asked so often."""
        async with asyncio.timeout(20):
            while len(self.asked) < times:
                await asyncio.sleep(0)
