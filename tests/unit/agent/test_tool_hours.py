"""Which half of the day does a bare hour mean where something is booked? One rule in six languages; the other half is tried."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.tools.when import span_of
from tests.unit.agent.chat import Chat
from tests.unit.agent.studio import PILATES, RUI, Studio, session

TWO_PM = datetime(2026, 3, 4, 14)  # a Wednesday
AT = {
    "en": "at {}", "es": "a las {}", "pt": "às {}", "fr": "à {}h", "de": "um {}", "it": "alle {}",
}  # fmt: skip
TOMORROW = {
    "en": "tomorrow", "es": "mañana", "pt": "amanhã", "fr": "demain", "de": "morgen", "it": "domani",
}  # fmt: skip
MORNING = {
    "en": "at 4 in the morning", "es": "a las 4 de la madrugada", "pt": "às 4 da manhã", "fr": "à 4h du matin",
    "de": "um 4 Uhr morgens", "it": "alle 4 di mattina",
}  # fmt: skip


@pytest.mark.parametrize("hour", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("language", AT)
def test_a_bare_hour_up_to_six_is_first_one_of_the_afternoon(language: str, hour: int) -> None:
    words = AT[language].format(hour)
    today, tomorrow = (span_of(text, TWO_PM, language) for text in (words, f"{TOMORROW[language]} {words}"))

    assert today is not None
    assert today.at == datetime(2026, 3, 4, 12 + hour)
    assert tomorrow is not None
    assert (tomorrow.at, tomorrow.or_at) == (datetime(2026, 3, 5, 12 + hour), datetime(2026, 3, 5, hour))


@pytest.mark.parametrize("language", AT)
def test_an_hour_of_the_afternoon_that_is_over_today_is_tomorrows(language: str) -> None:
    span = span_of(AT[language].format(4), datetime(2026, 3, 4, 17), language)

    assert span is not None
    assert span.at == datetime(2026, 3, 5, 16)


@pytest.mark.parametrize("language", MORNING)
def test_a_part_of_the_day_that_is_said_counts(language: str) -> None:
    span = span_of(MORNING[language], TWO_PM, language)

    assert span is not None
    assert (span.at, span.or_at) == (datetime(2026, 3, 5, 4), None)


@pytest.mark.parametrize(("words", "at"), [("um 04:00", 4), ("um 16 Uhr", 16), ("um 9", 9)])
def test_what_is_written_out_or_later_in_the_day_is_as_written(words: str, at: int) -> None:
    span = span_of(f"morgen {words}", TWO_PM, "de")

    assert span is not None
    assert span.at == datetime(2026, 3, 5, at)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("morgen nach 6", 18, 24),
        ("morgen vor 6", 0, 18),
        ("domani dopo le 6", 18, 24),
        ("demain avant 6h", 0, 18),
    ],
)
def test_bounds_are_read_alike(words: str, start: int, end: int) -> None:
    language = {"m": "de", "d": "it"}[words[0]] if "avant" not in words else "fr"
    span = span_of(words, TWO_PM, language)

    assert span is not None
    assert span.start == datetime(2026, 3, 5, start)
    assert span.end == (datetime(2026, 3, 6) if end == 24 else datetime(2026, 3, 5, end))


@pytest.mark.parametrize(("hour", "clock"), [(16, "16:00"), (4, "04:00")])
async def test_what_the_business_offers_at_that_hour_is_what_is_shown(hour: int, clock: str) -> None:
    studio = Studio(
        session(PILATES, f"2026-11-24 {hour:02}:00", staff=RUI),
        session(PILATES, "2026-11-24 10:00", staff=RUI),
    )

    reply = await Chat(studio).say("Ich möchte am Dienstag um 4 zum Pilates")

    assert reply is not None
    assert clock in reply.text
    assert "10:00" not in reply.text


async def test_an_hour_added_later_is_read_alike() -> None:
    studio = Studio(*(session(PILATES, f"2026-11-24 {at}", staff=RUI) for at in ("10:00", "17:00", "18:30")))
    chat = Chat(studio)
    await chat.say("Ich möchte am Dienstag zum Pilates")

    reply = await chat.say("lieber nach 6")

    assert reply is not None
    assert "18:30" in reply.text
    assert "10:00" not in reply.text
