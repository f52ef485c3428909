"""Who delivers what, and in which order? One actor per conversation that has something to deliver, on one instance.

An actor keeps nothing: it asks the table for its conversation's oldest open delivery, lets the courier try it, and asks
again. So order is the table's order, and whoever claims a partition simply goes on. In the common case it need not ask:
a message with nothing before it is stored as `sending` and handed to its actor (a claim).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol
from uuid import UUID

from pydantic import ValidationError

from services.gateway.channels import Channel
from services.gateway.domain.purposes import MARKETING, answers
from services.gateway.pages import merges
from services.gateway.store.deliveries import Conversation, NewDelivery, OpenDelivery
from services.gateway.window import free_seconds
from shared.actors.delivery import Delivery
from shared.actors.mailboxes import Confirms, KeepsDeadLetters, tenant_of
from shared.db import is_transient
from shared.errors import Poison
from shared.messages.conversation import MessageSent, TemplateBody
from shared.tasks import ended
from shared.telemetry import DEAD_LETTERS, HANDLED, get_logger

RELEASE_SECONDS: Final = 10.0
"""How long a call under way may take to finish when its partition is given back."""

READY: Final = frozenset({"text", "link", "location_request", "contact_request", "reaction", "template"})
"""Kinds of messages that need no file and nothing else read before the call."""

log = get_logger("gateway")


class Store(Protocol):
    """Where deliveries are kept (see `store.deliveries`)."""

    async def add(self, deliveries: Sequence[NewDelivery]) -> frozenset[UUID]:
        """Write new ones; the ids of those that are stored as `sending`, to be sent by us."""

    async def again(
        self, row: OpenDelivery, after: float, reason: str | None, *, part: int | None = None
    ) -> None:
        """Store when the next try is due."""

    async def next_open(self, conversation: Conversation) -> OpenDelivery | None:
        """The conversation's oldest that needs us."""

    async def open_conversations(self, partitions: Sequence[int]) -> list[tuple[Conversation, int]]:
        """Conversations that have something to deliver."""


Attempt = Callable[[OpenDelivery, Callable[[bool], None]], Awaitable[float | None]]
"""One try (see `courier.Courier.attempt`); it tells whether it may be cancelled while it waits for its turn."""
Room = Callable[[NewDelivery], int]
"""How many deliveries of this one's account could go out about now."""


def _unlimited(_row: NewDelivery) -> int:
    return 1_000_000


@dataclass(slots=True, eq=False)
class _Actor:
    partition: int
    task: asyncio.Task[None] | None = None
    busy: bool = False  # a try is under way that must not be cancelled
    again: bool = True  # something may have come since it last looked
    claim: OpenDelivery | None = None  # stored as `sending` for this actor, which has to make the call
    last: bool = False  # stop after the try under way


