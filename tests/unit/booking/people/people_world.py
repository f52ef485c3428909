"""Customers, passes and commands for the tests of people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.booking.domain.money.membership import Days
from services.booking.domain.money.passes import (
    GiftCard,
    GiftCardTerms,
    Membership,
    MembershipTerms,
    Pack,
    PackTerms,
    PassTerms,
)
from services.booking.domain.pass_state import PassState
from services.booking.domain.state import Account, Commitment
from services.booking.domain.world import Draft, World
from shared.ids import derive

TENANT = derive("tenant", "people")
ANA = derive("customer", "ana")
BEN = derive("customer", "ben")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
COMMAND = derive("command", 1)

PACK = PackTerms(name="Ten classes", price=12_000, credits=10, valid_months=3)
MEMBERSHIP = MembershipTerms(name="Monthly", tier="gold", price=9_000)
GIFT = GiftCardTerms(name="Gift card", valid_months=12)


def draft(*accounts: Account, extra: object = None, passes: tuple[PassState, ...] = ()) -> Draft:
    """A decision on a world with these customers, passes and what the command needs."""
    world = World(
        accounts={(a.tenant_id, a.customer_id): a for a in accounts},
        passes={(TENANT, p.pass_id): p for p in passes},
        extras={} if extra is None else {COMMAND: extra},
    )
    return Draft(world, TENANT, COMMAND, NOW)


def account(
    customer_id: UUID = ANA, *, blocked: bool = False, erased: bool = False, starts: tuple[datetime, ...] = ()
) -> Account:
    """A stored customer with an hour taken at each of these starts."""
    times = tuple(
        Commitment(derive("b", start), derive("s", start), derive("v"), start, start + timedelta(hours=1), start.date())
        for start in starts
    )  # fmt: skip
    return Account(TENANT, customer_id, version=1, blocked=blocked, erased=erased, commitments=times)


def pack(
    *, valid_to: date | None = date(2026, 12, 31), blocked: tuple[Days, ...] = (), owner: UUID = ANA
) -> PassState:
    """A pack of ten with four left, from 1 November."""
    held = Pack(derive("pack"), owner, PACK, 4, date(2026, 11, 1), valid_to, blocked)
    return PassState(held, owner, PACK.name, PACK, version=3)


def membership(*, pauses: tuple[Days, ...] = (), ended_on: date | None = None) -> PassState:
    """A monthly membership from 10 November."""
    held = Membership(derive("member"), ANA, MEMBERSHIP, date(2026, 11, 10), ended_on=ended_on, pauses=pauses)
    return PassState(held, ANA, MEMBERSHIP.name, MEMBERSHIP, version=1)


def gift_card() -> PassState:
    """A gift card with 50.00 left."""
    return PassState(
        GiftCard(derive("gift"), "EUR", 5_000), ANA, GIFT.name, GIFT, code="0123456789ABCDEF", version=1
    )


def terms_of(kind: str) -> PassTerms:
    """The product of that kind."""
    products: dict[str, PassTerms] = {"pack": PACK, "membership": MEMBERSHIP, "gift_card": GIFT}
    return products[kind]
