"""In whose language is somebody told, and does every language say everything?"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pytest

from services.agent.language import Intent, understand
from services.media.receipt.labels import LABELS
from services.notifier.domain.texts import confirmation
from services.notifier.domain.values import values_of
from services.notifier.domain.wording import EN, WORDINGS, Wording
from shared.messages.booking import BookingConfirmed
from tests.unit.notifier.factories import NOW, business_view, confirmed


def to_a_person_who_speaks(language: str | None, business: str = "pt-PT") -> BookingConfirmed:
    event = confirmed(business=business_view(business))
    return event.model_copy(update={"contact": event.contact.model_copy(update={"language": language})})


@pytest.mark.parametrize(
    ("language", "begins", "day"),
    [
        ("de", "Ihre Buchung ist bestätigt ✓", "Montag, 23. November, 19:00–20:00"),
        ("fr-CA", "Réservation confirmée ✓", "lundi 23 novembre"),
        ("es", "Reserva confirmada ✓", "lunes, 23 de noviembre"),
        ("it", "Prenotazione confermata ✓", "lunedì 23 novembre"),
        ("en", "You're booked ✓", "Monday 23 November"),
    ],
)
def test_people_are_told_in_their_own_language(language: str, begins: str, day: str) -> None:
    text = confirmation(to_a_person_who_speaks(language))

    assert text.startswith(begins)
    assert day in text


@pytest.mark.parametrize("language", [None, "ja", "x-klingon"])
def test_the_business_speaks_its_own_language_where_it_has_not_theirs(language: str | None) -> None:
    event = to_a_person_who_speaks(language)

    assert confirmation(event).startswith("Reserva confirmada ✓\nVinyasa Yoga com Ana")
    assert values_of(event)["language"] == "pt"


def _fields(words: object) -> Any:
    """The placeholders of a template, or of each of its plural forms."""
    if isinstance(words, Mapping):
        return {frozenset(_fields(form)) for form in words.values()}
    return {name for _, name, _, _ in string.Formatter().parse(str(words)) if name}


@pytest.mark.parametrize("wording", WORDINGS.values(), ids=WORDINGS.keys())
def test_every_language_says_the_same_things(wording: Wording) -> None:
    ours, english = asdict(wording), asdict(EN)

    assert all(ours.values())
    assert {name: _fields(words) for name, words in ours.items()} == {
        name: _fields(words) for name, words in english.items()
    }
    assert len(wording.take_it) <= 20
    assert len(wording.no_thanks) <= 20


@pytest.mark.parametrize("wording", WORDINGS.values(), ids=WORDINGS.keys())
def test_what_a_confirmation_says_cancels_does_cancel(wording: Wording) -> None:
    quoted = wording.how_to_cancel
    for opening, closing in (("„", "“"), ("« ", " »"), ('"', '"')):
        if opening in wording.how_to_cancel:
            quoted = quoted.split(opening, 1)[1].split(closing, 1)[0]

    assert understand(quoted, NOW, language=wording.language).intent is Intent.CANCEL


def test_receipts_are_written_in_every_language_that_messages_are() -> None:
    assert WORDINGS.keys() <= LABELS.keys()
