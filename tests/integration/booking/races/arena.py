"""A business of its own for each race, made by SQL: services, sessions, staff, rooms, passes, promo codes; and its sums."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from services.booking.domain.money.rules import PromoCode
from shared import subjects
from shared.messages import booking as msg
from shared.messages.booking import CommandOutcome, Contact
from shared.messages.booking.commands import Command
from tests.integration.booking.conftest import Studio

PRICE = 1500
"""What a place costs, in cents."""


@dataclass
class Arena(Studio):
    """One tenant. Its sessions start in two days (`after` hours later), so that nothing is due or too late."""

    async def execute(self, statement: str, *values: object) -> str:
        """A statement whose `$1` is the tenant."""
        async with self.db.tenant(self.tenant_id) as connection:
            return await connection.execute(statement, self.tenant_id, *values)

    async def value(self, query: str, *values: object) -> int:
        """The number that a query gives; its `$1` is the tenant."""
        async with self.db.tenant(self.tenant_id) as connection:
            return int(await connection.fetchval(query, self.tenant_id, *values))

    async def open(self) -> None:
        """Make the business itself."""
        await self.execute(
            "INSERT INTO booking.tenants (tenant_id, slug, name, timezone, currency, language)"
            " VALUES ($1, $2, 'Arena', 'Europe/Lisbon', 'EUR', 'en')",
            self.slug,
        )

    async def service(
        self, name: str = "Yoga", *, kind: str = "class", waitlist: Mapping[str, object] | None = None
    ) -> UUID:
        """A service of 60 minutes with this waitlist policy."""
        policy = {} if waitlist is None else {"waitlist": waitlist}
        service_id = uuid4()
        await self.execute(
            "INSERT INTO booking.services (tenant_id, id, name, duration_minutes, price, capacity, kind, policy)"
            " VALUES ($1, $2, $3, 60, $4, 10, $5, $6)",
            service_id, name, PRICE, kind, json.dumps(policy),
        )  # fmt: skip
        return service_id

    async def session(
        self,
        service_id: UUID,
        capacity: int = 1,
        *,
        after: int = 0,
        staff_id: UUID | None = None,
        rooms: tuple[UUID, ...] = (),
    ) -> UUID:
        """A session of an hour."""
        session_id = uuid4()
        starts = _in_two_days() + timedelta(hours=after)
        await self.execute(
            "INSERT INTO booking.sessions (tenant_id, id, service_id, starts_at, ends_at, capacity, staff_id,"
            " resource_ids) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            session_id, service_id, starts, starts + timedelta(hours=1), capacity, staff_id, list(rooms),
        )  # fmt: skip
        return session_id

    async def starts_at(self, session_id: UUID) -> datetime:
        """When the session starts."""
        async with self.db.tenant(self.tenant_id) as connection:
            found = await connection.fetchval(
                "SELECT starts_at FROM booking.sessions WHERE id = $1", session_id
            )
        assert isinstance(found, datetime)
        return found

    async def staff(self, *, does: tuple[UUID, ...] = ()) -> UUID:
        """A staff member who works at all hours and does these services."""
        staff_id = uuid4()
        always = {
            "weekly": {day: ["00:00-24:00"] for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
        }
        await self.execute(
            "INSERT INTO booking.staff (tenant_id, id, name, availability) VALUES ($1, $2, 'Ana', $3)",
            staff_id, json.dumps(always),
        )  # fmt: skip
        for service_id in does:
            await self.execute(
                "INSERT INTO booking.service_staff (tenant_id, service_id, staff_id) VALUES ($1, $2, $3)",
                service_id, staff_id,
            )  # fmt: skip
        return staff_id

    async def room(self, *, needed_by: tuple[UUID, ...] = ()) -> UUID:
        """A room that these services need."""
        room_id = uuid4()
        await self.execute(
            "INSERT INTO booking.resources (tenant_id, id, kind, name) VALUES ($1, $2, 'room', 'Studio 1')",
            room_id,
        )
        for service_id in needed_by:
            await self.execute(
                "INSERT INTO booking.service_resources (tenant_id, service_id, need, resource_id)"
                " VALUES ($1, $2, 0, $3)",
                service_id, room_id,
            )  # fmt: skip
        return room_id

    async def customer(self, number: int) -> Contact:
        """A customer who is known already."""
        contact = self.contact(number)
        await self.execute(
            "INSERT INTO booking.customers (tenant_id, id, version, name) VALUES ($1, $2, 1, $3)",
            contact.customer_id, contact.address.name,
        )  # fmt: skip
        return contact

    async def product(self, terms: dict[str, object]) -> str:
        """A pass for sale; its key."""
        key = f"product-{uuid4().hex[:8]}"
        await self.execute(
            "INSERT INTO booking.pass_products (tenant_id, id, key, name, kind, price, terms)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            uuid4(), key, terms["name"], terms["kind"], terms.get("price", PRICE), json.dumps(terms),
        )  # fmt: skip
        return key

    async def promo(self, max_uses: int, code: str = "LAST") -> None:
        """A promo code for 5 EUR less, that often."""
        rule = PromoCode.model_validate({"code": code, "change": {"amount": -500}, "max_uses": max_uses})
        await self.execute(
            "INSERT INTO booking.promo_codes (tenant_id, id, code, rule, max_uses) VALUES ($1, $2, $3, $4, $5)",
            uuid4(), code, rule.model_dump_json(by_alias=True, exclude_none=True), max_uses,
        )  # fmt: skip

    async def told(self, command: Command) -> CommandOutcome:
        """The outcome of a command that goes over the bus, asked for until there is one."""
        subject = subjects.command("booking", self.tenant_id, command.key, command.name)
        return await self.bus.ask(
            subject, command, CommandOutcome, ask_id=command.command_id, every=1, deadline=60
        )

    # --- commands -----------------------------------------------------------------------------------

    def booking(self, session_id: UUID, contact: Contact, **fields: object) -> msg.BookSession:
        return msg.BookSession.model_validate(
            {"tenant_id": self.tenant_id, "command_id": uuid4(), "session_id": session_id, "contact": contact}
            | fields
        )

    def cancelling(
        self, session_id: UUID, booking_id: UUID, contact: Contact, by: msg.By = "customer"
    ) -> msg.CancelBooking:
        return msg.CancelBooking(
            tenant_id=self.tenant_id,
            command_id=uuid4(),
            session_id=session_id,
            booking_id=booking_id,
            customer_id=contact.customer_id,
            by=by,
        )

    def moving(
        self, from_session: UUID, to_session: UUID, booking_id: UUID, contact: Contact
    ) -> msg.RescheduleBooking:
        return msg.RescheduleBooking(
            tenant_id=self.tenant_id,
            command_id=uuid4(),
            session_id=to_session,
            from_session_id=from_session,
            booking_id=booking_id,
            customer_id=contact.customer_id,
        )

    def joining(self, session_id: UUID, contact: Contact, party: int = 1) -> msg.JoinWaitlist:
        return msg.JoinWaitlist(
            tenant_id=self.tenant_id,
            command_id=uuid4(),
            session_id=session_id,
            contact=contact,
            party_size=party,
        )

    def answering(self, session_id: UUID, entry_id: UUID, contact: Contact) -> msg.AnswerOffer:
        return msg.AnswerOffer(
            tenant_id=self.tenant_id,
            command_id=uuid4(),
            session_id=session_id,
            entry_id=entry_id,
            customer_id=contact.customer_id,
            accept=True,
        )

    def confirming(self, session_id: UUID, booking_id: UUID, contact: Contact) -> msg.ConfirmHold:
        return msg.ConfirmHold(
            tenant_id=self.tenant_id,
            command_id=uuid4(),
            session_id=session_id,
            booking_id=booking_id,
            customer_id=contact.customer_id,
        )

    def changing(self, session_id: UUID, **fields: object) -> msg.ChangeSession:
        return msg.ChangeSession.model_validate(
            {"tenant_id": self.tenant_id, "command_id": uuid4(), "session_id": session_id} | fields
        )

    def slot(self, service_id: UUID, staff_id: UUID, starts_at: datetime, contact: Contact) -> msg.BookSlot:
        return msg.BookSlot(
            tenant_id=self.tenant_id,
            command_id=uuid4(),
            service_id=service_id,
            staff_id=staff_id,
            starts_at=starts_at,
            contact=contact,
        )

    def selling(self, contact: Contact, product: str) -> msg.SellPass:
        return msg.SellPass(
            tenant_id=self.tenant_id, command_id=uuid4(), customer_id=contact.customer_id, product=product
        )

    # --- what must add up ---------------------------------------------------------------------------

    async def balance(self, account: str, unit: str = "EUR") -> int:
        """The sum of an account's entries."""
        return await self.value(
            "SELECT coalesce(sum(amount), 0) FROM booking.ledger_entries"
            " WHERE tenant_id = $1 AND account = $2 AND unit = $3",
            account, unit,
        )  # fmt: skip

    async def held(self, pass_id: UUID) -> int:
        """What is left on a pass: credits, or minor units of a gift card."""
        return await self.value(
            "SELECT coalesce(sum(amount), 0) FROM booking.ledger_entries"
            " WHERE tenant_id = $1 AND pass_id = $2 AND account IN ('credits_held', 'gift_held')",
            pass_id,
        )

    async def unbalanced(self) -> int:
        """Transactions of the ledger that do not sum up to nothing in each unit."""
        return await self.value(
            "SELECT count(*) FROM (SELECT transaction_id, unit FROM booking.ledger_entries WHERE tenant_id = $1"
            " GROUP BY transaction_id, unit HAVING sum(amount) <> 0) AS t"
        )

    async def taken(self, session_id: UUID) -> tuple[int, int]:
        """Seats taken as the session's row says, and as its bookings that take seats add up to."""
        async with self.db.tenant(self.tenant_id) as connection:
            row = await connection.fetchrow(
                "SELECT seats_taken, (SELECT coalesce(sum(party_size), 0) FROM booking.bookings b"
                "  WHERE b.tenant_id = s.tenant_id AND b.session_id = s.id"
                "  AND b.status NOT IN ('cancelled', 'expired')) AS booked FROM booking.sessions s WHERE id = $1",
                session_id,
            )
        assert row is not None
        return row["seats_taken"], row["booked"]

    async def snapshot(self) -> dict[str, list[str]]:
        """All rows that a command could change, as text."""
        tables = ("sessions", "bookings", "customers", "command_outcomes", "ledger_entries", "passes",
                  "waitlist_entries", "promo_codes", "occupancies")  # fmt: skip
        found = {}
        async with self.db.tenant(self.tenant_id) as connection:
            for table in tables:
                rows = await connection.fetch(f"SELECT t::text AS row FROM booking.{table} t ORDER BY 1")
                found[table] = [row["row"] for row in rows]
        return found


def _in_two_days() -> datetime:
    return (datetime.now(UTC) + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)


__all__ = ["PRICE", "Arena"]
