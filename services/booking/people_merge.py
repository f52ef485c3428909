"""How do two customers become one person, and how is a person forgotten? What they did moves to another customer's id.

Sessions whose bookings or queue move get a new version, so that states kept in memory are read again. Locks are taken
in the writer's order: sessions, then customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.booking.domain.events import CustomerErased, IdentityLinked
from services.booking.people import person_ids
from services.booking.people_extras import clashes
from services.booking.people_news import identities_of, tell_forgotten, tell_merged
from services.booking.statements import SEATED
from shared.db import Connection
from shared.ids import NewId, customer_id_of, fresh
from shared.messages.booking import Contact
from shared.messages.conversation import ChannelAddress
from shared.telemetry import get_logger

ERASED_CHANNEL: Final = "erased"
"""The channel of a contact that nobody can be reached under any more."""

THEIR_SESSIONS: Final = f"""
SELECT session_id FROM booking.bookings
WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[]) AND status IN {SEATED}
UNION SELECT session_id FROM booking.waitlist_entries
WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[]) AND status IN ('waiting', 'offered')
"""  # noqa: S608  # made of constants

TOUCH_SESSIONS: Final = """
WITH locked AS (
    SELECT s.id FROM booking.sessions s
    WHERE s.tenant_id = $1 AND s.id = ANY($2::uuid[]) ORDER BY s.id FOR UPDATE
)
UPDATE booking.sessions s SET version = s.version + 1 FROM locked WHERE s.tenant_id = $1 AND s.id = locked.id
"""

COMING: Final = f"""
SELECT EXISTS (
    SELECT 1 FROM booking.bookings b
    JOIN booking.sessions s ON s.tenant_id = b.tenant_id AND s.id = b.session_id AND s.ends_at > $3
    WHERE b.tenant_id = $1 AND b.customer_id = ANY($2::uuid[]) AND b.status IN {SEATED})
"""  # noqa: S608

LOCK_PEOPLE: Final = """
SELECT id, erased_at, merged_into FROM booking.customers
WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR UPDATE
"""

# One person waits once in a session (the entry that was offered a place, else the one further in front), and not
# for a session they have a place in. An entry's own hold is no other place.
END_DOUBLE_ENTRIES: Final = f"""
WITH live AS (
    SELECT id, session_id, customer_id, row_number() OVER (
        PARTITION BY session_id ORDER BY booking_id IS NULL, status, priority DESC, joined_at, id) AS place
    FROM booking.waitlist_entries
    WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[]) AND status IN ('waiting', 'offered')
)
UPDATE booking.waitlist_entries e SET status = 'withdrawn', ended_at = now()
FROM live
WHERE e.tenant_id = $1 AND e.id = live.id AND (live.place > 1 OR EXISTS (
    SELECT 1 FROM booking.bookings b
    WHERE b.tenant_id = $1 AND b.session_id = live.session_id AND b.customer_id = ANY($2::uuid[])
      AND b.customer_id <> live.customer_id AND b.status IN {SEATED}))
"""  # noqa: S608

# Of two places in one past session the second stays under the merged id, which still belongs to the person.
MOVE_BOOKINGS: Final = f"""
UPDATE booking.bookings b
SET customer_id = $3, contact = coalesce($4, jsonb_set(b.contact, '{{customer_id}}', to_jsonb($3::uuid)))
WHERE b.tenant_id = $1 AND b.customer_id = $2 AND (b.status NOT IN {SEATED} OR NOT EXISTS (
    SELECT 1 FROM booking.bookings o WHERE o.tenant_id = $1 AND o.session_id = b.session_id
      AND o.customer_id = $3 AND o.status IN {SEATED}))
"""  # noqa: S608

MOVE_ENTRIES: Final = """
UPDATE booking.waitlist_entries e
SET customer_id = $3, contact = coalesce($4, jsonb_set(e.contact, '{customer_id}', to_jsonb($3::uuid)))
WHERE e.tenant_id = $1 AND e.customer_id = $2
"""

MOVE_REST: Final = (
    "UPDATE booking.standing_requests SET customer_id = $3 WHERE tenant_id = $1 AND customer_id = $2",
    "UPDATE booking.passes SET customer_id = $3, version = version + 1 WHERE tenant_id = $1 AND customer_id = $2",
    "UPDATE booking.payments SET customer_id = $3 WHERE tenant_id = $1 AND customer_id = $2",
)

# What the surviving customer says wins; a block of either stays, so that nobody gets around it by another channel.
# Consent is not handed on: it was given for the other channel.
MERGE_PEOPLE: Final = """
UPDATE booking.customers s SET
    name = coalesce(s.name, m.name), phone = coalesce(s.phone, m.phone),
    full_name = coalesce(s.full_name, m.full_name), language = coalesce(s.language, m.language),
    timezone = coalesce(s.timezone, m.timezone), tier = coalesce(s.tier, m.tier),
    notes = nullif(concat_ws(E'\\n', s.notes, m.notes), ''), blocked_at = least(s.blocked_at, m.blocked_at),
    blocked_reason = coalesce(s.blocked_reason, m.blocked_reason), created_at = least(s.created_at, m.created_at),
    version = s.version + 1
