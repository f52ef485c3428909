"""What is stored about one person? Every row of booking's tables that is about them, as JSON values, for them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import orjson

from services.booking.people import person_ids
from shared.db import Queries
from shared.messages.booking import CustomerExported

_OF_CUSTOMER = "x.customer_id = ANY($2::uuid[])"
# The ledger follows bookings and passes: an entry about one that is somebody else's now is not theirs.
_THEIRS = """x.customer_id = ANY($2::uuid[])
    AND NOT EXISTS (SELECT 1 FROM booking.bookings b WHERE b.tenant_id = x.tenant_id AND b.id = x.booking_id
        AND b.customer_id <> ALL($2::uuid[]))
    AND NOT EXISTS (SELECT 1 FROM booking.passes p WHERE p.tenant_id = x.tenant_id AND p.id = x.pass_id
        AND p.customer_id <> ALL($2::uuid[]))
"""

EXPORTED: Final = {
    "customers": "x.id = ANY($2::uuid[])",
    "customer_identities": _OF_CUSTOMER,
    "bookings": _OF_CUSTOMER,
    "waitlist_entries": _OF_CUSTOMER,
    "standing_requests": _OF_CUSTOMER,
    "passes": _OF_CUSTOMER,
    "ledger_entries": _THEIRS,
    "payments": _OF_CUSTOMER,
    "refunds": (
        "x.payment_id IN (SELECT id FROM booking.payments WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[]))"
    ),
}
"""Table → which of its rows are a person's. `$2`: the person's ids. (What passes through, as the outbox, is not kept.)"""

SESSIONS: Final = """
SELECT DISTINCT s.id, to_jsonb(x)::text AS row FROM booking.bookings b
JOIN booking.sessions s ON s.tenant_id = b.tenant_id AND s.id = b.session_id
JOIN booking.services v ON v.tenant_id = s.tenant_id AND v.id = s.service_id
CROSS JOIN LATERAL (SELECT s.id, v.name AS service, s.starts_at, s.ends_at, s.status) AS x
WHERE b.tenant_id = $1 AND b.customer_id = ANY($2::uuid[]) ORDER BY s.id
"""


async def export_customer(connection: Queries, tenant_id: UUID, customer_id: UUID) -> CustomerExported:
    """All rows about the customer and those merged into them: table → rows. `sessions` says what was booked."""
    ids = await person_ids(connection, tenant_id, customer_id)
    if not ids:
        return CustomerExported(found=False)
    data: dict[str, list[dict[str, object]]] = {}
    for table, theirs in EXPORTED.items():
        statement = (
            f"SELECT (to_jsonb(x) - 'tenant_id')::text AS row FROM booking.{table} x"  # noqa: S608
            f" WHERE x.tenant_id = $1 AND {theirs} ORDER BY to_jsonb(x)::text"
        )
        rows = await connection.fetch(statement, tenant_id, ids)
        data[table] = [orjson.loads(row["row"]) for row in rows]
    sessions = await connection.fetch(SESSIONS, tenant_id, ids)
    data["sessions"] = [orjson.loads(row["row"]) for row in sessions]
    return CustomerExported(found=True, data=data)
