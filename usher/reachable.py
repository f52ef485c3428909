"""Which servers answer, of which version, in which shape? The questions of `usher doctor` that need a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from shared.settings import Settings
from usher.checks import Check, note, ok, problem

PATIENCE_SECONDS = 5.0
NATS_AT_LEAST = (2, 14)
POSTGRES_AT_LEAST = 16


async def check_servers(settings: Settings) -> list[Check]:
    """PostgreSQL, its migrations, NATS and Redis, asked at the same time; none takes longer than the patience."""
    return list(
        await asyncio.gather(
            _patiently("PostgreSQL", check_postgres(settings)),
            _patiently("migrations", check_migrations(settings)),
            _patiently("NATS", check_nats(settings)),
            _patiently("Redis", check_redis(settings)),
        )
    )


async def _patiently(name: str, work: Awaitable[Check]) -> Check:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await work
    except TimeoutError:
        return problem(name, f"no answer within {PATIENCE_SECONDS:.0f} s", _ADVICE[name])


_ADVICE = {
    "PostgreSQL": "Check USHER_DATABASE_URL and that the server takes connections from here.",
    "migrations": "Run `usher migrate` once PostgreSQL answers.",
    "NATS": "Check USHER_NATS_URL and that nats-server runs with JetStream (-js).",
    "Redis": "Check USHER_REDIS_URL and that redis-server runs.",
}
_NOT_RUNNING = "`usher up` starts it."


async def check_postgres(settings: Settings) -> Check:
    """Reachable, new enough, and with a role that row-level security binds."""
    import asyncpg

    name = "PostgreSQL"
    if settings.database_url is None:
        return note(name, "no URL is set, and the embedded one does not run", _NOT_RUNNING)
    try:
        connection = await asyncpg.connect(settings.database_url, timeout=PATIENCE_SECONDS)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        return problem(name, _first_line(error), _ADVICE[name])
    try:
        row = await connection.fetchrow(
            "SELECT rolname AS role, rolsuper OR rolbypassrls AS unbound FROM pg_roles "
            "WHERE rolname = current_user"
        )
        found = connection.get_server_version()
    finally:
        await connection.close()
    detail = f"{found.major}.{found.minor} as {row['role'] if row else 'unknown'}"
    if row and row["unbound"]:
        return problem(
            name,
            f"{detail}, which bypasses row-level security",
            "Connect as a plain role (docs/configuration.md).",
        )
    if found.major < POSTGRES_AT_LEAST:
        return problem(name, detail, f"Use PostgreSQL {POSTGRES_AT_LEAST} or newer.")
    return ok(name, detail)


async def check_migrations(settings: Settings) -> Check:
    """Whether the tables have this version's shape."""
    import asyncpg
    from sqlalchemy.exc import SQLAlchemyError

    from shared.migrate import pending

    name = "migrations"
    if settings.database_url is None:
        return note(name, "unknown: no database", _NOT_RUNNING)
    try:
        behind = await pending(settings.database_url)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError, ValueError) as error:
        return problem(name, f"unknown: {_first_line(error)}", _ADVICE[name])
    if behind:
        return problem(name, f"behind: {', '.join(behind)}", "Run `usher migrate`.")
    return ok(name, "all schemas are current")


async def check_nats(settings: Settings) -> Check:
    """Reachable, new enough, with JetStream."""
    import nats
    from nats.errors import Error
    from nats.js.errors import Error as JetStreamError

    name = "NATS"
    if settings.nats_url is None:
        return note(name, "no URL is set, and the embedded one does not run", _NOT_RUNNING)
    try:
        client = await nats.connect(
            settings.nats_url,
            connect_timeout=2,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            error_cb=_ignore,
        )
    except (OSError, Error, ValueError) as error:
        return problem(name, _first_line(error), _ADVICE[name])
    found = client.connected_server_version
    detail = f"{found.major}.{found.minor}.{found.patch}"
    try:
        account = await client.jetstream().account_info()
    except (Error, JetStreamError) as error:
        return problem(
            name, f"{detail}, no JetStream: {_first_line(error)}", "Start nats-server with JetStream (-js)."
        )
    finally:
        await client.close()
    if (found.major, found.minor) < NATS_AT_LEAST:
        return problem(name, detail, "Use nats-server 2.14 or newer.")
    return ok(name, f"{detail}, JetStream with {account.streams} streams, {account.storage:,} bytes on disk")


async def _ignore(_error: Exception) -> None:
    """nats-py prints what nobody takes."""


async def check_redis(settings: Settings) -> Check:
    """Reachable."""
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    name = "Redis"
    if settings.redis_url is None:
        return note(name, "no URL is set, and the embedded one does not run", _NOT_RUNNING)
    try:
        client = Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=2)
    except ValueError as error:
        return problem(name, _first_line(error), _ADVICE[name])
    try:
        info = await client.info("server")
    except (RedisError, OSError) as error:
        return problem(name, _first_line(error), _ADVICE[name])
    finally:
        await client.aclose()
    return ok(name, str(info["redis_version"]))


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
