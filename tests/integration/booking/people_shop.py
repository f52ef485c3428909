"""A business with sessions, customers, bookings and passes, put straight into the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import orjson

from services.booking import statements as sql
from services.booking.domain.money.ledger import Transaction
from shared.db import Connection, Database
from shared.ids import customer_id_of
from shared.messages.booking import Contact
from shared.messages.conversation import ChannelAddress

NOW = datetime.now(UTC).replace(microsecond=0)
PRODUCTS = {
    "ten": {"kind": "pack", "name": "Ten classes", "price": 12_000, "credits": 10},
    "month": {"kind": "membership", "name": "Monthly", "price": 9_000, "tier": "gold"},
    "gift": {"kind": "gift_card", "name": "Gift card"},
}


@dataclass
class Shop:
    """One tenant; every method is a transaction of its own."""

    db: Database
    tenant_id: UUID
    service_id: UUID

    def customer_id(self, user_id: str, channel: str = "whatsapp") -> UUID:
        return customer_id_of(self.tenant_id, channel, user_id)

    async def customer(self, user_id: str, channel: str = "whatsapp", **columns: object) -> UUID:
        """A stored customer with their identity."""
        customer_id = self.customer_id(user_id, channel)
        names = ["tenant_id", "id", "version", "name", "phone", *columns]
        values = [self.tenant_id, customer_id, 1, f"Name {user_id}", f"+{user_id}", *columns.values()]
        marks = ", ".join(f"${n + 1}" for n in range(len(names)))
        async with self.db.tenant(self.tenant_id) as connection:
            await connection.execute(
                f"INSERT INTO booking.customers ({', '.join(names)}) VALUES ({marks})", *values
            )
            await connection.execute(
                "INSERT INTO booking.customer_identities (tenant_id, channel, user_id, customer_id)"
                " VALUES ($1, $2, $3, $4)",
                self.tenant_id, channel, user_id, customer_id,
            )  # fmt: skip
        return customer_id

    async def session(self, starts_in: timedelta, service_id: UUID | None = None) -> UUID:
        """An hour that starts then."""
        session_id = uuid4()
        await self.execute(
            "INSERT INTO booking.sessions (tenant_id, id, service_id, starts_at, ends_at, capacity)"
            " VALUES ($1, $2, $3, $4, $5, 10)",
            session_id, service_id or self.service_id, NOW + starts_in, NOW + starts_in + timedelta(hours=1),
        )  # fmt: skip
        return session_id

    async def service(self, name: str, policy: str = "{}") -> UUID:
        """A service with this policy document."""
        service_id = uuid4()
        await self.execute(
            "INSERT INTO booking.services (tenant_id, id, name, duration_minutes, price, capacity, policy)"
            " VALUES ($1, $2, $3, 60, 1500, 10, $4)",
            service_id, name, policy,
        )  # fmt: skip
        return service_id

    def contact(self, customer_id: UUID, user_id: str) -> str:
        address = ChannelAddress(channel="whatsapp", account_id="1", user_id=user_id, name=f"Name {user_id}")
        return Contact(customer_id=customer_id, conversation_id=uuid4(), address=address).model_dump_json()

    async def booking(
        self, session_id: UUID, customer_id: UUID, *, status: str = "confirmed", pass_id: UUID | None = None
    ) -> UUID:
        """A booking of one place, with an attendee's name; and the outcome that told of it."""
        booking_id = uuid4()
        ended = NOW if status in ("cancelled", "expired") else None
        expires = NOW + timedelta(minutes=10) if status in ("held", "pending_payment") else None
        await self.execute(
            "INSERT INTO booking.bookings (tenant_id, id, session_id, customer_id, party_size, price, total, currency,"
            " status, reference, contact, booked_at, cancelled_at, attendees, pass_id, expires_at, cancel_reason)"
            " VALUES ($1, $2, $3, $4, 1, 1500, 1500, 'EUR', $5, 'ABC234', $6, $7, $8, $9, $10, $11, 'Canary ill')",
            booking_id, session_id, customer_id, status, self.contact(customer_id, "canary-user"), NOW, ended,
            '["Canary Attendee"]', pass_id, expires,
        )  # fmt: skip
        await self.execute(
            "INSERT INTO booking.command_outcomes (tenant_id, command_id, outcome) VALUES ($1, $2, $3)",
            booking_id,
            orjson.dumps({"booking": {"booking_id": str(booking_id), "attendees": ["Canary Attendee"]}}).decode(),
        )  # fmt: skip
        return booking_id

    async def entry(
        self, session_id: UUID, customer_id: UUID, *, status: str = "waiting", minutes: int = 0,
        booking_id: UUID | None = None,
    ) -> UUID:  # fmt: skip
        """A place in the queue since so many minutes after `NOW`."""
        entry_id = uuid4()
        await self.execute(
            "INSERT INTO booking.waitlist_entries (tenant_id, id, session_id, customer_id, party_size, status,"
            " contact, joined_at, booking_id) VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8)",
            entry_id, session_id, customer_id, status, self.contact(customer_id, "canary-user"),
            NOW + timedelta(minutes=minutes), booking_id,
        )  # fmt: skip
        return entry_id

    async def post(self, transaction: Transaction) -> None:
        """Add a transaction to the ledger."""
        rows = [
            (self.tenant_id, transaction.id, line, transaction.at, transaction.kind, e.account, e.unit, e.amount,
             transaction.customer_id, transaction.booking_id, transaction.pass_id, None)
            for line, e in enumerate(transaction.entries)
        ]  # fmt: skip
        async with self.db.tenant(self.tenant_id) as connection:
            await connection.execute(sql.POST, *zip(*rows, strict=True))

    async def execute(self, statement: str, *values: object) -> str:
        """A statement whose `$1` is the tenant."""
        async with self.db.tenant(self.tenant_id) as connection:
            return await connection.execute(statement, self.tenant_id, *values)

    async def rows(self, statement: str, *values: object) -> Sequence[dict[str, object]]:
        """Rows of a query whose `$1` is the tenant."""
        async with self.db.tenant(self.tenant_id) as connection:
            return [dict(row) for row in await connection.fetch(statement, self.tenant_id, *values)]

    async def column(self, table: str, column: str, row_id: UUID) -> object:
        """One value."""
        (row,) = await self.rows(
            f"SELECT {column} FROM booking.{table} WHERE tenant_id = $1 AND id = $2", row_id
        )
        return row[column]


async def open_shop(db: Database) -> Shop:
    """A new tenant with one service and three products."""
    tenant_id = uuid4()
    async with db.tenant(tenant_id) as connection:
        await _tenant(connection, tenant_id)
    shop = Shop(db, tenant_id, UUID(int=0))
    shop.service_id = await shop.service("Yoga")
    return shop


async def _tenant(connection: Connection, tenant_id: UUID) -> None:
    await connection.execute(
        "INSERT INTO booking.tenants (tenant_id, slug, name, timezone, currency, language)"
        " VALUES ($1, $2, 'Casa', 'Europe/Lisbon', 'EUR', 'en')",
        tenant_id, f"shop-{tenant_id.hex[:12]}",
    )  # fmt: skip
    for key, terms in PRODUCTS.items():
        await connection.execute(
            "INSERT INTO booking.pass_products (tenant_id, id, key, name, kind, price, terms)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            tenant_id, uuid4(), key, terms["name"], terms["kind"], terms.get("price", 5_000),
            orjson.dumps({"price": 5_000, **terms} if key != "gift" else terms).decode(),
        )  # fmt: skip
