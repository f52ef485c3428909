"""Which time does an English message mean? Sentences of our own, seen from Wednesday 2026-03-04 10:00."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Grain, Open, understand

NOW = datetime(2026, 3, 4, 10, 0)


def at(text: str, *, locale: str | None = None) -> tuple[str | None, str | None]:
    """Start and end as "MM-DD HH:MM"."""
    understood = understand(text, NOW, locale=locale)
    start, end = (t.strftime("%m-%d %H:%M") if t else None for t in (understood.start, understood.end))
    return start, end


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("maybe on the 6 in the evening", "03-04 18:00"),
        ("could I come tomorrow at 7pm", "03-05 19:00"),
        ("7 pm tomorrow would suit me", "03-05 19:00"),
        ("next tuesday at noon", "03-10 12:00"),
        ("on the 4th of april at half past seven in the evening", "04-04 19:30"),
        ("8th of march at 18:30", "03-08 18:30"),
        ("March 8th, quarter past 10 in the morning", "03-08 10:15"),
        ("quarter to six in the evening on friday", "03-06 17:45"),
        ("twenty five to nine in the morning tomorrow", "03-05 08:35"),
        ("in half an hour", "03-04 10:30"),
        ("in an hour and a half", "03-04 11:30"),
        ("in 2.5 hours please", "03-04 12:30"),
        ("45 minutes from now", "03-04 10:45"),
        ("tomorrow at seven p m", "03-05 19:00"),
        ("seven thirty pm on thursday", "03-05 19:30"),
        ("thursday five-thirty in the afternoon", "03-05 17:30"),
        ("six oh five tonight", "03-04 18:05"),
        ("saturday afternoon 2:15", "03-07 14:15"),
        ("tonight at 8", "03-04 20:00"),
        ("friday at 1730", "03-06 17:30"),
        ("2026-05-06T14:30", "05-06 14:30"),
        ("half an hour after 5pm tomorrow", "03-05 17:30"),
        ("midnight tomorrow", "03-06 00:00"),
        ("Book it on the 12th. Do you have anything at half past three in the afternoon?", "03-12 15:30"),
        ("tomorrow at 7 or 8pm", "03-05 19:00"),
    ],
)
def test_a_date_and_a_clock_time_make_one_exact_start(text: str, start: str) -> None:
    assert at(text) == (start, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", "03-05"),
        ("the day after tomorrow", "03-06"),
        ("friday", "03-06"),
        ("this friday", "03-06"),
        ("next friday", "03-13"),
        ("friday next week", "03-13"),
        ("a week on friday", "03-13"),
        ("the 4th", "03-04"),
        ("the 2nd of next month", "04-02"),
        ("the third", "04-03"),
        ("friday the 13th", "03-13"),
        ("in 3 days", "03-07"),
        ("two weeks from tomorrow", "03-19"),
        ("first monday of april", "04-06"),
        ("the last friday of the month", "03-27"),
        ("Dec. 21", "12-21"),
        ("next week, maybe thursday", "03-12"),
    ],
)
def test_a_day_covers_the_whole_day(text: str, day: str) -> None:
    understood = understand(f"on {text}" if text.startswith("the third") else text, NOW)
    assert understood.start is not None
    assert understood.end is not None
    assert understood.start.strftime("%m-%d %H:%M") == f"{day} 00:00"
    assert (understood.end - understood.start).days == 1
    assert understood.grain is Grain.DAY


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("between 5 and 7 tomorrow", "03-05 17:00", "03-05 19:00"),
        ("from 9 to 11am on friday", "03-06 09:00", "03-06 11:00"),
        ("friday 11 to 1pm", "03-06 11:00", "03-06 13:00"),
        ("3:30 to 6 pm on monday", "03-09 15:30", "03-09 18:00"),
        ("friday 10pm to 1am", "03-06 22:00", "03-07 01:00"),
        ("tomorrow at 4pm for 30 minutes", "03-05 16:00", "03-05 16:30"),
        ("tomorrow later than 9:30am but before 11am", "03-05 09:30", "03-05 11:00"),
        ("from monday to friday", "03-09 00:00", "03-14 00:00"),
        ("12 to 16 september", "09-12 00:00", "09-17 00:00"),
        ("from the 28th to the 3rd", "03-28 00:00", "04-04 00:00"),
        ("the next three days", "03-05 00:00", "03-08 00:00"),
        ("for 3 days starting on monday", "03-09 00:00", "03-12 00:00"),
        ("this friday evening", "03-06 18:00", "03-07 00:00"),
        ("next weekend", "03-14 00:00", "03-16 00:00"),
        ("next week", "03-09 00:00", "03-16 00:00"),
        ("in april", "04-01 00:00", "05-01 00:00"),
    ],
)
def test_a_range_has_an_exclusive_end(text: str, start: str, end: str) -> None:
    assert at(text) == (start, end)


def test_an_open_time_says_on_which_side_it_is_open() -> None:
    after = understand("any time after 6pm tomorrow", NOW)
    assert (after.start, after.end, after.open) == (datetime(2026, 3, 5, 18), None, Open.AFTER)
    before = understand("before noon", NOW)
    assert (before.start, before.end, before.open, before.time_only) == (
        None,
        datetime(2026, 3, 4, 12),
        Open.BEFORE,
        True,
    )
    assert understand("friday or later", NOW).open is Open.AFTER
    assert understand("not before 5pm", NOW).open is Open.AFTER
    assert understand("no later than friday", NOW).end == datetime(2026, 3, 7)


def test_before_an_hour_of_a_day_stays_within_that_day() -> None:
    assert at("friday before 11am") == ("03-06 00:00", "03-06 11:00")


def test_a_bare_time_of_day_is_marked_and_lies_ahead() -> None:
    understood = understand("9:30 am works", NOW)
    assert understood.time_only
    assert understood.start == datetime(2026, 3, 5, 9, 30)


def test_a_part_of_day_within_a_week_keeps_the_week_and_says_the_hours() -> None:
    understood = understand("any evening this week", NOW)
    assert understood.grain is Grain.WEEK
    assert understood.daily is not None
    assert understood.daily[0].hour == 18


@pytest.mark.parametrize(
    ("text", "hour", "guessed"),
    [
        ("tomorrow at 5", 17, True),
        ("tomorrow at 9", 9, True),
        ("dinner tomorrow at 9", 21, True),
        ("tomorrow evening at 9", 21, False),
        ("tomorrow morning at 6", 6, False),
        ("today at 9", 21, True),
        ("tomorrow at 09:00", 9, False),
    ],
)
def test_a_bare_hour_takes_its_likely_half_of_the_day_and_admits_a_guess(
    text: str, hour: int, guessed: bool
) -> None:
    understood = understand(text, NOW)
    assert understood.start is not None
    assert (understood.start.hour, understood.half_day_guessed) == (hour, guessed)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("not tomorrow, friday", "03-06 00:00"),
        ("tuesday, sorry, wednesday at 3pm", "03-11 15:00"),
        ("monday at 5pm, no wait, at 6pm", "03-09 18:00"),
        ("instead of monday can we do thursday", "03-05 00:00"),
        ("I can't do thursday, what about friday", "03-06 00:00"),
        ("move my class from 5pm to 6pm on friday", "03-06 18:00"),
        ("change my 3pm appointment tomorrow to 5pm", "03-05 17:00"),
    ],
)
def test_what_is_refused_or_corrected_does_not_count(text: str, start: str) -> None:
    assert at(text)[0] == start


def test_a_refused_day_alone_is_no_day() -> None:
    assert at("not tomorrow") == (None, None)


def test_a_day_relative_to_the_one_before_is_a_shift_and_no_date() -> None:
    understood = understand("no, the day after", NOW)
    assert (understood.start, understood.shift_days) == (None, 1)
    assert understand("the day after tomorrow", NOW).shift_days is None


def test_the_second_day_offered_is_kept_beside_the_first() -> None:
    understood = understand("monday or tuesday", NOW)
    assert understood.start == datetime(2026, 3, 9)
    assert understood.also_days == (datetime(2026, 3, 10),)


@pytest.mark.parametrize(
    "text",
    [
        "call me on 555 0119",
        "my number is +351 912 345 678",
        "it cost me $19.30",
        "is it 45 euros?",
        "the class has 12 spots",
        "I have 2 kids",
        "an iphone 12 and a ps5",
        "flight 1030",
        "order 4821",
        "rated 4 of 5 stars",
        "1-2 people",
        "you are open 24/7",
        "one moment",
        "may I ask something",
        "I sat in the sun",
        "have a nice day",
        "good morning",
        "good evening to you all",
        "for now that is all",
        "the second one",
        "a 60 minute massage",
        "June 31st",
        "I came 3 days ago",
        "see https://example.org/2026-05-01/12:30",
        "I live at 12 long street",
    ],
)
def test_numbers_and_words_that_are_no_time_are_left_alone(text: str) -> None:
    assert at(text) == (None, None)


@pytest.mark.parametrize(
    ("locale", "start"), [("en-US", "04-03 00:00"), ("en-GB", "03-04 00:00"), ("en-CA", "04-03 00:00")]
)
def test_the_locale_decides_which_number_is_the_month(locale: str, start: str) -> None:
    assert at("4/3/2026", locale=locale)[0] == start


def test_a_numeric_date_that_fits_only_one_order_is_read_in_that_order() -> None:
    assert at("22/4", locale="en-US")[0] == "04-22 00:00"
    assert at("4/22", locale="en-GB")[0] == "04-22 00:00"


def test_an_aware_reference_is_read_on_the_clock_of_the_time_zone() -> None:
    late = datetime.fromisoformat("2026-03-04T23:30:00+00:00")
    assert understand("tomorrow", late, timezone="Asia/Tokyo").start == datetime(2026, 3, 6)
    assert understand("tomorrow", late, timezone="America/New_York").start == datetime(2026, 3, 5)


def test_an_unknown_time_zone_is_named_in_the_error() -> None:
    aware = datetime.fromisoformat("2026-03-04T10:00:00+00:00")
    with pytest.raises(ValueError, match="Mars/Olympus"):
        understand("tomorrow", aware, timezone="Mars/Olympus")


def test_a_reference_no_calendar_can_count_from_is_refused() -> None:
    with pytest.raises(ValueError, match="present time"):
        understand("in 5 days", datetime(9999, 12, 30))


@pytest.mark.parametrize(
    "text", ["in 1000 years", "in 1000 years and 1000 years", "within 999 years 999 years"]
)
def test_a_count_beyond_the_calendar_is_harmless(text: str) -> None:
    understand(text, datetime(2200, 1, 1))


def test_the_words_a_time_was_read_from_are_given_back() -> None:
    assert understand("I want yoga tomorrow at 7pm please", NOW).time_words == "tomorrow at 7pm"
