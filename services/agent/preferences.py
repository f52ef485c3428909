"""Where is kept what customers have told about themselves? PostgreSQL, one row for each thing."""

from __future__ import annotations

from services.agent.opened import MOST_PREFERENCES
from services.agent.people import PERSON, unless_forgotten
from services.agent.tools.spec import Preference, PreferenceKey, TurnContext
from shared.db import Database

_THEIRS = PERSON.format(customer="$2")
_ALL = f"""
    SELECT key, value FROM agent.preferences WHERE tenant_id = $1 AND customer_id = {_THEIRS}
    ORDER BY said_at DESC, key LIMIT $3"""  # noqa: S608  # made of constants


class PostgresPreferences:
    """The tools' `Preferences` in PostgreSQL. Raises what `shared.db.is_transient` knows.

    They are the person's, whichever of the customers who turned out to be one they are said by.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    async def all(self, context: TurnContext) -> tuple[Preference, ...]:
        """See `Preferences.all`: those said last, at most `MOST_PREFERENCES`."""
        async with self._db.reading(context.tenant_id) as connection:
            rows = await connection.fetch(
                _ALL,
                context.tenant_id,
                context.contact.customer_id,
                MOST_PREFERENCES,
            )
        return tuple(Preference(row["key"], row["value"]) for row in rows)

    async def set(self, context: TurnContext, key: PreferenceKey, value: str | None) -> None:
        """See `Preferences.set`. What was said later stays, whichever comes first; what is forgotten stays so."""
        tenant_id, said_at = context.tenant_id, context.said_at
        async with self._db.tenant(tenant_id) as connection:
            person = await unless_forgotten(connection, tenant_id, context.contact.customer_id, said_at)
            if person is None:
                return
            who = (tenant_id, person, key)
            if value is None:
                await connection.execute(
                    "DELETE FROM agent.preferences WHERE tenant_id = $1 AND customer_id = $2 AND key = $3"
                    " AND said_at <= $4",
                    *who,
                    said_at,
                )
                return
            await connection.execute(
                "INSERT INTO agent.preferences AS p (tenant_id, customer_id, key, value, said_at)"
                " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, customer_id, key) DO UPDATE"
                " SET value = excluded.value, said_at = excluded.said_at WHERE p.said_at <= excluded.said_at",
                *who,
                value.replace("\x00", ""),
                said_at,
            )
