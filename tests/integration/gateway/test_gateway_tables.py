"""Is the schema what the code believes, and closed to whoever names no tenant?"""

from __future__ import annotations

import asyncpg
import pytest

from services.gateway.seed import accounts_of, seed
from services.gateway.tables import metadata
from shared.db import Database
from shared.errors import UsherError
from shared.ids import tenant_id_of
from shared.settings import Settings


async def test_every_table_is_closed_by_row_level_security(database: Settings) -> None:
    connection = await asyncpg.connect(database.database_owner_url)
    rows = await connection.fetch(
        "SELECT relname, relrowsecurity AND relforcerowsecurity AS closed FROM pg_class"
        " WHERE relnamespace = 'gateway'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'"
    )
    await connection.close()

    assert {row["relname"] for row in rows} == {table.name for table in metadata.sorted_tables}
    assert all(row["closed"] for row in rows)


async def test_who_names_no_tenant_sees_nothing(database: Settings) -> None:
    connection = await asyncpg.connect(database.database_url)
    counts = [
        await connection.fetchval(f"SELECT count(*) FROM {table.fullname}")
        for table in metadata.sorted_tables
    ]
    await connection.close()

    assert set(counts) == {0}


async def test_an_account_belongs_to_one_tenant(database: Settings, db: Database) -> None:
    def document(slug: str, name: str) -> dict[str, object]:
        number = {"phone_number_id": 555000111, "waba_id": "1", "display_phone_number": name}
        return {
            "tenants": [
                {"slug": slug, "name": "extra keys are booking's", "whatsapp": number},
                {"slug": "no-number"},
            ]
        }

    assert await seed(document("first-owner", "a"), database) == 1
    assert await seed(document("first-owner", "b"), database) == 1

    with pytest.raises(UsherError, match="555000111 belongs to another tenant"):
        await seed(document("second-owner", "c"), database)
    async with db.tenant(tenant_id_of("first-owner")) as connection:
        rows = await connection.fetch("SELECT account_id, display_number FROM gateway.channel_accounts")
    assert [tuple(row) for row in rows] == [("555000111", "b")]


@pytest.mark.parametrize(
    "document",
    [{}, {"tenants": [{}]}, {"tenants": [{"slug": "a", "whatsapp": {"phone_id": "1"}}]}],
)
def test_a_wrong_document_says_where(document: dict[str, object]) -> None:
    with pytest.raises(UsherError, match="wrong at tenants"):
        accounts_of(document)
