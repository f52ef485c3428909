"""Two businesses that must not know of each other: the first with rows in every table, the second with as good as none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from services.booking.seed import seed
from shared import subjects
from shared.bus import Bus
from shared.db import Database
from shared.messages import booking as msg
from shared.migrate import SERVICES_WITH_TABLES
from shared.settings import Settings
from tests.integration.booking.conftest import Studio, running

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

TABLES = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY ($1) AND c.relname <> 'alembic_version' ORDER BY 1
"""

# What services other than booking keep, and what booking keeps only when something went wrong. Nothing here is due.
ROWS = (
    "gateway.channel_accounts (tenant_id, channel, account_id) VALUES ($1, 'whatsapp', $2::uuid::text)",
    "gateway.account_notices (tenant_id, id, channel, account_id, severity, summary)"
    " VALUES ($1, $2, 'whatsapp', $2::uuid::text, 'info', '')",
    "gateway.identities (tenant_id, channel, account_id, alias, user_id)"
    " VALUES ($1, 'whatsapp', $2::uuid::text, 'b', 'u')",
    "gateway.consents (tenant_id, channel, user_id, scope, allowed, source, at)"
    " VALUES ($1, 'whatsapp', $2::uuid::text, 'all', true, '', now())",
    "gateway.raw_bodies (tenant_id, id, channel, body) VALUES ($1, $2, 'whatsapp', '')",
    "gateway.webchat_uploads (tenant_id, id, account_id, user_id, size, sha256, body) VALUES ($1, $2, 'a', 'u', 0, '', '')",
    "gateway.inbox (tenant_id, id, kind, channel, account_id, provider_id, payload, raw, next_attempt_at, handled_at)"
    " VALUES ($1, $2, 'event', 'whatsapp', 'a', 'p', '', '', 'infinity', now())",
    "gateway.quarantine (tenant_id, id, channel, reason, body) VALUES ($1, $2, 'whatsapp', 'a reason', '')",
    "gateway.conversations VALUES ($1, $2, 'whatsapp', 'a', 'u', now())",
    "gateway.deliveries (tenant_id, id, partition, conversation_id, channel, purpose, payload, state, rank)"
    " VALUES ($1, $2, 0, $2, 'whatsapp', 'reply', '', 'read', 40)",
    "gateway.forgotten VALUES ($1, $2, now())",
    "gateway.dead_letters VALUES ($1, $2, 'out.x', '', 'a reason', 1)",
    "agent.conversations (tenant_id, conversation_id, address) VALUES ($1, $2, '{}')",
    "agent.turns (tenant_id, message_id, conversation_id, input) VALUES ($1, $2, $2, '{}')",
    "agent.turn_steps (tenant_id, message_id, key, payload) VALUES ($1, $2, 'k', '{}')",
    "agent.tenant_models (tenant_id, models) SELECT $1, 'offline' WHERE $2::uuid IS NOT NULL",
    "agent.model_answers VALUES ($1, $2, 'model:0', 0, $2, 'a model', 1, 1, 0, 1, now())",
    "agent.preferences VALUES ($1, $2, 'day', 'tuesday', now())",
    "agent.handoffs (tenant_id, handoff_id, conversation_id, reason, began_at, until) VALUES ($1, $2, $2, 'asked', now(), now())",
    "agent.people VALUES ($1, $2, NULL, now())",
    "agent.operators (tenant_id, channel, account_id, user_id, slug) VALUES ($1, 'whatsapp', 'a', $2::uuid::text, 'us')",
    "agent.handoff_rules (tenant_id, hours) SELECT $1, 1 WHERE $2::uuid IS NOT NULL",
    "agent.mcp_tokens (tenant_id, token_id, label, scope, hash, quote_key, expires_at)"
    " VALUES ($1, $2, 'mine', 'operator', '', '', now())",
    "agent.mcp_servers (tenant_id, name, url, tools) SELECT $1, 'theirs', 'https://mcp.example', '{}' WHERE $2::uuid IS NOT NULL",
    "agent.outbox VALUES ($1, $2, 'out.x', '', now(), 0, 'infinity')",
    "agent.dead_letters VALUES ($1, $2, 'in.x', '', 'a reason', 1)",
    "notifier.notifications VALUES ($1, $2, $2, $2, $2, 'receipt', $2, '{}')",
    "notifier.calendars VALUES ($1, $2, 0, now())",
    "notifier.receipts VALUES ($1, $2, $2, $2, 'requested', '{}')",
    "notifier.forgotten VALUES ($1, $2, now())",
    "notifier.outbox VALUES ($1, $2, 'out.x', '', now(), 0, 'infinity')",
    "notifier.dead_letters VALUES ($1, $2, 'evt.x', '', 'a reason', 1)",
    "booking.dead_letters VALUES ($1, $2, 'cmd.x', '', 'a reason', 1)",
    "booking.payments (tenant_id, id, booking_id, session_id, customer_id, amount, currency, description, return_url,"
    " expires_at, created_at, status) VALUES ($1, $2, $2, $2, $2, 1, 'EUR', '', '', now(), now(), 'refunded')",
    "booking.refunds (tenant_id, id, payment_id, amount, status) VALUES ($1, $2, $2, 1, 'done')",
)


