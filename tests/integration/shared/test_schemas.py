"""The schema that the migrations make is the one the code reads, in every service."""

from __future__ import annotations

from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from shared.migrate import SERVICES_WITH_TABLES
from shared.settings import Settings


@pytest.mark.parametrize("service", SERVICES_WITH_TABLES)
async def test_the_tables_in_the_code_are_those_of_the_migrations(database: Settings, service: str) -> None:
    metadata = import_module(f"services.{service}.tables").metadata

    def of_this_service(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "schema" or name == service

    def differences(connection: Connection) -> list[object]:
        options = {
            "include_schemas": True,
            "include_name": of_this_service,
            "version_table_schema": service,
            "compare_server_default": False,
        }
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    engine = create_async_engine(
        (database.database_owner_url or "").replace("postgresql://", "postgresql+asyncpg://", 1)
    )
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert metadata.tables
    assert found == []
