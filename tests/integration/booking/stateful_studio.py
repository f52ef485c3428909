"""A small business for random tests: five customers, four sessions that overlap, Ana's slots, writers, and a clock."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from services.booking.cache import States
from services.booking.domain.money.rules import PromoCode
from services.booking.gather import Gatherer
from services.booking.loader import Loader
from services.booking.mailbox import Waiting, read_command
from services.booking.mine import Mine
from services.booking.store import Store
from services.booking.writer import Writer, Written
from shared import subjects
from shared.actors.delivery import Delivery
from shared.bus import HEADER_ID, Bus
from shared.db import Database
from shared.ids import tenant_id_of
from shared.messages import booking as msg
from shared.messages.conversation import ChannelAddress
from shared.outbox import DeadLetters, Outgoing, TableOutbox
from tests.integration.booking.stateful_model import Offer, Told

# Ids and times are the same in every run (row-level security keeps the runs apart), so what failed once fails again.
START = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
CUSTOMERS = tuple(UUID(int=0xC0 + n) for n in range(5))
YOGA, PRIVATE, COACHING, HAIRCUT, ANA = (UUID(int=0x50 + n) for n in range(5))
PROMO_USES, CODE, PACK, PACK_CREDITS = 2, "FEW", "three", 3
SERVICES: tuple[tuple[UUID, str, str, dict[str, object]], ...] = (
    (YOGA, "Yoga", "class", {"waitlist": {"promote_without_asking": False}}),
    (PRIVATE, "Private", "class", {}),
    (COACHING, "Coaching", "class", {"approval": True}),
    (HAIRCUT, "Haircut", "appointment", {}),
)
# The second begins while the first lasts; the last one is on the next day.
SESSIONS = ((YOGA, 26 * 60, 1), (PRIVATE, 26 * 60 + 30, 1), (COACHING, 28 * 60, 1), (YOGA, 50 * 60, 2))
PLACES = tuple(UUID(int=0xA0 + n) for n in range(len(SESSIONS)))
ALWAYS = {"weekly": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}
GIVES_ALL_BACK = [{"tiers": [{"at_least": "0h", "refund_basis_points": 10_000}]}]

_READERS = {kind.name: kind for kind in msg.EVENTS}


class _Stored:
    """A message as JetStream delivers it."""

    def __init__(self, command: msg.Command) -> None:
        published = subjects.command("booking", command.tenant_id, command.key, command.name)
        self.subject = published.replace("cmd.", "cmd.0.", 1)
        self.data = command.encode()
        self.headers = {HEADER_ID: str(command.command_id)}


@dataclass
class Business:
    """One tenant, two instances that write for it in turns, and what was told about it."""

    db: Database
    slug: str = field(default_factory=lambda: f"random-{uuid4().hex[:12]}")
    now: datetime = START

    def __post_init__(self) -> None:
        self.outbox = TableOutbox(self.db, "booking", resend_after=3600)
        self.writers = [self._writer() for _ in range(2)]
        self.mine = Mine(self.db, self.clock)

    def clock(self) -> datetime:
        return self.now

    @property
    def tenant_id(self) -> UUID:
        return tenant_id_of(self.slug)

    def contact(self, number: int) -> msg.Contact:
        """One of the five."""
        customer_id = CUSTOMERS[number]
        address = ChannelAddress(channel="whatsapp", account_id="1", user_id=f"35190000000{number}", name="C")
        return msg.Contact(customer_id=customer_id, conversation_id=customer_id, address=address)

    async def open(self) -> None:
        """Put everything into the catalogue."""
        tenant = self.tenant_id
        rule = PromoCode.model_validate({"code": CODE, "change": {"amount": -500}, "max_uses": PROMO_USES})
        pack = {"kind": "pack", "name": "Three classes", "price": 3000, "credits": PACK_CREDITS}
        statements: list[tuple[str, tuple[object, ...]]] = [
            ("tenants (slug, name, timezone, currency, language, tenant_id)",
             (self.slug, "Random", "Europe/Lisbon", "EUR", "en")),
            ("staff (id, name, availability, tenant_id)", (ANA, "Ana", json.dumps(ALWAYS))),
            ("pass_products (id, key, name, kind, price, terms, tenant_id)",
             (uuid4(), PACK, "Three classes", "pack", 3000, json.dumps(pack))),
            ("promo_codes (id, code, rule, max_uses, tenant_id)",
             (uuid4(), CODE, rule.model_dump_json(by_alias=True, exclude_none=True), PROMO_USES)),
        ]  # fmt: skip
        statements += [
            ("services (id, name, kind, policy, duration_minutes, price, capacity, cancellation_deadline_minutes,"
             " tenant_id)",
             (service, name, kind, json.dumps({"cancellation": GIVES_ALL_BACK, **policy}), 60, 1500, 1, 0))
            for service, name, kind, policy in SERVICES
        ]  # fmt: skip
        statements.append(("service_staff (service_id, staff_id, tenant_id)", (HAIRCUT, ANA)))
        statements += [
            ("sessions (id, service_id, starts_at, ends_at, capacity, tenant_id)",
             (place, service, START + timedelta(minutes=after), START + timedelta(minutes=after + 60), capacity))
            for place, (service, after, capacity) in zip(PLACES, SESSIONS, strict=True)
        ]  # fmt: skip
        async with self.db.tenant(tenant) as connection:
            for into, values in statements:
                marks = ", ".join(f"${n + 1}" for n in range(len(values) + 1))
                await connection.execute(f"INSERT INTO booking.{into} VALUES ({marks})", *values, tenant)

    async def write(
        self, commands: Sequence[msg.Command], writer: int
    ) -> list[tuple[msg.Command, msg.CommandOutcome, list[Told]]]:
        """Write these in one batch; each with its outcome and what it led others to be told."""
        batch = [read_command(Delivery(cast("Bus", None), _Stored(each), 0)) for each in commands]  # type: ignore[arg-type]  # stands in for a Msg
        waiting = [each for each in batch if isinstance(each, Waiting)]
        assert len(waiting) == len(commands), batch
        written = await self.writers[writer].write(waiting, lambda: True)
        await self._receive(written)
        return [
            (
                each,
                msg.CommandOutcome.model_validate_json(written.answers[(self.tenant_id, each.command_id)].text),
                [told(out) for out in written.outgoing.get((self.tenant_id, each.command_id), [])],
            )
            for each in commands
        ]  # fmt: skip

    async def due(self) -> list[UUID]:
        """The sessions that an alarm would ring for now."""
        async with self.db.tenant(self.tenant_id) as connection:
            rows = await connection.fetch(
                "SELECT id FROM booking.sessions WHERE due_at <= $1 ORDER BY due_at, id", self.now
            )
        return [row["id"] for row in rows]

    async def found(self, customer_id: UUID) -> msg.BookingsFound:
        """What a customer sees when they ask for their bookings."""
        return await self.mine.my_bookings(msg.MyBookings(tenant_id=self.tenant_id, customer_id=customer_id))

    async def credits(self, customer_id: UUID) -> int:
        """What is left on the customer's passes."""
        query = msg.MyBalances(tenant_id=self.tenant_id, customer_id=customer_id)
        return sum(each.left or 0 for each in (await self.mine.my_balances(query)).passes)

    async def promo_uses(self) -> int:
        """How often the database says that the promo code was used."""
        async with self.db.tenant(self.tenant_id) as connection:
            return int(await connection.fetchval("SELECT uses FROM booking.promo_codes"))

    async def _receive(self, written: Written) -> None:
        """Be the notifier: what was told is in the outbox once, and has arrived."""
        expected = {out.id for outgoing in written.outgoing.values() for out in outgoing}
        async with self.db.tenant(self.tenant_id) as connection:
            rows = await connection.fetch("DELETE FROM booking.outbox RETURNING id")
        assert {row["id"] for row in rows} == expected

    def _writer(self) -> Writer:
        gatherer = Gatherer(self.db, Loader(self.db))
        dead = DeadLetters(self.db, "booking")
        return Writer(Store(self.db, self.outbox), gatherer, dead, self.clock, States(), max_tries=1)


def told(out: Outgoing) -> Told:
    """An event as the model takes it."""
    event = _READERS[out.subject.rsplit(".", 1)[-1]].decode(out.payload)
    contact = event.contact  # type: ignore[attr-defined]  # all of these tell somebody
    if isinstance(event, msg.OfferMade) and event.held:
        assert event.entry.offer_expires_at is not None
        kept = Offer(event.entry.session, event.entry.party_size, event.entry.offer_expires_at)
        return contact.customer_id, None, kept
    return contact.customer_id, getattr(event, "booking", None), None
