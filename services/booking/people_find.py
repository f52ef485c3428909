"""Which customers of a business does somebody mean who types a name, a phone number or an id? For its operators."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.db import Queries

_PHONE_LIKE: Final = re.compile(r"\+?[\d\s().-]{4,25}")
_LEAST_DIGITS: Final = 4

# Who was merged into another is shown as that one; who was forgotten is nobody. `$3`: part of a name (a pattern), `$4`: a
# phone number or the end of one (a pattern), `$5`: exactly a channel's id of them.
_FIND: Final = r"""
WITH meant AS (
    SELECT DISTINCT coalesce(c.merged_into, c.id) AS id
    FROM booking.customers c
    LEFT JOIN booking.customer_identities i ON i.tenant_id = c.tenant_id AND i.customer_id = c.id
    WHERE c.tenant_id = $1 AND c.erased_at IS NULL AND (
        c.id = $2 OR c.full_name ILIKE $3 OR c.name ILIKE $3 OR i.user_id = $5
        OR regexp_replace(c.phone, '\D', '', 'g') LIKE $4
        OR (i.channel = ANY($7::text[]) AND i.user_id LIKE $4))
)
SELECT c.id, c.name, c.full_name, c.phone, c.tier, c.blocked_at, c.blocked_reason, c.created_at,
    ARRAY(SELECT i.channel || ' ' || i.user_id FROM booking.customer_identities i
          WHERE i.tenant_id = $1 AND i.customer_id = c.id ORDER BY 1) AS identities,
    (SELECT max(b.booked_at) FROM booking.bookings b WHERE b.tenant_id = $1 AND b.customer_id = c.id) AS last_booked_at
FROM meant m JOIN booking.customers c ON c.tenant_id = $1 AND c.id = m.id
WHERE c.erased_at IS NULL
ORDER BY lower(coalesce(c.full_name, c.name)) NULLS LAST, c.id LIMIT $6
"""

_NUMBERED: Final = ["whatsapp", "sms", "phone"]
"""Channels whose ids of people are phone numbers."""


@dataclass(frozen=True, slots=True)
class Found:
    """A customer, for the business: `name` is the one they gave, or else the channel's; `identities` as `channel id`."""

    customer_id: UUID
    name: str | None
    phone: str | None
    tier: str | None
    identities: tuple[str, ...]
    created_at: datetime
    last_booked_at: datetime | None
    blocked_at: datetime | None
    blocked_reason: str | None


def digits_of(text: str) -> str:
    """The digits of what may be a phone number, without a leading `00`; empty for everything else."""
    if not _PHONE_LIKE.fullmatch(text.strip()):
        return ""
    digits = re.sub(r"\D", "", text)
    digits = digits.removeprefix("00")
    return digits if len(digits) >= _LEAST_DIGITS else ""


async def find_customers(
    connection: Queries, tenant_id: UUID, text: str, *, exactly: bool = False, limit: int = 50
) -> Sequence[Found]:
    """Customers with this id, id on a channel, phone number or name: a part of a name or the last digits of a number will do,
    unless `exactly`. By name, at most `limit`."""
    said = text.strip()
    named, digits, any_before = _escaped(said), digits_of(said), "" if exactly else "%"
    patterns = (
        f"{any_before}{named}{any_before}" if named else None,
        f"{any_before}{digits}" if digits else None,
    )
    rows = await connection.fetch(_FIND, tenant_id, _id(said), *patterns, said, limit, _NUMBERED)
    return [
        Found(
            customer_id=row["id"],
            name=row["full_name"] or row["name"],
            phone=row["phone"],
            tier=row["tier"],
            identities=tuple(row["identities"]),
            created_at=row["created_at"],
            last_booked_at=row["last_booked_at"],
            blocked_at=row["blocked_at"],
            blocked_reason=row["blocked_reason"],
        )
        for row in rows
    ]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _escaped(text: str) -> str:
    """For LIKE: what has a meaning there means itself."""
    return re.sub(r"([\\%_])", r"\\\1", text)
