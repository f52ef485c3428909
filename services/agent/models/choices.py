"""Which models has a tenant chosen, and how many tokens may they use? A row of its own, else the installation's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from shared.db import Database


@dataclass(frozen=True, slots=True)
class Choice:
    """A tenant's own models (as in `USHER_LLM`) and tokens in 24 hours (0: any number); None: the installation's."""

    models: str | None = None
    tokens_per_day: int | None = None


class Choices(Protocol):
    """Where choices are kept."""

    async def of(self, tenant_id: UUID) -> Choice:
        """The tenant's. May raise what `shared.db.is_transient` knows."""


class NoChoices:
    """Every tenant has the installation's."""

    async def of(self, tenant_id: UUID) -> Choice:
        """See `Choices.of`."""
        return Choice()


class StoredChoices:
    """Choices in `agent.tenant_models`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, tenant_id: UUID) -> Choice:
        """See `Choices.of`."""
        async with self._db.tenant(tenant_id) as connection:
            row = await connection.fetchrow(
                "SELECT models, tokens_per_day FROM agent.tenant_models WHERE tenant_id = $1", tenant_id
            )
        return Choice(row["models"], row["tokens_per_day"]) if row else Choice()

    async def choose(self, tenant_id: UUID, choice: Choice) -> None:
        """Replace the tenant's choice; running agents follow within half a minute."""
        async with self._db.tenant(tenant_id) as connection:
            await connection.execute(
                "INSERT INTO agent.tenant_models AS m (tenant_id, models, tokens_per_day) VALUES ($1, $2, $3)"
                " ON CONFLICT (tenant_id) DO UPDATE SET models = excluded.models,"
                "  tokens_per_day = excluded.tokens_per_day, updated_at = now()",
                tenant_id,
                choice.models,
                choice.tokens_per_day,
            )
