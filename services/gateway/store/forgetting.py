"""Which of the gateway's rows say what a person wrote or was written? They lose its words and its names; their ids stay.

So a webhook or a message that comes once more is still known. What a person said about not being written to stays, too.
Bodies of requests are sealed and forgotten by themselves after `USHER_RAW_RETENTION_HOURS`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from services.gateway.store import forgotten
from shared import subjects
from shared.db import Connection, Database
from shared.errors import Transient
from shared.ids import conversation_id_of
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

# The ids of some providers have the person's number in them; ours, by which a repeat is known, has not.
_INBOX: Final = """
UPDATE gateway.inbox SET payload = '', raw = '', provider_id = '', handled_at = coalesce(handled_at, now())
WHERE tenant_id = $1 AND received_at <= $4
    AND (subject = ANY($2::text[]) OR (kind = 'status' AND provider_id = ANY($3::text[])))
"""

# The provider's clock, which `last_inbound_at` is by, counts whole seconds: who has written since stays.
_CONVERSATIONS: Final = """
DELETE FROM gateway.conversations
WHERE tenant_id = $1 AND conversation_id = ANY($2::uuid[]) AND last_inbound_at <= $4 AND NOT EXISTS (
    SELECT FROM gateway.inbox i JOIN unnest($2::uuid[], $3::text[]) AS talk(c, subject) USING (subject)
    WHERE i.tenant_id = $1 AND talk.c = conversation_id AND i.received_at > $4)
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
            # By itself: what is on its way is not sent from now on, also while something is waited for.
            await forgotten.remember(connection, tenant_id, conversations, at)
        async with self._db.tenant(tenant_id) as connection:
            if await connection.fetchval(forgotten.BEING_SENT, tenant_id, conversations):
                raise BeingSent
            came = [subjects.inbound(channel, tenant_id, talk) for talk, channel in talks.items()]
            await connection.execute(_CONVERSATIONS, tenant_id, conversations, came, at)
            provider_ids = await forgotten.scrub(connection, tenant_id, conversations)
            await connection.execute(_INBOX, tenant_id, came, provider_ids, at)
            who = (tenant_id, [name[0] for name in names], [name[1] for name in names], at)
            await connection.execute(_IDENTITIES, *who)
            await connection.execute(_UPLOADS, *who)
            await connection.execute(_CONSENTS, *who)
            traces = [str(each) for each in (*job.customer_ids, *conversations)]
            await connection.execute(_LETTERS, tenant_id, traces, at)

    async def sweep(self, tenants: Collection[UUID]) -> None:
        """Forget what came in between, and who was forgotten long ago (see `store.forgotten`)."""
        if tenants:
            async with self._db.tenant(*tenants) as connection:
                await forgotten.sweep(connection)


async def _names(connection: Connection, job: ForgetPerson) -> Sequence[tuple[str, str, str]]:
    """(channel, a name of the person there, an account of the business there), all there are."""
    channels = [one.channel for one in job.identities]
    users = [one.user_id for one in job.identities]
    rows = await connection.fetch(_NAMES, job.tenant_id, channels, users)
    return [(row["channel"], row["name"], row["account_id"]) for row in rows]
