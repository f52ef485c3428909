"""What is on its way to somebody when they are forgotten is not sent; whoever writes again is somebody new, and is answered."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.gateway.app import Gateway
from services.gateway.domain.refusals import FORGOTTEN
from services.gateway.store.forgetting import BeingSent, Forgetting
from shared import ids, subjects
from shared.messages.conversation import MessageSent
from shared.messages.people import ForgetPerson, Identity
from shared.settings import Settings
from tests.integration.conftest import eventually
from tests.integration.gateway import bodies
from tests.integration.gateway.conftest import World, another, until
from tests.integration.gateway.graph import Graph
from tests.integration.gateway.outbound_rig import row_of, wrote

ANA, BEA = "351910000077", "351910000088"


@pytest.fixture
async def gateway(quick: Settings, world: World) -> AsyncIterator[Gateway]:
    """A running gateway; both have written a moment ago."""
    await wrote(world, [ANA, BEA])
    async with another(quick) as service:
        yield service


def job(world: World, at: datetime | None = None) -> ForgetPerson:
    """Ana is to be forgotten."""
    return ForgetPerson(
        tenant_id=world.tenant_id,
        customer_ids=(ids.customer_id_of(world.tenant_id, "whatsapp", ANA),),
        identities=(Identity(channel="whatsapp", user_id=ANA),),
        at=at or datetime.now(UTC),
    )


async def forget(world: World) -> None:
    """Say that Ana is to be forgotten, as booking does."""
    subject = subjects.job("gateway", ForgetPerson.name, world.tenant_id)
    await world.bus.publish(subject, job(world).encode(), msg_id=str(uuid4()))


async def forgotten(world: World) -> None:
    """Wait until she is."""

    async def no_row() -> bool:
        return ANA not in [row["user_id"] for row in await world.rows("conversations")]

    await until(no_row)


def answer(world: World, text: str, to: str, person: str = ANA) -> MessageSent:
    return world.message(text, person, reply_to=to)


def news(world: World, text: str, person: str = ANA) -> MessageSent:
    return world.message(text, person).model_copy(update={"purpose": "booking_confirmed"})


async def test_what_was_in_the_stream_when_its_person_was_forgotten_is_not_sent_by_a_gateway_that_comes_back(
    world: World, quick: Settings, graph: Graph, capfd: pytest.CaptureFixture[str]
) -> None:
    await wrote(world, [ANA, BEA])
    messages = [news(world, f"canary for {person}", person) for person in (ANA, BEA)]
    await world.send(*messages)
    await forget(world)

    async with another(quick):
        await world.becomes(messages[1], "sent")
        refused = await world.becomes(messages[0], "rejected")
        # The stream may bring it once more, and the outbox of who sent it, too.
        await world.send(*messages, last := news(world, "the last", BEA))
        await world.becomes(last, "sent")

    assert [taken.words for taken in graph.taken] == [f"canary for {BEA}", "the last"]
    assert refused["reason"] == FORGOTTEN
    tables = [repr(dict(row)) for table in ("deliveries", "forgotten") for row in await world.rows(table)]
    assert ANA not in "".join(tables)
    assert MessageSent.decode(refused["payload"]).message_id == messages[0].message_id
    logs = "".join(capfd.readouterr())
    assert "delivery_person_forgotten" in logs
    assert ANA not in logs


async def test_who_writes_again_is_answered_but_not_what_they_said_before(
    world: World, graph: Graph, gateway: Gateway
) -> None:
    await forget(world)
    await forgotten(world)
    late = answer(world, "answers what is forgotten", "wamid.before")
    await world.send(late)
    await world.becomes(late, "rejected")

    await world.say(bodies.text(ANA, "wamid.again", "hello, it is me", at=int(time.time())))
    await eventually(lambda: "wamid.again" in [m.provider_id for m in world.received])
    reply = answer(world, "welcome", "wamid.again")
    await world.send(reply)
    await world.becomes(reply, "sent")
    assert [taken.words for taken in graph.taken] == ["welcome"]


async def test_what_happens_later_is_told_also_when_they_have_not_written(
    world: World, graph: Graph, quick: Settings, gateway: Gateway
) -> None:
    await forget(world)
    await forgotten(world)
    booked = news(world, "somebody booked for her by hand")
    await world.send(booked)

    await world.becomes(booked, "held")  # she has not written: only a template may go out
    await wrote(world, [ANA])
    await world.becomes(booked, "sent")
    assert [taken.words for taken in graph.taken] == ["somebody booked for her by hand"]


async def test_who_wrote_in_the_meantime_keeps_the_conversation(world: World, gateway: Gateway) -> None:
    before = datetime.now(UTC)
    # By the provider's clock it was long ago.
    await world.say(bodies.text(ANA, "wamid.meantime", at=int(before.timestamp()) - 60))
    await world.heard("wamid.meantime")
    await wrote(world, [ANA], timedelta(minutes=1))
    await Forgetting(world.db).forget(job(world, before))
    assert ANA in [row["user_id"] for row in await world.rows("conversations")]

    await Forgetting(world.db).forget(job(world))
    assert ANA not in [row["user_id"] for row in await world.rows("conversations")]


async def put(world: World, message: MessageSent, state: str, rank: int, published_at: datetime) -> None:
    async with world.db.tenant(world.tenant_id) as connection:
        await connection.execute(
            "INSERT INTO gateway.deliveries (tenant_id, id, partition, conversation_id, channel, purpose, payload,"
            " state, rank, account_id, user_id, published_at)"
            " VALUES ($1, $2, 0, $3, 'whatsapp', $4, $5, $6, $7, $8, $9, $10)",
            world.tenant_id, message.message_id, message.conversation_id, message.purpose, message.encode(), state,
            rank, world.account, message.to.user_id, published_at,
        )  # fmt: skip


async def test_what_was_being_stored_while_they_were_forgotten_loses_its_words_later(world: World) -> None:
    at = datetime.now(UTC)
    await Forgetting(world.db).forget(job(world, at))
    old, new, other = (
        world.message(f"a canary: {n}", p) for n, p in (("old", ANA), ("new", ANA), ("bea", BEA))
    )
    await put(world, old, "sent", 20, at - timedelta(seconds=1))
    await put(world, new, "sent", 20, at + timedelta(seconds=1))
    await put(world, other, "sent", 20, at - timedelta(seconds=1))

    await Forgetting(world.db).sweep([world.tenant_id])

    words = b"".join([(await row_of(world, one))["payload"] for one in (old, new, other)]).decode()
    assert "canary: old" not in words
    assert "canary: new" in words
    assert "canary: bea" in words


async def test_nothing_more_is_begun_while_a_message_on_its_way_is_waited_for(
    world: World, graph: Graph, quick: Settings
) -> None:
    await wrote(world, [ANA])
    under_way, behind = (news(world, f"a canary {n}") for n in ("under way", "behind it"))
    await put(world, under_way, "sending", 10, datetime.now(UTC))
    await world.send(behind)
    with pytest.raises(BeingSent):
        await Forgetting(world.db).forget(job(world))

    async with another(quick):
        await world.becomes(behind, "rejected")
    assert graph.taken == []


async def test_it_is_known_for_three_days_who_was_forgotten(world: World) -> None:
    now = datetime.now(UTC)
    for days, left in ((2.9, 1), (3.1, 0)):
        async with world.db.tenant(world.tenant_id) as connection:
            await connection.execute("DELETE FROM gateway.forgotten")
        await Forgetting(world.db).forget(job(world, now - timedelta(days=days)))
        await Forgetting(world.db).sweep([world.tenant_id])
        assert len(await world.rows("forgotten")) == left
