"""Are a day, a time and a party kept apart in whatever order a Portuguese or French customer says them?"""

from __future__ import annotations

from datetime import datetime
from itertools import permutations

import pytest

from services.agent.language import understand

NOW = datetime(2026, 3, 4, 10, 0)
DAYS = {
    "pt": {"amanhã": 5, "na sexta": 6, "na segunda que vem": 9, "dia 20": 20, "15/3": 15, "quinta 12": 12},
    "fr": {"demain": 5, "vendredi": 6, "lundi prochain": 9, "le 20": 20, "le 15/3": 15, "jeudi 12": 12},
}
CLOCKS = {
    "pt": {
        "às 19h": (19, 0), "às 19": (19, 0), "às sete e meia da noite": (19, 30), "ao meio-dia": (12, 0),
        "às 20.30": (20, 30), "quinze para as oito da noite": (19, 45), "pelas 15h": (15, 0),
    },
    "fr": {
        "à 19h": (19, 0), "à 20 h 30": (20, 30), "à sept heures et demie du soir": (19, 30), "à midi": (12, 0),
        "à neuf heures moins le quart du matin": (8, 45), "vers 15h": (15, 0), "à 17 heures": (17, 0),
    },
}  # fmt: skip
PARTIES = {
    "pt": {"para dois": 2, "para 3 pessoas": 3, "para 2 adultos e 1 criança": 3, "somos 5": 5},
    "fr": {"pour deux": 2, "pour 3 personnes": 3, "pour 2 adultes et 1 enfant": 3, "on sera 5": 5},
}
WISH = {"pt": "queria marcar uma massagem", "fr": "je voudrais réserver un massage"}
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
        understood = understand(f"{WISH[language]} {' '.join(order)}", NOW, language=language)
        assert (understood.start, understood.party_size) == (meant, PARTIES[language][party]), order
