"""What becomes of messages that the provider took and then could not deliver? Some have consequences (`domain.failures`).

All gateways look at all failures: what follows from one has an id of its own or is true however often it is written, so
nothing happens twice, and nothing is forgotten with a gateway that dies.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol
from uuid import UUID

from pydantic import ValidationError

from services.gateway.channels import Channel
from services.gateway.domain.failures import follows, scope_of
from services.gateway.ports import Accounts, Pausing
from services.gateway.store.deliveries import FailedDelivery, NewDelivery
from services.gateway.window import AsTemplate, decide, templates_of
from shared.db import is_transient
from shared.ids import derive
from shared.messages.conversation import ChannelAddress, MessageSent
from shared.telemetry import DELIVERIES, get_logger

LOOK_BACK: Final = timedelta(days=1)
"""How old a failure may be when a gateway starts."""
OVERLAP: Final = timedelta(seconds=10)
"""Commits become visible out of order: what is so recent is looked at again."""
PAUSE_SECONDS: Final = 3600.0
_BATCH: Final = 500
_MOST_SEEN: Final = 20_000

log = get_logger("gateway")


class Store(Protocol):
    """Where deliveries are kept (see `store.deliveries.DeliveryStore`)."""

    async def failed_since(self, since: datetime, limit: int) -> list[FailedDelivery]:
        """What failed since then, oldest first."""

    async def add(self, deliveries: Sequence[NewDelivery]) -> frozenset[UUID]:
        """Write new ones; what is known already stays as it is."""

    async def opted_out(
        self,
        tenant_id: UUID,
        to: ChannelAddress,
        customer_id: UUID | None,
        scope: Literal["all", "marketing"],
    ) -> None:
        """Store that a person wants no more of it."""


class Aftermath:
    """Looks for failures; sends a template in the place of what came outside the window, notes who wants no more, stops
    accounts. Everything else is only reported (`usher deliveries`)."""

    def __init__(
        self, store: Store, channels: Mapping[str, Channel], accounts: Accounts, pauses: Pausing
    ) -> None:
        self._store = store
        self._channels = channels
        self._accounts = accounts
        self._pauses = pauses
        self._seen: OrderedDict[UUID, None] = OrderedDict()

    async def run(self, every: float, now: datetime | None = None) -> None:
        """Look now and then, for ever."""
        since = (now or datetime.now(UTC)) - LOOK_BACK
        while True:
            try:
                since = await self.look(since)
            except Exception as error:
                if not is_transient(error):
                    raise
            await asyncio.sleep(every)

    async def look(self, since: datetime) -> datetime:
        """Do what follows from the failures since then; since when to look the next time."""
        while True:
            found = await self._store.failed_since(since, _BATCH)
            for one in found:
                if one.id not in self._seen:
                    await self._follow(one)
                    self._remember(one.id)
            if len(found) < _BATCH:
                return max(since, found[-1].updated_at - OVERLAP) if found else since
            since = found[-1].updated_at

    async def _follow(self, one: FailedDelivery) -> None:
        consequence = follows(one.reason)
        if consequence == "report":
            return
        try:
            message = MessageSent.decode(one.payload)
        except ValidationError:  # another version's: it is reported like any other failure
            log.warning("failure_not_readable", delivery_id=str(one.id))
            return
        account = self._accounts.account(one.channel, message.to.account_id)
        if account is None or account.tenant_id != one.tenant_id:
            return
        if consequence == "opt_out":
            await self._store.opted_out(one.tenant_id, message.to, message.customer_id, scope_of(one.reason))
        elif consequence == "pause":
            # An old failure says nothing about now.
            if datetime.now(UTC) - one.updated_at < timedelta(seconds=PAUSE_SECONDS):
                await self._pauses.pause(account, PAUSE_SECONDS, one.reason or "")
        else:
            await self._send_template(one, message, account.settings)

    async def _send_template(
        self, one: FailedDelivery, message: MessageSent, settings: Mapping[str, object]
    ) -> None:
        """The template for the message's purpose, as a delivery of its own: the failed one stays what it is."""
        channel = self._channels.get(one.channel)
        if channel is None:
            return
        decision = decide(message, None, one.updated_at, templates_of(settings), channel.capabilities)
        if not isinstance(decision, AsTemplate):
            return
        message_id = derive("template", one.id)
        instead = message.model_copy(update={"message_id": message_id, "body": decision.body})
        row = NewDelivery(
            one.tenant_id,
            message_id,
            one.partition,
            one.conversation_id,
            one.channel,
            message.purpose,
            instead.encode(),
            message.to.account_id,
            message.to.user_id,
        )
        await self._store.add([row])
        DELIVERIES.labels(one.channel, "converted").inc()
        log.info("delivery_converted", delivery_id=str(one.id), into=str(message_id))

    def _remember(self, delivery_id: UUID) -> None:
        self._seen[delivery_id] = None
        if len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)
