"""On which date is a feast that moves, and do German and Italian spell every number and every hour?"""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.language import lexicon, understand
from services.agent.language.grammar import feasts
from services.agent.language.lexicon import de, it

NOW = datetime(2026, 3, 4, 10, 0)


@pytest.mark.parametrize(
    ("year", "easter", "first_advent"),
    [
        (2024, date(2024, 3, 31), date(2024, 12, 1)),
        (2025, date(2025, 4, 20), date(2025, 11, 30)),
        (2026, date(2026, 4, 5), date(2026, 11, 29)),
        (2028, date(2028, 4, 16), date(2028, 12, 3)),
    ],
)
def test_easter_and_advent_fall_on_their_known_sundays(year: int, easter: date, first_advent: date) -> None:
    assert feasts.easter_day(year, 0) == easter
    assert feasts.advent_day(year, 0) == first_advent


@settings(deadline=None)
@given(st.integers(1900, 2200))
def test_advent_has_four_sundays_before_christmas(year: int) -> None:
    fourth = feasts.advent_day(year, 21)
    assert fourth.weekday() == feasts.SUNDAY
    assert 1 <= (date(year, 12, 25) - fourth).days <= 7


def test_a_feast_without_a_year_is_the_next_to_come() -> None:
    assert feasts.coming(date(2026, 4, 5), feasts.easter_day, 0, None) == date(2026, 4, 5)
    assert feasts.coming(date(2026, 4, 6), feasts.easter_day, 0, None) == date(2027, 3, 28)
    assert feasts.coming(date(2026, 4, 6), feasts.easter_day, 0, 2026) == date(2026, 4, 5)


def test_the_sunday_of_a_month_that_does_not_exist_is_refused() -> None:
    assert feasts.sunday_of_month(2026, 502) == date(2026, 5, 10)
    with pytest.raises(ValueError, match="names no Sunday"):
        feasts.sunday_of_month(2026, 506)


def test_winter_reaches_into_the_next_year() -> None:
    assert feasts.season(2026, 3) == (date(2026, 12, 21), date(2027, 3, 20))
    assert feasts.season(2026, 1) == (date(2026, 6, 21), date(2026, 9, 23))


@pytest.mark.parametrize("n", range(1, 32))
def test_every_german_ordinal_is_a_day_of_may(n: int) -> None:
    for word in de.ORDINALS[n].split(", "):
        understood = understand(f"am {word} Mai", NOW, language="de")
        assert understood.start == datetime(2026, 5, n), word


@pytest.mark.parametrize("n", range(2, 32))
def test_every_italian_number_is_a_day_of_may(n: int) -> None:
    for word in it.CARDINALS[n].split(", "):
        understood = understand(f"il {word} maggio", NOW, language="it")
        assert understood.start == datetime(2026, 5, n), word


@settings(deadline=None)
@given(st.integers(13, 23), st.integers(10, 59))
def test_every_german_hour_with_minutes_is_understood_in_words_and_in_digits(hour: int, minute: int) -> None:
    hours, minutes = de.CARDINALS[hour].split(", ")[0], de.CARDINALS.get(minute, str(minute)).split(", ")[0]
    for text in (
        f"morgen um {hours} Uhr {minutes}",
        f"morgen um {hour}.{minute} Uhr",
        f"morgen {hour}:{minute}",
    ):
        assert understand(text, NOW, language="de").start == datetime(2026, 3, 5, hour, minute), text


@settings(deadline=None)
@given(st.integers(13, 23), st.integers(10, 59))
def test_every_italian_hour_with_minutes_is_understood_in_words_and_in_digits(hour: int, minute: int) -> None:
    hours, minutes = it.CARDINALS[hour].split(", ")[0], it.CARDINALS.get(minute, str(minute)).split(", ")[0]
    for text in (
        f"domani alle {hours} e {minutes}",
        f"domani alle {hour}.{minute}",
        f"domani ore {hour}:{minute}",
    ):
        assert understand(text, NOW, language="it").start == datetime(2026, 3, 5, hour, minute), text


def _words(language: str) -> list[str]:
    """Every word and phrase of a language, with numbers and dates beside them."""
    digits = [
        "1",
        "3",
        "8",
        "12",
        "15",
        "24",
        "31",
        "45",
        "1930",
        "2026",
        "8:30",
        "18.30",
        "3.4.",
        "12/3",
        "0",
        ",",
    ]
    return sorted(lexicon.load(language).entries) + digits * 20


@settings(max_examples=300)
@given(st.lists(st.sampled_from(_words("de")), max_size=9))
def test_no_order_of_german_words_is_too_much(words: list[str]) -> None:
    understood = understand(" ".join(words), NOW, language="de")
    assert understood.start is None or understood.end is None or understood.start < understood.end


@settings(max_examples=300)
@given(st.lists(st.sampled_from(_words("it")), max_size=9))
def test_no_order_of_italian_words_is_too_much(words: list[str]) -> None:
    understood = understand(" ".join(words), NOW, language="it")
    assert understood.start is None or understood.end is None or understood.start < understood.end
