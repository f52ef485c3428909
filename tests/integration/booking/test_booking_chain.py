"""Does a command become a booking, once and never too many, on the real servers?"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from uuid import UUID, uuid4

import pytest
from nats.aio.msg import Msg

from services.booking.app import BookingService
from shared import subjects
from shared.bus import HEADER_ID
from shared.ids import derive
from shared.messages.booking import BookingConfirmed, BookSession, CommandOutcome, RefusalCode
from shared.outbox import Receipts
from shared.settings import Settings
from tests.integration.booking.conftest import Studio, running, until
from tests.integration.conftest import eventually
from usher.embedded import EmbeddedServers
from usher.embedded.ports import choose


async def test_a_booking_takes_the_seats_and_is_seen_by_its_customer(
    booking: BookingService, studio: Studio
) -> None:
    session_id = (await studio.sessions())[0]
    ana = studio.contact(1)

    outcome = await studio.book(session_id, ana, party=2)

    assert outcome.booking is not None
    assert (outcome.booking.party_size, outcome.booking.total) == (2, 3000)
    assert outcome.booking.session.seats_left == 8
    assert (await studio.bookings_of(ana)).bookings == (outcome.booking,)
    assert await studio.seats(session_id) == (2, 2)


async def test_a_cancelled_booking_gives_its_seats_back_and_can_be_made_again(
    booking: BookingService, studio: Studio
) -> None:
    session_id = (await studio.sessions("Private"))[0]
    ana, bruno = studio.contact(1), studio.contact(2)
    first = await studio.book(session_id, ana)
    assert first.booking is not None

    theirs = await studio.cancel(session_id, first.booking.booking_id, bruno)
    mine = await studio.cancel(session_id, first.booking.booking_id, ana)
    taken_by_another = await studio.book(session_id, bruno)

    assert theirs.refusal is not None
    assert theirs.refusal.code == RefusalCode.NOT_FOUND
    assert mine.booking is not None
    assert mine.booking.status == "cancelled"
    assert taken_by_another.booking is not None
    assert (await studio.bookings_of(ana)).bookings == ()
    assert await studio.seats(session_id) == (1, 1)


@pytest.mark.parametrize("instances", [1, 2])
async def test_fifty_customers_for_ten_seats_get_exactly_ten(
    quick: Settings, studio: Studio, instances: int
) -> None:
    session_id = (await studio.sessions())[0]
    async with running(quick, instances):
        outcomes = await asyncio.gather(*(studio.book(session_id, studio.contact(n)) for n in range(50)))

    told = Counter(o.refusal.code if o.refusal else "booked" for o in outcomes)
    assert told == {"booked": 10, RefusalCode.SESSION_FULL: 40}
    assert await studio.seats(session_id) == (10, 10)
    for outcome in outcomes:
        if outcome.refusal is not None:
            other = outcome.refusal.next[0].session
            assert other is not None
            assert other.session_id != session_id
            assert other.seats_left >= 1


async def test_many_sessions_fill_side_by_side_with_two_instances(quick: Settings, studio: Studio) -> None:
    sessions = (await studio.sessions("Private"))[:20]
    async with running(quick, 2) as instances:
        outcomes = await asyncio.gather(
            *(studio.book(session_id, studio.contact(n)) for session_id in sessions for n in range(5))
        )
        owned = [set(service.partitions) for service in instances]

    assert sum(o.booking is not None for o in outcomes) == len(sessions)
    assert {await studio.seats(session_id) for session_id in sessions} == {(1, 1)}
    assert not owned[0] & owned[1]


async def test_the_same_command_gets_its_first_outcome_for_ever(quick: Settings, studio: Studio) -> None:
    yoga, private = (await studio.sessions())[0], (await studio.sessions("Private"))[0]
    ana, bruno, command = studio.contact(1), studio.contact(2), uuid4()
    async with running(quick):
        first = await studio.book(yoga, ana, command_id=command)
        assert await studio.book(yoga, ana, command_id=command) == first
        booking = first.booking
        assert booking is not None
        await studio.cancel(yoga, booking.booking_id, ana)
        await studio.book(private, bruno)
        refused = await studio.book(private, ana, command_id=derive(command))
    async with running(quick):  # an instance that remembers nothing
        assert await studio.book(yoga, ana, command_id=command) == first
        assert await studio.book(private, ana, command_id=derive(command)) == refused

    assert await studio.count("bookings") == 2
    assert await studio.seats(yoga) == (0, 0)


async def test_a_kill_between_commit_and_answer_loses_nothing(quick: Settings, studio: Studio) -> None:
    session_id = (await studio.sessions())[0]
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.booking.hangs_after_commit",
        env={
            **os.environ,
            "USHER_DATABASE_URL": quick.database_url or "",
            "USHER_NATS_URL": quick.nats_url or "",
            "USHER_OPS_PORT": str(choose()),
            "USHER_OWNERSHIP_INTERVAL_SECONDS": "0.1",
        },
    )
    try:
        asking = asyncio.create_task(studio.book(session_id, studio.contact(1)))
        await until(lambda: studio.count("command_outcomes"))
        assert not asking.done()
    finally:
        child.send_signal(signal.SIGKILL)
        await child.wait()
    async with running(quick):
        outcome = await asking

    assert outcome.booking is not None
    assert await studio.seats(session_id) == (1, 1)
    assert await studio.count("outbox") == 1


async def test_one_tenants_session_is_not_found_by_another(
    booking: BookingService, studio: Studio, other_studio: Studio
) -> None:
    theirs = (await other_studio.sessions())[0]
    await other_studio.book(theirs, other_studio.contact(1))  # it is in the instance's memory now

    outcome = await studio.book(theirs, studio.contact(1))

    assert outcome.refusal is not None
    assert outcome.refusal.code == RefusalCode.NOT_FOUND
    assert await other_studio.seats(theirs) == (1, 1)


async def test_an_unreadable_command_goes_to_the_dead_letters_and_the_rest_goes_on(
    booking: BookingService, studio: Studio
) -> None:
    session_id = (await studio.sessions())[0]
    subject = subjects.command("booking", studio.tenant_id, session_id, BookSession.name)
    for n in range(3):
        await studio.bus.publish(
            subject, b'{"broken"', msg_id=str(uuid4()), headers={HEADER_ID: f"broken-{n}"}
        )

    assert (await studio.book(session_id, studio.contact(1))).booking
    await until(lambda: studio.count("dead_letters", "reason LIKE '%BookSession%'"))
    assert await studio.count("dead_letters") == 3


async def test_a_command_that_the_database_refuses_does_not_take_others_with_it(
    booking: BookingService, studio: Studio
) -> None:
    session_id = (await studio.sessions())[0]
    poisonous = studio.contact(0)
    address = poisonous.address.model_copy(update={"name": "NUL \x00 is no text to PostgreSQL"})
    command = BookSession(
        tenant_id=studio.tenant_id,
        command_id=uuid4(),
        session_id=session_id,
        contact=poisonous.model_copy(update={"address": address}),
    )
    subject = subjects.command("booking", studio.tenant_id, session_id, command.name)
    await studio.bus.publish(subject, command.encode(), msg_id=str(uuid4()))

    outcomes = await asyncio.gather(*(studio.book(session_id, studio.contact(n)) for n in range(1, 9)))

    assert all(o.booking for o in outcomes)
    await until(lambda: studio.count("dead_letters"))
    assert await studio.seats(session_id) == (8, 8)


async def test_events_reach_whoever_confirms_them_and_the_outbox_drains(
    booking: BookingService, studio: Studio
) -> None:
    session_id = (await studio.sessions())[0]
    heard: list[BookingConfirmed] = []
    receipts = Receipts(studio.bus)

    async def on_event(msg: Msg) -> None:
        event = BookingConfirmed.decode(msg.data)
        heard.append(event)
        if len(heard) > 1:  # the first time it is lost
            await receipts.confirm_id("booking", studio.tenant_id, event.event_id)

    await studio.bus.nc.subscribe(f"evt.booking.{studio.tenant_id}.>", cb=on_event)
    outcome = await studio.book(session_id, studio.contact(1))

    await eventually(lambda: len(heard) > 1)
    await until(lambda: empty(studio))
    assert {event.booking for event in heard} == {outcome.booking}
    assert heard[0].business.business_name == "Test Studio"
    assert len({event.event_id for event in heard}) == 1


async def empty(studio: Studio) -> bool:
    return await studio.count("outbox") == 0


def ask_for_three_places_each(
    studio: Studio, sessions: list[UUID], first: int
) -> list[asyncio.Task[CommandOutcome]]:
    return [
        asyncio.create_task(studio.book(session_id, studio.contact(first + n)))
        for session_id in sessions
        for n in range(3)
    ]


async def test_commands_get_outcomes_when_nats_loses_its_store(
    servers: EmbeddedServers, booking: BookingService, studio: Studio
) -> None:
    sessions = (await studio.sessions())[:8]
    asks = ask_for_three_places_each(studio, sessions, 0)
    await asyncio.to_thread(servers.nats.kill)
    asks += ask_for_three_places_each(studio, sessions, 10)
    await asyncio.to_thread(servers.nats.wipe)
    await asyncio.to_thread(servers.nats.start)

    outcomes = await asyncio.gather(*asks)

    assert all(outcome.booking for outcome in outcomes)
    assert {await studio.seats(session_id) for session_id in sessions} == {(6, 6)}
    assert await studio.count("bookings") == 48


async def test_commands_get_outcomes_when_postgres_is_killed(
    servers: EmbeddedServers, booking: BookingService, studio: Studio
) -> None:
    sessions = (await studio.sessions())[:8]
    asks = ask_for_three_places_each(studio, sessions, 0)
    await asyncio.to_thread(servers.postgres.kill)
    asks += ask_for_three_places_each(studio, sessions, 10)
    await asyncio.to_thread(servers.postgres.start)

    outcomes = await asyncio.gather(*asks)

    assert all(outcome.booking for outcome in outcomes)
    assert {await studio.seats(session_id) for session_id in sessions} == {(6, 6)}


async def test_a_service_can_be_stopped_while_postgres_is_away(
    servers: EmbeddedServers, quick: Settings, studio: Studio
) -> None:
    session_id = (await studio.sessions())[0]
    try:
        async with running(quick) as (service,):
            await until(lambda: all_partitions(service))
            await asyncio.to_thread(servers.postgres.kill)
            asking = asyncio.create_task(studio.book(session_id, studio.contact(1)))
            await until(lambda: not_ready(service))
    finally:
        await asyncio.to_thread(servers.postgres.start)
    async with running(quick):
        assert (await asking).booking
    assert await studio.seats(session_id) == (1, 1)


async def all_partitions(service: BookingService) -> bool:
    return len(service.partitions) == subjects.PARTITIONS


async def not_ready(service: BookingService) -> bool:
    return not (await service.ready())["database"]


async def test_an_event_continues_the_trace_of_its_command(booking: BookingService, studio: Studio) -> None:
    session_id = (await studio.sessions())[0]
    trace = "0af7651916cd43dd8448eb211c80319c"
    heard: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def on_event(msg: Msg) -> None:
        heard.put_nowait(msg.headers or {})

    await studio.bus.nc.subscribe(f"evt.booking.{studio.tenant_id}.>", cb=on_event)
    command = BookSession(
        tenant_id=studio.tenant_id, command_id=uuid4(), session_id=session_id, contact=studio.contact(1)
    )
    await studio.bus.publish(
        subjects.command("booking", studio.tenant_id, session_id, command.name),
        command.encode(),
        msg_id=str(uuid4()),
        headers={HEADER_ID: str(command.command_id), "traceparent": f"00-{trace}-b7ad6b7169203331-01"},
    )

    assert trace in (await heard.get())["traceparent"]


async def test_a_stopped_service_gives_its_partitions_to_the_next(quick: Settings, studio: Studio) -> None:
    session_id: UUID = (await studio.sessions())[0]
    async with running(quick) as (first,):
        assert (await studio.book(session_id, studio.contact(1))).booking
        async with running(quick) as (second,):
            await eventually(lambda: len(second.partitions) == 8 == len(first.partitions))
            assert (await studio.book(session_id, studio.contact(2))).booking
        assert (await studio.book(session_id, studio.contact(3))).booking
        assert await first.ready() == {"database": True, "bus": True, "writer": True, "partitions": True}
    assert await studio.seats(session_id) == (3, 3)
