"""What follows from rows in the inbox: edits that wait for their message, news of accounts, statuses up to a time?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.gateway.accounts import Directory
from services.gateway.channels import AccountNotice, StatusIn
from services.gateway.domain.account import ChannelAccount
from services.gateway.domain.states import ReportedState
from services.gateway.inbound import NOBODY
from services.gateway.routing import route
from services.gateway.store.accounts import AccountStore
from services.gateway.store.inbox import InboxStore
from services.gateway.store.notices import recent
from shared.db import Database
from shared.messages.conversation import (
    ChannelAddress,
    ChoiceContent,
    EditContent,
    MessageReceived,
    MessageSent,
    PageBody,
    RevokeContent,
    TextBody,
    TextContent,
)
from tests.integration.gateway.intake_rig import Desk

PERSON = "351910000001"


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


async def due(desk: Desk) -> list[str]:
    """What the relay would publish for this tenant now, in its order."""
    found = await desk.store.due(10_000)
    return [MessageReceived.decode(m.payload).provider_id for m, _ in found if m.tenant_id == desk.tenant_id]


# --- edits ----------------------------------------------------------------------------------------------


async def test_an_edit_before_its_message_waits_for_it_and_comes_after_it(db: Database) -> None:
    desk = Desk(db, resend_after=0.0)
    first = await desk.take(desk.message("e", PERSON, EditContent(provider_id="m", text="20h")))
    assert [row.after_id is not None for row in first.new.values()] == [True]
    assert await due(desk) == []

    await desk.take(desk.message("m", PERSON, "19h"))
    assert await due(desk) == ["m"]
    await desk.store.release()
    assert "e" in await due(desk)


async def test_an_edit_after_its_message_or_with_it_does_not_wait(desk: Desk) -> None:
    added = await desk.take(
        desk.message("m", PERSON, "19h"), desk.message("e", PERSON, EditContent(provider_id="m", text="20h"))
    )
    later = await desk.take(desk.message("r", PERSON, RevokeContent(provider_id="m")))

    assert [row.after_id for row in [*added.new.values(), *later.new.values()]] == [None] * 3


async def test_an_edit_whose_message_never_comes_is_due_after_five_minutes(desk: Desk) -> None:
    await desk.take(desk.message("e", PERSON, EditContent(provider_id="m", text="20h")))

    [row] = await desk.select("SELECT next_attempt_at - received_at AS wait FROM gateway.inbox")
    assert timedelta(minutes=5) <= row["wait"] - timedelta(seconds=desk.resend_after) < timedelta(minutes=6)


# --- pages ----------------------------------------------------------------------------------------------


async def test_who_asks_for_more_choices_is_answered_by_the_gateway(desk: Desk) -> None:
    asked = uuid4()
    choice = ChoiceContent(choice_id=f"more:{asked}:9", title="More")
    added = await desk.take(desk.message("m", PERSON, choice, phone="+351910000001"))

    [row] = added.new.values()
    sent = MessageSent.decode(row.payload)
    assert row.subject == f"out.whatsapp.{desk.tenant_id}.{desk.of(PERSON)}"
    assert (sent.message_id, sent.conversation_id, sent.in_reply_to) == (row.id, desk.of(PERSON), "m")
    assert (sent.body, sent.purpose) == (PageBody(of=asked, offset=9), "page")
    assert (sent.to.user_id, sent.to.account_id) == (PERSON, desk.account)


@pytest.mark.parametrize("choice_id", ["more:1:2", "more", "more:00000000-0000-0000-0000-00000000000g:1"])
async def test_a_choice_that_only_looks_like_it_goes_to_the_agent(desk: Desk, choice_id: str) -> None:
    added = await desk.take(desk.message("m", PERSON, ChoiceContent(choice_id=choice_id, title="x")))

    [row] = added.new.values()
    assert MessageReceived.decode(row.payload).content == ChoiceContent(choice_id=choice_id, title="x")


# --- news of accounts -----------------------------------------------------------------------------------


async def paused(desk: Desk) -> str | None:
    found = await AccountStore(desk.db).paused()
    pause = found.get((desk.channel, desk.account))
    return None if pause is None else pause.reason


async def test_bad_news_pause_the_account_until_good_news_come(desk: Desk) -> None:
    await AccountStore(desk.db).put(ChannelAccount(desk.tenant_id, desk.channel, desk.account, "waba"))
    locked = desk.event("1", AccountNotice("The number is locked.", "critical", pauses=True))
    await desk.take(locked)
    assert await paused(desk) == "The number is locked."

    await desk.take(desk.event("2", AccountNotice("All is well.", clears=True)))
    assert await paused(desk) is None

    await desk.take(locked)  # said again, not news
    assert await paused(desk) is None
    rows = await desk.select("SELECT severity, summary FROM gateway.account_notices ORDER BY at, severity")
    assert sorted((row["severity"], row["summary"]) for row in rows) == [
        ("critical", "The number is locked."),
        ("info", "All is well."),
    ]


async def test_the_operator_reads_the_news_of_one_business_or_of_all(desk: Desk, db: Database) -> None:
    since = datetime.now(UTC) - timedelta(days=1)
    await desk.take(desk.event("n1", AccountNotice("A template was paused.", "warning")))

    found = await recent(db, since, tenant_id=desk.tenant_id)

    assert [(one.tenant_id, one.channel, one.severity, one.summary) for one in found] == [
        (desk.tenant_id, "whatsapp", "warning", "A template was paused.")
    ]
    assert set(found) <= set(await recent(db, since, limit=10_000))
    assert await recent(db, datetime.now(UTC) + timedelta(days=1), tenant_id=desk.tenant_id) == []


async def test_news_of_a_business_account_are_each_tenants_that_shares_it(db: Database) -> None:
    waba = uuid4().hex
    desks = [Desk(db), Desk(db)]
    store = AccountStore(db)
    for desk in desks:
        await store.put(ChannelAccount(desk.tenant_id, desk.channel, desk.account, waba))
    directory = Directory(store)
    await directory.refresh()
    news = desks[0].event("k", AccountNotice("Restricted.", "critical", pauses=True), owner=waba)

    rows, aside = await route([news], "whatsapp", directory)
    added = await InboxStore(db, resend_after=10).add(rows)

    assert (len(added.new), aside) == (2, [])
    assert [await paused(desk) for desk in desks] == ["Restricted."] * 2
    nobodys, _ = await route(
        [desks[0].event("k", AccountNotice("x"), owner="unknown")], "whatsapp", directory
    )
    assert [row.tenant_id for row in nobodys] == [NOBODY]


# --- statuses -------------------------------------------------------------------------------------------


async def delivery(desk: Desk, state: str, rank: int, created_at: datetime, person: str = PERSON) -> UUID:
    delivery_id = uuid4()
    sent = MessageSent(
        tenant_id=desk.tenant_id,
        message_id=delivery_id,
        conversation_id=desk.of(person),
        to=ChannelAddress(channel=desk.channel, account_id=desk.account, user_id=person),
        purpose="reply",
        body=TextBody(text="hello"),
    )
    await desk.select(
        "INSERT INTO gateway.deliveries (tenant_id, id, partition, conversation_id, channel, purpose, payload, state, rank,"
        " created_at, account_id, user_id, provider_id) VALUES ($1, $2, 99, $3, $4, 'reply', $11, $5, $6, $7, $8, $9, $10)",
        desk.tenant_id, delivery_id, desk.of(person), desk.channel, state, rank, created_at, desk.account, person,
        f"mid.{delivery_id}", sent.encode(),
    )  # fmt: skip
    return delivery_id


def seen(desk: Desk, state: ReportedState, at: datetime) -> StatusIn:
    key = f"{state}:{at.isoformat()}"
    return StatusIn(desk.account, "", key, state, at, None, None, None, b"", user_id=PERSON, watermark=True)


async def states(desk: Desk) -> dict[UUID, str]:
    return {row["id"]: row["state"] for row in await desk.select("SELECT id, state FROM gateway.deliveries")}


async def test_a_status_up_to_a_time_moves_all_that_was_taken_until_then_and_never_back(db: Database) -> None:
    desk = Desk(db, channel="messenger")
    now = datetime.now(UTC)
    old, new = (
        await delivery(desk, "sent", 20, now),
        await delivery(desk, "sent", 20, now + timedelta(minutes=1)),
    )
    failed, waits = await delivery(desk, "failed", 25, now), await delivery(desk, "pending", 0, now)
    other = await delivery(desk, "sent", 20, now, "somebody else")

    for mark in (seen(desk, "read", now), seen(desk, "delivered", now + timedelta(seconds=5))):
        added = await desk.take(mark)
        assert await desk.store.apply(added.waiting) is not None

    found = await states(desk)
    assert [found[one] for one in (old, new, failed, waits, other)] == [
        "read",
        "sent",
        "failed",
        "pending",
        "sent",
    ]
    assert all(row["handled_at"] for row in await desk.select("SELECT handled_at FROM gateway.inbox"))


async def test_a_status_up_to_a_time_that_a_crash_left_behind_is_found_again(db: Database) -> None:
    desk = Desk(db, channel="messenger", resend_after=0.0)
    sent = await delivery(desk, "sent", 20, datetime.now(UTC))
    await desk.take(seen(desk, "read", datetime.now(UTC) + timedelta(seconds=1)))

    reports = [one for one in await desk.store.due_statuses(1000) if one.tenant_id == desk.tenant_id]
    assert await desk.store.apply(reports) == [("messenger", "read")]
    assert (await states(desk))[sent] == "read"


async def test_a_failure_is_kept_with_the_providers_code_in_front(desk: Desk) -> None:
    sent = await delivery(desk, "sent", 20, datetime.now(UTC))
    status = StatusIn(
        desk.account,
        f"mid.{sent}",
        "k",
        "failed",
        datetime.now(UTC),
        None,
        None,
        "Re-engagement",
        b"",
        code=131047,
    )
    await desk.take(status)

    [row] = await desk.select("SELECT state, reason FROM gateway.deliveries")
    assert (row["state"], row["reason"]) == ("failed", "131047 Re-engagement")


async def test_what_a_crash_left_is_found_in_its_order_and_only_what_is_to_be_passed_on(db: Database) -> None:
    desk = Desk(db, resend_after=3600.0)
    first, second, third = (desk.message(f"left-{n}", PERSON, TextContent(text=f"{n}")) for n in (1, 2, 3))
    edit = desk.message("left-4", PERSON, EditContent(provider_id="never came", text="four"))
    added = await desk.take(first, second, third, edit)
    ids = list(added.new)
    await desk.store.confirmed([(desk.tenant_id, ids[1])])

    found = [(message.id, position) for message, position in await desk.store.left(0, 10_000)]
    mine = [(message_id, position) for message_id, position in found if message_id in ids]

    assert [message_id for message_id, _ in mine] == [ids[0], ids[2]]
    behind = await desk.store.left(mine[0][1], 10_000)
    assert [message.id for message, _ in behind if message.id in ids] == [ids[2]]
