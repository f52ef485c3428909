"""What somebody on a waitlist reads, and what the buttons carry."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notifier.domain.offers import closed, lapsed, offer
from services.notifier.domain.wording import WORDINGS
from shared.messages.booking import OfferLapsed, OfferMade, WaitlistClosed
from tests.unit.notifier.factories import HOUR, NOW, business_view, entry_view, of_entry, session_view


def test_an_offer_says_what_when_and_until_when_it_is_kept() -> None:
    event = of_entry(OfferMade, entry_view(party_size=2, offer_expires_at=NOW + HOUR))

    assert offer(event).text == (
        "Good news: 2 places came free!\n"
        "Vinyasa Yoga with Ana\n"
        "Mon 23 Nov, 19:00–20:00 (Lisbon time)\n"
        "2 places, usual price €15.00 each\n"
        "Rua das Flores 12, Lisboa\n"
        "\n"
        "Kept for you until 13:00. Shall I book it?"
    )


def test_an_offer_to_all_promises_nothing_but_that_the_first_gets_it() -> None:
    text = offer(of_entry(OfferMade, held=False)).text

    assert text.endswith("\n\nFirst come, first served, until 13:00. Shall I book it?")
    assert "Kept for you" not in text


def test_an_offer_that_lasts_until_another_day_names_the_day_there() -> None:
    in_tokyo = session_view(timezone="Asia/Tokyo")  # noon UTC is 21:00 there
    event = of_entry(OfferMade, entry_view(in_tokyo, offer_expires_at=NOW + timedelta(hours=4)))

    assert "Kept for you until Monday 23 November, 01:00." in offer(event).text


@pytest.mark.parametrize("language", WORDINGS)
def test_an_offers_buttons_carry_the_session_the_entry_and_the_answer(language: str) -> None:
    event = of_entry(OfferMade, business=business_view(language))

    yes, no = offer(event).choices

    answer = f"offer:{event.entry.session.session_id}:{event.entry.entry_id}"
    assert (yes.choice_id, no.choice_id) == (f"{answer}:yes", f"{answer}:no")
    assert yes.title != no.title
    assert all(0 < len(choice.title) <= 20 for choice in (yes, no))  # WhatsApp's limit of a button
    assert len(yes.choice_id) <= 200


def test_an_offer_in_english_is_answered_with_take_it_or_no_thanks() -> None:
    assert [choice.title for choice in offer(of_entry(OfferMade)).choices] == ["Take it", "No thanks"]


def test_a_free_class_is_offered_as_free() -> None:
    event = of_entry(OfferMade, entry_view(session_view(price=0), offer_expires_at=NOW + HOUR))

    assert "\n1 place, free\n" in offer(event).text


def test_an_offer_that_was_not_answered_says_that_it_has_ended() -> None:
    assert lapsed(of_entry(OfferLapsed)) == (
        "The offer for this has ended, because we did not hear from you in time.\n"
        "Vinyasa Yoga with Ana\n"
        "Mon 23 Nov, 19:00–20:00 (Lisbon time)\n"
        "\n"
        "Want another time? Just tell me."
    )


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("full", "Sorry, no place came free for you."),
        ("started", "Sorry, no place came free for you."),
        ("cancelled", "Casa Yoga had to cancel this, so your wait is over. Sorry about that!"),
    ],
)
def test_a_wait_that_ends_says_whether_the_class_was_full_or_cancelled(reason: str, said: str) -> None:
    assert closed(of_entry(WaitlistClosed, reason=reason)).startswith(f"{said}\nVinyasa Yoga with Ana\n")
