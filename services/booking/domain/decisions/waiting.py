"""May somebody in the queue be given a place now, and if not, why? What serving and explaining have in common."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.booking.domain import refusals
from services.booking.domain.decisions import eligible, paying
from services.booking.domain.decisions.booking import Wish
from services.booking.domain.decisions.paying import Price
from services.booking.domain.refusals import Refused
from services.booking.domain.state import Account, Entry, SessionFacts, SessionState
from services.booking.domain.world import Draft, World
from shared.messages.booking import Method

NO_GIFT_CARD = refusals.invalid(
    "A gift card cannot pay for a place that is not free yet: name another way to pay."
)
"""What is left on a card now may be spent by then, and nobody would be asked for another."""


def closing(facts: SessionFacts) -> datetime:
    """When the last offer ends: the waitlist closes, or customers can no longer book at all, whichever is earlier."""
    policy = facts.policy
    minutes = max(policy.waitlist.closes_minutes, policy.minimum_notice_minutes)
    return facts.starts_at - timedelta(minutes=minutes)


def stopped(state: SessionState, now: datetime) -> Refused | None:
    """Why nobody can join the queue or be offered a place any more (or yet)."""
    closed = eligible.open_session(state, now, "customer")
    if closed is not None:
        return closed
    if not state.facts.policy.waitlist.enabled or now >= closing(state.facts):
        return refusals.waitlist_closed(state.facts)
    return None


def broadcasting(facts: SessionFacts, now: datetime) -> bool:
    """So shortly before the start everybody is told at once, and the first to answer gets the place."""
    return now >= facts.starts_at - timedelta(minutes=facts.policy.waitlist.broadcast_minutes)


def may_wait(account: Account, facts: SessionFacts, party_size: int, method: Method | None) -> Refused | None:
    """Why this customer could never be given such a place.

    What may change until a place comes free (another booking at that time, the number of bookings) is looked at then.
    """
    if method == "gift_card":
        return refusals.invalid(
            "A gift card cannot pay for a place that is not free yet: name another way to pay."
        )
    refused = eligible.person(
        replace(account, commitments=()), facts, party_size, "customer", facts.starts_at
    )
    if refused is not None:
        return refused
    most = facts.capacity - facts.held_back
    if party_size > most:
        return refusals.invalid(f"{refusals.named(facts)} has {most} places in all, not {party_size}.")
    return None


def wish_of(entry: Entry, method: Method | None = None) -> Wish:
    """What the entry waits for, paid by `method` or as was said when joining."""
    return Wish(
        entry.customer_id,
        entry.contact,
        entry.party_size,
        method=method or entry.method,
        entry_id=entry.entry_id,
    )


def over(account: Account, entry: Entry) -> bool:
    """True when the entry belongs to a standing request that was met or withdrawn elsewhere."""
    return entry.request_id is not None and entry.request_id not in account.open_requests


def priced(draft: Draft, state: SessionState, entry: Entry) -> Price | Refused:
    """What the place would cost this person now, or why they cannot be given one, however many are free."""
    account = draft.account(entry.customer_id)
    refused = eligible.person(account, state.facts, entry.party_size, "customer", draft.now)
    return refused or paying.price(draft, state, wish_of(entry))


def unasked(facts: SessionFacts, price: Price) -> bool:
    """True when the place is given without asking first: there is nothing to pay before or by accepting it."""
    on_site = price.terms.method in ("at_business", "pass") and price.terms.due_now == 0
    return facts.policy.waitlist.promote_without_asking and (price.total == 0 or on_site)


def why_waiting(state: SessionState, entry: Entry, account: Account, now: datetime) -> str:
    """Why this entry has no place yet: a sentence for staff and for the customer. What they can mend comes first."""
    facts = state.facts
    if entry.status == "offered" and entry.offer_expires_at is not None:
        return f"A place is offered until {refusals.at(entry.offer_expires_at, facts)}."
    refused = stopped(state, now)
    if refused is None and over(account, entry):
        return "The request that this entry belongs to has been met or withdrawn."
    if refused is None:
        world = World(
            {(facts.tenant_id, facts.session_id): state}, {(facts.tenant_id, account.customer_id): account}
        )
        price = priced(Draft(world, facts.tenant_id, entry.entry_id, now), state, entry)
        refused = price if isinstance(price, Refused) else None
    if refused is not None:
        return refused.sentence
    free = state.seats_left
    if entry.party_size > free:
        places = "No place is" if free == 0 else f"Only {free} place{' is' if free == 1 else 's are'}"
        ahead = sum(e.order < entry.order for e in state.queue)
        return f"{places} free, {entry.party_size} {'is' if entry.party_size == 1 else 'are'} wanted; {ahead} ahead."
    return "A place is free and is about to be offered."
