"""Which of the gateway's rows say what a person wrote or was written? They lose its words and its names; their ids stay.

So a webhook or a message that comes once more is still known. What a person said about not being written to stays, too.
Bodies of requests are sealed and forgotten by themselves after `USHER_RAW_RETENTION_HOURS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from shared import subjects
from shared.db import Connection, Database
from shared.errors import Transient
from shared.ids import conversation_id_of
from shared.messages.conversation import ChannelAddress, MessageSent, TextBody
from shared.messages.people import ForgetPerson

# By whatever name the channel has told us: one of them is the one that booking knows.
_NAMES: Final = """
SELECT DISTINCT i.channel, n.name, a.account_id
FROM unnest($2::text[], $3::text[]) AS i (channel, user_id)
CROSS JOIN LATERAL (
    SELECT i.user_id AS name
    UNION SELECT k.alias FROM gateway.identities k
        WHERE k.tenant_id = $1 AND k.channel = i.channel AND k.user_id = i.user_id
    UNION SELECT k.user_id FROM gateway.identities k
        WHERE k.tenant_id = $1 AND k.channel = i.channel AND k.alias = i.user_id) n
JOIN gateway.channel_accounts a ON a.tenant_id = $1 AND a.channel = i.channel
"""

_BEING_SENT: Final = """
SELECT EXISTS (SELECT FROM gateway.deliveries WHERE conversation_id = ANY($2::uuid[]) AND tenant_id = $1
    AND state = 'sending' AND created_at <= $3)
"""

# What waits is not sent any more: whoever tries it finds another rank.
_DELIVERIES: Final = """
UPDATE gateway.deliveries SET user_id = '', media_id = NULL,
    state = CASE WHEN rank < 20 THEN 'rejected' ELSE state END,
    reason = CASE WHEN rank < 20 THEN 'the person is forgotten' ELSE reason END,
    rank = CASE WHEN rank < 20 THEN 25 ELSE rank END
WHERE conversation_id = ANY($2::uuid[]) AND tenant_id = $1 AND created_at <= $3
RETURNING id, conversation_id, channel, purpose, provider_id
"""

_PAYLOAD: Final = "UPDATE gateway.deliveries SET payload = $3 WHERE tenant_id = $1 AND id = $2"

# The ids of some providers have the person's number in them; ours, by which a repeat is known, has not.
_INBOX: Final = """
UPDATE gateway.inbox SET payload = '', raw = '', provider_id = '', handled_at = coalesce(handled_at, now())
WHERE tenant_id = $1 AND received_at <= $4
    AND (subject = ANY($2::text[]) OR (kind = 'status' AND provider_id = ANY($3::text[])))
"""

_CONVERSATIONS: Final = """
DELETE FROM gateway.conversations
WHERE tenant_id = $1 AND conversation_id = ANY($2::uuid[]) AND last_inbound_at <= $3
"""

_IDENTITIES: Final = """
DELETE FROM gateway.identities k USING unnest($2::text[], $3::text[]) AS n (channel, name)
WHERE k.tenant_id = $1 AND k.channel = n.channel AND n.name IN (k.alias, k.user_id) AND k.learned_at <= $4
"""

# Sealed, and gone by themselves after thirty days.
_UPLOADS: Final = """
DELETE FROM gateway.webchat_uploads u USING unnest($2::text[], $3::text[]) AS n (channel, name)
WHERE u.tenant_id = $1 AND n.channel = 'webchat' AND u.user_id = n.name AND u.received_at <= $4
"""

_CONSENTS: Final = """
DELETE FROM gateway.consents c USING unnest($2::text[], $3::text[]) AS n (channel, name)
WHERE c.tenant_id = $1 AND c.channel = n.channel AND c.user_id = n.name AND c.allowed AND c.at <= $4
"""

_LETTERS: Final = """
DELETE FROM gateway.dead_letters d USING unnest($2::text[]) AS trace
WHERE d.tenant_id = $1 AND d.created_at <= $3
    AND (position(trace IN d.subject) > 0 OR position(convert_to(trace, 'UTF8') IN d.payload) > 0)
"""


class BeingSent(Transient):
    """A message to the person is on its way right now: try again when it is there."""


class Forgetting:
    """Forgets people. Raises `BeingSent`, and what `shared.db.is_transient` knows."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def forget(self, job: ForgetPerson) -> None:
        """Take words and names out of what was stored before `job.at`; doing it again changes nothing.

        It reads all that has come in for the tenant: there is no index by person.
        """
        tenant_id, at = job.tenant_id, job.at
        async with self._db.tenant(tenant_id) as connection:
            names = await _names(connection, job)
            talks = {
                conversation_id_of(tenant_id, channel, account_id, name): channel
                for channel, name, account_id in names
            }
            conversations = list(talks)
            if await connection.fetchval(_BEING_SENT, tenant_id, conversations, at):
                raise BeingSent
            provider_ids = await _deliveries(connection, tenant_id, conversations, at)
            came = [subjects.inbound(channel, tenant_id, talk) for talk, channel in talks.items()]
            await connection.execute(_INBOX, tenant_id, came, provider_ids, at)
            await connection.execute(_CONVERSATIONS, tenant_id, conversations, at)
            who = (tenant_id, [name[0] for name in names], [name[1] for name in names], at)
            await connection.execute(_IDENTITIES, *who)
            await connection.execute(_UPLOADS, *who)
            await connection.execute(_CONSENTS, *who)
            traces = [str(each) for each in (*job.customer_ids, *conversations)]
            await connection.execute(_LETTERS, tenant_id, traces, at)


async def _names(connection: Connection, job: ForgetPerson) -> Sequence[tuple[str, str, str]]:
    """(channel, a name of the person there, an account of the business there), all there are."""
    channels = [one.channel for one in job.identities]
    users = [one.user_id for one in job.identities]
    rows = await connection.fetch(_NAMES, job.tenant_id, channels, users)
    return [(row["channel"], row["name"], row["account_id"]) for row in rows]


async def _deliveries(
    connection: Connection, tenant_id: UUID, conversations: Sequence[UUID], at: datetime
) -> Sequence[str]:
    """Take the words out of what was sent; the provider's ids of it."""
    rows = await connection.fetch(_DELIVERIES, tenant_id, conversations, at)
    await connection.executemany(
        _PAYLOAD,
        [
            (
                tenant_id,
                row["id"],
                _nothing(tenant_id, row["id"], row["conversation_id"], row["channel"], row["purpose"]),
            )
            for row in rows
        ],
    )
    return [row["provider_id"] for row in rows if row["provider_id"]]


def _nothing(tenant_id: UUID, message_id: UUID, conversation_id: UUID, channel: str, purpose: str) -> bytes:
    """A message without words to nobody, for whoever reads the row."""
    return MessageSent(
        tenant_id=tenant_id,
        message_id=UUID(int=message_id.int),
        conversation_id=UUID(int=conversation_id.int),
        to=ChannelAddress(channel=channel, account_id="", user_id=""),
        purpose=purpose,
        body=TextBody(text=""),
    ).encode()
