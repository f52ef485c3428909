"""Who is forgotten in booking is forgotten by the gateway: what they wrote and were written has no words, and no name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from nats.aio.msg import Msg

from services.gateway.app import Gateway
from services.gateway.store.forgetting import BeingSent, Forgetting
from shared import ids, subjects
from shared.bus import HEADER_FROM, HEADER_ID
from shared.messages.conversation import MessageSent
from shared.messages.people import ForgetPerson, Identity
from tests.integration.conftest import eventually
from tests.integration.gateway import bodies
from tests.integration.gateway.conftest import World
from tests.integration.gateway.outbound_rig import said, wrote

ANA, BEA = "351910000077", "351910000088"


def job(
    world: World, person: str = ANA, *, at: datetime | None = None, tenant_id: UUID | None = None
) -> ForgetPerson:
    tenant = tenant_id or world.tenant_id
    return ForgetPerson(
        tenant_id=tenant,
        customer_ids=(ids.customer_id_of(world.tenant_id, "whatsapp", person),),
        identities=(Identity(channel="whatsapp", user_id=person),),
        at=at or datetime.now(UTC) + timedelta(seconds=1),
    )


async def kept(world: World) -> str:
    """All that the gateway's tables say of the tenant, bytes as they are."""
    tables = ("inbox", "deliveries", "conversations", "identities", "consents", "dead_letters", "quarantine")
    return "\n".join([repr(dict(row)) for table in tables for row in await world.rows(table)])


async def tell(world: World, one: ForgetPerson, *, times: int = 1) -> None:
    """Send the job as booking's outbox does, and wait until the gateway confirms it."""
    confirmed: list[str] = []
    job_id = uuid4()

    async def on_receipt(msg: Msg) -> None:
        confirmed.extend(line for line in msg.data.decode().split() if str(job_id) in line)

    subscription = await world.bus.nc.subscribe(subjects.receipts("probe"), cb=on_receipt)
    for n in range(times):
        before = len(confirmed)
        await world.bus.publish(
            subjects.job("gateway", one.name, one.tenant_id),
            one.encode(),
            msg_id=f"{job_id}:{n}",
            headers={HEADER_ID: str(job_id), HEADER_FROM: "probe"},
        )
        await eventually(lambda before=before: len(confirmed) > before)
    await subscription.unsubscribe()


async def test_a_forgotten_persons_words_and_number_are_gone_and_others_keep_theirs(
    world: World, gateway: Gateway
) -> None:
    for person in (ANA, BEA):
        await world.say(bodies.text(person, f"wamid.{person}", f"canary of {person}"))
    await world.heard(f"wamid.{ANA}", f"wamid.{BEA}")
    await wrote(world, [ANA, BEA])  # just now
    await world.all_handled()
    sent = {person: world.message(f"a canary answer to {person}", person) for person in (ANA, BEA)}
    await world.send(*sent.values())
    for message in sent.values():
        row = await world.becomes(message, "sent")
        report = bodies.status(row["provider_id"], "delivered")
        await world.status({**report, "recipient_id": message.to.user_id})
        await world.becomes(message, "delivered")
    await world.all_handled()
    await said(world, ANA, allowed=True, scope="marketing")
    await said(world, BEA, allowed=False)
    assert f"canary of {ANA}" in await kept(world)

    await tell(world, job(world), times=2)

    after = await kept(world)
    assert f"canary of {ANA}" not in after
    assert f"answer to {ANA}" not in after
    assert ANA not in after
    for trace in (f"canary of {BEA}", f"answer to {BEA}"):
        assert trace in after
    row = await world.becomes(sent[ANA], "delivered")
    assert row["provider_id"] not in {
        one["provider_id"] for one in await world.rows("inbox")
    }  # of the status
    assert MessageSent.decode(row["payload"]).message_id == sent[ANA].message_id

    # A webhook that comes once more is no new message; what they write now is one.
    await world.say(bodies.text(ANA, f"wamid.{ANA}", f"canary of {ANA}"))
    await world.say(bodies.text(ANA, "wamid.new", "hello again"))
    await eventually(lambda: "wamid.new" in [m.provider_id for m in world.received])
    assert [m.provider_id for m in world.received].count(f"wamid.{ANA}") == 1
    assert f"canary of {ANA}" not in await kept(world)


