"""How services reach PostgreSQL: always inside a transaction that says whose rows it may see.

Row-level security reads `app.tenants` (set here per transaction); a transaction without it sees no row. Work that spans
tenants (relays, routing, recovery) switches to the role `usher_system`, which has rights on a few named tables only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

import asyncpg
import asyncpg.pool
from sqlalchemy.exc import DBAPIError

from shared.errors import Transient

SYSTEM_ROLE = "usher_system"

FROZEN_AFTER_MS = 10_000
"""A process that says nothing for so long (stopped, swapped out) loses its claims and open transactions: PostgreSQL
ends them, and another instance goes on. What it still writes when it wakes up fails its conditions (ADR 3)."""

SEES: Final = "(SELECT tenants FROM here) IS NOT NULL"
"""The condition of each part of a statement that says by itself whose rows it is about: see `here`."""

if TYPE_CHECKING:  # the class is generic for type checkers only
    Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
else:
    Connection = asyncpg.pool.PoolConnectionProxy


def here(parameter: int) -> str:
    """The first part of a statement that is a transaction by itself: `$parameter` (see `listed`) are its tenants.

    Every other part that touches a table needs `SEES` among its conditions. It names no column, so PostgreSQL checks it
    once, before it begins with anything else of that part, and by then the tenants are set. A part without it would see
    no row.
    """
    return f"here AS MATERIALIZED (SELECT set_config('app.tenants', ${parameter}, true) AS tenants)"


def listed(tenant_ids: Iterable[UUID]) -> str:
    """These tenants as row-level security reads them."""
    # Only UUID objects get here, so that this may stand in a literal: SET takes no parameters.
    return ",".join(sorted({str(UUID(str(tenant_id))) for tenant_id in tenant_ids}))


@lru_cache(maxsize=1_000)
def _alone(statement: str, parameters: int) -> str:
    return f"WITH {here(parameters + 1)} SELECT q.* FROM ({statement}) AS q WHERE {SEES}"  # noqa: S608  # our own text


class Queries(Protocol):
    """What can be asked: a connection in a transaction, or a `Reader`."""

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]:
        """All rows."""

    async def fetchrow(self, query: str, *args: Any) -> asyncpg.Record | None:
        """The first row."""

    async def fetchval(self, query: str, *args: Any) -> Any:
        """The first column of the first row."""


class Reader:
    """Asks SELECTs about some tenants' rows. Each is a transaction by itself: one round trip."""

    def __init__(self, connection: Connection, tenants: str) -> None:
        self._connection = connection
        self._tenants = tenants

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]:
        """All rows."""
        return await self._connection.fetch(_alone(query, len(args)), *args, self._tenants)

    async def fetchrow(self, query: str, *args: Any) -> asyncpg.Record | None:
        """The first row."""
        return await self._connection.fetchrow(_alone(query, len(args)), *args, self._tenants)

    async def fetchval(self, query: str, *args: Any) -> Any:
        """The first column of the first row."""
        return await self._connection.fetchval(_alone(query, len(args)), *args, self._tenants)


_TRANSIENT_POSTGRES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,
    asyncpg.exceptions.OperatorInterventionError,  # shutdown, crash recovery, cannot connect now
    asyncpg.exceptions.InsufficientResourcesError,  # too many connections, out of memory, disk full
    asyncpg.exceptions.TransactionRollbackError,  # deadlock, serialization
    asyncpg.exceptions.LockNotAvailableError,
    asyncpg.exceptions.QueryCanceledError,
)


def is_transient(error: BaseException) -> bool:
    """True when the same work may succeed in a moment (a server is away, restarting or overloaded)."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        cause = error.orig.__cause__ or error.orig
        return error.connection_invalidated or is_transient(cause)
    if isinstance(error, asyncpg.InterfaceError):
        # The same class says that a query's arguments are wrong, which no repeat mends.
        return not isinstance(error, ValueError) and "argument" not in str(error)
    return isinstance(error, (*_TRANSIENT_POSTGRES, Transient, OSError, TimeoutError))


class Database:
    """A small pool of connections."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str, *, size: int = 8, name: str = "usher") -> Database:
        """Prepare the pool. No connection is made until the first use, so the server may come up later."""
        settings = {
            "application_name": name,
            "timezone": "UTC",
            "jit": "off",
            "idle_in_transaction_session_timeout": str(FROZEN_AFTER_MS),
            # Statements are prepared and alike: planning each anew would cost more than running it. And a plan made
            # while a table was empty must not read the whole of it when it has grown.
            "plan_cache_mode": "force_generic_plan",
            "enable_seqscan": "off",
        }
        pool = asyncpg.create_pool(
            url,
            min_size=0,
            max_size=size,
            command_timeout=30,
            timeout=5,
            server_settings=settings,
            reset=_no_reset,
        )
        await pool
        return cls(pool)

    async def close(self) -> None:
        """Close the pool, cutting off what still runs after 5 s."""
        try:
            async with _within(5):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def tenant(self, *tenant_ids: UUID) -> AsyncIterator[Connection]:
        """A transaction that sees and writes these tenants' rows only; commits unless the body raises."""
        async with self._transaction(_begin(tenant_ids)) as connection:
            yield connection

    @asynccontextmanager
    async def single(self) -> AsyncIterator[Connection]:
        """For one statement that is a transaction by itself and says whose rows it is about (see `here`): one round
        trip where `tenant` needs three."""
        async with self._pool.acquire(timeout=10) as connection:
            yield connection

    @asynccontextmanager
    async def reading(self, *tenant_ids: UUID) -> AsyncIterator[Reader]:
        """For SELECTs about these tenants' rows. Each sees what is committed when it begins."""
        async with self._pool.acquire(timeout=10) as connection:
            yield Reader(connection, listed(tenant_ids))

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Connection]:
        """A transaction in the role `usher_system`: all tenants, on the tables that grant it something."""
        async with self._transaction(f"BEGIN; SET LOCAL ROLE {SYSTEM_ROLE}") as connection:
            yield connection

    async def ping(self) -> bool:
        """True when the server answers."""
        try:
            async with self._pool.acquire(timeout=2) as connection:
                await connection.fetchval("SELECT 1", timeout=2)
        except Exception as error:
            if is_transient(error) or isinstance(error, asyncpg.PostgresError):
                return False
            raise
        return True

    @asynccontextmanager
    async def _transaction(self, begin: str) -> AsyncIterator[Connection]:
        # BEGIN and the tenant travel in one round trip; asyncpg's own transaction() would cost a second one.
        async with self._pool.acquire(timeout=10) as connection:
            try:
                await connection.execute(begin)
                yield connection
                await connection.execute("COMMIT")
            except BaseException:
                await _roll_back(connection)
                raise


async def _roll_back(connection: Connection) -> None:
    # A connection whose transaction may still be open must never go back into the pool.
    try:
        await connection.execute("ROLLBACK", timeout=2)
    except Exception:  # noqa: BLE001  # the error that led here is the one the caller gets
        _terminate(connection)
    except BaseException:
        _terminate(connection)
        raise


def _terminate(connection: Connection) -> None:
    # When the server is gone the pool may have taken the connection back already: then there is nothing to do.
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


async def _no_reset(_connection: object) -> None:
    """Nothing to reset: every setting is LOCAL to its transaction, so asyncpg's RESET round trip is saved."""


def _begin(tenant_ids: Iterable[UUID]) -> str:
    return f"BEGIN; SET LOCAL app.tenants = '{listed(tenant_ids)}'"


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    async with asyncio.timeout(seconds):
        yield
