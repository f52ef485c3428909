"""How do customers and passes get out of PostgreSQL and back in? All within the caller's transaction and tenant.

Balances are sums of ledger entries. An entry is never rewritten: it belongs to whoever has the booking or the pass that
it is about now, so that it follows both through a merge and stays behind when a person is forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from services.booking.domain.events import CustomerChanged, PassChanged
from services.booking.domain.money.passes import Use
from services.booking.domain.pass_state import (
    PassDocument,
    PassRow,
    PassState,
    canonical_code,
    document_of,
    state_of,
)
from services.booking.statements import PASS_STANDS
from shared.db import Connection, Queries

SURVIVORS: Final = """
SELECT id, merged_into FROM booking.customers
WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND merged_into IS NOT NULL
"""

PERSON: Final = """
SELECT id FROM booking.customers WHERE tenant_id = $1 AND (id = $2 OR merged_into = $2)
"""

_COLUMNS = "p.id, p.customer_id, p.name, p.terms, p.product_id, p.code, p.version, p.status"

LOAD_PASSES: Final = f"""
SELECT {_COLUMNS} FROM booking.passes p
WHERE p.tenant_id = $1 AND p.customer_id = ANY($2::uuid[]) AND p.status <> 'ended' ORDER BY p.id
"""  # noqa: S608  # made of constants

LOAD_NAMED: Final = f"""
SELECT {_COLUMNS} FROM booking.passes p WHERE p.tenant_id = $1 AND p.id = ANY($2::uuid[]) ORDER BY p.id
"""  # noqa: S608

LOAD_GIFT_CARD: Final = f"""
SELECT {_COLUMNS} FROM booking.passes p WHERE p.tenant_id = $1 AND p.code = $2 AND p.kind = 'gift_card'
"""  # noqa: S608

LOAD_BALANCES: Final = """
SELECT pass_id, sum(amount)::bigint AS amount FROM booking.ledger_entries
WHERE tenant_id = $1 AND pass_id = ANY($2::uuid[]) AND account IN ('credits_held', 'gift_held')
GROUP BY pass_id
"""

# A place that is only held has used nothing yet: that is looked at again when it is confirmed.
LOAD_USES: Final = """
SELECT b.pass_id, s.starts_at, s.ends_at
FROM booking.bookings b JOIN booking.sessions s ON s.tenant_id = b.tenant_id AND s.id = b.session_id
WHERE b.tenant_id = $1 AND b.customer_id = ANY($2::uuid[]) AND b.pass_id = ANY($3::uuid[])
  AND b.status IN ('confirmed', 'attended', 'no_show')
ORDER BY s.starts_at, b.id
"""

LOAD_OWED: Final = """
SELECT coalesce(sum(e.amount), 0)::bigint FROM booking.ledger_entries e
LEFT JOIN booking.bookings b ON b.tenant_id = e.tenant_id AND b.id = e.booking_id
LEFT JOIN booking.passes p ON p.tenant_id = e.tenant_id AND p.id = e.pass_id
WHERE e.tenant_id = $1 AND e.customer_id = ANY($2::uuid[]) AND e.account = 'receivable' AND e.unit = $3
  AND (b.id IS NULL OR b.customer_id = ANY($2::uuid[])) AND (p.id IS NULL OR p.customer_id = ANY($2::uuid[]))
"""

# Who consents or is blocked already keeps the moment it began.
CHANGE_CUSTOMER: Final = """
UPDATE booking.customers c SET
    full_name = CASE WHEN d ? 'full_name' THEN d ->> 'full_name' ELSE c.full_name END,
    language = CASE WHEN d ? 'language' THEN d ->> 'language' ELSE c.language END,
    timezone = CASE WHEN d ? 'timezone' THEN d ->> 'timezone' ELSE c.timezone END,
    notes = CASE WHEN d ? 'notes' THEN d ->> 'notes' ELSE c.notes END,
    tier = CASE WHEN d ? 'tier' THEN d ->> 'tier' ELSE c.tier END,
    marketing_consent_at = CASE WHEN NOT d ? 'marketing_consent_at' THEN c.marketing_consent_at
        WHEN d ->> 'marketing_consent_at' IS NULL THEN NULL
        ELSE coalesce(c.marketing_consent_at, (d ->> 'marketing_consent_at')::timestamptz) END,
    blocked_at = CASE WHEN NOT d ? 'blocked_at' THEN c.blocked_at
        WHEN d ->> 'blocked_at' IS NULL THEN NULL
        ELSE coalesce(c.blocked_at, (d ->> 'blocked_at')::timestamptz) END,
    blocked_reason = CASE WHEN d ? 'blocked_reason' THEN d ->> 'blocked_reason' ELSE c.blocked_reason END,
    version = c.version + 1
