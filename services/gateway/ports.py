"""What do deliveries need of the world around them? The protocols of the outgoing half; tests bring their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol
from uuid import UUID

from services.gateway.channels import Capabilities, HttpAnswer, HttpCall
from services.gateway.domain.account import ChannelAccount
from services.gateway.sender import AnswerLost, NotSent
from services.gateway.store.deliveries import Conversation, Follower, OpenDelivery
from shared.messages.conversation import ChannelAddress
from shared.messages.media import FileRef

Begun = Callable[[], None]
"""Says that a request begins whose turn it was."""


def _nothing() -> None:
    """Nobody counts."""


class Call(Protocol):
    """Makes one request (see `sender.Caller`)."""

    async def call(self, call: HttpCall, data: bytes | None = None) -> HttpAnswer | NotSent | AnswerLost:
        """The answer, or why there is none."""


class FileStore(Protocol):
    """`shared.files.Files`, as far as it is needed here."""

    async def get(self, file: FileRef) -> bytes | None:
        """The bytes, or None when they are lost."""


class Jobs(Protocol):
    """`shared.bus.Bus`, as far as it is needed here."""

    async def publish(self, subject: str, payload: bytes, *, msg_id: str) -> None:
        """Put a job into its stream."""


class Accounts(Protocol):
    """The channel accounts of all tenants (see `accounts.Directory`)."""

    def account(self, channel: str, account_id: str) -> ChannelAccount | None:
        """The account, as far as it is known."""

    async def look_up_account(self, channel: str, account_id: str) -> ChannelAccount | None:
        """The account, asking the database. Raises transient errors of it."""


class Paces(Protocol):
    """Whose turn it is (see `pacing.Pacing`)."""

    async def turn(self, account: ChannelAccount, capabilities: Capabilities, user_id: str) -> Begun:
        """Return when a message of this account to this person may go out. What is returned must be called when its
        request begins, or never will."""

    def room(self, account: ChannelAccount, capabilities: Capabilities) -> int:
        """How many messages of this account could go out about now."""


class Pausing(Protocol):
    """Which accounts must not send (see `pauses.Pauses`)."""

    def left(self, channel: str, account_id: str) -> float:
        """Seconds until the account may send; 0: now."""

    async def over(self, channel: str, account_id: str, within: float) -> None:
        """Return when it may, or after so many seconds."""

    async def pause(self, account: ChannelAccount, after: float, reason: str) -> None:
        """Stop it for so many seconds, and tell the operator. Raises transient errors of the database."""


class Rows(Protocol):
    """Where deliveries are kept (see `store.deliveries.DeliveryStore`)."""

    async def next_open(self, conversation: Conversation) -> OpenDelivery | None:
        """The conversation's oldest that needs us."""

    async def followers(self, row: OpenDelivery) -> list[Follower]:
        """What is open behind it."""

    async def payload_of(self, row: OpenDelivery, message_id: UUID) -> bytes | None:
        """An earlier message of the same conversation."""

    async def sending(self, row: OpenDelivery) -> bool:
        """Store that the call begins."""

    async def again(
        self, row: OpenDelivery, after: float, reason: str | None, *, part: int | None = None
    ) -> None:
        """Store when the next try is due."""

    async def held(self, row: OpenDelivery, after: float, reason: str) -> None:
        """Store that it may not be sent now."""

    async def replaced(self, row: OpenDelivery, payload: bytes, reason: str | None) -> bool:
        """Store what goes out in its place."""

    async def merged(self, row: OpenDelivery, payload: bytes, followers: Sequence[UUID]) -> bool:
        """Store that it says what those behind it say, too."""

    async def followed(self, row: OpenDelivery) -> None:
        """Store that what went out with another one has come as far as that one has."""

    async def rejected(self, row: OpenDelivery, reason: str) -> None:
        """Store that it will never be sent."""

    async def opted_out(
        self,
        tenant_id: UUID,
        to: ChannelAddress,
        customer_id: UUID | None,
        scope: Literal["all", "marketing"],
    ) -> None:
        """Store that a person wants no more of it."""

    async def uploaded(self, row: OpenDelivery, media_id: str) -> None:
        """Store the provider's id of its file."""


class Progress(Rows, Protocol):
    """Where deliveries are kept, successes in groups (see `grouped.GroupedDeliveries`)."""

    async def sent(self, row: OpenDelivery, provider_id: str | None) -> None:
        """Store that the provider took it."""


class Unpaced:
    """For channels that nobody counts."""

    async def turn(self, account: ChannelAccount, capabilities: Capabilities, user_id: str) -> Begun:
        """At once."""
        return _nothing

    def room(self, account: ChannelAccount, capabilities: Capabilities) -> int:
        """As many as you like."""
        return 1_000_000


class NeverPaused:
    """For accounts that nobody stops."""

    def left(self, channel: str, account_id: str) -> float:
        """Now."""
        return 0.0

    async def over(self, channel: str, account_id: str, within: float) -> None:
        """At once."""

    async def pause(self, account: ChannelAccount, after: float, reason: str) -> None:
        """Nothing is remembered: the message alone waits."""