FROM booking.customers m
WHERE s.tenant_id = $1 AND s.id = $3 AND m.tenant_id = $1 AND m.id = $2
"""

REDIRECT: Final = """
UPDATE booking.customers SET
    merged_into = $3, name = NULL, phone = NULL, full_name = NULL, language = NULL, timezone = NULL, tier = NULL,
    notes = NULL, marketing_consent_at = NULL, blocked_at = NULL, blocked_reason = NULL, version = version + 1
WHERE tenant_id = $1 AND (id = $2 OR merged_into = $2)
"""

ADD_REDIRECT: Final = """
INSERT INTO booking.customers (tenant_id, id, merged_into, version) VALUES ($1, $2, $3, 1) ON CONFLICT DO NOTHING
"""

ADD_IDENTITY: Final = """
INSERT INTO booking.customer_identities (tenant_id, channel, user_id, customer_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, channel, user_id) DO UPDATE SET customer_id = excluded.customer_id
"""

MOVE_IDENTITIES: Final = """
UPDATE booking.customer_identities SET customer_id = $3 WHERE tenant_id = $1 AND customer_id = $2
"""

DROP_IDENTITIES: Final = """
DELETE FROM booking.customer_identities WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[])
"""

DROP_CUSTOMERS: Final = "DELETE FROM booking.customers WHERE tenant_id = $1 AND id = ANY($2::uuid[])"

ADD_ANONYMOUS: Final = """
INSERT INTO booking.customers (tenant_id, id, created_at, erased_at, version)
SELECT $1, $3, created_at, $4, 1 FROM booking.customers WHERE tenant_id = $1 AND id = $2
"""

FORGET: Final = (
    "UPDATE booking.bookings SET attendees = NULL, cancel_reason = NULL WHERE tenant_id = $1 AND customer_id = $2",
    "UPDATE booking.waitlist_entries SET status = 'withdrawn', ended_at = now()"
    " WHERE tenant_id = $1 AND customer_id = $2 AND status IN ('waiting', 'offered')",
    "UPDATE booking.standing_requests SET wish = '{}',"
    " status = CASE WHEN status = 'open' THEN 'withdrawn' ELSE status END, ended_at = coalesce(ended_at, now())"
    " WHERE tenant_id = $1 AND customer_id = $2",
    # A booking has the id of the command that made it, whose outcome may name attendees.
    "UPDATE booking.command_outcomes o SET outcome = o.outcome #- '{booking,attendees}' FROM booking.bookings b"
    " WHERE o.tenant_id = $1 AND b.tenant_id = $1 AND b.customer_id = $2 AND o.command_id = b.id",
)

DROP_DEAD_LETTERS: Final = """
DELETE FROM booking.dead_letters WHERE tenant_id = $1 AND position(convert_to($2::text, 'UTF8') IN payload) > 0
"""

# By the day, not with the command: it reads every outcome since (see `scrub_outcomes`).
SCRUB_OUTCOMES: Final = """
UPDATE booking.command_outcomes o SET outcome = o.outcome #- '{booking,attendees}'
FROM booking.bookings b JOIN booking.customers c ON c.tenant_id = b.tenant_id AND c.id = b.customer_id
WHERE o.tenant_id = $1 AND b.tenant_id = $1 AND c.erased_at IS NOT NULL
  AND o.outcome #> '{booking,attendees}' IS NOT NULL AND (o.outcome #>> '{booking,booking_id}')::uuid = b.id