@dataclass
class Business(Studio):
    """A studio that offers everything: classes, appointments in a room, passes, a promo code."""

    ids: dict[str, UUID] = field(default_factory=dict)
    starts_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def say(self, command: msg.Command) -> msg.CommandOutcome:
        """The outcome of a command over the bus."""
        subject = subjects.command("booking", self.tenant_id, command.key, command.name)
        return await self.bus.ask(
            subject, command, msg.CommandOutcome, ask_id=command.command_id, every=1, deadline=60
        )

    async def asks(self, kind: type[msg.Command], **fields: object) -> msg.CommandOutcome:
        """Say this, and insist that it is done."""
        envelope = {"tenant_id": self.tenant_id, "command_id": uuid4()}
        outcome = await self.say(kind.model_validate({**envelope, **fields}))
        assert outcome.refusal is None, outcome
        return outcome

    async def look_up(self) -> None:
        """The ids of what the document brought."""
        queries = {
            "service_id": "SELECT id FROM booking.services WHERE kind = 'class' ORDER BY name LIMIT 1",
            "appointment": "SELECT id FROM booking.services WHERE kind = 'appointment'",
            "staff_id": "SELECT id FROM booking.staff",
            "room_id": "SELECT id FROM booking.resources",
            "location_id": "SELECT id FROM booking.locations",
            "schedule_id": "SELECT id FROM booking.schedules ORDER BY starts_at_local LIMIT 1",
        }
        async with self.db.tenant(self.tenant_id) as connection:
            for name, query in queries.items():
                self.ids[name] = await connection.fetchval(query)
        self.ids["session_id"], self.ids["other_session"] = (await self.sessions("Private"))[:2]

    async def live(self) -> None:
        """Let people book, wait, pay and ask, so that no table of booking is empty."""
        ana, bea = self.contact(1), self.contact(2)
        session_id = self.ids["session_id"]
        made = await self.asks(msg.BookSession, session_id=session_id, contact=ana)
        waits = await self.asks(msg.JoinWaitlist, session_id=session_id, contact=bea)
        sold = await self.asks(msg.SellPass, customer_id=ana.customer_id, product="five")
        day = await self._day_of(session_id)
        standing = await self.asks(
            msg.RequestStanding,
            contact=ana,
            service_ids=[self.ids["service_id"]],
            first_day=day,
            last_day=day,
        )
        self.starts_at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=9)
        slot = await self.asks(
            msg.BookSlot, service_id=self.ids["appointment"], starts_at=self.starts_at, contact=bea
        )
        assert made.booking and waits.entry and sold.bought and standing.request_id and slot.booking
        self.ids |= {
            "customer_id": ana.customer_id,
            "booking_id": made.booking.booking_id,
            "entry_id": waits.entry.entry_id,
            "pass_id": sold.bought.pass_id,
            "request_id": standing.request_id,
            "appointment_session": slot.booking.session.session_id,
            "appointment_booking": slot.booking.booking_id,
            "appointment_customer": bea.customer_id,
        }

    async def _day_of(self, session_id: UUID) -> date:
        async with self.db.tenant(self.tenant_id) as connection:
            starts: datetime = await connection.fetchval(
                "SELECT starts_at FROM booking.sessions WHERE id = $1", session_id
            )
        return starts.date()


