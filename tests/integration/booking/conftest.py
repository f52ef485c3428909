"""What booking's tests share: a studio of their own, running booking services, and customers who ask for places."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.booking.app import BookingService
from services.booking.seed import seed
from services.booking.store import Store
from shared import subjects
from shared.bus import Bus
from shared.db import Database
from shared.ids import customer_id_of, tenant_id_of
from shared.messages.booking import (
    BookingsFound,
    BookSession,
    CancelBooking,
    CommandOutcome,
    Contact,
    FindSessions,
    MyBookings,
    SessionsFound,
)
from shared.messages.conversation import ChannelAddress
from shared.settings import Settings
from tests.conftest import make_settings
from tests.integration.conftest import eventually
from usher.embedded import EmbeddedServers


async def until(check: Callable[[], Awaitable[object]]) -> None:
    """Wait until `check` gives something true."""
    await eventually(check, within=60)  # type: ignore[arg-type]  # mypy cannot solve its union for an awaitable


@pytest.fixture(scope="session")
def quick(servers: EmbeddedServers, database: Settings) -> Settings:
    """Settings that repeat and rebalance soon."""
    return make_settings(
        servers,
        resend_after_seconds=0.5,
        relay_interval_seconds=0.05,
        ownership_interval_seconds=0.1,
        command_timeout_seconds=0.5,
    )


@asynccontextmanager
async def running(
    settings: Settings, count: int = 1, store_class: type[Store] = Store
) -> AsyncIterator[list[BookingService]]:
    """That many booking instances in this process, each with connections of its own."""
    async with AsyncExitStack() as stack:
        instances = []
        for _ in range(count):
            service = BookingService(settings, store_class=store_class)
            await service.start()
            stack.push_async_callback(service.stop)
            instances.append(service)
        yield instances


@pytest.fixture
async def booking(quick: Settings) -> AsyncIterator[BookingService]:
    """One running booking service."""
    async with running(quick) as (service,):
        yield service


@pytest.fixture
async def db(quick: Settings) -> AsyncIterator[Database]:
    """The database as a service sees it."""
    opened = await Database.open(quick.database_url or "", size=4, name="test")
    yield opened
    await opened.close()


@dataclass
class Studio:
    """One tenant: it has `Yoga` (10 places) daily at 19:00 and a `Private` lesson (1 place) daily at 12:00, Lisbon time."""

    slug: str
    bus: Bus
    db: Database

    @property
    def tenant_id(self) -> UUID:
        return tenant_id_of(self.slug)

    def contact(self, number: int) -> Contact:
        """A customer of this studio."""
        user = f"3519{number:08d}"
        return Contact(
            customer_id=customer_id_of(self.tenant_id, "whatsapp", user),
            conversation_id=uuid4(),
            address=ChannelAddress(
                channel="whatsapp", account_id="1", user_id=user, name=f"Customer {number}"
            ),
        )

    async def sessions(self, service: str = "Yoga") -> list[UUID]:
        """Ids of the coming sessions that are more than a day away, soonest first."""
        async with self.db.tenant(self.tenant_id) as connection:
            rows = await connection.fetch(
                "SELECT s.id FROM booking.sessions s JOIN booking.services v USING (tenant_id)"
                " WHERE v.id = s.service_id AND v.name = $1 AND s.starts_at > now() + interval '1 day'"
                " ORDER BY s.starts_at",
                service,
            )
        return [row["id"] for row in rows]

    async def book(
        self, session_id: UUID, contact: Contact, *, party: int = 1, command_id: UUID | None = None
    ) -> CommandOutcome:
        """Ask for places, as the agent does: again until there is an outcome."""
        command = BookSession(
            tenant_id=self.tenant_id,
            command_id=command_id or uuid4(),
            session_id=session_id,
            contact=contact,
            party_size=party,
        )
        return await self.ask(command)

    async def cancel(self, session_id: UUID, booking_id: UUID, contact: Contact) -> CommandOutcome:
        """Ask to give the places back."""
        return await self.ask(
            CancelBooking(
                tenant_id=self.tenant_id,
                command_id=uuid4(),
                session_id=session_id,
                booking_id=booking_id,
                customer_id=contact.customer_id,
            )
        )

    async def ask(self, command: BookSession | CancelBooking) -> CommandOutcome:
        subject = subjects.command("booking", self.tenant_id, command.session_id, command.name)
        return await self.bus.ask(
            subject, command, CommandOutcome, ask_id=command.command_id, every=1, deadline=60
        )

    async def find(
        self, *, days: int = 7, party: int = 1, service_ids: tuple[UUID, ...] = ()
    ) -> SessionsFound:
        now = datetime.now(UTC)
        query = FindSessions(
            tenant_id=self.tenant_id,
            service_ids=service_ids,
            starts_from=now,
            starts_before=now + timedelta(days=days),
            party_size=party,
            limit=50,
        )
        return await self.bus.query(subjects.query("booking", query.name), query, SessionsFound)

    async def bookings_of(self, contact: Contact) -> BookingsFound:
        query = MyBookings(tenant_id=self.tenant_id, customer_id=contact.customer_id)
        return await self.bus.query(subjects.query("booking", query.name), query, BookingsFound)

    async def count(self, table: str, where: str = "true") -> int:
        """Rows of this tenant in one of booking's tables."""
        async with self.db.tenant(self.tenant_id) as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM booking.{table} WHERE {where}"))

    async def seats(self, session_id: UUID) -> tuple[int, int]:
        """What the session's row says is taken, and what its confirmed bookings add up to."""
        async with self.db.tenant(self.tenant_id) as connection:
            row = await connection.fetchrow(
                "SELECT seats_taken, (SELECT coalesce(sum(party_size), 0) FROM booking.bookings b"
                "  WHERE b.tenant_id = s.tenant_id AND b.session_id = s.id AND b.status = 'confirmed') AS booked"
                " FROM booking.sessions s WHERE id = $1",
                session_id,
            )
        assert row is not None
        return row["seats_taken"], row["booked"]


def document(slug: str) -> dict[str, object]:
    """A seed document with one studio."""
    return {
        "tenants": [
            {
                "slug": slug,
                "name": "Test Studio",
                "timezone": "Europe/Lisbon",
                "currency": "EUR",
                "staff": [{"key": "ana", "name": "Ana"}],
                "services": [
                    {"key": "yoga", "name": "Yoga", "duration_minutes": 60, "price": 1500, "capacity": 10,
                     "staff": ["ana"]},
                    {"key": "private", "name": "Private", "duration_minutes": 60, "price": 5000, "capacity": 1},
                ],
                "schedules": [
                    {"key": "evening", "service": "yoga", "staff": "ana", "rrule": "FREQ=DAILY", "starts": "19:00"},
                    {"key": "noon", "service": "private", "rrule": "FREQ=DAILY", "starts": "12:00"},
                ],
            }
        ]
    }  # fmt: skip


@pytest.fixture
async def studio(quick: Settings, bus: Bus, db: Database) -> Studio:
    """A studio of its own, with sessions for the next four weeks."""
    slug = f"studio-{uuid4().hex[:12]}"
    await seed(document(slug), quick)
    return Studio(slug, bus, db)


@pytest.fixture
async def other_studio(quick: Settings, bus: Bus, db: Database) -> Studio:
    """Another tenant."""
    slug = f"studio-{uuid4().hex[:12]}"
    await seed(document(slug), quick)
    return Studio(slug, bus, db)
