"""Bringing the database to the code's shape: roles first, then each service's own Alembic history in its own schema."""

from __future__ import annotations

import asyncio
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

from alembic import command, context, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db import SYSTEM_ROLE
from shared.errors import UsherError

SERVICES_WITH_TABLES = ("gateway", "agent", "booking", "notifier")

_TENANTS = "tenant_id = ANY ((SELECT string_to_array(nullif(current_setting('app.tenants', true), ''), ',')::uuid[])::uuid[])"


class MigrationFailed(UsherError):
    """The database could not be migrated."""


async def migrate(owner_url: str, app_url: str) -> dict[str, str]:
    """Create the roles, then upgrade every service's schema to its newest revision.

    `owner_url` connects as the owner of the tables; `app_url` names the role (and password) that services use.
    Returns {service: revision}. Safe to run again and from several places at once (one waits for the other).
    """
    app_role, password = _credentials(app_url)
    engine = create_async_engine(owner_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(hashtext('usher migrate'))"))
            await connection.run_sync(_ensure_roles, app_role, password)
            await connection.commit()
            revisions = {}
            for service in SERVICES_WITH_TABLES:
                revisions[service] = await connection.run_sync(_upgrade, service, app_role)
                await connection.commit()
            return revisions
    finally:
        await engine.dispose()


async def pending(owner_or_app_url: str) -> list[str]:
    """Services whose schema is behind the code (or was never migrated)."""
    engine = create_async_engine(owner_or_app_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            return [s for s in SERVICES_WITH_TABLES if not await connection.run_sync(_is_current, s)]
    finally:
        await engine.dispose()


def tenant_table(
    schema: str, table: str, *, app: str = "SELECT, INSERT, UPDATE, DELETE", system: str = ""
) -> None:
    """For migrations: force row-level security by tenant and grant the roles what they need.

    `app`/`system` are the privileges of the service role and of `usher_system` (which sees all tenants' rows
    of this table; leave it empty unless a relay, the routing or recovery needs it).
    """
    name = f"{schema}.{table}"
    role = context.config.attributes["app_role"]
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {name} USING ({_TENANTS}) WITH CHECK ({_TENANTS})")
    op.execute(f'GRANT {app} ON {name} TO "{role}"')
    if system:
        op.execute(f"CREATE POLICY system ON {name} TO {SYSTEM_ROLE} USING (true) WITH CHECK (true)")
        op.execute(f"GRANT {system} ON {name} TO {SYSTEM_ROLE}")


def outbox_table(schema: str) -> None:
    """For migrations: the table of messages whose receiver has not confirmed them yet (see `shared.outbox`)."""
    op.execute(
        f"""CREATE TABLE {schema}.outbox (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            subject text NOT NULL,
            payload bytea NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            attempts integer NOT NULL DEFAULT 0,
            next_attempt_at timestamptz NOT NULL,
            CONSTRAINT outbox_pkey PRIMARY KEY (tenant_id, id)
        )"""
    )
    op.execute(f"CREATE INDEX outbox_next_attempt_at_idx ON {schema}.outbox (next_attempt_at)")
    tenant_table(schema, "outbox", system="SELECT, UPDATE, DELETE")


def dead_letters_table(schema: str) -> None:
    """For migrations: messages that failed by themselves, with their reason, for the operator."""
    op.execute(
        f"""CREATE TABLE {schema}.dead_letters (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            subject text NOT NULL,
            payload bytea NOT NULL,
            reason text NOT NULL,
            tries integer NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT dead_letters_pkey PRIMARY KEY (tenant_id, id)
        )"""
    )
    tenant_table(schema, "dead_letters", system="SELECT, DELETE")


def run_env() -> None:
    """The whole of each service's `migrations/env.py`: run on the connection that `migrate` passes in."""
    connection: Connection = context.config.attributes["connection"]
    schema = context.config.attributes["schema"]
    context.configure(connection=connection, version_table_schema=schema, version_table="alembic_version")
    with context.begin_transaction():
        context.run_migrations()


def _config(service: str) -> Config:
    folder = Path(str(import_module(f"services.{service}").__file__)).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def _upgrade(connection: Connection, service: str, app_role: str) -> str:
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {service}"))
    connection.execute(text(f'GRANT USAGE ON SCHEMA {service} TO "{app_role}", {SYSTEM_ROLE}'))
    config = _config(service)
    config.attributes.update(connection=connection, schema=service, app_role=app_role)
    command.upgrade(config, "head")
    # `usher doctor` and the services may read which revision is in force.
    connection.execute(text(f'GRANT SELECT ON {service}.alembic_version TO "{app_role}"'))
    return _heads(service)


def _heads(service: str) -> str:
    return ",".join(ScriptDirectory.from_config(_config(service)).get_heads())


def _is_current(connection: Connection, service: str) -> bool:
    exists = connection.execute(
        text("SELECT to_regclass(:name)"), {"name": f"{service}.alembic_version"}
    ).scalar()
    if exists is None:
        return False
    migration = MigrationContext.configure(connection, opts={"version_table_schema": service})
    return ",".join(migration.get_current_heads()) == _heads(service)


def _credentials(app_url: str) -> tuple[str, str]:
    parts = urlsplit(app_url)
    if not parts.username:
        raise MigrationFailed(
            "USHER_DATABASE_URL has no user name: write postgresql://USER:PASSWORD@HOST/DATABASE."
        )
    return unquote(parts.username), unquote(parts.password or "")


def _ensure_roles(connection: Connection, app_role: str, password: str) -> None:
    def exists(role: str) -> bool:
        return bool(
            connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :r"), {"r": role}).scalar()
        )

    if not exists(SYSTEM_ROLE):
        connection.execute(text(f"CREATE ROLE {SYSTEM_ROLE} NOLOGIN NOBYPASSRLS"))
    if not exists(app_role):
        quoted = connection.execute(
            text(
                "SELECT format('CREATE ROLE %I LOGIN NOBYPASSRLS PASSWORD %L', cast(:r AS text), cast(:p AS text))"
            ),
            {"r": app_role, "p": password},
        ).scalar_one()
        connection.exec_driver_sql(quoted)
    bypasses = connection.execute(
        text("SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = :r"), {"r": app_role}
    ).scalar()
    if bypasses:
        raise MigrationFailed(
            f"The role {app_role} of USHER_DATABASE_URL is a superuser or bypasses row-level security: "
            "services must connect as a plain role (USHER_DATABASE_OWNER_URL is for the owner)."
        )
    connection.exec_driver_sql(f'GRANT {SYSTEM_ROLE} TO "{app_role}" WITH INHERIT FALSE, SET TRUE')
    connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS btree_gist")


def main(owner_url: str, app_url: str) -> dict[str, str]:
    """`migrate`, for callers without an event loop."""
    return asyncio.run(migrate(owner_url, app_url))
