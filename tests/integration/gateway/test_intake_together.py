"""Is what many webhooks bring in one statement stored as each one's own, whether they have much in common or nothing?"""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.gateway.channels import StatusIn
from services.gateway.inbound import NOBODY, InboxRow
from services.gateway.raw import RawBody
from shared.db import Database
from tests.integration.gateway.intake_rig import NOW, Desk

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
