"""Who of a business is told that somebody waits for a person, and what was told? PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import orjson
from asyncpg import Record
from pydantic import TypeAdapter

from services.agent.handoff import Handoff
from services.agent.intake import Canned, Prompt, read
from services.agent.operator_words import Operator, Waiting, message_to
from services.agent.tenant_rules import FRESH_SECONDS
from shared import subjects
from shared.db import Connection, Database, Queries, is_transient
from shared.errors import outline
from shared.messages.conversation import ChannelAddress, Content, VoiceContent
from shared.outbox import Outgoing
from shared.telemetry import get_logger

_CONTENT: Final[TypeAdapter[Content]] = TypeAdapter(Content)

_LIST = """
    SELECT channel, account_id, user_id, slug, name, language FROM agent.operators WHERE tenant_id = $1
    ORDER BY created_at, channel, account_id, user_id"""

# The messages of the last turn: what the handoff is about.
_SAID = """
    WITH last AS (
        SELECT coalesce(t.turn_id, t.message_id) AS turn FROM agent.turns t
        WHERE t.tenant_id = $1 AND t.conversation_id = $2 AND t.status IN ('open', 'done', 'joined')
        ORDER BY t.seq DESC LIMIT 1)
    SELECT t.input::text AS input, s.payload::text AS transcript FROM agent.turns t
    JOIN last ON last.turn = coalesce(t.turn_id, t.message_id)
    LEFT JOIN agent.turn_steps s ON s.tenant_id = $1 AND s.message_id = t.message_id AND s.key = 'transcript'
    WHERE t.tenant_id = $1 AND t.conversation_id = $2 ORDER BY t.seq"""


class OperatorList:
    """The operators of one tenant."""

    def __init__(self, db: Database, tenant_id: UUID) -> None:
        self._db = db
        self._tenant_id = tenant_id

    async def all(self) -> Sequence[Operator]:
        """Those there are, in the order in which they were added."""
        async with self._db.reading(self._tenant_id) as connection:
            return await _operators(connection, self._tenant_id)

    async def add(self, operator: Operator) -> None:
        """Have this person told; somebody who is told already gets the new name and language."""
        async with self._db.tenant(self._tenant_id) as connection:
            await connection.execute(
                "INSERT INTO agent.operators (tenant_id, channel, account_id, user_id, slug, name, language)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, channel, account_id, user_id)"
                " DO UPDATE SET name = excluded.name, language = excluded.language, slug = excluded.slug",
                self._tenant_id,
                operator.channel,
                operator.account_id,
                operator.user_id,
                operator.slug,
                operator.name,
                operator.language,
            )

    async def remove(self, channel: str, user_id: str, account_id: str | None = None) -> int:
        """Tell this person no more (None: by none of the business's accounts). How many entries were removed."""
        async with self._db.tenant(self._tenant_id) as connection:
            done = await connection.execute(
                "DELETE FROM agent.operators WHERE tenant_id = $1 AND channel = $2 AND user_id = $3"
                " AND ($4::text IS NULL OR account_id = $4)",
                self._tenant_id,
                channel,
                user_id,
                account_id,
            )
        return int(done.split()[-1])


class KnownOperators:
    """The operators of every tenant, at most `FRESH_SECONDS` old; `clock`: monotonic seconds."""

    def __init__(self, db: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._clock = clock
        self._known: dict[UUID, tuple[float, Sequence[Operator]]] = {}

    async def of(self, tenant_id: UUID) -> Sequence[Operator]:
        """See `operator_chat.OperatorSource.of`; older while the database is away."""
        at, known = self._known.get(tenant_id, (0.0, None))
        now = self._clock()
        if known is not None and now - at < FRESH_SECONDS:
            return known
        try:
            known = await OperatorList(self._db, tenant_id).all()
        except Exception as error:
            if not is_transient(error):
                raise
            get_logger("agent").warning("operators_unknown", error=outline(error))
            return known or ()
        self._known[tenant_id] = (now, known)
        return known


async def told_of(
    connection: Connection, tenant_id: UUID, conversation_id: UUID, handoff: Handoff
) -> list[Outgoing]:
    """What the business's operators are to be sent because of this handoff; nothing when nobody is to be told."""
    operators = await _operators(connection, tenant_id)
    if not operators:
        return []
    address = await connection.fetchval(
        "SELECT address FROM agent.conversations WHERE tenant_id = $1 AND conversation_id = $2",
        tenant_id,
        conversation_id,
    )
    if address is None:
        return []
    rows = await connection.fetch(_SAID, tenant_id, conversation_id)
    said = [words for row in rows if (words := _words(row))]
    waiting = Waiting(conversation_id, ChannelAddress.model_validate_json(address), said)
    messages = [message_to(operator, tenant_id, waiting, handoff) for operator in operators]
    return [
        Outgoing(
            tenant_id, m.message_id, subjects.outbound(m.to.channel, tenant_id, m.conversation_id), m.encode()
        )
        for m in messages
    ]


async def _operators(connection: Queries, tenant_id: UUID) -> list[Operator]:
    return [Operator(*row) for row in await connection.fetch(_LIST, tenant_id)]


def _words(row: Record) -> str:
    """What a stored message says, for a person to read; empty when nothing."""
    meant = read(_CONTENT.validate_json(row["input"]))
    if isinstance(meant, VoiceContent):
        return str(orjson.loads(row["transcript"] or "null") or "[sent: a voice note]")
    if isinstance(meant, Prompt):
        return meant.text
    return meant.said if isinstance(meant, Canned) else ""
