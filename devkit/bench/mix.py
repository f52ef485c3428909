"""What do customers of many studios ask for at once? 40 % book and cancel, 40 % look for classes, 20 % the rest."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from devkit.bench import filling_sql as filled
from devkit.bench.names import customer_id, md5_uuid, service_id, session_id, tenant_id
from devkit.bench.open_loop import Request
from shared import subjects
from shared.messages.booking import (
    BookSession,
    CancelBooking,
    Command,
    Contact,
    FindSessions,
    FindSlots,
    MyBookings,
    QuoteBooking,
)
from shared.messages.conversation import ChannelAddress
from shared.messages.envelope import Message

_FIRST_DAY, _LAST_DAY = 58, 82  # of the timetable: from the day after tomorrow on, so that cancelling is free

SHARES = {
    "book, known customer": 13,
    "book, new customer": 13,
    "cancel": 14,
    "find sessions of a day": 20,
    "find sessions of a week": 20,
    "find slots of a day": 10,
    "my bookings": 5,
    "quote": 5,
}
"""Per cent of the requests."""

GROUPS = {
    "commands": ("book, known customer", "book, new customer", "cancel"),
    "session_queries": ("find sessions of a day", "find sessions of a week"),
    "slot_queries": ("find slots of a day",),
    "own_queries": ("my bookings", "quote"),
}
"""Which of them have a target of their own."""


class Mix:
    """Requests about the tenants of a filled database; the same `seed` gives the same mixture."""

    def __init__(self, tenants: int, seed: int) -> None:
        self._tenants = tenants
        self._random = random.Random(seed)  # a load, not a secret
        self._cancelled: set[tuple[int, int, int]] = set()
        self._today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self._make = {
            "book, known customer": self._book_known,
            "book, new customer": self._book_new,
            "cancel": self._cancel,
            "find sessions of a day": lambda: self._find(1),
            "find sessions of a week": lambda: self._find(7),
            "find slots of a day": self._slots,
            "my bookings": self._mine,
            "quote": self._quote,
        }

    def requests(self, count: int) -> list[Request]:
        """So many, in random order."""
        kinds = self._random.choices(list(SHARES), weights=list(SHARES.values()), k=count)
        return [_request(kind, self._make[kind]()) for kind in kinds]

    # --- commands ----------------------------------------------------------------------------

    def _book_known(self) -> Message:
        tenant, session = self._tenant(), self._class()
        there = set(_customers(session))
        customer = self._random.choice([c for c in range(filled.CUSTOMERS) if c not in there])
        return self._book(tenant, session, customer_id(tenant, customer), f"351{tenant * 1000 + customer:09}")

    def _book_new(self) -> Message:
        somebody = uuid4()
        return self._book(self._tenant(), self._class(), somebody, str(somebody))

    def _book(self, tenant: int, session: int, customer: UUID, user_id: str) -> Message:
        address = ChannelAddress(channel="whatsapp", account_id="100", user_id=user_id, name="Load")
        return BookSession(
            tenant_id=tenant_id(tenant),
            command_id=uuid4(),
            session_id=session_id(tenant, session),
            contact=Contact(customer_id=customer, conversation_id=customer, address=address),
        )

    def _cancel(self) -> Message:
        while True:
            tenant, session, place = (
                self._tenant(),
                self._class(),
                self._random.randrange(filled.PER_CLASS - 1),
            )
            if (tenant, session, place) not in self._cancelled:
                break
        self._cancelled.add((tenant, session, place))
        return CancelBooking(
            tenant_id=tenant_id(tenant),
            command_id=uuid4(),
            session_id=session_id(tenant, session),
            booking_id=md5_uuid(f"{tenant} booking {session} {place}"),
            customer_id=customer_id(tenant, list(_customers(session))[place]),
        )

    # --- queries -----------------------------------------------------------------------------

    def _find(self, days: int) -> Message:
        start = self._today + timedelta(days=self._random.randint(1, 20))
        return FindSessions(
            tenant_id=tenant_id(self._tenant()), starts_from=start, starts_before=start + timedelta(days=days)
        )

    def _slots(self) -> Message:
        tenant = self._tenant()
        start = self._today + timedelta(days=self._random.randint(1, 20))
        return FindSlots(
            tenant_id=tenant_id(tenant),
            service_id=service_id(tenant, 4),
            starts_from=start,
            starts_before=start + timedelta(days=1),
        )

    def _mine(self) -> Message:
        tenant = self._tenant()
        return MyBookings(tenant_id=tenant_id(tenant), customer_id=self._somebody(tenant))

    def _quote(self) -> Message:
        tenant = self._tenant()
        return QuoteBooking(
            tenant_id=tenant_id(tenant),
            customer_id=self._somebody(tenant),
            session_id=session_id(tenant, self._class()),
        )

    def _tenant(self) -> int:
        return self._random.randint(1, self._tenants)

    def _somebody(self, tenant: int) -> UUID:
        return customer_id(tenant, self._random.randrange(filled.CUSTOMERS))

    def _class(self) -> int:
        return 6 * self._random.randint(_FIRST_DAY, _LAST_DAY) + self._random.randrange(5)


def _customers(session: int) -> Iterator[int]:
    """Who is booked in a session or waits for it."""
    return ((session * 7 + k * 83) % filled.CUSTOMERS for k in range(filled.PER_CLASS + 3))


def _request(kind: str, message: Message) -> Request:
    if isinstance(message, Command):
        subject = subjects.command("booking", message.tenant_id, message.key, message.name)
        return Request(kind, subject, message.encode(), str(message.command_id))
    return Request(kind, subjects.query("booking", message.name), message.encode())
