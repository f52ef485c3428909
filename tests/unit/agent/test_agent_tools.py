"""What do the tools make of words for times and things, and how do their results read?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.tools.find import FIND_SESSIONS
from services.agent.tools.matching import match, services_of, staff_of
from services.agent.tools.spec import Ports, ToolCall, TurnContext
from services.agent.tools.when import span_of
from shared import ids
from shared.messages.booking import Contact
from shared.messages.conversation import ChannelAddress
from shared.money import format_money
from tests.unit.agent.studio import ANA, CATALOGUE, NOW, PILATES, RUI, TENANT, VINYASA, YIN, Studio, session

SUNDAY_2PM = datetime(2026, 11, 22, 14, 0)


@pytest.mark.parametrize(
    ("words", "start", "end", "at"),
    [
        (None, "2026-11-22 14:00", "2026-11-29 14:00", None),
        ("tomorrow", "2026-11-23 00:00", "2026-11-24 00:00", None),
        ("tomorrow at 7pm", "2026-11-23 00:00", "2026-11-24 00:00", "2026-11-23 19:00"),
        ("2026-11-24", "2026-11-24 00:00", "2026-11-25 00:00", None),
        ("2026-11-24 19:00", "2026-11-24 00:00", "2026-11-25 00:00", "2026-11-24 19:00"),
        ("2026-11-24T19:00", "2026-11-24 00:00", "2026-11-25 00:00", "2026-11-24 19:00"),
        ("2026-11-24 after 18:00", "2026-11-24 18:00", "2026-11-25 00:00", None),
        ("2026-11-24 before 12:00", "2026-11-24 00:00", "2026-11-24 12:00", None),
        ("before noon tomorrow", "2026-11-23 00:00", "2026-11-23 12:00", None),
        ("tomorrow evening", "2026-11-23 18:00", "2026-11-24 00:00", None),
        ("next week", "2026-11-23 00:00", "2026-11-30 00:00", None),
    ],
)
def test_words_for_a_time_become_a_span_on_the_business_clock(
    words: str | None, start: str, end: str, at: str | None
) -> None:
    span = span_of(words, SUNDAY_2PM)

    assert span is not None
    assert (span.start, span.end) == (datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert span.at == (datetime.fromisoformat(at) if at else None)


@pytest.mark.parametrize("words", ["the blue one", "2026-13-45", "asap-ish"])
def test_words_that_are_no_time_are_not_understood(words: str) -> None:
    assert span_of(words, SUNDAY_2PM) is None


@settings(deadline=None)  # the first words load the lexicons
@given(st.text(max_size=60), st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_no_words_break_the_reading_of_times(words: str, reference: datetime) -> None:
    span = span_of(words, reference)

    assert span is None or span.start < span.end


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)))
def test_tomorrow_is_the_next_local_day_whatever_the_day(reference: datetime) -> None:
    span = span_of("tomorrow", reference)

    assert span is not None
    assert span.start == datetime.combine(reference.date() + timedelta(days=1), datetime.min.time())
    assert span.end - span.start == timedelta(days=1)


def test_a_span_is_turned_into_instants_late_so_that_clock_changes_count() -> None:
    span = span_of("2026-10-25", datetime(2026, 10, 20, 9, 0))
    assert span is not None
    begin, end = span.instants(ZoneInfo("Europe/Lisbon"))

    assert begin == datetime(2026, 10, 24, 23, 0, tzinfo=UTC)
    assert end - begin == timedelta(hours=25)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("yoga", (VINYASA, YIN)),
        ("Yoga classes", (VINYASA, YIN)),
        ("vinyasa yoga", (VINYASA,)),
        ("flow", (VINYASA,)),
        ("yogga", (VINYASA, YIN)),
        ("vinysa", (VINYASA,)),
        ("the pilates class", (PILATES,)),
        ("massage", ()),
        ("", ()),
        ("a slow yin yoga with candles", (YIN,)),
    ],
)
def test_words_for_a_service_mean_the_services_they_name(words: str, found: tuple[UUID, ...]) -> None:
    assert match(words, services_of(CATALOGUE)) == found


@pytest.mark.parametrize(
    ("words", "found"), [("Ana", (ANA,)), ("rui silva", (RUI,)), ("Anna", (ANA,)), ("Pedro", ())]
)
def test_a_first_name_is_enough_for_staff(words: str, found: tuple[UUID, ...]) -> None:
    assert match(words, staff_of(CATALOGUE)) == found


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (1500, "EUR", "en", "€15.00"),
        (1500, "JPY", "en", "¥1,500"),
        (1500, "USD", "en-US", "$15.00"),
        (1500, "EUR", "pt-PT", "15,00\xa0€"),
        (1500, "EUR", "xx-unknown", "€15.00"),
    ],
)
def test_money_is_written_with_the_currencys_own_decimals(
    minor: int, currency: str, language: str, text: str
) -> None:
    assert format_money(minor, currency, language) == text


async def find(studio: Studio, **args: object) -> dict[str, object]:
    address = ChannelAddress(channel="whatsapp", account_id="100", user_id="351911")
    contact = Contact(customer_id=TENANT, conversation_id=TENANT, address=address)
    context = TurnContext(TENANT, contact, NOW, NOW)

    async def recall(name: str, make: object) -> str:
        raise AssertionError

    answer = await FIND_SESSIONS.call(Ports(studio), context, args, ToolCall(ids.derive("x"), recall))
    return dict(answer)


async def test_a_search_never_looks_into_the_past() -> None:
    studio = Studio(session(VINYASA, "2026-11-22 09:00"), session(VINYASA, "2026-11-22 19:00"))
    answer = await find(studio, when="today")

    assert studio.questions[0].starts_from == NOW
    assert [s["starts"] for s in answer["sessions"]] == ["2026-11-22T19:00"]  # type: ignore[attr-defined]


async def test_an_exact_time_that_is_full_comes_with_the_same_days_next_sessions_first() -> None:
    studio = Studio(
        session(VINYASA, "2026-11-23 19:00", seats=0),
        session(VINYASA, "2026-11-23 17:00"),
        session(VINYASA, "2026-11-23 21:00"),
    )
    answer = await find(studio, what="yoga", when="tomorrow at 7pm")

    assert answer["sessions"] == []
    assert [s["starts"][11:] for s in answer["full"]] == ["19:00"]  # type: ignore[attr-defined]
    assert [s["starts"][11:] for s in answer["alternatives"]] == ["21:00", "17:00"]  # type: ignore[attr-defined]


async def test_a_name_given_as_the_service_is_taken_for_the_person() -> None:
    studio = Studio(session(VINYASA, "2026-11-23 19:00"))
    await find(studio, what="Ana", when="tomorrow")

    assert studio.questions[0].staff_ids == (ANA,)
    assert studio.questions[0].service_ids == ()


async def test_what_is_unknown_is_answered_with_what_there_is() -> None:
    answer = await find(Studio(), what="massage")
    assert (answer["problem"], answer["offered"]) == (
        "unknown_service",
        ["Vinyasa Yoga", "Yin Yoga", "Pilates"],
    )

    answer = await find(Studio(), staff="Pedro")
    assert (answer["problem"], answer["offered"]) == ("unknown_staff", ["Ana Costa", "Rui Silva"])
