"""Do a day, a time and a number of people mean the same in whichever order German and Italian say them?"""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest

from services.agent.language import Intent, understand

NOW = datetime(2026, 3, 4, 10, 0)

DAYS = {
    "de": {
        "morgen": 5, "am Freitag": 6, "übermorgen": 6, "nächsten Montag": 9, "am 12. März": 12, "am 20.": 20,
        "diesen Samstag": 7, "am 15.3.": 15, "Donnerstag, den 12.": 12,
    },
    "it": {
        "domani": 5, "venerdì": 6, "dopodomani": 6, "lunedì prossimo": 9, "il 12 marzo": 12, "il 20": 20,
        "questo sabato": 7, "il 15/3": 15, "giovedì 12": 12,
    },
}  # fmt: skip
TIMES = {
    "de": {
        "um 19:00": (19, 0), "um halb acht abends": (19, 30), "um 18h": (18, 0), "gegen 9 Uhr abends": (21, 0),
        "um 8:30 Uhr morgens": (8, 30), "um viertel vor neun in der Früh": (8, 45), "um 20.30 Uhr": (20, 30),
        "um 20 Uhr 15": (20, 15),
    },
    "it": {
        "alle 19:00": (19, 0), "alle sette e mezza di sera": (19, 30), "alle 18": (18, 0), "verso le 9 di sera": (21, 0),
        "alle ore 15": (15, 0), "alle nove meno un quarto di mattina": (8, 45), "a mezzogiorno": (12, 0), "alle 20.30": (20, 30),
    },
}  # fmt: skip
PARTIES = {
    "de": {
        "": None, "für zwei": 2, "für 3 Personen": 3, "für vier Personen": 4, "für 2 Erwachsene und ein Kind": 3,
        "wir sind 5": 5, "wir sind zu dritt": 3,
    },
    "it": {
        "": None, "per due": 2, "per 3 persone": 3, "per quattro persone": 4, "per 2 adulti e un bambino": 3,
        "siamo in 5": 5, "siamo 6": 6,
    },
}  # fmt: skip
ORDERS = (
    "{day} {time} {party}",
    "{time} {day} {party}",
    "{party} {day} {time}",
    "{party} {time} {day}",
    "{day} {party} {time}",
)


@pytest.mark.no_cover  # the same lines thousands of times
@pytest.mark.parametrize("language", ["de", "it"])
@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_day_time_and_people_does_not_matter(language: str, order: str) -> None:
    for (day, dom), (time, clock), (party, size) in product(
        DAYS[language].items(), TIMES[language].items(), PARTIES[language].items()
    ):
        text = order.format(day=day, time=time, party=party).strip()
        understood = understand(text, NOW, language=language)
        assert (understood.start, understood.party_size) == (datetime(2026, 3, dom, *clock), size), text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Storniere Donnerstag und buche Freitag um 9 Uhr"),
        ("de", "Sag meinen Termin am Donnerstag ab und reserviere mir Freitag um 9 Uhr"),
        ("it", "disdici giovedì e prenota venerdì alle 9"),
        ("it", "Annulla la lezione di giovedì, poi prenotami yoga venerdì alle 9"),
    ],
)
def test_giving_one_day_up_and_booking_another_are_two_requests(language: str, text: str) -> None:
    first = understand(text, NOW, language=language)
    assert (first.intent, first.start) == (Intent.CANCEL, datetime(2026, 3, 5))
    assert [(then.intent, then.start) for then in first.then] == [(Intent.BOOK, datetime(2026, 3, 6, 9))]


@pytest.mark.parametrize(
    ("language", "text"), [("de", "Freitag, nein, am Tag danach"), ("it", "venerdì, anzi il giorno dopo")]
)
def test_the_day_after_the_one_just_named_is_a_date(language: str, text: str) -> None:
    assert understand(text, NOW, language=language).start == datetime(2026, 3, 7)
