"""Does the statement that stores webhooks read only what it is about, however much there is?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from services.gateway.store import inbox_sql as sql
from services.gateway.store.inbox_columns import arguments
from shared.db import Database
from shared.messages.conversation import EditContent
from tests.integration.gateway.intake_rig import Desk

_FILL = """
INSERT INTO gateway.identities (tenant_id, channel, account_id, alias, user_id)
SELECT $1, $2, $3, 'PT.' || n, n::text FROM generate_series(1, 3000) n
"""


def reads(plan: dict[str, Any], table: str) -> Iterator[dict[str, Any]]:
    """The nodes of a plan that read this table."""
    if plan.get("Relation Name") == table and plan["Node Type"] != "ModifyTable":
        yield plan
    for below in plan.get("Plans", ()):
        yield from reads(below, table)


async def explained(desk: Desk, statement: str, given: tuple[object, ...]) -> dict[str, Any]:
    """How a statement that is prepared beforehand is carried out; nothing of it stays."""
    async with desk.db.tenant(desk.tenant_id) as connection:
        try:
            text = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *given)
        finally:
            await connection.execute("ROLLBACK; BEGIN")
    return dict(orjson.loads(text)[0]["Plan"])


async def test_persons_are_looked_up_by_their_ids_and_all_of_an_account_together(db: Database) -> None:
    desk = Desk(db)
    async with db.tenant(desk.tenant_id) as connection:
        await connection.execute(_FILL, desk.tenant_id, desk.channel, desk.account)
    rows = desk.rows(*(desk.message(f"m{n}", f"{n}") for n in range(50)))

    for statement in (sql.INSERT, sql.INSERT_AGAIN):
        plan = await explained(desk, statement, arguments(rows, [], 1.0, check=True))

        together, *_ = [each for each in reads(plan, "identities") if each["Actual Loops"]]
        assert "alias = ANY" in together["Index Cond"]
        assert together["Actual Loops"] == 1


async def test_the_message_that_an_edit_is_about_is_looked_up_by_its_id(db: Database) -> None:
    desk = Desk(db)
    await desk.take(*(desk.message(f"m{n}", "1") for n in range(200)))
    rows = desk.rows(
        *(desk.message(f"e{n}", "1", EditContent(provider_id=f"m{n}", text="x")) for n in range(3))
    )

    for statement in (sql.INSERT, sql.INSERT_AGAIN):
        plan = await explained(desk, statement, arguments(rows, [], 1.0, check=True))

        done = [each for each in reads(plan, "inbox") if each["Actual Loops"]]
        assert [each["Actual Rows"] for each in done] == [3]
        assert (
            "id = ANY ($12" in done[0]["Index Cond"] or "id = ANY" in done[0]["Index Cond"].split(" AND ")[-1]
        )
