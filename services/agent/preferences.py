"""Where is kept what customers have told about themselves? PostgreSQL, one row for each thing."""

from __future__ import annotations

from services.agent.opened import MOST_PREFERENCES
from services.agent.tools.spec import Preference, PreferenceKey, TurnContext
from shared.db import Database


class PostgresPreferences:
    """The tools' `Preferences` in PostgreSQL. Raises what `shared.db.is_transient` knows."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def all(self, context: TurnContext) -> tuple[Preference, ...]:
        """See `Preferences.all`: those said last, at most `MOST_PREFERENCES`."""
        async with self._db.reading(context.tenant_id) as connection:
            rows = await connection.fetch(
                "SELECT key, value FROM agent.preferences WHERE tenant_id = $1 AND customer_id = $2"
                " ORDER BY said_at DESC, key LIMIT $3",
                context.tenant_id,
                context.contact.customer_id,
                MOST_PREFERENCES,
            )
        return tuple(Preference(row["key"], row["value"]) for row in rows)

    async def set(self, context: TurnContext, key: PreferenceKey, value: str | None) -> None:
        """See `Preferences.set`. What was said later stays, whichever comes first."""
        who = (context.tenant_id, context.contact.customer_id, key)
        async with self._db.tenant(context.tenant_id) as connection:
            if value is None:
                await connection.execute(
                    "DELETE FROM agent.preferences WHERE tenant_id = $1 AND customer_id = $2 AND key = $3"
                    " AND said_at <= $4",
                    *who,
                    context.said_at,
                )
                return
            await connection.execute(
                "INSERT INTO agent.preferences AS p (tenant_id, customer_id, key, value, said_at)"
                " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, customer_id, key) DO UPDATE"
                " SET value = excluded.value, said_at = excluded.said_at WHERE p.said_at <= excluded.said_at",
                *who,
                value.replace("\x00", ""),
                context.said_at,
            )
