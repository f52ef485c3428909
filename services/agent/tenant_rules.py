"""When does this business want a person called, and for how long? Its own rules, the installation's where it has none."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.agent.handoff import Rules
from shared.db import Database, is_transient
from shared.errors import outline
from shared.settings import Settings
from shared.telemetry import get_logger

FRESH_SECONDS = 30.0
"""How old a business's rules may be."""


@dataclass(frozen=True, slots=True)
class OwnRules:
    """What a business has set itself (see `Rules`); None: the installation's."""

    stuck: int | None = None
    words: tuple[str, ...] | None = None
    hours: float | None = None

    def over(self, default: Rules) -> Rules:
        """The rules that apply."""
        return Rules(
            stuck=default.stuck if self.stuck is None else self.stuck,
            words=default.words if self.words is None else self.words,
            hours=default.hours if self.hours is None else self.hours,
        )


class RulesSource(Protocol):
    """Whoever knows the rules of a business."""

    async def of(self, tenant_id: UUID) -> Rules:
        """The rules that apply there. Raises nothing."""


@dataclass(frozen=True, slots=True)
class SameRules:
    """The same for every business."""

    rules: Rules

    async def of(self, tenant_id: UUID) -> Rules:
        """See `RulesSource.of`."""
        return self.rules


class StoredRules:
    """Rules in `agent.handoff_rules`. `default`: the installation's; `clock`: monotonic seconds."""

    def __init__(self, db: Database, default: Rules, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._default = default
        self._clock = clock
        self._known: dict[UUID, tuple[float, Rules]] = {}

    @classmethod
    def of_settings(cls, db: Database, settings: Settings) -> StoredRules:
        """With the installation's rules as settings have them."""
        words, hours = settings.handoff_words, settings.human_takeover_hours
        return cls(db, Rules.of(settings.handoff_after_stuck, words, hours))

    async def of(self, tenant_id: UUID) -> Rules:
        """See `RulesSource.of`; at most `FRESH_SECONDS` old, older while the database is away."""
        at, known = self._known.get(tenant_id, (0.0, None))
        now = self._clock()
        if known is not None and now - at < FRESH_SECONDS:
            return known
        try:
            found = (await self.own(tenant_id)).over(self._default)
        except Exception as error:
            if not is_transient(error):
                raise
            get_logger("agent").warning("handoff_rules_unknown", error=outline(error))
            return known or self._default
        self._known[tenant_id] = (now, found)
        return found

    async def own(self, tenant_id: UUID) -> OwnRules:
        """What the business has set itself. Raises what `shared.db.is_transient` knows."""
        async with self._db.reading(tenant_id) as connection:
            row = await connection.fetchrow(
                "SELECT stuck, words, hours FROM agent.handoff_rules WHERE tenant_id = $1", tenant_id
            )
        if row is None:
            return OwnRules()
        return OwnRules(row["stuck"], None if row["words"] is None else tuple(row["words"]), row["hours"])

    async def set(self, tenant_id: UUID, rules: OwnRules) -> None:
        """Replace the business's own rules; running agents follow within half a minute."""
        async with self._db.tenant(tenant_id) as connection:
            await connection.execute(
                "INSERT INTO agent.handoff_rules (tenant_id, stuck, words, hours) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (tenant_id) DO UPDATE SET stuck = excluded.stuck, words = excluded.words,"
                "  hours = excluded.hours, updated_at = now()",
                tenant_id,
                rules.stuck,
                None if rules.words is None else list(rules.words),
                rules.hours,
            )
        self._known.pop(tenant_id, None)
