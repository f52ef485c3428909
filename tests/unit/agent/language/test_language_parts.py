"""Are several wishes in one message, corrections and days counted from other days kept apart?"""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Intent, understand, warm

NOW = datetime(2026, 3, 4, 10, 0)
THURSDAY, FRIDAY = datetime(2026, 3, 5), datetime(2026, 3, 6)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "cancel thursday and book friday at 9 am"),
        ("en", "Please cancel my class on thursday. Book me in for friday 9am"),
        ("es", "cancela la del jueves y resérvame el viernes a las 9:00"),
        ("es", "quiero cancelar mi cita del jueves, luego reserva el viernes a las 9"),
    ],
)
def test_what_is_cancelled_and_what_is_booked_keep_their_own_times(language: str, text: str) -> None:
    first = understand(text, NOW, language=language)
    (then,) = first.then
    assert (first.intent, first.start) == (Intent.CANCEL, THURSDAY)
    assert (then.intent, then.start) == (Intent.BOOK, FRIDAY.replace(hour=9))
    assert {Intent.CANCEL, Intent.BOOK} <= set(first.intents)


def test_the_first_request_is_the_first_one_said() -> None:
    first = understand("book friday at 9am and cancel thursday", NOW)
    assert (first.intent, first.start) == (Intent.BOOK, FRIDAY.replace(hour=9))
    assert [(then.intent, then.start) for then in first.then] == [(Intent.CANCEL, THURSDAY)]


def test_services_of_two_requests_are_not_mixed_up() -> None:
    first = understand("cancel my yoga and book pilates tomorrow", NOW)
    assert (first.service, first.then[0].service) == ("yoga", "pilates")


@pytest.mark.parametrize(
    "text",
    ["I can't come on thursday, can we move it to friday?", "book yoga and pilates", "cancel it, thanks"],
)
def test_one_request_is_not_parted(text: str) -> None:
    assert understand(text, NOW).then == ()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "tomorrow doesn't work, the day after?"),
        ("es", "mañana no puedo, ¿el día siguiente?"),
    ],
)
def test_the_day_after_counts_from_the_day_in_the_same_message(language: str, text: str) -> None:
    understood = understand(text, NOW, language=language)
    assert (understood.start, understood.shift_days) == (FRIDAY, None)


def test_the_day_after_a_day_is_counted_once() -> None:
    assert understand("the day after friday", NOW).start == datetime(2026, 3, 7)
    assert understand("the day after tomorrow", NOW).start == FRIDAY


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("half seven", "2026-03-04T19:30"),
        ("ten to nine", "2026-03-05T08:50"),
        ("the monday class at 10am", "2026-03-09T10:00"),
        ("second one on friday", "2026-03-06T00:00"),
        ("after february", "2026-03-01T00:00"),
        ("can't make it friday, monday?", "2026-03-09T00:00"),
    ],
)
def test_short_english_answers_are_read(text: str, at: str) -> None:
    now = datetime(2026, 2, 10) if "february" in text else NOW
    assert understand(text, now).start == datetime.fromisoformat(at)


@pytest.mark.parametrize(
    "text",
    [
        "ref 3/4",
        "invoice 12/3",
        "flat 3, 21 high road",
        "order 4512",
        "my number is 07700 900123",
        "call me on 555 0119",
        "+49 171 1234567",
        "(11) 91234-5678",
        "it costs 12.50",
        "room 101",
        "my son is 7",
        "have a good weekend",
        "I'm 35 years old",
        "my name is April",
        "happy christmas",
    ],
)
def test_english_numbers_that_are_no_times_are_left_alone(text: str) -> None:
    understood = understand(text, NOW)
    assert (understood.start, understood.end) == (None, None)


def test_a_child_beside_counted_people_counts() -> None:
    assert understand("2 adults and a child", NOW).party_size == 3
    assert understand("can I talk to a person", NOW).party_size is None


def test_languages_can_be_made_ready_ahead() -> None:
    warm(["en", "es"])
    assert understand("hola", NOW, language="es").intent is Intent.GREET


def test_a_range_of_today_that_is_running_stays_in_this_half_of_the_day() -> None:
    understood = understand("today 8:00 - 12:00", NOW)
    assert (understood.start, understood.end) == (datetime(2026, 3, 4, 8), datetime(2026, 3, 4, 12))


def test_a_booking_that_is_only_named_is_no_second_request() -> None:
    heard = understand("I have a table booked under Anna and I want to cancel it", NOW)
    assert (heard.intent, heard.then) == (Intent.CANCEL, ())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I don't want to cancel"),
        ("en", "how much does it cost to cancel?"),
        ("en", "can I cancel for free?"),
        ("en", "what's your cancellation policy?"),
        ("es", "no quiero cancelar"),
        ("es", "no la canceles"),
        ("es", "¿cuál es la política de cancelación?"),
        ("es", "¿con cuánta antelación puedo cancelar?"),
        ("es", "déjalo como está"),
    ],
)
def test_speaking_of_cancelling_cancels_nothing(language: str, text: str) -> None:
    assert Intent.CANCEL not in understand(text, NOW, language=language).intents


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Sounds very good.", Intent.AFFIRM),
        ("That will work for me", Intent.AFFIRM),
        ("That one sounds good", Intent.AFFIRM),
        ("It is nice", Intent.AFFIRM),
        ("That is confirmed", Intent.AFFIRM),
        ("y", Intent.AFFIRM),
        ("n", Intent.DENY),
        ("that won't work", Intent.DENY),
        ("that doesn't sound good", Intent.DENY),
        ("it was nice to chat", Intent.BYE),
        ("sorry, can't make it", Intent.CANCEL),
        ("I can't come after all", Intent.CANCEL),
    ],
)
def test_everyday_english_answers_are_understood(text: str, intent: Intent) -> None:
    assert understand(text, NOW).intent is intent


def test_the_one_on_a_day_is_no_clock() -> None:
    assert understand("the saturday one", NOW).start == datetime(2026, 3, 7)
    assert understand("saturday one pm", NOW).start == datetime(2026, 3, 7, 13)
    assert understand("saturday at one", NOW).start == datetime(2026, 3, 7, 13)


def test_an_end_before_its_beginning_makes_no_range() -> None:
    understood = understand("january 6th, before next year", NOW)
    assert understood.start is not None
    assert understood.end is None or understood.end > understood.start


@pytest.mark.parametrize("text", ["1Ü", "1:", "2º", "nein", "3ter", "٣", "99999999999999999999"])
@pytest.mark.parametrize("language", ["en", "es", "pt", "fr", "de", "it"])
def test_a_number_with_whatever_ending_breaks_nothing(text: str, language: str) -> None:
    understood = understand(text, NOW, language=language)

    assert understood.choice is None or understood.choice < 10**6