async def test_what_still_waits_for_a_forgotten_person_is_not_sent_and_their_stop_stays(
    world: World, gateway: Gateway
) -> None:
    await wrote(world, [ANA], timedelta(days=3))
    waiting = world.message("a canary that waits", ANA)
    await world.send(waiting)
    await world.becomes(waiting, "held")
    await said(world, ANA, allowed=False)
    await tell(world, job(world))
    await world.becomes(waiting, "rejected")
    assert "canary" not in await kept(world)
    [consent] = await world.rows("consents")
    assert (consent["user_id"], consent["allowed"]) == (ANA, False)


async def test_a_message_that_is_being_sent_is_waited_for(world: World) -> None:
    message = world.message("a canary on its way", ANA)
    async with world.db.tenant(world.tenant_id) as connection:
        await connection.execute(
            "INSERT INTO gateway.deliveries (tenant_id, id, partition, conversation_id, channel, purpose, payload,"
            " state, rank, account_id, user_id) VALUES ($1, $2, 0, $3, 'whatsapp', 'reply', $4, 'sending', 10, $5, $6)",
            world.tenant_id, message.message_id, message.conversation_id, message.encode(), world.account, ANA,
        )  # fmt: skip
    forgetting = Forgetting(world.db)
    with pytest.raises(BeingSent):
        await forgetting.forget(job(world))
    assert "canary" in await kept(world)
    async with world.db.tenant(world.tenant_id) as connection:
        await connection.execute("UPDATE gateway.deliveries SET state = 'sent', rank = 20")
    await forgetting.forget(job(world))
    assert "canary" not in await kept(world)


async def test_nothing_is_forgotten_of_what_came_later_or_by_another_tenants_word(
    world: World, gateway: Gateway
) -> None:
    before = datetime.now(UTC)
    await world.say(bodies.text(ANA, "wamid.later", "canary of later"))
    await world.heard("wamid.later")
    await wrote(world, [ANA])
    await world.all_handled()
    await tell(world, job(world, at=before - timedelta(seconds=5)))
    await tell(world, job(world, tenant_id=uuid4()))
    after = await kept(world)
    assert "canary of later" in after
    assert ANA in after


async def test_files_that_a_forgotten_visitor_sent_are_gone_and_others_stay(world: World) -> None:
    now = datetime.now(UTC)
    async with world.db.tenant(world.tenant_id) as connection:
        await connection.execute(
            "INSERT INTO gateway.channel_accounts (tenant_id, channel, account_id) VALUES ($1, 'webchat', $2)",
            world.tenant_id,
            uuid4().hex,
        )
        for visitor, received_at in (("ana", now), ("ana", now + timedelta(hours=1)), ("bea", now)):
            await connection.execute(
                "INSERT INTO gateway.webchat_uploads (tenant_id, id, account_id, user_id, size, sha256, body, received_at)"
                " VALUES ($1, $2, 'a', $3, 0, '', 'canary', $4)",
                world.tenant_id,
                uuid4(),
                visitor,
                received_at,
            )
    theirs = Identity(channel="webchat", user_id="ana")
    one = ForgetPerson(
        tenant_id=world.tenant_id,
        customer_ids=(uuid4(),),
        identities=(theirs,),
        at=now + timedelta(seconds=1),
    )
    for _ in range(2):
        await Forgetting(world.db).forget(one)
    left = [(row["user_id"], row["received_at"] > one.at) for row in await world.rows("webchat_uploads")]
    assert sorted(left) == [("ana", True), ("bea", False)]