class Delivering:
    """Takes messages from OUTBOUND (`accept`) and sees each conversation's deliveries through, in order."""

    def __init__(
        self,
        store: Store,
        attempt: Attempt,
        receipts: Confirms,
        dead_letters: KeepsDeadLetters,
        *,
        channels: Mapping[str, Channel],
        concurrency: int = 64,
        room: Room = _unlimited,
    ) -> None:
        self._store = store
        self._attempt = attempt
        self._receipts = receipts
        self._dead_letters = dead_letters
        self._channels = channels
        self._concurrency = concurrency
        self._reads = asyncio.Semaphore(concurrency)
        self._room = room
        self._promised = 0  # rows that may become claims while they are being stored
        self._actors: dict[Conversation, _Actor] = {}
        self._owned: set[int] = set()
        self._swept = asyncio.Event()  # set: sweep now
        self._stopping = False
        self._handled = HANDLED.labels("gateway", "OUTBOUND", "ok")

    # --- taking over from the bus ---------------------------------------------------------------------

    async def accept(self, partition: int, deliveries: list[Delivery]) -> None:
        """Store a batch, tell its senders, acknowledge, and begin (the `handle` of a `PartitionedConsumer`)."""
        rows: list[NewDelivery] = []
        for delivery in deliveries:
            try:
                rows.append(self._row(partition, delivery))
            except (ValidationError, Poison) as error:
                await self._until_done(partial(self._bury, delivery, error))
        rows = self._with_ready(rows)
        claims: list[OpenDelivery] = []
        promised = sum(row.ready for row in rows)
        self._promised += promised
        try:
            if rows and not await self._until_done(partial(self._store_all, rows, deliveries, claims)):
                return  # stopping: not acknowledged, so it comes again
            for claim in claims:  # first: the call must follow the commit soon
                await self._begin(claim, partition)
        finally:
            self._promised -= promised
        for delivery in deliveries:
            await self._receipts.confirm(delivery)
            await delivery.ack()
        self._handled.inc(len(rows))
        begun = {claim.id for claim in claims}
        for row in rows:
            if row.id not in begun:
                self._wake((row.tenant_id, row.conversation_id), partition)

    def _with_ready(self, rows: list[NewDelivery]) -> list[NewDelivery]:
        """No more are ready than can be called at once by their accounts, and none whose conversation has an actor (it
        may be waiting), or that can go out together with the next of this batch."""
        free = 0 if self._stopping else self._concurrency - len(self._actors) - self._promised
        at_once = Counter(row.conversation_id for row in rows if row.ready and row.merges)
        rooms: dict[tuple[str, str], int] = {}
        result = []
        for row in rows:
            account = (row.channel, row.account_id)
            if account not in rooms:
                rooms[account] = self._room(row)
            busy = (row.tenant_id, row.conversation_id) in self._actors or at_once[row.conversation_id] > 1
            ready = row.ready and not busy and free > 0 and rooms[account] > 0
            free -= ready
            rooms[account] -= ready
            result.append(row if ready == row.ready else replace(row, ready=ready))
        return result

    async def _store_all(
        self, rows: list[NewDelivery], deliveries: list[Delivery], claims: list[OpenDelivery]
    ) -> None:
        """Store a batch; when the database refuses it for good, store what it takes and bury the rest.

        `claims` gets those that are stored as `sending`, in their order.
        """
        since = asyncio.get_running_loop().time()
        try:
            started = await self._store.add(rows)
        except Exception as error:
            if is_transient(error):
                raise
            if len(rows) > 1:
                for row in rows:
                    await self._store_all([row], deliveries, claims)
                return
            for delivery in deliveries:
                if delivery.data is rows[0].payload:
                    await self._bury(delivery, Poison(f"cannot be stored: {type(error).__name__}"))
        else:
            claims += (
                _claim(row, since) for row in {row.id: row for row in rows if row.id in started}.values()
            )

    def _row(self, partition: int, delivery: Delivery) -> NewDelivery:
        message = MessageSent.decode(delivery.data)
        if message.tenant_id != delivery.tenant_id or str(message.conversation_id) != delivery.key:
            raise Poison("The message is not of the tenant and conversation of its subject.")
        channel = self._channels.get(message.to.channel)
        if channel is None:
            raise Poison(f"No adapter for channel {message.to.channel[:40]!r} is loaded.")
        is_template = isinstance(message.body, TemplateBody)
        return NewDelivery(
            message.tenant_id,
            message.message_id,
            partition,
            message.conversation_id,
            message.to.channel,
            message.purpose,
            delivery.data,
            message.to.account_id,
            message.to.user_id,
            ready=message.body.kind in READY,  # others have to be prepared first
            answers=answers(message),
            marketing=message.purpose in MARKETING,
            free=None if is_template else free_seconds(channel.capabilities),
            phone=message.to.phone,
            customer_id=message.customer_id,
            merges=merges(message, channel.capabilities),
            published_at=delivery.msg.metadata.timestamp,
        )

    async def _bury(self, delivery: Delivery, error: Exception) -> None:
        # A validation error quotes the message, which is personal: only where it failed is kept.
        fields = (
            [".".join(map(str, e["loc"])) for e in error.errors()]
            if isinstance(error, ValidationError)
            else []
        )
        reason = f"unreadable: {', '.join(fields)}" if fields else str(error)
        if tenant_of(delivery) is not None:
            await self._dead_letters.put(delivery, reason, 1)
        DEAD_LETTERS.labels("gateway", "OUTBOUND").inc()
        log.error("dead_letter", message_id=delivery.message_id, reason=reason)

    async def _until_done(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Try for ever while the database is away; False when the service stops first."""
        while not self._stopping:
            try:
                await work()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("outbound_waits", error=str(error) or type(error).__name__)
                await asyncio.sleep(0.2)
            else:
                return True
        return False

    # --- ownership --------------------------------------------------------------------------------------

    async def claim(self, partition: int) -> None:
        """This partition is ours: what is open in it is taken up by the next sweep, at once."""
        self._owned.add(partition)
        self._swept.set()

    async def release(self, partition: int) -> None:
        """Let tries under way finish, then leave the partition's conversations to the next owner."""
        self._owned.discard(partition)
        await self._let_go([actor for actor in self._actors.values() if actor.partition == partition])

    async def stop(self) -> None:
        """Let tries under way finish, then stop."""
        self._stopping = True
        await self._let_go(list(self._actors.values()))

    async def sweep(self, every: float) -> None:
        """Take up what is open in our partitions, now and then, for ever: after a claim, and whatever slipped through."""
        while True:
            self._swept.clear()
            try:
                found = await self._store.open_conversations(sorted(self._owned)) if self._owned else []
            except Exception as error:
                if not is_transient(error):
                    raise
                found = []
            for conversation, partition in found:
                if partition in self._owned and conversation not in self._actors:
                    self._wake(conversation, partition)
            try:
                async with asyncio.timeout(every):
                    await self._swept.wait()
            except TimeoutError:
                continue

    async def _let_go(self, actors: list[_Actor]) -> None:
        for actor in actors:
            actor.last = True
            if (
                not actor.busy and actor.claim is None and actor.task
            ):  # asleep, or in line: nothing is under way
                actor.task.cancel()
        tasks = [actor.task for actor in actors if actor.task]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=RELEASE_SECONDS)
            await ended(*late)

    # --- actors -----------------------------------------------------------------------------------------

    async def _begin(self, claim: OpenDelivery, partition: int) -> None:
        """Have a delivery sent that is stored as `sending`."""
        if not self._stopping:
            self._wake((claim.tenant_id, claim.conversation_id), partition, claim)
            return
        try:
            await self._store.again(claim, 0, None)  # the next owner need not wait for an echo
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("claim_left_behind", delivery_id=str(claim.id))

    def _wake(self, conversation: Conversation, partition: int, claim: OpenDelivery | None = None) -> None:
        if self._stopping:
            return
        actor = self._actors.get(conversation)
        if actor is None:
            actor = self._actors[conversation] = _Actor(partition, again=claim is None, claim=claim)
            actor.task = asyncio.create_task(self._work(conversation, actor))
        else:
            actor.claim = actor.claim or claim
            actor.again = True

    async def _work(self, conversation: Conversation, actor: _Actor) -> None:
        trouble = 0
        try:
            while actor.claim or (actor.again and not actor.last):
                try:
                    pause = await self._step(conversation, actor)
                    trouble = 0
                except Exception as error:  # an actor never dies of one message: it tries again later
                    trouble += 1
                    actor.again = True
                    pause = min(0.1 * 2**trouble, 5.0 if is_transient(error) else 60.0)
                    log.log(
                        30 if is_transient(error) else 40, "delivering_failed", error=repr(error),
                        exc_info=None if is_transient(error) else error,
                    )  # fmt: skip
                if pause and not actor.last:
                    await asyncio.sleep(pause)
        finally:
            if self._actors.get(conversation) is actor:
                del self._actors[conversation]

    async def _step(self, conversation: Conversation, actor: _Actor) -> float:
        row, actor.claim = actor.claim, None
        # From here on the claim is this step's: it is finished, or given back when it may be cancelled.
        actor.busy = row is not None
        try:
            if row is None:
                row = await self._next(conversation, actor)
                if row is None:
                    return 0
            pause = await self._attempt(row, partial(_mark, actor))
            if pause is not None:
                actor.again = True
            return pause or 0
        finally:
            actor.busy = False

    async def _next(self, conversation: Conversation, actor: _Actor) -> OpenDelivery | None:
        async with self._reads:
            actor.again = False
            row = await self._store.next_open(conversation)
        actor.again = row is not None  # there may be more behind it
        if row is None or actor.last:
            return None
        actor.busy = True
        return row


def _mark(actor: _Actor, busy: bool) -> None:
    actor.busy = busy
    if (
        not busy and actor.last and actor.task
    ):  # it was waited for until here; what comes now is for the next owner
        actor.task.cancel()


def _claim(row: NewDelivery, since: float) -> OpenDelivery:
    return OpenDelivery(
        row.tenant_id,
        row.id,
        row.conversation_id,
        row.channel,
        row.payload,
        "sending",
        part=0,
        attempts=1,
        media_id=None,
        age=0.0,
        sending_for=0.0,
        wait=0.0,
        claimed_at=since,
    )
