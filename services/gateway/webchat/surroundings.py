"""What do all sockets of a process share? The store, the hub, the intake, allowances, the clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import UUID

from services.gateway.channels import MessageIn
from services.gateway.channels.webchat import WebChat
from services.gateway.domain.account import ChannelAccount
from services.gateway.store.deliveries import Conversation
from services.gateway.store.webchat import Arrival, StoredMessage
from services.gateway.webchat.acks import Acks
from services.gateway.webchat.hub import Hub
from services.gateway.webchat.limits import Limits, Rates

Receive = Callable[[ChannelAccount, MessageIn], Awaitable[None]]
"""The durable intake: returns when the item is on disk, raises transient errors when it could not be stored now."""
CHANNEL: Final = WebChat()
Clock = Callable[[], datetime]


class Store(Protocol):
    """What a page reads (see `store.webchat`)."""

    async def arrive(self, conversation: Conversation, last: int | None, most: int) -> Arrival:
        """What it missed."""

    async def before(
        self, conversation: Conversation, before: int, most: int
    ) -> tuple[list[StoredMessage], bool]:
        """What lies before."""

    async def payload(self, conversation: Conversation, delivery_id: UUID) -> bytes | None:
        """One message."""


def utc_now() -> datetime:
    """The clock of the composition root."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all sockets of a process share."""

    store: Store
    hub: Hub
    acks: Acks
    receive: Receive
    rates: Rates  # of messages
    asks: Rates  # of questions
    limits: Limits
    now: Clock = utc_now
    channel: WebChat = CHANNEL
