"""What does somebody on a waitlist read? That a place came free, with the buttons that answer it, or that none did."""

from __future__ import annotations

from services.notifier.domain.parts import Voice, compose, voice_of, what, when, where
from shared.messages.booking import OfferLapsed, OfferMade, WaitlistClosed
from shared.messages.conversation import Choice, TextBody


def offer(event: OfferMade) -> TextBody:
    """A place came free: kept for this person until then, or for the first of several to answer.

    The choice ids are `offer:<session id>:<entry id>:yes|no`, all that is needed to answer it.
    """
    voice, entry = voice_of(event), event.entry
    wording = voice.wording
    until = voice.moment(entry.offer_expires_at or entry.session.starts_at)
    last = wording.held_until if event.held else wording.first_come
    lines = [
        wording.came_free.format(places=voice.places(entry.party_size)),
        what(voice),
        when(voice),
        _price(voice, entry.party_size),
        *where(voice),
    ]
    answer = f"offer:{entry.session.session_id}:{entry.entry_id}"
    return TextBody(
        text=compose(lines, last.format(until=until)),
        choices=(
            Choice(choice_id=f"{answer}:yes", title=wording.take_it),
            Choice(choice_id=f"{answer}:no", title=wording.no_thanks),
        ),
    )


def lapsed(event: OfferLapsed) -> str:
    """The offer was not answered in time."""
    voice = voice_of(event)
    return compose([voice.wording.offer_lapsed, what(voice), when(voice)], voice.wording.book_again)


def closed(event: WaitlistClosed) -> str:
    """The wait is over: no place came free, or the session does not take place."""
    voice = voice_of(event)
    wording = voice.wording
    first = wording.not_taking_place.format(business=voice.name)
    if event.reason != "cancelled":
        first = wording.none_came_free
    return compose([first, what(voice), when(voice)], wording.book_again)


def _price(voice: Voice, party_size: int) -> str:
    # A pass, a membership or a promo code may make it less: what it costs this person is quoted when they say yes.
    places, usual = voice.places(party_size), voice.money(voice.session.price)
    template = voice.wording.list_price if voice.session.price else voice.wording.price
    return template.format(places=places, price=usual, total=usual)
