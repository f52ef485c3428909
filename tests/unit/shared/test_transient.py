"""Which errors are worth another try? Those of a server that is away; never those of our own making."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from shared.db import is_transient
from shared.errors import Poison, Transient, Unanswered, outline


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.AdminShutdownError("terminating connection"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.InterfaceError("cannot perform operation: connection is closed"),
        asyncpg.InterfaceError(
            "cannot call Connection.execute(): connection has been released back to the pool"
        ),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.DeadlockDetectedError("deadlock detected"),
        ConnectionRefusedError(111, "refused"),
        TimeoutError(),
        Transient(),
        Unanswered(),
        DBAPIError("SELECT 1", None, ConnectionResetError(), connection_invalidated=True),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_server_that_is_away_is_worth_another_try(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("the server expects 2 arguments for this query, 1 was passed"),
        asyncpg.DataError("invalid input for query argument $1"),
        asyncpg.UndefinedTableError("relation does not exist"),
        asyncpg.UniqueViolationError("duplicate key"),
        asyncpg.InsufficientPrivilegeError("row-level security"),
        ValueError("broken"),
        Poison(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_our_own_mistakes_are_not(error: Exception) -> None:
    assert not is_transient(error)


def test_an_outline_says_what_and_where_but_never_quotes_other_libraries() -> None:
    def broken() -> None:
        try:
            int("my phone is 912345678")
        except ValueError as error:
            raise Transient("NATS is away") from error

    try:
        broken()
    except Transient as error:
        line = outline(error)

    assert line.startswith("Transient: NATS is away <- ValueError at ")
    assert "broken:" in line
    assert "912345678" not in line
