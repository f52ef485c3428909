"""What holds for every text and every reference date."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.language import Open, answer_lines, understand

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
references = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 12, 31))
JUMBLE = (
    "at on the 5 7 19:30 half past quarter to pm am monday next this week tomorrow - and or not from between for 3 "
    "people march 14th 4/5 in two hours after before evening , . ! until weekend no actually move"
)
words = st.sampled_from(JUMBLE.split())


@settings(deadline=None)
@given(text=st.text(max_size=200), reference=references)
def test_no_text_is_refused(text: str, reference: datetime) -> None:
    understand(text, reference)


@settings(deadline=None)
@given(said=st.lists(words, max_size=14), reference=references)
def test_no_jumble_of_time_words_is_refused_and_ends_follow_starts(
    said: list[str], reference: datetime
) -> None:
    understood = understand(" ".join(said), reference)
    if understood.start and understood.end:
        assert understood.end > understood.start
    if understood.open is Open.AFTER:
        assert understood.end is None
    assert (understood.grain is None) == (understood.start is None and understood.end is None)


@settings(deadline=None)
@given(said=st.lists(words, max_size=14), reference=references)
def test_the_same_message_always_means_the_same(said: list[str], reference: datetime) -> None:
    text = " ".join(said)
    assert understand(text, reference) == understand(text, reference)


@settings(deadline=None)
@given(reference=references)
def test_tomorrow_is_the_day_after_every_day(reference: datetime) -> None:
    start = understand("tomorrow", reference).start
    assert start is not None
    assert start.date() == reference.date() + timedelta(days=1)


@settings(deadline=None)
@given(reference=references, weekday=st.integers(0, 6))
def test_a_weekday_is_that_weekday_within_the_next_seven_days(reference: datetime, weekday: int) -> None:
    start = understand(f"on {WEEKDAYS[weekday]}", reference).start
    assert start is not None
    assert start.weekday() == weekday
    assert 1 <= (start.date() - reference.date()).days <= 7


@settings(deadline=None)
@given(reference=references, weekday=st.integers(0, 6))
def test_next_weekday_lies_in_the_next_calendar_week(reference: datetime, weekday: int) -> None:
    start = understand(f"next {WEEKDAYS[weekday]}", reference).start
    assert start is not None
    monday = reference.date() - timedelta(days=reference.weekday())
    assert start.date() == monday + timedelta(days=7 + weekday)


@settings(deadline=None)
@given(reference=references, month=st.integers(1, 12), day=st.integers(1, 28))
def test_a_date_without_a_year_is_the_next_one_that_is_not_past(
    reference: datetime, month: int, day: int
) -> None:
    for text in (f"{MONTHS[month - 1]} {day}", f"the {day}th of {MONTHS[month - 1]}"):
        start = understand(text, reference).start
        assert start is not None
        assert (start.month, start.day) == (month, day)
        assert reference.date() <= start.date() < date(reference.year + 2, 1, 1)


@settings(deadline=None)
@given(reference=references, day=st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_full_date_is_read_whatever_today_is(reference: datetime, day: date) -> None:
    for text in (
        day.isoformat(),
        f"{day.day} {MONTHS[day.month - 1]} {day.year}",
        f"{day.day}.{day.month}.{day.year}",
    ):
        start = understand(text, reference, locale="en-GB").start
        assert start is not None
        assert start.date() == day


@settings(deadline=None)
@given(hour=st.integers(0, 23), minute=st.integers(0, 59), reference=references)
def test_a_clock_time_comes_at_or_after_the_reference(hour: int, minute: int, reference: datetime) -> None:
    understood = understand(f"at {hour:02d}:{minute:02d}", reference)
    assert understood.start is not None
    assert (understood.start.hour, understood.start.minute) == (hour, minute)
    now = reference.replace(second=0, microsecond=0)
    assert now <= understood.start < now + timedelta(days=1)


@settings(deadline=None)
@given(
    digits=st.from_regex(r"\+[1-9][0-9]{1,2} [0-9]{3} [0-9]{3} [0-9]{3}", fullmatch=True),
    reference=references,
)
def test_a_phone_number_is_never_a_time(digits: str, reference: datetime) -> None:
    understood = understand(f"my number is {digits}", reference)
    assert (understood.start, understood.end) == (None, None)


@settings(deadline=None)
@given(lines=st.lists(st.text(max_size=80).filter(lambda line: line.isprintable()), max_size=8))
def test_every_line_in_gives_one_line_out(lines: list[str]) -> None:
    answers = list(answer_lines(lines))
    assert len(answers) == len(lines)
    assert all("\n" not in answer for answer in answers)
