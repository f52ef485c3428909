"""How services reach PostgreSQL: always inside a transaction that says whose rows it may see.

Row-level security reads `app.tenants` (set here per transaction); a transaction without it sees no row. Work that spans
tenants (relays, routing, recovery) switches to the role `usher_system`, which has rights on a few named tables only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import asyncpg.pool
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.errors import Transient

SYSTEM_ROLE = "usher_system"

FROZEN_AFTER_MS = 10_000
"""A process that says nothing for so long (stopped, swapped out) loses its claims and open transactions: PostgreSQL
ends them, and another instance goes on. What it still writes when it wakes up fails its conditions (ADR 3)."""

if TYPE_CHECKING:  # the class is generic for type checkers only
    Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
else:
    Connection = asyncpg.pool.PoolConnectionProxy

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
    """A pool for asyncpg (hot writes) and one for SQLAlchemy (reads), both small."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], engine: AsyncEngine) -> None:
        self._pool = pool
        self._engine = engine
        self._ending: set[asyncio.Future[None]] = set()

    @classmethod
    async def open(cls, url: str, *, size: int = 8, name: str = "usher") -> Database:
        """Prepare the pools. No connection is made until the first use, so the server may come up later."""
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
        engine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=max(2, size // 2),
            max_overflow=size,
            connect_args={"server_settings": settings, "timeout": 5, "command_timeout": 30},
        )
        return cls(pool, engine)

    async def close(self) -> None:
        """Close both pools, cutting off what still runs after 5 s."""
        await self._engine.dispose()
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
        """For one statement that is a transaction by itself and says whose rows it is about (`set_config` of
        `app.tenants`, before anything else): one round trip where `tenant` needs three."""
        async with self._pool.acquire(timeout=10) as connection:
            yield connection

    @asynccontextmanager
    async def reading(self, *tenant_ids: UUID) -> AsyncIterator[Connection]:
        """A transaction of these tenants that only reads: its end is not waited for, so an answer is out sooner."""
        connection = await self._pool.acquire(timeout=10)
        try:
            await connection.execute(_begin(tenant_ids))
            yield connection
        except BaseException:
            await self._end(connection, "ROLLBACK")
            raise
        ending = asyncio.ensure_future(self._end(connection, "COMMIT"))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Connection]:
        """A transaction in the role `usher_system`: all tenants, on the tables that grant it something."""
        async with self._transaction(f"BEGIN; SET LOCAL ROLE {SYSTEM_ROLE}") as connection:
            yield connection

    @asynccontextmanager
    async def read(self, tenant_id: UUID) -> AsyncIterator[AsyncConnection]:
        """A SQLAlchemy transaction that sees this tenant's rows only."""
        async with self._engine.connect() as connection, connection.begin():
            await connection.execute(
                text("SELECT set_config('app.tenants', :tenants, true)"), {"tenants": str(tenant_id)}
            )
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

    async def _end(self, connection: Connection, word: str) -> None:
        """End a transaction that wrote nothing, whatever the server says, and give its connection back."""
        try:
            await connection.execute(word, timeout=2)
        except Exception:  # noqa: BLE001  # nothing was written: what counts is that the connection is not used again
            _terminate(connection)
        finally:
            with suppress(asyncpg.InterfaceError):
                await self._pool.release(connection)

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
    # Only UUID objects get here, so the literal is safe; SET takes no parameters.
    tenants = ",".join(sorted({str(UUID(str(tenant_id))) for tenant_id in tenant_ids}))
    return f"BEGIN; SET LOCAL app.tenants = '{tenants}'"


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    async with asyncio.timeout(seconds):
        yield
