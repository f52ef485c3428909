"""Are a day, a time and a party kept apart in whatever order they are said?"""

from __future__ import annotations

from datetime import datetime
from itertools import permutations

import pytest

from services.agent.language import understand

NOW = datetime(2026, 3, 4, 10, 0)
DAYS = {
    "en": {"tomorrow": 5, "on friday": 6, "next monday": 9, "on the 20th": 20, "on the 15th of march": 15},
    "es": {
        "mañana": 5,
        "el viernes": 6,
        "el lunes que viene": 9,
        "el 20": 20,
        "el 15/3": 15,
        "el jueves 12": 12,
    },
}
CLOCKS = {
    "en": {"at 19:00": (19, 0), "at half past seven in the evening": (19, 30), "around 9pm": (21, 0), "at noon": (12, 0)},
    "es": {
        "a las 19:00": (19, 0),
        "a las siete y media de la tarde": (19, 30),
        "sobre las 9 de la noche": (21, 0),
        "al mediodía": (12, 0),
        "a las 20.30": (20, 30),
        "a las nueve menos cuarto de la mañana": (8, 45),
    },
}  # fmt: skip
PARTIES = {
    "en": {"for two": 2, "for 3 people": 3, "for 2 adults and 1 child": 3, "we are 5": 5},
    "es": {"para dos": 2, "para 3 personas": 3, "para 2 adultos y 1 niño": 3, "somos 5": 5},
}
SAID = [
    (language, day, clock, party)
    for language in DAYS
    for day in DAYS[language]
    for clock in CLOCKS[language]
    for party in PARTIES[language]
]


@pytest.mark.parametrize(("language", "day", "clock", "party"), SAID)
def test_day_time_and_party_are_read_in_any_order(language: str, day: str, clock: str, party: str) -> None:
    meant = datetime(2026, 3, DAYS[language][day], *CLOCKS[language][clock])
    for order in permutations((day, clock, party)):
        understood = understand(" ".join(order), NOW, language=language)
        assert (understood.start, understood.party_size) == (meant, PARTIES[language][party]), order
