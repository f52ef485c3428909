"""May a language model be asked for this conversation? Only as long as its budgets of tokens last."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Protocol
from uuid import UUID

from shared.db import Database

TENANT = "tenant_budget"
CONVERSATION = "conversation_budget"


class Budget(Protocol):
    """Whoever counts tokens."""

    async def spent_up(self, tenant_id: UUID, conversation_id: UUID, tenant_tokens: int) -> str | None:
        """Which budget is used up (`TENANT`, `CONVERSATION`), or None. `tenant_tokens` in 24 hours; 0: any number.

        May raise what `shared.db.is_transient` knows.
        """


class NoBudget:
    """Any number of tokens."""

    async def spent_up(self, tenant_id: UUID, conversation_id: UUID, tenant_tokens: int) -> str | None:
        """See `Budget.spent_up`."""
        return None


FRESH_SECONDS = 10.0
"""How old a tenant's count may be: it may be a sum of many thousand answers."""

_TENANT: Final = """
    SELECT coalesce(sum(input_tokens + output_tokens), 0)::bigint FROM agent.model_answers
    WHERE tenant_id = $1 AND at > now() - interval '24 hours'"""
_CONVERSATION: Final = """
    SELECT coalesce(sum(input_tokens + output_tokens), 0)::bigint FROM agent.model_answers
    WHERE tenant_id = $1 AND conversation_id = $2 AND at > now() - interval '24 hours'"""


class StoredBudget:
    """Counts what is stored in `agent.model_answers`, so all agents and restarts share one count.

    `conversation_tokens` in 24 hours; 0: any number. `clock` gives seconds that only grow. Answers under way are not
    counted yet, and a tenant's count is up to `FRESH_SECONDS` old: a budget can be passed by what is used meanwhile.
    """

    def __init__(
        self, db: Database, *, conversation_tokens: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._db = db
        self._conversation_tokens = conversation_tokens
        self._clock = clock
        self._tenants: dict[UUID, tuple[float, int]] = {}

    async def spent_up(self, tenant_id: UUID, conversation_id: UUID, tenant_tokens: int) -> str | None:
        """See `Budget.spent_up`."""
        if tenant_tokens and await self._of_tenant(tenant_id) >= tenant_tokens:
            return TENANT
        most = self._conversation_tokens
        if most and await self._sum(_CONVERSATION, tenant_id, conversation_id) >= most:
            return CONVERSATION
        return None

    async def _of_tenant(self, tenant_id: UUID) -> int:
        at, used = self._tenants.get(tenant_id, (0.0, None))
        if used is None or self._clock() - at >= FRESH_SECONDS:
            used = await self._sum(_TENANT, tenant_id)
            self._tenants[tenant_id] = (self._clock(), used)
        return used

    async def _sum(self, statement: str, tenant_id: UUID, *more: UUID) -> int:
        async with self._db.reading(tenant_id) as connection:
            return int(await connection.fetchval(statement, tenant_id, *more))
