"""What is to be delivered, and how far has each delivery come? The table deliveries.

Every change by a sender is conditional on `attempts`, which grows with each try: of two senders that believe they own a
conversation, one loses.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from services.gateway.domain.purposes import MARKETING
from services.gateway.domain.refusals import FORGOTTEN, counted
from services.gateway.domain.states import State
from services.gateway.store import delivery_sql as sql
from services.gateway.store.forgotten import empty
from shared.db import Connection, Database
from shared.messages.conversation import ChannelAddress
from shared.telemetry import DELIVERIES, get_logger

log = get_logger("gateway")


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message to be delivered, as it came from the bus.

    `ready`: it needs no preparation, and its sender will call at once. With nothing before it in its conversation it is
    then stored as `sending`, as if by `DeliveryStore.sending`, provided the person wrote within `free` seconds (None:
    whenever). `answers`: it answers the person; `marketing`: it needs consent to that. `phone` and `customer_id` are
    what the message tells of the person. `merges`: it may go out together with its like. `published_at` (aware; None: now)
    is when its stream got it.
    """

    tenant_id: UUID
    id: UUID
    partition: int
    conversation_id: UUID
    channel: str
    purpose: str
    payload: bytes
    account_id: str
    user_id: str
    ready: bool = False
    answers: bool = False
    marketing: bool = False
    free: float | None = None
    phone: str | None = None
    customer_id: UUID | None = None
    merges: bool = False
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Success:
    """The provider took the whole message, under its id."""

    tenant_id: UUID
    id: UUID
    provider_id: str | None


@dataclass(frozen=True, slots=True)
class OpenDelivery:
    """A delivery that still needs us.

    Ages are seconds by the database's clock: `age` since it came, `sending_for` since the last call began, `wait` until
    the next try. `part` is how many of the message's requests are done. `claimed_at`: the state `sending` was stored for
    whoever holds this, not before this instant of the event loop's clock, and the call has not begun; consent and window
    were looked at then.

    `last_inbound_at` is when the person last wrote and `read_at` when this was read; `forbidden` says why nothing may be
    sent to the person. `has_followers`: more is open behind it. `merged_into`: it went out with that one, which is
    settled.
    """

    tenant_id: UUID
    id: UUID
    conversation_id: UUID
    channel: str
    payload: bytes
    state: State
    part: int
    attempts: int
    media_id: str | None
    age: float
    sending_for: float
    wait: float
    claimed_at: float | None = None
    last_inbound_at: datetime | None = None
    read_at: datetime | None = None
    forbidden: str | None = None
    has_followers: bool = False
    merged_into: UUID | None = None


@dataclass(frozen=True, slots=True)
class Follower:
    """A delivery behind another one in its conversation. `untouched`: pending, never tried, on its own."""

    id: UUID
    payload: bytes
    untouched: bool


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """What the provider took and could not deliver."""

    tenant_id: UUID
    id: UUID
    partition: int
    conversation_id: UUID
    channel: str
    payload: bytes
    account_id: str
    reason: str | None
    updated_at: datetime


class _LostRace(Exception):
    """Somebody else was faster; the transaction is undone."""


_Told = tuple[str | None, UUID | None]
MOST_TOLD: Final = 50_000
"""Of so many conversations it is remembered what was stored of the person; of others it is stored again."""
Conversation = tuple[UUID, UUID]
"""(tenant id, conversation id)"""


