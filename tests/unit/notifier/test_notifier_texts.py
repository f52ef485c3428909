"""What customers read: the business's words, clock, calendar and money."""

from __future__ import annotations

import dataclasses
import string
from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.local import locale_for, one_line, show_hours, show_money, show_zone
from services.notifier.domain.texts import cancellation, confirmation, receipt_caption, receipt_filename
from services.notifier.domain.wording import EN, PT, WORDINGS, Wording, wording_for
from tests.unit.notifier.factories import HOUR, booking_view, business_view, cancelled, confirmed


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_confirmation_says_what_when_where_how_much_and_how_to_cancel() -> None:
    text = confirmation(confirmed(booking_view(party_size=2)))

    assert text == (
        "You're booked ✓\n"
        "Vinyasa Yoga with Ana\n"
        "Monday 23 November, 19:00–20:00 (Lisbon time)\n"
        "2 places, €30.00\n"
        "Rua das Flores 12, Lisboa\n"
        "Reference ABC123\n"
        "\n"
        'Reply "cancel my booking" if you can\'t make it.'
    )


def test_a_confirmation_without_staff_or_address_leaves_no_gap() -> None:
    text = confirmation(confirmed(booking_view(staff=None), business=business_view(address=None)))

    assert text.splitlines()[:5] == [
        "You're booked ✓",
        "Vinyasa Yoga",
        "Monday 23 November, 19:00–20:00 (Lisbon time)",
        "1 place, €15.00",
        "Reference ABC123",
    ]


def test_a_business_in_new_york_says_its_hours_and_dates_the_american_way() -> None:
    booking = booking_view(timezone="America/New_York", currency="USD", starts_at=at("2026-11-23T19:00"))

    assert "Monday, November 23, 2:00–3:00 PM (New York time)\n1 place, $15.00" in confirmation(
        confirmed(booking)
    )


def test_a_portuguese_business_speaks_portuguese() -> None:
    text = confirmation(confirmed(booking_view(party_size=2), business=business_view("pt-PT")))

    assert text.startswith("Reserva confirmada ✓\nVinyasa Yoga com Ana\nsegunda")
    assert "23 de novembro, 19:00–20:00 (hora de Lisboa)\n2 lugares, 30,00\N{NO-BREAK SPACE}€" in text


@pytest.mark.parametrize("language", ["ja", "nl-NL", "x-klingon", "", "zh_Hant_TW"])
def test_a_language_without_words_falls_back_to_english_throughout(language: str) -> None:
    text = confirmation(confirmed(business=business_view(language)))

    assert "You're booked ✓" in text
    assert "Monday 23 November, 19:00–20:00 (Lisbon time)" in text


@pytest.mark.parametrize(("tag", "words"), [("pt", PT), ("pt-BR", PT), ("PT_pt", PT), ("en-US", EN)])
def test_a_language_tag_finds_its_words_whatever_its_region_and_case(tag: str, words: Wording) -> None:
    assert wording_for(tag) is words


@pytest.mark.parametrize(
    ("starts_at", "shown"),
    [
        ("2026-10-24T18:00", "Saturday 24 October, 19:00–20:00"),  # summer time: UTC+1
        ("2026-10-25T19:00", "Sunday 25 October, 19:00–20:00"),  # the clocks went back that night
        ("2027-03-27T19:00", "Saturday, 27 March 2027, 19:00–20:00"),
        ("2027-03-28T18:00", "Sunday, 28 March 2027, 19:00–20:00"),
    ],
)
def test_the_same_wall_clock_is_shown_on_both_sides_of_a_clock_change(starts_at: str, shown: str) -> None:
    assert f"{shown} (Lisbon time)" in confirmation(confirmed(booking_view(starts_at=at(starts_at))))


def test_an_hour_that_exists_twice_is_told_apart_by_its_offset() -> None:
    locale = locale_for(EN, "en", "Europe/Lisbon")

    across = show_hours(at("2026-10-25T00:30"), at("2026-10-25T01:30"), "Europe/Lisbon", locale)

    assert across == "01:30 GMT+01:00 – 01:30 GMT+00:00"


def test_the_day_is_the_one_at_the_business_not_the_one_of_utc() -> None:
    booking = booking_view(starts_at=at("2026-12-01T04:30"), timezone="America/New_York")

    assert "Monday, November 30, 11:30 PM–12:30 AM" in confirmation(confirmed(booking))


def test_a_session_of_another_year_names_the_year() -> None:
    assert "Monday, 4 January 2027, 19:00–20:00" in confirmation(
        confirmed(booking_view(starts_at=at("2027-01-04T19:00")))
    )


