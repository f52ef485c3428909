"""Who was forgotten a short while ago, and which deliveries are from before? So that nothing on its way to them is sent.

A person is kept as the ids of their conversations with the business, which the rows of deliveries have anyway: no address.
What is published later is for a new person, and sent; an answer only when somebody has written in the conversation since
(`conversations` has lost its row, so one that is there is theirs).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from services.gateway.domain.purposes import ANSWERS
from services.gateway.domain.refusals import FORGOTTEN
from shared.db import Connection
from shared.messages.conversation import ChannelAddress, MessageSent, TextBody

KEPT_FOR: Final = timedelta(days=3)
"""Longer than OUTBOUND keeps messages (two days)."""

_ANSWERS: Final = ", ".join(f"'{purpose}'" for purpose in sorted(ANSWERS))

# Why a message may not be sent, if its person is forgotten. `heard`: null when nobody has written in the conversation.
REFUSAL: Final = f"""
    SELECT '{FORGOTTEN}' AS reason FROM gateway.forgotten f
    WHERE f.tenant_id = {{tenant}} AND f.conversation_id = {{conversation}}
      AND ({{published}} <= f.at OR ({{answers}} AND {{purpose}} IN ({_ANSWERS}) AND {{heard}} IS NULL))
    LIMIT 1
"""  # noqa: S608  # made of constants

_REMEMBER: Final = """
INSERT INTO gateway.forgotten AS f (tenant_id, conversation_id, at) SELECT $1, c, $3 FROM unnest($2::uuid[]) AS c
ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET at = excluded.at WHERE f.at < excluded.at
"""

_OLD: Final = f"""
    f.tenant_id = d.tenant_id AND f.conversation_id = d.conversation_id
    AND (coalesce(d.published_at, d.created_at) <= f.at
         OR (d.answers AND d.purpose IN ({_ANSWERS}) AND NOT EXISTS (
             SELECT FROM gateway.conversations k
             WHERE k.tenant_id = d.tenant_id AND k.conversation_id = d.conversation_id)))
"""

BEING_SENT: Final = f"""
SELECT EXISTS (SELECT FROM gateway.deliveries d, gateway.forgotten f
               WHERE d.tenant_id = $1 AND d.conversation_id = ANY($2::uuid[]) AND d.state = 'sending' AND {_OLD})
"""  # noqa: S608  # made of constants

# What waits is not sent any more: whoever tries it finds another rank. $3: only what came to its end in the meantime.
_SCRUB: Final = f"""
UPDATE gateway.deliveries d SET user_id = '', media_id = NULL,
    state = CASE WHEN rank < 20 THEN 'rejected' ELSE state END,
    reason = CASE WHEN rank < 20 THEN '{FORGOTTEN}' ELSE reason END,
    rank = CASE WHEN rank < 20 THEN 25 ELSE rank END
FROM gateway.forgotten f
WHERE d.tenant_id = ANY($1::uuid[]) AND d.conversation_id = ANY($2::uuid[]) AND {_OLD}
  AND (NOT $3::boolean OR (d.user_id <> '' AND d.rank >= 20))
RETURNING d.tenant_id, d.id, d.conversation_id, d.channel, d.purpose, d.provider_id
"""  # noqa: S608  # made of constants

_PAYLOAD: Final = "UPDATE gateway.deliveries SET payload = $3, user_id = '' WHERE tenant_id = $1 AND id = $2"

_KNOWN: Final = "SELECT tenant_id, conversation_id FROM gateway.forgotten"

_DROP: Final = "DELETE FROM gateway.forgotten WHERE at < now() - $1::interval"


async def remember(
    connection: Connection, tenant_id: UUID, conversations: Sequence[UUID], at: datetime
) -> None:
    """What was said in these conversations before `at` is not sent from now on."""
    await connection.execute(_REMEMBER, tenant_id, conversations, at)


async def scrub(connection: Connection, tenant_id: UUID, conversations: Sequence[UUID]) -> Sequence[str]:
    """Take the words out of what these forgotten people were to be told, sent or not; the provider's ids of it."""
    rows = await connection.fetch(_SCRUB, [tenant_id], conversations, False)
    await empty(connection, rows)
    return [row["provider_id"] for row in rows if row["provider_id"]]


async def sweep(connection: Connection, kept_for: timedelta = KEPT_FOR) -> None:
    """Scrub what was being stored at the very moment, then no longer know who was forgotten so long ago. Of all tenants
    that the connection sees."""
    known = await connection.fetch(_KNOWN)
    if known:
        tenants, conversations = zip(*known, strict=True)
        await empty(connection, await connection.fetch(_SCRUB, [*set(tenants)], conversations, True))
        await connection.execute(_DROP, kept_for)


async def empty(connection: Connection, rows: Iterable[asyncpg.Record]) -> None:
    """Leave a message without words to nobody in these deliveries, for whoever reads them."""
    await connection.executemany(_PAYLOAD, [(row["tenant_id"], row["id"], _nothing(row)) for row in rows])


def _nothing(row: asyncpg.Record) -> bytes:
    return MessageSent(
        tenant_id=UUID(int=row["tenant_id"].int),
        message_id=UUID(int=row["id"].int),
        conversation_id=UUID(int=row["conversation_id"].int),
        to=ChannelAddress(channel=row["channel"], account_id="", user_id=""),
        purpose=row["purpose"],
        body=TextBody(text=""),
    ).encode()