class DeliveryStore:
    """Deliveries, one short transaction per call. All raise transient errors of the database.

    `windows`: for channels that have one, for how many seconds after a person's message they may be written to freely.
    """

    def __init__(self, db: Database, windows: Mapping[str, float] | None = None) -> None:
        self._db = db
        self._windows = ([*(windows or {})], [*(windows or {}).values()])
        self._told: OrderedDict[UUID, _Told] = OrderedDict()

    # --- new ones, and what waits ---------------------------------------------------------------------

    async def write(self, new: Sequence[NewDelivery], sent: Sequence[Success]) -> frozenset[UUID]:
        """Write successes and new deliveries (in this order; what is known already stays as it is) in one transaction.

        The ids of the new ones that are stored as `sending`: whoever gets them makes the call. Those whose person has
        opted out are stored as rejected, those whose person is forgotten without words, too.
        """
        sent = sorted(sent, key=lambda one: (one.tenant_id, one.id))  # nobody waits for anybody in a circle
        async with self._db.tenant(
            *{one.tenant_id for one in new}, *(one.tenant_id for one in sent)
        ) as connection:
            if sent:
                await connection.execute(
                    sql.SENT,
                    [one.tenant_id for one in sent],
                    [one.id for one in sent],
                    [one.provider_id for one in sent],
                )
            rows = await connection.fetch(sql.ADD, *_columns(new)) if new else []
            gone = {row["id"]: row for row in rows if row["reason"] == FORGOTTEN}
            if gone:
                await empty(connection, gone.values())
            news = {row.conversation_id: row for row in new if row.id not in gone and self._is_news(row)}
            if news:
                await connection.execute(sql.LEARNED, *_people([news[one] for one in sorted(news)]))
        self._remember(news.values())
        for row in rows:
            if row["state"] == "rejected":
                DELIVERIES.labels(row["channel"], counted(row["reason"])).inc()
                said = "delivery_opted_out" if row["id"] not in gone else "delivery_person_forgotten"
                log.info(said, delivery_id=str(row["id"]))
        return frozenset(row["id"] for row in rows if row["state"] == "sending")

    async def next_open(self, conversation: Conversation) -> OpenDelivery | None:
        """The oldest delivery of the conversation that still needs us."""
        tenant_id, conversation_id = conversation
        async with self._db.tenant(tenant_id) as connection:
            row = await connection.fetchrow(sql.NEXT, conversation_id, *self._windows, [*MARKETING])
        return OpenDelivery(**dict(row)) if row else None

    async def open_conversations(self, partitions: Collection[int]) -> list[tuple[Conversation, int]]:
        """Conversations of these partitions that have something to deliver, with their partition."""
        async with self._db.system() as connection:
            rows = await connection.fetch(sql.OPEN, list(partitions), *self._windows)
        return [((row["tenant_id"], row["conversation_id"]), row["partition"]) for row in rows]

    async def followers(self, row: OpenDelivery) -> list[Follower]:
        """What is open behind a delivery in its conversation, oldest first, some of it."""
        async with self._db.tenant(row.tenant_id) as connection:
            found = await connection.fetch(sql.FOLLOWERS, row.conversation_id, row.tenant_id, row.id)
        return [
            Follower(
                one["id"],
                one["payload"],
                one["state"] == "pending" and one["attempts"] == 0 and one["merged_into"] is None,
            )
            for one in found
        ]

    async def payload_of(self, row: OpenDelivery, message_id: UUID) -> bytes | None:
        """An earlier message of the same tenant and conversation."""
        async with self._db.tenant(row.tenant_id) as connection:
            found: bytes | None = await connection.fetchval(
                sql.PAYLOAD, row.tenant_id, row.conversation_id, message_id
            )
        return found

    async def failed_since(self, since: datetime, limit: int) -> list[FailedDelivery]:
        """What failed after it had been taken, since then, oldest first; of all tenants."""
        async with self._db.system() as connection:
            rows = await connection.fetch(sql.FAILED, since, limit)
        return [FailedDelivery(**dict(row)) for row in rows]

    def _is_news(self, row: NewDelivery) -> bool:
        """Whether the message tells something of the person that is not stored yet, as far as is known here."""
        told: _Told = (row.phone, row.customer_id)
        return told != (None, None) and self._told.get(row.conversation_id) != told

    def _remember(self, rows: Iterable[NewDelivery]) -> None:
        for row in rows:
            self._told[row.conversation_id] = (row.phone, row.customer_id)
            self._told.move_to_end(row.conversation_id)
        while len(self._told) > MOST_TOLD:
            self._told.popitem(last=False)

    # --- how far one has come -------------------------------------------------------------------------

    async def sending(self, row: OpenDelivery) -> bool:
        """Store that the call begins. False: somebody else was faster, or a status came; read the row again."""
        async with self._db.tenant(row.tenant_id) as connection:
            return await _changed(connection, sql.SENDING, row.tenant_id, row.id, row.attempts, row.part)

    async def again(
        self, row: OpenDelivery, after: float, reason: str | None, *, part: int | None = None
    ) -> None:
        """Store that the next try is due `after` seconds from now (of request number `part`).

        `row.attempts` is the count of the try that this is about.
        """
        async with self._db.tenant(row.tenant_id) as connection:
            await connection.execute(
                sql.AGAIN,
                row.tenant_id,
                row.id,
                row.attempts,
                row.part if part is None else part,
                reason,
                after,
            )

    async def held(self, row: OpenDelivery, after: float, reason: str) -> None:
        """Store that it may not be sent now; it is looked at again after so many seconds, or when the person writes."""
        async with self._db.tenant(row.tenant_id) as connection:
            await connection.execute(sql.HELD, row.tenant_id, row.id, row.attempts, reason[:500], after)

    async def replaced(self, row: OpenDelivery, payload: bytes, reason: str | None) -> bool:
        """Store that this message goes out in its place. False: somebody else was faster; read the row again."""
        async with self._db.tenant(row.tenant_id) as connection:
            return await _changed(
                connection, sql.REPLACED, row.tenant_id, row.id, row.attempts, payload, reason
            )

    async def rejected(self, row: OpenDelivery, reason: str) -> None:
        """Store that it will never be sent."""
        async with self._db.tenant(row.tenant_id) as connection:
            await connection.execute(sql.REJECTED, row.tenant_id, row.id, row.attempts, reason[:500])

    async def opted_out(
        self,
        tenant_id: UUID,
        to: ChannelAddress,
        customer_id: UUID | None,
        scope: Literal["all", "marketing"],
    ) -> None:
        """Store that the provider says that a person wants no more of it."""
        async with self._db.tenant(tenant_id) as connection:
            await connection.execute(
                sql.OPTED_OUT, tenant_id, to.channel, to.user_id, scope, to.phone, customer_id
            )

    async def uploaded(self, row: OpenDelivery, media_id: str) -> None:
        """Store the provider's id of the message's file."""
        async with self._db.tenant(row.tenant_id) as connection:
            await connection.execute(sql.UPLOADED, row.tenant_id, row.id, media_id)

    async def merged(self, row: OpenDelivery, payload: bytes, followers: Sequence[UUID]) -> bool:
        """Store that `row` says what those behind it say, too. False: something changed meanwhile; nothing was stored."""
        try:
            async with self._db.tenant(row.tenant_id) as connection:
                if not await _changed(connection, sql.LED, row.tenant_id, row.id, row.attempts, payload):
                    raise _LostRace
                done = await connection.execute(sql.MERGED, row.tenant_id, row.id, list(followers))
                if done != f"UPDATE {len(followers)}":
                    raise _LostRace
        except _LostRace:
            return False
        return True

    async def followed(self, row: OpenDelivery) -> None:
        """What went out with a delivery has come as far as that one has."""
        async with self._db.tenant(row.tenant_id) as connection:
            await connection.execute(sql.FOLLOWED, row.tenant_id, row.merged_into)


async def _changed(connection: Connection, statement: str, *values: object) -> bool:
    done: str = await connection.execute(statement, *values)
    return done != "UPDATE 0"


def _columns(new: Sequence[NewDelivery]) -> Iterable[object]:
    return (
        [delivery.tenant_id for delivery in new],
        [delivery.id for delivery in new],
        [delivery.partition for delivery in new],
        [delivery.conversation_id for delivery in new],
        [delivery.channel for delivery in new],
        [delivery.purpose for delivery in new],
        [delivery.payload for delivery in new],
        [delivery.account_id for delivery in new],
        [delivery.user_id for delivery in new],
        [delivery.ready for delivery in new],
        [delivery.answers for delivery in new],
        [delivery.marketing for delivery in new],
        [delivery.free for delivery in new],
        [delivery.phone for delivery in new],
        [delivery.customer_id for delivery in new],
        [delivery.published_at for delivery in new],
    )


def _people(rows: Sequence[NewDelivery]) -> Iterable[object]:
    return (
        [row.tenant_id for row in rows],
        [row.conversation_id for row in rows],
        [row.channel for row in rows],
        [row.user_id for row in rows],
        [row.phone for row in rows],
        [row.customer_id for row in rows],
    )
