"""Why not, in words, and what else can be done? Every refusal of a booking command is made here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from services.booking.domain.state import Booking, Commitment, Entry, SessionFacts, SessionState
from shared.messages.booking import RefusalCode

Move = Literal["join_waitlist", "pay", "confirm_fee", "my_bookings", "my_passes", "contact_business"]

WITH_ALTERNATIVES = frozenset(
    {
        RefusalCode.SESSION_FULL,
        RefusalCode.SESSION_STARTED,
        RefusalCode.SESSION_CANCELLED,
        RefusalCode.OUTSIDE_WINDOW,
        RefusalCode.BOOKED_ELSEWHERE,
        RefusalCode.WAITLIST_CLOSED,
    }
)
"""Refusals whose next move is another session; which one has room is looked up when the answer is sent."""


WITH_SLOTS = frozenset(
    {
        RefusalCode.SLOT_TAKEN,
        RefusalCode.OUTSIDE_WINDOW,
        RefusalCode.OUTSIDE_HOURS,
        RefusalCode.LIMIT_REACHED,
        RefusalCode.BOOKED_ELSEWHERE,
    }
)
"""Refusals of an appointment whose next move is another slot."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A command changed nothing: a stable code, a sentence for people, and what can be done instead."""

    code: RefusalCode
    sentence: str
    moves: tuple[Move, ...] = ()


PUT_ASIDE = Refused(
    RefusalCode.INVALID,
    "This could not be done; the people who run this system will look at it. Please contact us.",
    ("contact_business",),
)
NO_SUCH_SESSION = Refused(RefusalCode.NOT_FOUND, "There is no such session.")
NO_SUCH_BOOKING = Refused(
    RefusalCode.NOT_FOUND, "You have no such booking that could be changed.", ("my_bookings",)
)
NO_SUCH_ENTRY = Refused(RefusalCode.NOT_FOUND, "You are not on this waitlist.")
NO_SUCH_CUSTOMER = Refused(RefusalCode.NOT_FOUND, "There is no such customer.")
NO_SUCH_SERVICE = Refused(RefusalCode.NOT_FOUND, "There is no such service.")
BLOCKED = Refused(
    RefusalCode.CUSTOMER_BLOCKED,
    "Booking by chat is not open to you. Please contact us.",
    ("contact_business",),
)


def full(state: SessionState, party_size: int) -> Refused:
    """No room for the whole party."""
    left = state.seats_left
    name = named(state.facts)
    waits: tuple[Move, ...] = ("join_waitlist",) if state.facts.policy.waitlist.enabled else ()
    if left <= 0:
        return Refused(RefusalCode.SESSION_FULL, f"{name} is full.", waits)
    places = "is only 1 place" if left == 1 else f"are only {left} places"
    return Refused(RefusalCode.SESSION_FULL, f"There {places} left in {name}, not {party_size}.", waits)


def started(state: SessionState) -> Refused:
    """Booking closes when the session starts."""
    return Refused(RefusalCode.SESSION_STARTED, f"{named(state.facts)} has already started.")


def cancelled(state: SessionState) -> Refused:
    """The business cancelled the session."""
    return Refused(RefusalCode.SESSION_CANCELLED, f"{named(state.facts)} does not take place.")


def too_soon(facts: SessionFacts, minutes: int) -> Refused:
    """The minimum notice of the service."""
    sentence = f"{named(facts)} can be booked until {duration(minutes)} before the start."
    return Refused(RefusalCode.OUTSIDE_WINDOW, sentence, ("contact_business",))


def too_far(facts: SessionFacts, days: int) -> Refused:
    """The booking horizon of the service."""
    sentence = f"{named(facts)} opens for booking {days} days ahead."
    return Refused(RefusalCode.OUTSIDE_WINDOW, sentence)


def already_booked(state: SessionState, booking: Booking) -> Refused:
    """One booking per customer and session."""
    places = "a place" if booking.party_size == 1 else f"{booking.party_size} places"
    return Refused(
        RefusalCode.ALREADY_BOOKED,
        f"You already have {places} in {named(state.facts)} (reference {booking.reference}).",
        ("my_bookings",),
    )


def booked_elsewhere(facts: SessionFacts, other: Commitment) -> Refused:
    """Nobody can be in two places."""
    at = other.starts_at.astimezone(ZoneInfo(facts.business.timezone))
    return Refused(
        RefusalCode.BOOKED_ELSEWHERE,
        f"You have another booking at that time (it starts at {at:%H:%M}).",
        ("my_bookings",),
    )


def limit(sentence: str) -> Refused:
    """What one customer may have of a service."""
    return Refused(RefusalCode.LIMIT_REACHED, sentence, ("my_bookings",))


