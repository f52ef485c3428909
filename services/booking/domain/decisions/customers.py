"""May this be changed about a customer? What is known of them, their channels, and being forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from services.booking.domain import person, refusals
from services.booking.domain.events import CustomerChanged, CustomerErased, IdentityLinked
from services.booking.domain.refusals import Refused
from services.booking.domain.results import Done, Result
from services.booking.domain.world import Draft
from shared.messages import booking as msg
from shared.messages.booking import RefusalCode

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clash:
    """Two places of two customers that one person cannot have both: each named for people."""

    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Linking:
    """What `LinkIdentity` needs beyond the account: whom the identity leads to today, and what they both have booked.

    `owner_id`: None when nobody was met under it. `clashes`: coming bookings in one session, or at one time where
    neither service allows that; soonest first.
    """

    owner_id: UUID | None
    clashes: tuple[Clash, ...] = ()


_CHECKS: dict[str, Callable[[str], str]] = {
    "full_name": person.full_name,
    "language": person.language,
    "timezone": person.timezone,
    "notes": person.notes,
    "tier": person.tier,
}


def update_customer(draft: Draft, command: msg.UpdateCustomer) -> Result:
    """Change what is known of a customer. An empty text clears it; what is not set stays.

    Giving consent (or blocking) again keeps the first time, withdrawing it clears it: see `people`.
    """
    account = draft.account(command.customer_id)
    if not known(draft, command.customer_id):
        return refusals.NO_SUCH_CUSTOMER
    if command.blocked_reason and not (account.blocked if command.blocked is None else command.blocked):
        return refusals.invalid("A reason for blocking is kept for a blocked customer only.")
    try:
        values = tuple(_values(command, draft.now))
    except ValueError as error:
        return refusals.invalid(str(error))
    if not values:
        return refusals.invalid("Say what is to be changed about the customer.")
    draft.emit(CustomerChanged(command.customer_id, values))
    return Done("customer_updated")


def _values(command: msg.UpdateCustomer, now: datetime) -> Iterator[tuple[str, object]]:
    for field, check in _CHECKS.items():
        text: str | None = getattr(command, field)
        if text is not None:
            yield field, check(text) if text.strip() else None
    if command.marketing_consent is not None:
        yield "marketing_consent_at", now if command.marketing_consent else None
    if command.blocked is not None:
        yield "blocked_at", now if command.blocked else None
    if command.blocked is False:
        yield "blocked_reason", None
    elif command.blocked_reason is not None:
        yield (
            "blocked_reason",
            person.notes(command.blocked_reason) if command.blocked_reason.strip() else None,
        )


def link_identity(draft: Draft, command: msg.LinkIdentity) -> Result:
    """The customer is the same person on another channel; who was met there before is merged into them.

    Refused while the two have places that one person cannot have both: which of them is given up is theirs to say.
    """
    if not known(draft, command.customer_id):
        return refusals.NO_SUCH_CUSTOMER
    try:
        channel, user_id = person.identity(command.channel, command.user_id)
    except ValueError as error:
        return refusals.invalid(str(error))
    linking = needed(draft, Linking)
    merged = None if linking.owner_id in (None, command.customer_id) else linking.owner_id
    if merged is not None and linking.clashes:
        return _clash(linking.clashes)
    draft.emit(IdentityLinked(command.customer_id, channel, user_id, merged))
    return Done("identity_linked" if merged is None else "customers_merged")


def erase_customer(draft: Draft, command: msg.EraseCustomer) -> Result:
    """Forget the person. Refused while they are expected; doing it again changes nothing."""
    account = draft.account(command.customer_id)
    if account.erased:
        return Done("customer_erased")
    if not known(draft, command.customer_id):
        return refusals.NO_SUCH_CUSTOMER
    coming = sum(1 for commitment in account.commitments if commitment.ends_at > draft.now)
    if coming:
        them, bookings = ("it", "1 coming booking") if coming == 1 else ("them", f"{coming} coming bookings")
        sentence = f"There is still {bookings}: cancel {them} first, then ask to be forgotten again."
        return Refused(RefusalCode.HAS_BOOKINGS, sentence, ("my_bookings",))
    draft.emit(CustomerErased(command.customer_id, draft.now))
    return Done("customer_erased")


def known(draft: Draft, customer_id: UUID) -> bool:
    """The customer is stored (in this tenant) and not forgotten."""
    key = (draft.tenant_id, customer_id)
    account = draft.accounts.get(key) or draft.world.accounts.get(key)
    return account is not None and not account.erased


def needed(draft: Draft, kind: type[T]) -> T:
    """What the store loaded for this command alone. Raises TypeError when it did not: that is our mistake."""
    found = draft.world.extras.get(draft.command_id)
    if not isinstance(found, kind):
        raise TypeError(f"the command needs a {kind.__name__} among the world's extras")
    return found


def _clash(clashes: tuple[Clash, ...]) -> Refused:
    first = clashes[0]
    if first.ours == first.theirs:
        what = f"Both have a place in {first.ours}"
    else:
        what = f"Two bookings are at the same time: {first.ours} and {first.theirs}"
    more = "" if len(clashes) == 1 else f" (and {len(clashes) - 1} more)"
    sentence = f"{what}{more}. Cancel one of the two first, then link again."
    return Refused(RefusalCode.HAS_BOOKINGS, sentence, ("my_bookings",))
