"""What did a model answer take? Tokens always, money where the price is known; stored once, with the answer's step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from pydantic_ai.messages import ModelRequestAttempt, ModelResponse
from pydantic_ai.usage import RequestUsage

from shared.db import Connection, Database

MICROS: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one request to a model took. `cost_micros`: millionths of a US dollar, None when no price is known.

    `model` is `provider:name` as the provider reports it; `cached_tokens` are those of `input_tokens` that were cheaper.
    """

    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    cost_micros: int | None = None

    @property
    def tokens(self) -> int:
        """What budgets count."""
        return self.input_tokens + self.output_tokens


def spent_of(response: ModelResponse) -> tuple[Spent, ...]:
    """What the answer took, then what was paid for and rejected before it (refusals, cut-off answers). Models without
    tokens, as our own, take nothing."""
    own = _spent(response.provider_name, response.model_name, response.usage, _price(response))
    rejected = (_attempt(attempt) for attempt in response.failed_attempts or ())
    return tuple(one for one in (own, *rejected) if one.tokens)


def _attempt(attempt: ModelRequestAttempt) -> Spent:
    usage = attempt.usage or RequestUsage()
    return _spent(attempt.provider_name, attempt.model_name, usage, usage.cost)


def _spent(provider: str | None, model: str | None, usage: RequestUsage, cost: Decimal | None) -> Spent:
    return Spent(
        model=f"{provider}:{model}" if provider else str(model),
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cache_read_tokens,
        cost_micros=None if cost is None else int((cost * MICROS).to_integral_value(ROUND_HALF_UP)),
    )


def _price(response: ModelResponse) -> Decimal | None:
    if response.usage.cost is not None:  # the provider said
        return response.usage.cost
    try:
        return response.cost().total_price
    except (LookupError, ValueError, AssertionError):  # no such model in the price list, or no usage reported
        return None


_STORE: Final = """
    INSERT INTO agent.model_answers (tenant_id, message_id, step, attempt, conversation_id, model,
        input_tokens, output_tokens, cached_tokens, cost_micros)
    SELECT $1, $2, s.step, s.attempt, t.conversation_id, s.model, s.input, s.output, s.cached, s.cost
    FROM unnest($3::text[], $4::smallint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
        AS s(step, attempt, model, input, output, cached, cost)
    JOIN agent.turns t ON t.tenant_id = $1 AND t.message_id = $2
    ON CONFLICT DO NOTHING"""


async def store_spent(
    connection: Connection,
    tenant_id: UUID,
    message_id: UUID,
    steps: Sequence[tuple[str, Sequence[Spent]]],
) -> None:
    """Store what the model answers of these steps (key, what it took) took, in the caller's transaction.

    A step that is there already keeps what it has, so a turn that is run again counts nothing twice.
    """
    rows = [(key, attempt, one) for key, spent in steps for attempt, one in enumerate(spent)]
    if not rows:
        return
    await connection.execute(
        _STORE,
        tenant_id,
        message_id,
        [key for key, _, _ in rows],
        [attempt for _, attempt, _ in rows],
        [one.model for _, _, one in rows],
        [one.input_tokens for _, _, one in rows],
        [one.output_tokens for _, _, one in rows],
        [one.cached_tokens for _, _, one in rows],
        [one.cost_micros for _, _, one in rows],
    )


@dataclass(frozen=True, slots=True)
class Total:
    """What the answers of one model took together. `unpriced`: answers whose price is not known."""

    model: str
    answers: int
    input_tokens: int
    output_tokens: int
    cost_micros: int
    unpriced: int


async def totals(
    db: Database, tenant_id: UUID, since: datetime, conversation_id: UUID | None = None
) -> list[Total]:
    """A tenant's totals since then (aware), of all conversations or one; by model, the dearest first."""
    async with db.tenant(tenant_id) as connection:
        rows = await connection.fetch(
            "SELECT model, count(*) AS answers, sum(input_tokens)::bigint AS input, sum(output_tokens)::bigint AS output,"
            "  coalesce(sum(cost_micros), 0)::bigint AS cost, count(*) FILTER (WHERE cost_micros IS NULL) AS unpriced"
            " FROM agent.model_answers WHERE tenant_id = $1 AND at >= $2"
            "  AND ($3::uuid IS NULL OR conversation_id = $3) GROUP BY model ORDER BY cost DESC, model",
            tenant_id,
            since,
            conversation_id,
        )
    return [Total(r["model"], r["answers"], r["input"], r["output"], r["cost"], r["unpriced"]) for r in rows]
