"""Several batches at once: who may be written beside whom, and what may be acknowledged when they end out of order?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.acknowledging import Acknowledgements
from services.booking.mailbox import Mailbox, Unreadable, Waiting
from shared.actors.delivery import Delivery
from shared.messages.booking import BookSession
from tests.unit.booking.builders import TENANT, contact
from tests.unit.booking.test_memory import delivery

PARTITION = 3


def wish(session: int, customer: int) -> BookSession:
    """A booking of one session by one customer."""
    return BookSession(
        tenant_id=TENANT, command_id=uuid4(), session_id=UUID(int=1000 + session), contact=contact(customer)
    )


def commands(taken: Sequence[Waiting | Unreadable]) -> list[BookSession]:
    return [each.command for each in taken if isinstance(each, Waiting)]  # type: ignore[misc]  # all are wishes


async def nothing_to_take(mailbox: Mailbox) -> bool:
    taking = asyncio.ensure_future(mailbox.take())
    for _ in range(5):
        await asyncio.sleep(0)
    waits = not taking.done()
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    return waits


async def filled(*wishes: BookSession, limit: int = 100) -> Mailbox:
    mailbox = Mailbox(limit)
    await mailbox.put(PARTITION, [delivery(each) for each in wishes])
    return mailbox


async def test_a_command_on_another_session_is_taken_while_a_batch_is_under_way() -> None:
    first, other = wish(1, 1), wish(2, 2)
    mailbox = await filled(first)
    await mailbox.take()
    await mailbox.put(PARTITION, [delivery(wish(1, 3)), delivery(other)])
    assert commands(await mailbox.take()) == [other]


@pytest.mark.parametrize("second", [wish(1, 2), wish(2, 1)], ids=["same_session", "same_customer"])
async def test_what_shares_a_session_or_a_customer_waits_until_the_batch_is_over(second: BookSession) -> None:
    mailbox = await filled(wish(1, 1))
    under_way = await mailbox.take()
    await mailbox.put(PARTITION, [delivery(second)])
    assert await nothing_to_take(mailbox)
    mailbox.over(under_way)
    assert commands(await mailbox.take()) == [second]


async def test_nobody_overtakes_who_waits_for_the_same_session() -> None:
    """The second waits for the first's customer; the third shares only the second's session, and still comes after."""
    first, second, third = wish(1, 7), wish(2, 7), wish(2, 8)
    mailbox = await filled(first)
    under_way = await mailbox.take()
    await mailbox.put(PARTITION, [delivery(second), delivery(third)])
    assert await nothing_to_take(mailbox)
    mailbox.over(under_way)
    assert commands(await mailbox.take()) == [second, third]


async def test_who_fills_the_mailbox_waits_for_what_is_passed_over_too() -> None:
    mailbox = await filled(wish(1, 1), limit=1)
    under_way = await mailbox.take()
    putting = asyncio.ensure_future(mailbox.put(PARTITION, [delivery(wish(1, 2)), delivery(wish(1, 3))]))
    assert await nothing_to_take(mailbox)
    assert not putting.done()
    mailbox.over(under_way)
    await mailbox.take()
    await putting


async def test_a_closed_partition_leaves_nothing_behind_of_what_was_passed_over() -> None:
    mailbox = await filled(wish(1, 1))
    under_way = await mailbox.take()
    await mailbox.put(PARTITION, [delivery(wish(1, 2))])
    assert await nothing_to_take(mailbox)
    mailbox.close(PARTITION)
    mailbox.over(under_way)
    assert await nothing_to_take(mailbox)


@given(
    wishes=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=25),
    limit=st.integers(1, 5),
    choices=st.lists(st.sampled_from(["put", "take", "over"]), max_size=60),
)
def test_whatever_the_order_of_events_keys_are_exclusive_and_in_order_and_all_get_their_turn(
    wishes: list[tuple[int, int]], limit: int, choices: list[str]
) -> None:
    asyncio.run(_play([wish(*each) for each in wishes], limit, choices))


async def _play(wishes: list[BookSession], limit: int, choices: list[str]) -> None:
    mailbox, coming = Mailbox(limit), list(wishes)
    putting: list[asyncio.Task[None]] = []
    under_way: list[list[Waiting | Unreadable]] = []
    order: list[BookSession] = []

    async def step(choice: str) -> None:
        if choice == "put" and coming:
            putting.append(asyncio.create_task(mailbox.put(PARTITION, [delivery(coming.pop(0))])))
            await asyncio.sleep(0)
        elif choice == "over" and under_way:
            mailbox.over(under_way.pop(0))
        elif choice == "take":
            taking = asyncio.create_task(mailbox.take())
            for _ in range(3):
                await asyncio.sleep(0)
            if not taking.done():
                taking.cancel()
                return
            taken = taking.result()
            busy = {key for batch in under_way for each in batch for key in each.keys}
            assert len(taken) <= limit
            assert busy.isdisjoint(key for each in taken for key in each.keys)
            under_way.append(taken)
            order.extend(commands(taken))

    for choice in choices:
        await step(choice)
    while coming or under_way or len(order) < len(wishes):
        for choice in ("put", "take", "over"):
            await step(choice)
    await asyncio.gather(*putting)
    place = {each.command_id: n for n, each in enumerate(order)}
    for n, one in enumerate(wishes):
        for other in wishes[n + 1 :]:
            same = one.session_id == other.session_id or one.contact.customer_id == other.contact.customer_id
            assert not same or place[one.command_id] < place[other.command_id]


def deliveries(count: int, partition: int = PARTITION) -> list[Delivery]:
    return [delivery(wish(n, n), partition) for n in range(count)]


def test_nothing_is_acknowledged_while_an_older_one_is_under_way() -> None:
    one, two, three = deliveries(3)
    following = Acknowledgements()
    following.arrived(PARTITION, [one, two, three])
    following.handled([two, three])
    assert following.due() == []
    following.handled([one])
    assert following.due() == [three]
    assert following.due() == [], "told once"


def test_partitions_do_not_wait_for_each_other() -> None:
    (one,), (other,) = deliveries(1, 3), deliveries(1, 4)
    following = Acknowledgements()
    following.arrived(3, [one])
    following.arrived(4, [other])
    following.handled([other])
    assert following.due() == [other]


def test_what_was_handled_for_a_partition_that_went_and_came_back_acknowledges_nothing_new() -> None:
    old, new = deliveries(2)
    following = Acknowledgements()
    following.arrived(PARTITION, [old])
    following.forget(PARTITION)
    following.arrived(PARTITION, [new])
    following.handled([old])
    assert following.due() == []


@given(order=st.permutations(range(12)), told=st.sets(st.integers(0, 11)))
def test_an_acknowledgement_covers_only_what_is_handled(order: list[int], told: set[int]) -> None:
    all_, following = deliveries(12), Acknowledgements()
    following.arrived(PARTITION, all_)
    handled: set[int] = set()
    acknowledged = -1
    for n, number in enumerate(order):
        following.handled([all_[number]])
        handled.add(number)
        if n in told or n == len(order) - 1:
            for latest in following.due():
                acknowledged = next(k for k, each in enumerate(all_) if each is latest)
            assert set(range(acknowledged + 1)) <= handled
    assert acknowledged == 11
