"""Which lines do messages share? What, when, where, for how much: in the business's words and time zone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from babel import Locale

from services.notifier.domain.local import (
    is_link,
    locale_for,
    one_line,
    show_count,
    show_day,
    show_hours,
    show_moment,
    show_money,
    show_zone,
)
from services.notifier.domain.wording import Wording, speaks, wording_for
from shared.messages.booking import (
    BookingEvent,
    BookingView,
    BusinessView,
    OfferLapsed,
    OfferMade,
    SessionView,
    WaitlistClosed,
)


@dataclass(frozen=True, slots=True)
class Voice:
    """How one event is told: the words and the locale, which business tells it, of which session, and when."""

    wording: Wording
    locale: Locale
    business: BusinessView
    session: SessionView
    at: datetime

    @property
    def name(self) -> str:
        """The business's name, on one line."""
        return one_line(self.business.business_name)

    def money(self, minor: int) -> str:
        """An amount in the session's currency; 0 is free."""
        return show_money(minor, self.session.currency, self.wording, self.locale)

    def moment(self, at: datetime) -> str:
        """A deadline: its time, and its day when that is not today."""
        return show_moment(at, self.session.timezone, self.locale, self.at)

    def places(self, count: int) -> str:
        """`2 places`."""
        return show_count(count, self.wording.places, self.locale)


def voice_of(event: BookingEvent) -> Voice:
    """The voice that fits: the person's language, else the business's, else English, whichever has a table."""
    match event:
        case OfferMade() | OfferLapsed() | WaitlistClosed():
            session = event.entry.session
        case _:
            session = event.booking.session
    theirs = event.contact.language
    language = theirs if theirs is not None and speaks(theirs) else event.business.language
    wording = wording_for(language)
    locale = locale_for(wording, language, session.timezone)
    return Voice(wording, locale, event.business, session, event.at)


def compose(lines: Iterable[str], last: str = "") -> str:
    """One message: its lines without the empty ones, then, after a gap, what can be done next."""
    text = "\n".join(line for line in lines if line)
    return f"{text}\n\n{last}" if last else text


def what(voice: Voice) -> str:
    """`Vinyasa Yoga with Ana`."""
    service = one_line(voice.session.service_name)
    if not voice.session.staff_name:
        return service
    return voice.wording.with_staff.format(service=service, staff=one_line(voice.session.staff_name))


def when_in_full(voice: Voice) -> str:
    """`Monday 23 November, 19:00–20:00 (Lisbon time)`."""
    session = voice.session
    return voice.wording.when.format(
        day=show_day(session.starts_at, session.timezone, voice.locale, seen_from=voice.at),
        hours=show_hours(session.starts_at, session.ends_at, session.timezone, voice.locale),
        zone=zone(voice),
    )


def when(voice: Voice) -> str:
    """`Mon 23 Nov, 19:00–20:00 (Lisbon time)`: in booking's own words, as everywhere else that shows the session."""
    return f"{local(voice, voice.session)} ({zone(voice)})"


def local(voice: Voice, session: SessionView) -> str:
    """`Mon 23 Nov, 19:00–20:00`: in booking's own words, which are the business's language, or in another one."""
    if wording_for(voice.business.language) is voice.wording:
        return one_line(session.local)
    day = show_day(session.starts_at, session.timezone, voice.locale, seen_from=voice.at)
    return f"{day}, {show_hours(session.starts_at, session.ends_at, session.timezone, voice.locale)}"


def zone(voice: Voice) -> str:
    """`Lisbon time`."""
    return show_zone(voice.session.timezone, voice.wording, voice.locale)


def where(voice: Voice) -> list[str]:
    """The room, or the link of an online session, and the address."""
    room, address = voice.session.room, one_line(voice.business.address or "")
    if room is None or not one_line(room):
        return [address]
    if is_link(room):
        return [voice.wording.join_at.format(link=room)]
    return [voice.wording.room.format(room=one_line(room)), address]


def price(voice: Voice, booking: BookingView) -> str:
    """`2 places, €30.00`, or the credits or the pass that they were booked with."""
    wording = voice.wording
    total = voice.money(booking.total)
    if booking.method == "pass" and not booking.total:
        credits_used = show_count(booking.credits or 0, wording.credits, voice.locale)
        total = credits_used if booking.credits else wording.by_membership
    return wording.price.format(places=voice.places(booking.party_size), total=total)


def paid(voice: Voice, booking: BookingView) -> str:
    """What was paid and what is open; nothing is said when nothing was paid."""
    kept, still_open = paid_and_open(booking)
    if kept <= 0:
        return ""
    if still_open == 0:
        return voice.wording.paid_in_full.format(paid=voice.money(kept))
    return voice.wording.paid_in_part.format(paid=voice.money(kept), open=voice.money(still_open))


def paid_and_open(booking: BookingView) -> tuple[int, int]:
    """Minor units that the business has (paid, less what went back), and those that are still to pay."""
    kept = (booking.paid or 0) - (booking.refund or 0)
    return kept, max(0, booking.total - kept)


def reference(voice: Voice, booking: BookingView) -> str:
    """`Reference ABC123`."""
    return voice.wording.reference.format(reference=one_line(booking.reference))


def filename(template: str, booking: BookingView) -> str:
    """A file name: letters, digits and dashes of the reference only (`receipt-ABC123.pdf`)."""
    return template.format(
        reference="".join(c for c in booking.reference if (c.isascii() and c.isalnum()) or c == "-")
    )