def document(slug: str) -> dict[str, object]:
    """A document in which every kind of thing is once."""
    always = {"weekly": {day: ["00:00-24:00"] for day in DAYS}}
    return {
        "tenants": [
            {
                "slug": slug, "name": "Apart", "timezone": "Europe/Lisbon", "currency": "EUR",
                "locations": [{"key": "here", "name": "Here"}],
                "resources": [{"key": "red", "name": "Red room", "location": "here"}],
                "staff": [{"key": "ana", "name": "Ana", "availability": always}],
                "services": [
                    {"key": "private", "name": "Private", "duration_minutes": 60, "price": 5000, "capacity": 1},
                    {"key": "haircut", "name": "Haircut", "kind": "appointment", "duration_minutes": 60, "price": 3000,
                     "staff": ["ana"], "needs": ["red"]},
                ],
                "schedules": [{"key": "noon", "service": "private", "rrule": "FREQ=DAILY", "starts": "12:00"}],
                "products": [
                    {"key": "five", "kind": "pack", "name": "Five", "price": 6000, "credits": 5,
                     "services": ["private"]},
                ],
                "promo_codes": [{"code": "LESS", "change": {"amount": -100}}],
            }
        ]
    }  # fmt: skip


async def opened(settings: Settings, bus: Bus, db: Database) -> Business:
    """A new business, as the document says."""
    business = Business(f"apart-{uuid4().hex[:12]}", bus, db)
    await seed(document(business.slug), settings)
    await business.look_up()
    return business


@asynccontextmanager
async def superuser(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """PostgreSQL as its owner, who sees all rows of all tenants."""
    connection = await asyncpg.connect(settings.database_owner_url)
    yield connection
    await connection.close()


async def tables(owner: asyncpg.Connection) -> list[str]:
    """All our tables."""
    return [row[0] for row in await owner.fetch(TABLES, list(SERVICES_WITH_TABLES))]


async def fill(owner: asyncpg.Connection, tenant_id: UUID) -> None:
    """One row of the tenant in each table that booking's commands do not fill."""
    row_id = uuid4()  # of all of them: the refund is of the payment
    for row in ROWS:
        await owner.execute(f"INSERT INTO {row}", tenant_id, row_id)


async def fingerprint(owner: asyncpg.Connection, tenant_id: UUID) -> Mapping[str, str]:
    """A hash of the tenant's rows of each table."""
    return {
        table: await owner.fetchval(
            f"SELECT coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '') FROM {table} t WHERE tenant_id = $1",
            tenant_id,
        )
        for table in await tables(owner)
    }


@asynccontextmanager
async def two_businesses(settings: Settings) -> AsyncIterator[tuple[Business, Business]]:
    """A full one and a stranger to it, with a service that sends nothing again by itself: rows change by what is asked."""
    patient = settings.model_copy(update={"resend_after_seconds": 3600.0})
    async with AsyncExitStack() as stack:
        bus = await Bus.connect(settings.nats_url or "", "apart")
        stack.push_async_callback(bus.close)
        await bus.start()
        db = await Database.open(settings.database_url or "", size=4, name="apart")
        stack.push_async_callback(db.close)
        await stack.enter_async_context(running(patient))
        ours, stranger = await opened(settings, bus, db), await opened(settings, bus, db)
        await ours.live()
        async with superuser(settings) as owner:
            await fill(owner, ours.tenant_id)
        yield ours, stranger
