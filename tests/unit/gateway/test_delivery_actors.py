"""Who delivers what, and in which order? The actors, over a table of our own making that can be away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

from nats.aio.msg import Msg

from services.gateway.delivery import Delivering
from services.gateway.store.deliveries import Conversation, NewDelivery, OpenDelivery
from shared.actors.delivery import Delivery
from shared.messages.conversation import ChannelAddress, MessageSent, TextBody
from tests.unit.gateway.factories import TENANT, adapter


class Table:
    """Deliveries in order; the first `away` calls fail."""

    def __init__(self) -> None:
        self.rows: dict[UUID, NewDelivery] = {}
        self.done: set[UUID] = set()
        self.away = 0
        self.refused: set[UUID] = set()
        self.claims = False
        self.claimed: set[UUID] = set()
        self.looks = 0
        self.put_back: list[UUID] = []
        self.gate: asyncio.Event | None = None

    def _look(self) -> None:
        if self.away:
            self.away -= 1
            raise ConnectionRefusedError

    async def add(self, deliveries: Sequence[NewDelivery]) -> frozenset[UUID]:
        self._look()
        if self.gate:
            await self.gate.wait()
        if self.refused & {delivery.id for delivery in deliveries}:
            raise ValueError("no such thing can be stored")
        started = set()
        for delivery in deliveries:
            in_front = any(
                row.conversation_id == delivery.conversation_id and row.id not in self.done
                for row in self.rows.values()
            )
            if self.claims and delivery.ready and not in_front and delivery.id not in self.rows:
                started.add(delivery.id)
            self.rows.setdefault(delivery.id, delivery)
        self.claimed |= started
        return frozenset(started)

    async def again(
        self, row: OpenDelivery, after: float, reason: str | None, *, part: int | None = None
    ) -> None:
        self.put_back.append(row.id)

    async def next_open(self, conversation: Conversation) -> OpenDelivery | None:
        self._look()
        self.looks += 1
        for row in self.rows.values():
            if (row.tenant_id, row.conversation_id) == conversation and row.id not in self.done:
                return OpenDelivery(
                    row.tenant_id,
                    row.id,
                    row.conversation_id,
                    "whatsapp",
                    row.payload,
                    "pending",
                    0,
                    0,
                    None,
                    0,
                    0,
                    0,
                )
        return None

    async def open_conversations(self, partitions: Sequence[int]) -> list[tuple[Conversation, int]]:
        self._look()
        return [
            ((row.tenant_id, row.conversation_id), row.partition)
            for row in self.rows.values()
            if row.partition in partitions and row.id not in self.done
        ]


class Setup:
    """Actors whose tries note the order and finish a row; `fail` rows raise once."""

    def __init__(self) -> None:
        self.table = Table()
        self.tried: list[UUID] = []
        self.fail: set[UUID] = set()
        self.idle = asyncio.Event()
        self.confirmed: list[str] = []
        self.buried: list[str] = []
        self.gate: asyncio.Event | None = None
        self.line: asyncio.Event | None = None
        self.in_line = 0
        self.delivering = Delivering(self.table, self.attempt, self, self, channels={"whatsapp": adapter()})

    async def attempt(self, row: OpenDelivery, busy: Callable[[bool], None]) -> float | None:
        if row.id in self.fail:
            self.fail.discard(row.id)
            raise RuntimeError("a mistake of ours")
        if self.line:
            busy(False)
            self.in_line += 1
            await self.line.wait()
            busy(True)
        self.tried.append(row.id)
        if self.gate:
            await self.gate.wait()
        self.table.done.add(row.id)
        if len(self.table.done) == len(self.table.rows):
            self.idle.set()
        return None

    async def confirm(self, delivery: Delivery) -> None:
        self.confirmed.append(delivery.message_id)

    async def put(self, delivery: Delivery, reason: str, tries: int) -> None:
        self.buried.append(reason)

    async def all_done(self) -> None:
        async with asyncio.timeout(10):
            await self.idle.wait()


class FakeBus:
    """Takes acknowledgements."""

    def __init__(self) -> None:
        self.nc = self
        self.said: list[bytes] = []

    async def publish(self, _reply: str, word: bytes) -> None:
        self.said.append(word)


def sent(
    conversation: UUID, message_id: UUID | None = None, *, reply_to: str | None = None, account: str = "111"
) -> MessageSent:
    return MessageSent(
        tenant_id=TENANT,
        message_id=message_id or uuid4(),
        conversation_id=conversation,
        to=ChannelAddress(channel="whatsapp", account_id=account, user_id="351910000001"),
        purpose="reply",
        body=TextBody(text="Hello"),
        in_reply_to=reply_to,
    )


def delivered(message: MessageSent, bus: FakeBus | None = None, data: bytes | None = None) -> Delivery:
    msg = Msg(
        _client=None,  # type: ignore[arg-type]  # the client is not used
        subject=f"out.3.whatsapp.{TENANT}.{message.conversation_id}",
        reply="$JS.ACK.OUTBOUND.d.1.1.1.1.0",
        data=data or message.encode(),
        headers={"Usher-Id": str(message.message_id), "Usher-From": "agent"},
    )
    return Delivery(bus or FakeBus(), msg, 3)  # type: ignore[arg-type]  # only publishes here


async def test_messages_are_stored_confirmed_acknowledged_and_tried_in_order() -> None:
    setup, bus, conversation = Setup(), FakeBus(), uuid4()
    messages = [sent(conversation) for _ in range(5)]

    await setup.delivering.accept(3, [delivered(message, bus) for message in messages])
    await setup.all_done()

    assert setup.tried == [message.message_id for message in messages]
    assert setup.confirmed == [str(message.message_id) for message in messages]
    assert bus.said == [b"+ACK"] * 5
    await setup.delivering.stop()


async def test_a_database_that_is_away_is_waited_for_before_anything_is_confirmed() -> None:
    setup = Setup()
    setup.table.away = 2
    message = sent(uuid4())

    await setup.delivering.accept(3, [delivered(message)])
    await setup.all_done()

    assert setup.confirmed == [str(message.message_id)]
    await setup.delivering.stop()


async def test_a_service_that_stops_while_the_database_is_away_confirms_nothing() -> None:
    setup, bus = Setup(), FakeBus()
    setup.table.away = 10**9
    taking = asyncio.create_task(setup.delivering.accept(3, [delivered(sent(uuid4()), bus)]))
    await asyncio.sleep(0)

    await setup.delivering.stop()
    await taking

    assert (setup.confirmed, bus.said) == ([], [])


async def test_an_actor_outlives_its_own_mistakes_and_keeps_the_order() -> None:
    setup, conversation = Setup(), uuid4()
    first, second = sent(conversation), sent(conversation)
    setup.fail = {first.message_id}

    await setup.delivering.accept(3, [delivered(first), delivered(second)])
    await setup.all_done()

    assert setup.tried == [first.message_id, second.message_id]
    await setup.delivering.stop()


async def test_what_is_open_in_a_claimed_partition_is_taken_up() -> None:
    setup, message = Setup(), sent(uuid4())
    other = sent(uuid4())
    for partition, one in ((3, message), (4, other)):
        row = NewDelivery(
            TENANT,
            one.message_id,
            partition,
            one.conversation_id,
            "whatsapp",
            "reply",
            one.encode(),
            "111",
            "p",
        )
        setup.table.rows[one.message_id] = row
    setup.table.away = 1
    sweeping = asyncio.create_task(setup.delivering.sweep(0.01))

    await setup.delivering.claim(3)
    while message.message_id not in setup.table.done:
        await asyncio.sleep(0)

    sweeping.cancel()
    assert setup.tried == [message.message_id]
    await setup.delivering.stop()


async def test_a_partition_is_given_back_after_the_try_under_way_and_before_the_next() -> None:
    setup, conversation = Setup(), uuid4()
    setup.gate = asyncio.Event()
    first, second = sent(conversation), sent(conversation)
    await setup.delivering.accept(3, [delivered(first), delivered(second)])
    while not setup.tried:
        await asyncio.sleep(0)

    releasing = asyncio.create_task(setup.delivering.release(3))
    await asyncio.sleep(0)
    assert not releasing.done()
    setup.gate.set()
    await releasing

    assert setup.table.done == {first.message_id}


async def test_a_message_of_a_channel_that_is_not_loaded_is_buried_with_its_reason() -> None:
    setup = Setup()
    message = sent(uuid4())
    message = message.model_copy(update={"to": message.to.model_copy(update={"channel": "pigeon"})})

    await setup.delivering.accept(3, [delivered(message)])

    assert setup.buried == ["No adapter for channel 'pigeon' is loaded."]
    assert setup.confirmed == [str(message.message_id)]


async def test_a_message_that_the_database_refuses_is_buried_and_the_others_of_its_batch_go_on() -> None:
    setup, conversation = Setup(), uuid4()
    messages = [sent(conversation) for _ in range(3)]
    setup.table.refused = {messages[1].message_id}

    await setup.delivering.accept(3, [delivered(message) for message in messages])
    await setup.all_done()

    assert setup.tried == [messages[0].message_id, messages[2].message_id]
    assert setup.buried == ["cannot be stored: ValueError"]
    assert len(setup.confirmed) == 3
    await setup.delivering.stop()


async def test_a_message_with_nothing_before_it_is_sent_without_asking_the_table() -> None:
    setup = Setup()
    setup.table.claims = True
    messages = [sent(uuid4()) for _ in range(3)]

    await setup.delivering.accept(3, [delivered(message) for message in messages])
    await setup.all_done()

    assert setup.tried == [message.message_id for message in messages]
    assert setup.table.looks == 0
    await setup.delivering.stop()


async def test_what_comes_while_a_claim_is_being_sent_goes_on_after_it() -> None:
    setup, conversation = Setup(), uuid4()
    setup.table.claims = True
    setup.gate = asyncio.Event()
    first, second, third = (sent(conversation) for _ in range(3))

    await setup.delivering.accept(3, [delivered(first), delivered(second)])
    while not setup.tried:
        await asyncio.sleep(0)
    await setup.delivering.accept(3, [delivered(third)])
    setup.gate.set()
    await setup.all_done()

    assert setup.tried == [first.message_id, second.message_id, third.message_id]
    assert setup.table.claimed == {first.message_id}
    await setup.delivering.stop()


async def test_no_more_are_claimed_than_can_be_called_at_once() -> None:
    setup = Setup()
    setup.delivering = Delivering(
        setup.table, setup.attempt, setup, setup, channels={"whatsapp": adapter()}, concurrency=2
    )
    setup.table.claims = True
    messages = [sent(uuid4()) for _ in range(5)]

    await setup.delivering.accept(3, [delivered(message) for message in messages])
    await setup.all_done()

    assert setup.table.claimed == {message.message_id for message in messages[:2]}
    await setup.delivering.stop()


async def test_a_claim_that_fails_by_our_own_mistake_is_taken_up_again() -> None:
    setup, message = Setup(), sent(uuid4())
    setup.table.claims = True
    setup.fail = {message.message_id}

    await setup.delivering.accept(3, [delivered(message)])
    await setup.all_done()

    assert setup.tried == [message.message_id]
    await setup.delivering.stop()


async def test_a_claim_under_way_is_finished_before_its_partition_is_given_back() -> None:
    setup, message = Setup(), sent(uuid4())
    setup.table.claims = True
    await setup.delivering.accept(3, [delivered(message)])  # its actor has not begun yet

    await setup.delivering.release(3)

    assert setup.tried == [message.message_id]


async def test_a_claim_that_comes_when_the_service_stops_is_put_back() -> None:
    setup, message = Setup(), sent(uuid4())
    setup.table.claims = True
    setup.table.gate = asyncio.Event()
    taking = asyncio.create_task(setup.delivering.accept(3, [delivered(message)]))
    await asyncio.sleep(0)

    await setup.delivering.stop()
    setup.table.gate.set()
    await taking

    assert setup.tried == []
    assert setup.table.put_back == [message.message_id]


async def test_no_more_are_claimed_than_their_account_may_send_now() -> None:
    setup = Setup()
    setup.delivering = Delivering(
        setup.table,
        setup.attempt,
        setup,
        setup,
        channels={"whatsapp": adapter()},
        room=lambda row: 1 if row.account_id == "slow" else 100,
    )
    setup.table.claims = True
    slow = [sent(uuid4(), account="slow") for _ in range(3)]
    quick = [sent(uuid4(), account="quick") for _ in range(3)]

    await setup.delivering.accept(3, [delivered(message) for message in [*slow, *quick]])
    await setup.all_done()

    assert setup.table.claimed == {slow[0].message_id, *(message.message_id for message in quick)}
    await setup.delivering.stop()


async def test_what_can_go_out_as_one_is_not_claimed_alone() -> None:
    setup, conversation = Setup(), uuid4()
    setup.table.claims = True
    messages = [sent(conversation, reply_to="wamid.q") for _ in range(2)]

    await setup.delivering.accept(3, [delivered(message) for message in messages])
    await setup.all_done()

    assert setup.table.claimed == set()
    await setup.delivering.stop()


async def test_a_partition_is_given_back_at_once_while_its_deliveries_only_wait_for_their_turn() -> None:
    setup = Setup()
    setup.line = asyncio.Event()
    await setup.delivering.accept(3, [delivered(sent(uuid4())) for _ in range(3)])
    while setup.in_line < 3:
        await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await setup.delivering.release(3)

    assert setup.tried == []


async def test_who_waits_for_a_turn_holds_up_nobody_else() -> None:
    setup = Setup()
    setup.delivering = Delivering(
        setup.table, setup.attempt, setup, setup, channels={"whatsapp": adapter()}, concurrency=2
    )
    setup.line = asyncio.Event()
    messages = [sent(uuid4()) for _ in range(10)]

    await setup.delivering.accept(3, [delivered(message) for message in messages])
    while setup.in_line < 10:
        await asyncio.sleep(0)
    setup.line.set()
    await setup.all_done()

    assert len(setup.tried) == 10
    await setup.delivering.stop()
