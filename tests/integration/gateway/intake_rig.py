"""What do the tests of the intake share? A tenant's store without a gateway around it, and items as adapters make them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import orjson

from services.gateway.channels import EventIn, MessageIn, News, StatusIn
from services.gateway.inbound import InboxRow, row_of
from services.gateway.people import People
from services.gateway.store.inbox import Added, InboxStore
from shared import ids
from shared.db import Database
from shared.messages.conversation import Content, TextContent

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class Desk:
    """One tenant with one account of a channel, as one instance of the gateway sees them."""

    db: Database
    channel: str = "whatsapp"
    tenant_id: UUID = field(default_factory=lambda: ids.tenant_id_of(uuid4().hex))
    account: str = field(default_factory=lambda: str(uuid4().int)[:15])
    resend_after: float = 3600.0

    def __post_init__(self) -> None:
        self.store = InboxStore(self.db, resend_after=self.resend_after, people=People())

    def another(self) -> Desk:
        """The same tenant, as another instance sees it."""
        return replace(self)

    def message(
        self,
        provider_id: str,
        user_id: str,
        content: Content | str = "hello",
        *,
        aliases: tuple[str, ...] = (),
        phone: str | None = None,
        at: datetime = NOW,
    ) -> MessageIn:
        """A message."""
        said = TextContent(text=content) if isinstance(content, str) else content
        return MessageIn(self.account, provider_id, user_id, None, phone, at, said, b"", aliases=aliases)

    def event(self, key: str, news: News, *, at: datetime = NOW, owner: str | None = None) -> EventIn:
        """News."""
        return EventIn(None if owner else self.account, owner, key, "news", b"", news, at)

    def rows(self, *items: MessageIn | StatusIn | EventIn) -> list[InboxRow]:
        """Their rows."""
        return [row_of(item, self.tenant_id, self.channel) for item in items]

    async def take(self, *items: MessageIn | StatusIn | EventIn) -> Added:
        """Store these in one transaction."""
        return await self.store.add(self.rows(*items))

    async def select(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Rows that this tenant sees."""
        async with self.db.tenant(self.tenant_id) as connection:
            return await connection.fetch(query, *arguments)

    async def conversations(self) -> dict[str, UUID]:
        """By provider id, the conversation that a stored message is in."""
        rows = await self.select(
            "SELECT provider_id, payload, subject FROM gateway.inbox WHERE kind = 'message'"
        )
        found = {row["provider_id"]: UUID(orjson.loads(row["payload"])["conversation_id"]) for row in rows}
        assert all(row["subject"].endswith(str(found[row["provider_id"]])) for row in rows)
        return found

    def of(self, user_id: str) -> UUID:
        """The conversation that is named after this id."""
        return ids.conversation_id_of(self.tenant_id, self.channel, self.account, user_id)


def later(seconds: float) -> datetime:
    """So long after the tests' instant."""
    return NOW + timedelta(seconds=seconds)
