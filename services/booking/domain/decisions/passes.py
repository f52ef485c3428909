"""May this pass be sold or paused? Packs, memberships and gift cards, with their entries in the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.booking.domain import refusals
from services.booking.domain.decisions.customers import known, needed
from services.booking.domain.events import PassChanged, Posted
from services.booking.domain.money import pass_postings
from services.booking.domain.money.ledger import Transaction
from services.booking.domain.money.membership import Days, last_day
from services.booking.domain.money.passes import (
    GiftCard,
    GiftCardTerms,
    Membership,
    MembershipTerms,
    Pack,
    PackTerms,
    PassTerms,
    pack_valid_to,
)
from services.booking.domain.money.postings import Cause, Means
from services.booking.domain.pass_state import PassState
from services.booking.domain.refusals import Refused
from services.booking.domain.results import PassShown, Result
from services.booking.domain.world import Draft
from shared.messages import booking as msg
from shared.messages.booking import RefusalCode

_LONGEST_PAUSE_DAYS = 366
_FARTHEST_START = timedelta(days=366)
NO_SUCH_PASS = Refused(RefusalCode.NOT_FOUND, "There is no such pass.", ("my_passes",))
NO_SUCH_PRODUCT = Refused(RefusalCode.NOT_FOUND, "There is no such pass for sale.")


@dataclass(frozen=True, slots=True)
class Product:
    """A pass for sale. `price` in minor units is what it costs today, whatever its terms say."""

    product_id: UUID
    name: str
    price: int
    terms: PassTerms


@dataclass(frozen=True, slots=True)
class Selling:
    """What `SellPass` needs: the product (None: not for sale), the business's zone and currency, and a secret.

    `code`: a fresh unguessable gift card code in its stored spelling, from the operating system's randomness.
    """

    product: Product | None
    timezone: str
    currency: str
    code: str


@dataclass(frozen=True, slots=True)
class Pausing:
    """What `PausePass` needs: the business's zone, and when what is booked with the pass starts."""

    timezone: str
    booked: tuple[datetime, ...] = ()


def sell_pass(draft: Draft, command: msg.SellPass) -> Result:
    """The customer has bought a pass: it holds from `starts_on` (unsaid: today at the business)."""
    if not known(draft, command.customer_id):
        return refusals.NO_SUCH_CUSTOMER
    selling = needed(draft, Selling)
    product = selling.product
    if product is None:
        return NO_SUCH_PRODUCT
    today = draft.now.astimezone(ZoneInfo(selling.timezone)).date()
    first = command.starts_on or today
    if abs(first - today) > _FARTHEST_START:
        return refusals.invalid("A pass begins within a year from today.")
    if isinstance(product.terms, GiftCardTerms) and product.price == 0:
        return refusals.invalid("A gift card has a value.")
    price = 0 if command.method == "free" else product.price
    cause = Cause(draft.new_id(), draft.now, command.customer_id, pass_id=draft.command_id)
    state = _sold(cause.id, command.customer_id, product, first, selling, price)
    draft.emit(PassChanged(state, new=True))
    entries = _posted(cause, product, price, selling.currency, command.method)
    if entries is not None:
        draft.emit(Posted(entries))
    return PassShown(state)


def _sold(
    pass_id: UUID, owner_id: UUID, product: Product, first: date, selling: Selling, price: int
) -> PassState:
    terms = product.terms
    held: Pack | Membership | GiftCard
    if isinstance(terms, PackTerms):
        terms = terms.model_copy(update={"price": price})  # what its credits are worth as they are used
        held = Pack(pass_id, owner_id, terms, terms.credits, first, pack_valid_to(terms, first))
    elif isinstance(terms, MembershipTerms):
        held = Membership(pass_id, owner_id, terms, first)
    else:
        until = None if terms.valid_months is None else last_day(first, terms.valid_months)
        held = GiftCard(pass_id, selling.currency, product.price, until)
    code = selling.code if isinstance(held, GiftCard) else None
    return PassState(held, owner_id, product.name, terms, product.product_id, code, version=1)


def _posted(cause: Cause, product: Product, price: int, currency: str, method: str) -> Transaction | None:
    terms = product.terms
    means = _means(method)
    if isinstance(terms, PackTerms):
        return pass_postings.pack_sold(cause, terms.credits, price, currency, means)
    if isinstance(terms, MembershipTerms):
        return pass_postings.membership_sold(cause, price, currency, means) if price else None
    return pass_postings.gift_card_sold(cause, product.price, price, currency, means)


def _means(method: str) -> Means:
    """The ledger's word for how a sale was paid; what was free has no entry on it."""
    return "card" if method == "card" else "cash"


def pause_pass(draft: Draft, command: msg.PausePass) -> Result:
    """The pass cannot be used on these days, and its end moves by as many; days paused already count once."""
    state = draft.pass_(command.pass_id)
    if state is None or state.owner_id != command.customer_id or not known(draft, command.customer_id):
        return NO_SUCH_PASS
    if command.last_day < command.first_day:
        return refusals.invalid("A pause ends after it begins.")
    pause = Days(command.first_day, command.last_day)
    if (pause.last - pause.first).days >= _LONGEST_PAUSE_DAYS:
        return refusals.invalid("A pause is at most a year long.")
    pausing = needed(draft, Pausing)
    zone = ZoneInfo(pausing.timezone)
    inside = sum(1 for start in pausing.booked if start.astimezone(zone).date() in pause)
    if inside:
        bookings = "1 booking" if inside == 1 else f"{inside} bookings"
        sentence = f"There is {bookings} with this pass in these days: cancel or move first."
        return Refused(RefusalCode.HAS_BOOKINGS, sentence, ("my_bookings",))
    held = state.held
    after: Pack | Membership | Refused
    if isinstance(held, Membership):
        after = _paused_membership(held, pause)
    elif isinstance(held, Pack):
        after = _paused_pack(held, pause)
    else:
        return refusals.invalid("A gift card cannot be paused.")
    if isinstance(after, Refused):
        return after
    if after is not held:
        state = state.changed(after)
        draft.emit(PassChanged(state))
    return PassShown(state)


def _paused_membership(held: Membership, pause: Days) -> Membership | Refused:
    if pause.last < held.first_day:
        return refusals.invalid(f"The membership only begins on {held.first_day:%d %b %Y}.")
    if held.period(pause.first) is None and pause.first >= held.first_day:
        return refusals.wrong_state("The membership has ended by then.")
    if not _new_days(pause, held.pauses):
        return held
    return replace(held, pauses=(*held.pauses, pause))


def _paused_pack(held: Pack, pause: Days) -> Pack | Refused:
    if held.valid_to is not None and pause.first > held.valid_to:
        return refusals.wrong_state("The pass has ended by then.")
    first = max(pause.first, held.valid_from)
    if pause.last < first:
        return refusals.invalid(f"The pass only begins on {held.valid_from:%d %b %Y}.")
    added = _new_days(Days(first, pause.last), held.blocked)
    if not added:
        return held
    until = None if held.valid_to is None else held.valid_to + timedelta(days=added)
    return replace(held, blocked=(*held.blocked, pause), valid_to=until)


def _new_days(pause: Days, before: Iterable[Days]) -> int:
    """How many days of the pause were not paused before."""
    days = (pause.first + timedelta(days=n) for n in range((pause.last - pause.first).days + 1))
    earlier = tuple(before)
    return sum(1 for day in days if not any(day in each for each in earlier))
