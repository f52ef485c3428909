"""Which facts of a message can a template be filled with? By name, as they are shown to the person."""

from __future__ import annotations

from services.notifier.domain.local import one_line
from services.notifier.domain.parts import local, price, voice_of, what, when_in_full
from shared.messages.booking import (
    BookingEvent,
    BookingRescheduled,
    OfferLapsed,
    OfferMade,
    SessionChanged,
    WaitlistClosed,
)


def values_of(event: BookingEvent) -> dict[str, str]:
    """The facts of this event's message, one line each; those that it has not are left out.

    language (of the text: `en`), business, service, staff, what (`Vinyasa Yoga with Ana`), when, places, address,
    name (of the person); of a booking also reference and price (`2 places, €30.00`); of a change `was` (when it was);
    of an offer `until` (its deadline).
    """
    voice, session = voice_of(event), voice_of(event).session
    facts = {
        "language": voice.wording.language,
        "business": voice.name,
        "service": one_line(session.service_name),
        "staff": one_line(session.staff_name or ""),
        "what": what(voice),
        "when": when_in_full(voice),
        "address": one_line(voice.business.address or ""),
        "name": one_line(event.contact.address.name or ""),
    }
    match event:
        case OfferMade() | OfferLapsed() | WaitlistClosed():
            facts["places"] = voice.places(event.entry.party_size)
            if isinstance(event, OfferMade):
                facts["until"] = voice.moment(event.entry.offer_expires_at or session.starts_at)
        case _:
            facts["places"] = voice.places(event.booking.party_size)
            facts["price"] = price(voice, event.booking)
            facts["reference"] = one_line(event.booking.reference)
    if isinstance(event, BookingRescheduled | SessionChanged):
        facts["was"] = local(voice, event.previous)
    return {name: fact for name, fact in facts.items() if fact}
