"""Is what many webhooks bring in one statement stored as each one's own, whether they have much in common or nothing?"""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.gateway.channels import StatusIn
from services.gateway.inbound import NOBODY, InboxRow
from services.gateway.raw import RawBody
from shared.db import Database
from tests.integration.gateway.intake_rig import NOW, Desk, later

PERSON = "351910000001"


def status(desk: Desk) -> StatusIn:
    return StatusIn(desk.account, "wamid.out", "wamid.out sent", "sent", NOW, None, None, None, b"")


def told(rows: list[InboxRow]) -> set[tuple[object, ...]]:
    return {(row.tenant_id, row.id, row.kind, row.channel, row.account_id, row.provider_id) for row in rows}


async def stored(*desks: Desk) -> set[tuple[object, ...]]:
    query = "SELECT tenant_id, id, kind, channel, account_id, provider_id FROM gateway.inbox"
    return {tuple(row) for desk in desks for row in await desk.select(query)}


async def persons(desk: Desk) -> set[tuple[object, ...]]:
    rows = await desk.select(
        "SELECT tenant_id, conversation_id, channel, account_id, user_id FROM gateway.conversations"
    )
    return {tuple(row) for row in rows}


def expected(desk: Desk, user_id: str) -> tuple[object, ...]:
    return (desk.tenant_id, desk.of(user_id), desk.channel, desk.account, user_id)


async def test_rows_of_one_account_are_stored_as_its_own(db: Database) -> None:
    desk = Desk(db)
    rows = desk.rows(*(desk.message(f"m{n}", f"{PERSON}{n}") for n in range(3)))

    await desk.store.add(rows)

    assert await stored(desk) == told(rows)
    assert await persons(desk) == {expected(desk, f"{PERSON}{n}") for n in range(3)}


async def test_rows_of_several_tenants_channels_and_kinds_are_each_stored_as_its_own(db: Database) -> None:
    desks = [Desk(db), Desk(db, channel="telegram"), Desk(db, channel="messenger")]
    rows = [row for desk in desks for row in desk.rows(desk.message("m", PERSON))]
    rows += desks[0].rows(status(desks[0]))

    await desks[0].store.add(rows)

    assert await stored(*desks) == told(rows)
    for desk in desks:
        assert await persons(desk) == {expected(desk, PERSON)}


@pytest.mark.parametrize(
    "accounts", [(None, None), ("1", "1"), ("1", None), (None, "1"), ("1", "2")], ids=str
)
async def test_bodies_are_stored_with_the_account_that_their_own_url_names(
    db: Database, accounts: tuple[str | None, str | None]
) -> None:
    desk = Desk(db)
    bodies = [
        RawBody(uuid4(), f"channel {n}", account, f"url {n}", f"type {n}", bytes([n]))
        for n, account in enumerate(accounts)
    ]

    await desk.store.add([], bodies)

    found = await kept(db, [body.id for body in bodies])
    assert found == set(bodies)


async def test_bodies_with_everything_in_common_are_stored_whole(db: Database) -> None:
    desk = Desk(db)
    bodies = [RawBody(uuid4(), "whatsapp", "1", "url", "type", bytes([n])) for n in range(3)]

    await desk.store.add(desk.rows(desk.message("m", PERSON)), bodies)

    assert await kept(db, [body.id for body in bodies]) == set(bodies)


async def test_texts_hold_whatever_people_and_providers_put_into_them(db: Database) -> None:
    desk = Desk(db)
    odd = ["a\x1fb", "\x1f", "a\x1f0\x1f\x1f1\x1f", "\x1e\n,{}'\\\"", "🧘 à", "NULL"]
    messages = [desk.message(f"{text} {n}", f"{PERSON}{text}", text) for n, text in enumerate(odd)]
    rows = desk.rows(*messages, status(desk))

    await desk.store.add(rows)

    assert await stored(desk) == told(rows)
    assert await persons(desk) == {expected(desk, f"{PERSON}{text}") for text in odd}
    payloads = await desk.select("SELECT id, subject, payload FROM gateway.inbox")
    assert {tuple(row) for row in payloads} == {(row.id, row.subject, row.payload) for row in rows}


async def test_what_one_row_has_and_the_others_have_not_stays_with_it(db: Database) -> None:
    desk = Desk(db)
    people = [
        desk.message("m1", "1", phone="+351910000001", at=later(1)),
        desk.message("m2", "2", at=later(2)),
        desk.message("m3", "3", phone="+351910000003", at=later(1)),
    ]
    echo = desk.rows(desk.message("m4", "4"))[0]._replace(sent_at=None)

    await desk.store.add([*desk.rows(*people), echo])

    found = await desk.select("SELECT user_id, phone, last_inbound_at FROM gateway.conversations")
    assert {tuple(row) for row in found} == {(one.user_id, one.phone, one.sent_at) for one in people}


@pytest.mark.parametrize("with_status", [False, True], ids=["messages", "with a status"])
async def test_what_is_new_beside_repeats_is_stored_once(db: Database, with_status: bool) -> None:
    desk = Desk(db)
    body = RawBody(uuid4(), "whatsapp", None, "url", "type", b"sealed")
    old, new = (desk.rows(desk.message(name, PERSON))[0] for name in ("old", "new"))
    more = desk.rows(status(desk)) if with_status else []
    await desk.another().store.add([old, *more], [body])

    twice = [old, new, new, *more]
    assert [list((await desk.store.add(twice, [body])).new) for _ in range(2)] == [[new.id], []]
    again = desk.rows(desk.message("again", PERSON))[0]
    assert list((await desk.store.add([again, new], [body])).new) == [again.id]

    assert await stored(desk) == told([old, new, again, *more])
    assert await kept(db, [body.id]) == {body}


async def kept(db: Database, wanted: list[UUID]) -> set[RawBody]:
    """These bodies as they were stored. They are gone then: nobody could open them, and they are everybody's."""
    async with db.system() as connection:
        rows = await connection.fetch(
            "DELETE FROM gateway.raw_bodies WHERE tenant_id = $1 AND id = ANY($2)"
            " RETURNING id, channel, account_id, url, content_type, body",
            NOBODY,
            wanted,
        )
    return {RawBody(UUID(int=row["id"].int), *list(row)[1:]) for row in rows}