def too_late_to_cancel(state: SessionState) -> Refused:
    """The cancellation deadline of the service has passed."""
    minutes = int(state.facts.cancellation_deadline.total_seconds()) // 60
    return Refused(
        RefusalCode.TOO_LATE_TO_CANCEL,
        f"{named(state.facts)} could be cancelled until {duration(minutes)} before the start.",
        ("contact_business",),
    )


def fee(sentence: str) -> Refused:
    """The fee must be known to the customer before it is taken."""
    return Refused(RefusalCode.FEE_CHANGED, sentence, ("confirm_fee",))


def hold_expired(facts: SessionFacts) -> Refused:
    """A hold ends by its time, whether or not an alarm rang."""
    return Refused(
        RefusalCode.HOLD_EXPIRED, f"The place in {named(facts)} was held too long ago: please ask again."
    )


def offer_expired(facts: SessionFacts) -> Refused:
    """An offer ends by its time; the place went to the next."""
    return Refused(RefusalCode.OFFER_EXPIRED, f"The place in {named(facts)} was offered to the next in line.")


def already_waiting(facts: SessionFacts, entry: Entry) -> Refused:
    """One entry per customer and session."""
    people = "" if entry.party_size == 1 else f" for {entry.party_size}"
    return Refused(RefusalCode.ALREADY_WAITING, f"You are already waiting{people} for {named(facts)}.")


def seats_free(facts: SessionFacts) -> Refused:
    """No need to wait."""
    return Refused(RefusalCode.SEATS_FREE, f"{named(facts)} has room: you can book it.")


def waitlist_closed(facts: SessionFacts) -> Refused:
    """The waitlist is off, or it closes before the start."""
    return Refused(RefusalCode.WAITLIST_CLOSED, f"The waitlist of {named(facts)} is closed.")


def wrong_state(sentence: str) -> Refused:
    """The booking, entry or payment is not in a state where this can be done."""
    return Refused(RefusalCode.WRONG_STATE, sentence, ("my_bookings",))


def taken(sentence: str) -> Refused:
    """Somebody or something is busy then."""
    return Refused(RefusalCode.SLOT_TAKEN, sentence)


def invalid(sentence: str) -> Refused:
    """What was asked for makes no sense."""
    return Refused(RefusalCode.INVALID, sentence)


def named(facts: SessionFacts) -> str:
    """How a sentence names a session: service and local time."""
    return f"{facts.service_name}, {facts.local},"


def duration(minutes: int) -> str:
    """`90 minutes`, `1 hour`, `2 days`."""
    if minutes % 60:
        return f"{minutes} minutes"
    if minutes % 1440 == 0 and minutes:
        return "1 day" if minutes == 1440 else f"{minutes // 1440} days"
    return "1 hour" if minutes == 60 else f"{minutes // 60} hours"


def at(moment: datetime, facts: SessionFacts) -> str:
    """A moment as the business's clocks show it."""
    return f"{moment.astimezone(ZoneInfo(facts.business.timezone)):%H:%M}"


def no_such_request() -> Refused:
    """The standing request is not the customer's, or it was met or withdrawn."""
    return Refused(RefusalCode.NOT_FOUND, "You have no such open request.", ("my_bookings",))


def slot_taken(facts: SessionFacts, who: str | None) -> Refused:
    """Nobody who could do it is free then."""
    return Refused(
        RefusalCode.SLOT_TAKEN, f"{named(facts)} is not free{_with(who)} any more.", ("contact_business",)
    )


def no_room_free(facts: SessionFacts) -> Refused:
    """Somebody is free, but what the service needs is not."""
    return Refused(
        RefusalCode.SLOT_TAKEN, f"For {named(facts)} no room or equipment is free.", ("contact_business",)
    )


def outside_hours(facts: SessionFacts, who: str | None) -> Refused:
    """Nobody who could do it works then."""
    sentence = f"{named(facts)} lies outside the hours{' of ' + who if who else ''}."
    return Refused(RefusalCode.OUTSIDE_HOURS, sentence, ("contact_business",))


def day_full(facts: SessionFacts, who: str | None) -> Refused:
    """Those who work then take no more bookings on that day, or in that week."""
    sentence = (
        f"{named(facts)} cannot be booked{_with(who)}: that day or week has no room for another booking."
    )
    return Refused(RefusalCode.LIMIT_REACHED, sentence, ("contact_business",))


def past(facts: SessionFacts) -> Refused:
    """Nobody can be given a time that is over."""
    return Refused(RefusalCode.OUTSIDE_WINDOW, f"{named(facts)} is over.")


def _with(who: str | None) -> str:
    return f" with {who}" if who else ""