FROM (SELECT $3::jsonb AS d) AS w
WHERE c.tenant_id = $1 AND c.id = $2 AND c.erased_at IS NULL AND c.merged_into IS NULL
"""

ADD: Final = """
INSERT INTO booking.passes (tenant_id, id, customer_id, product_id, name, kind, terms, code, version, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def survivors(connection: Queries, tenant_id: UUID, customer_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Who these customers are now: merged ones with the customer they became; all others are missing."""
    rows = await connection.fetch(SURVIVORS, tenant_id, list(customer_ids))
    return {row["id"]: row["merged_into"] for row in rows}


async def person_ids(connection: Queries, tenant_id: UUID, customer_id: UUID) -> list[UUID]:
    """The customer's id and those that were merged into it; empty when there is no such customer."""
    return [row["id"] for row in await connection.fetch(PERSON, tenant_id, customer_id)]


async def owed(connection: Queries, tenant_id: UUID, customer_id: UUID, currency: str) -> int:
    """What the customer owes the business (below 0: is owed), in minor units: the sum of their ledger entries."""
    ids = await person_ids(connection, tenant_id, customer_id)
    return int(await connection.fetchval(LOAD_OWED, tenant_id, ids, currency))


async def load_passes(
    connection: Queries, tenant_id: UUID, customer_ids: Sequence[UUID]
) -> dict[UUID, tuple[PassState, ...]]:
    """The passes of these customers that were not ended, with balances and uses; who has none is missing."""
    rows = await connection.fetch(LOAD_PASSES, tenant_id, list(customer_ids))
    if not rows:
        return {}
    found: defaultdict[UUID, list[PassState]] = defaultdict(list)
    for state in await _with_balances(connection, tenant_id, rows):
        if state.owner_id is not None:
            found[state.owner_id].append(state)
    return {owner: tuple(states) for owner, states in found.items()}


async def load_passes_by_id(
    connection: Queries, tenant_id: UUID, pass_ids: Sequence[UUID]
) -> dict[UUID, PassState]:
    """These passes, whoever owns them and also when they were ended: what a booking was paid with."""
    rows = await connection.fetch(LOAD_NAMED, tenant_id, list(pass_ids))
    return {state.pass_id: state for state in await _with_balances(connection, tenant_id, rows)}


async def load_gift_card(connection: Queries, tenant_id: UUID, code: str) -> PassState | None:
    """The gift card with this code, however it was typed; None: there is none."""
    canonical = canonical_code(code)
    if canonical is None:
        return None
    row = await connection.fetchrow(LOAD_GIFT_CARD, tenant_id, canonical)
    return None if row is None else (await _with_balances(connection, tenant_id, [row]))[0]


async def _with_balances(
    connection: Queries, tenant_id: UUID, rows: Sequence[asyncpg.Record]
) -> list[PassState]:
    ids = [row["id"] for row in rows]
    owners = [row["customer_id"] for row in rows if row["customer_id"] is not None]
    balances = {
        row["pass_id"]: row["amount"] for row in await connection.fetch(LOAD_BALANCES, tenant_id, ids)
    }
    uses: defaultdict[UUID, list[Use]] = defaultdict(list)
    for row in await connection.fetch(LOAD_USES, tenant_id, owners, ids):
        uses[row["pass_id"]].append(Use(row["starts_at"], row["ends_at"]))
    return [
        state_of(
            PassRow(
                pass_id=row["id"],
                owner_id=row["customer_id"],
                name=row["name"],
                document=PassDocument.model_validate_json(row["terms"]),
                product_id=row["product_id"],
                code=row["code"],
                version=row["version"],
                status=row["status"],
                left=balances.get(row["id"], 0),
                uses=tuple(uses.get(row["id"], ())),
            )
        )
        for row in rows
    ]


async def apply_customer_changed(connection: Connection, tenant_id: UUID, event: CustomerChanged) -> bool:
    """Write the new values; False when the customer was forgotten or merged meanwhile."""
    values = orjson.dumps(dict(event.values)).decode()
    return await connection.execute(CHANGE_CUSTOMER, tenant_id, event.customer_id, values) == "UPDATE 1"


async def apply_pass_changed(
    connection: Connection, tenant_id: UUID, event: PassChanged, now: datetime, *, guard: str = PASS_STANDS
) -> bool:
    """Write a pass, new or changed; False when another change of it was faster (`guard` is what notices).

    A new gift card whose code is taken raises asyncpg's UniqueViolationError: decided again, it gets another code.
    """
    state = event.after
    terms = document_of(state).model_dump_json(exclude_none=True)
    if event.new:
        await connection.execute(
            ADD, tenant_id, state.pass_id, state.owner_id, state.product_id, state.name, state.kind, terms, state.code,
            state.version, now,
        )  # fmt: skip
        return True
    change = (
        "UPDATE booking.passes p SET terms = w.terms, version = w.expected + 1"  # noqa: S608  # a guard is a constant
        " FROM (SELECT $3::bigint AS expected, $4::jsonb AS terms) AS w"
        f" WHERE p.tenant_id = $1 AND p.id = $2 AND {guard}"
    )
    return await connection.execute(change, tenant_id, state.pass_id, state.version - 1, terms) == "UPDATE 1"