"""


async def apply_identity_linked(connection: Connection, tenant_id: UUID, event: IdentityLinked) -> bool:
    """The identity leads to this customer from now on; the one it led to before is merged, with all they have.

    False when either was forgotten or merged meanwhile, or they now have places that clash: decide again.
    """
    survivor = event.customer_id
    both = [survivor] if event.merged is None else [survivor, event.merged]
    if not await _lock(connection, tenant_id, both, merged_too=False):
        return False
    if event.merged is not None:
        if await clashes(connection, tenant_id, survivor, event.merged):
            return False
        await _merge(connection, tenant_id, event.merged, survivor)
    # Whoever writes under this identity is asked for by the id that follows from it: it must lead here, met or not.
    met = customer_id_of(tenant_id, event.channel, event.user_id)
    if met != survivor:
        await connection.execute(ADD_REDIRECT, tenant_id, met, survivor)
    await connection.execute(ADD_IDENTITY, tenant_id, event.channel, event.user_id, survivor)
    await tell_merged(connection, tenant_id, survivor)
    return True


async def _merge(connection: Connection, tenant_id: UUID, merged: UUID, survivor: UUID) -> None:
    await connection.execute(END_DOUBLE_ENTRIES, tenant_id, [merged, survivor])
    await _move(connection, tenant_id, merged, survivor, None)
    await connection.execute(MOVE_IDENTITIES, tenant_id, merged, survivor)
    await connection.execute(MERGE_PEOPLE, tenant_id, merged, survivor)
    await connection.execute(REDIRECT, tenant_id, merged, survivor)


async def apply_customer_erased(
    connection: Connection, tenant_id: UUID, event: CustomerErased, *, new_id: NewId = fresh
) -> bool:
    """What the person did goes to anonymous customers with random ids; everything that names them is gone.

    The old id is free again: whoever writes from the same phone later is somebody new. The ledger keeps its entries.
    False when the customer is gone or has a coming booking by now: decide again.
    """
    ids = await person_ids(connection, tenant_id, event.customer_id)
    if event.customer_id not in ids or not await _lock(connection, tenant_id, ids, merged_too=True):
        return False
    if await connection.fetchval(COMING, tenant_id, ids, event.at):
        return False
    await tell_forgotten(connection, tenant_id, ids, await identities_of(connection, tenant_id, ids))
    await connection.execute(DROP_IDENTITIES, tenant_id, ids)
    for customer_id in ids:
        anonymous = new_id()
        await connection.execute(ADD_ANONYMOUS, tenant_id, customer_id, anonymous, event.at)
        await _move(connection, tenant_id, customer_id, anonymous, _nobody(anonymous))
        for statement in FORGET:
            await connection.execute(statement, tenant_id, anonymous)
        await connection.execute(DROP_DEAD_LETTERS, tenant_id, str(customer_id))
    await connection.execute(DROP_CUSTOMERS, tenant_id, ids)
    get_logger("booking").info("customer_erased", tenant_id=str(tenant_id), merged=len(ids) - 1)
    return True


async def scrub_outcomes(connection: Connection, tenant_id: UUID) -> int:
    """Take attendees out of every kept outcome that shows a forgotten person's booking. For a daily task: it reads the
    tenant's outcomes. Returns how many changed; a second run changes none."""
    return int((await connection.execute(SCRUB_OUTCOMES, tenant_id)).split()[-1])


async def _move(
    connection: Connection, tenant_id: UUID, leaving: UUID, to: UUID, contact: str | None
) -> None:
    await connection.execute(MOVE_BOOKINGS, tenant_id, leaving, to, contact)
    await connection.execute(MOVE_ENTRIES, tenant_id, leaving, to, contact)
    for statement in MOVE_REST:
        await connection.execute(statement, tenant_id, leaving, to)


async def _lock(connection: Connection, tenant_id: UUID, ids: Sequence[UUID], *, merged_too: bool) -> bool:
    """Lock the customers' sessions (with a new version) and then them; False when that is not who they are any more."""
    sessions = {row["session_id"] for row in await connection.fetch(THEIR_SESSIONS, tenant_id, list(ids))}
    await connection.execute(TOUCH_SESSIONS, tenant_id, list(sessions))
    rows = await connection.fetch(LOCK_PEOPLE, tenant_id, list(ids))
    if len(rows) < len(ids) or any(row["erased_at"] is not None for row in rows):
        return False
    if not merged_too and any(row["merged_into"] is not None for row in rows):
        return False
    # From here on nobody can book for them; a session that came in between has not been touched yet.
    now = await connection.fetch(THEIR_SESSIONS, tenant_id, list(ids))
    return sessions >= {row["session_id"] for row in now}


def _nobody(customer_id: UUID) -> str:
    address = ChannelAddress(channel=ERASED_CHANNEL, account_id="", user_id="")
    return Contact(customer_id=customer_id, conversation_id=customer_id, address=address).model_dump_json(
        exclude_none=True
    )