def test_a_workshop_over_several_days_says_on_which_day_it_ends() -> None:
    booking = booking_view(lasts=timedelta(days=1, hours=2))

    assert "Monday 23 November, 19:00 – 24 November 21:00" in confirmation(confirmed(booking))


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (3000, "EUR", "€30.00"),
        (1, "USD", "US$0.01"),
        (3000, "JPY", "JP¥3,000"),  # no decimals
        (3000, "KWD", "KWD3.000"),  # three
        (123456789, "GBP", "£1,234,567.89"),
        (0, "EUR", "free"),
    ],
)
def test_money_has_the_decimals_of_its_currency(minor: int, currency: str, shown: str) -> None:
    assert show_money(minor, currency, EN, locale_for(EN, "en", "Europe/Lisbon")) == shown


@pytest.mark.parametrize(
    ("timezone", "shown"),
    [
        ("Europe/Lisbon", "Lisbon time"),
        ("America/New_York", "New York time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_a_time_zone_is_named_as_people_name_it(timezone: str, shown: str) -> None:
    assert show_zone(timezone, EN, locale_for(EN, "en", timezone)) == shown


@pytest.mark.parametrize("language", WORDINGS)
def test_every_zone_can_be_shown_in_every_language(language: str) -> None:
    for timezone in sorted(available_timezones()):
        text = confirmation(confirmed(booking_view(timezone=timezone), business=business_view(language)))
        assert "None" not in text
        assert "{" not in text


def test_a_cancellation_by_the_customer_confirms_it_and_offers_to_go_on() -> None:
    assert cancellation(cancelled()) == (
        "Your booking is cancelled.\n"
        "Vinyasa Yoga with Ana\n"
        "Monday 23 November, 19:00–20:00 (Lisbon time)\n"
        "Reference ABC123\n"
        "\n"
        "Want another time? Just tell me."
    )


def test_a_cancellation_by_the_business_says_so_and_is_sorry() -> None:
    assert cancellation(cancelled(cancelled_by="business")).startswith(
        "Casa Yoga had to cancel your booking. Sorry about that!\n"
    )


def test_a_cancellation_by_nobody_in_particular_blames_nobody() -> None:
    assert cancellation(cancelled(cancelled_by="system")).startswith("Your booking was cancelled.\n")


def test_braces_in_a_name_are_text() -> None:
    booking = booking_view(service="{staff.__class__} {0}", staff="{reference}")

    assert "{staff.__class__} {0} with {reference}\n" in confirmation(confirmed(booking))


@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=400))
def test_no_name_can_forge_a_line_of_the_message(service: str, staff: str, address: str) -> None:
    booking = booking_view(service=f"Yoga {service}", staff=staff)
    event = confirmed(booking, business=business_view(address=f"Lisboa {address}"))

    lines = confirmation(event).splitlines()

    assert len(lines) == 8
    assert (lines[0], lines[5], lines[6]) == ("You're booked ✓", "Reference ABC123", "")
    assert len("\n".join(lines)) < 1024
    assert all(c.isprintable() or c in "\u200c\u200d" for line in lines for c in line)


def test_joined_emoji_and_persian_words_stay_whole() -> None:
    assert one_line("👩\u200d🏫 می\u200cخواهم") == "👩\u200d🏫 می\u200cخواهم"


def test_a_text_direction_cannot_be_turned_around() -> None:
    assert one_line("Ana\u202eevil") == "Ana evil"


def test_a_long_name_is_cut_where_it_says_so() -> None:
    assert one_line("a" * 300, 10) == "aaaaaaaaa…"


@given(st.text(max_size=60))
def test_a_receipts_file_name_is_harmless_whatever_the_reference(reference: str) -> None:
    name = receipt_filename(confirmed(booking_view(reference=reference)))

    assert set(name) <= set(string.ascii_letters + string.digits + "-.")
    assert name.startswith("receipt-")
    assert name.count(".") == 1


def test_a_receipt_is_captioned_with_what_it_is_for() -> None:
    event = confirmed(booking_view(), business=business_view("pt"))

    assert receipt_caption(confirmed()) == "Your receipt for Vinyasa Yoga, reference ABC123."
    assert receipt_caption(event) == "O seu recibo de Vinyasa Yoga, referência ABC123."
    assert receipt_filename(event) == "recibo-ABC123.pdf"


@pytest.mark.parametrize("wording", WORDINGS.values(), ids=list(WORDINGS))
def test_every_language_fills_the_same_blanks_as_english(wording: Wording) -> None:
    def blanks(template: str) -> set[str | None]:
        return {field for _, field, _, _ in string.Formatter().parse(template) if field}

    for field in dataclasses.fields(Wording):
        ours, english = getattr(wording, field.name), getattr(EN, field.name)
        if isinstance(english, str):
            assert blanks(ours) == blanks(english), field.name
    assert "other" in wording.places


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2030, 1, 1)))
def test_any_instant_has_hours_that_read_as_hours(instant: datetime) -> None:
    start = instant.replace(tzinfo=UTC, second=0, microsecond=0)
    for timezone in ("Europe/Lisbon", "America/New_York", "Asia/Kathmandu"):
        shown = show_hours(start, start + HOUR, timezone, locale_for(EN, "en", timezone))
        assert shown.count(":") >= 2
        assert "None" not in shown
