"""Of a list of hours each is a time: "at seven, eight or nine". Pairs of lists of hours and of things that are counted."""

from __future__ import annotations

from typing import Any

import pytest

from services.agent.listed import Reading, listed
from services.agent.spoken import spoken
from tests.unit.agent.catching import MONDAY, caught

EVENING = (19, 20, 21)
HOURS = {
    "en": (
        "We have classes at seven, eight or nine in the evening.",
        "I have seven, eight or nine in the evening.",
        "In the evening at seven, eight, and nine.",
        "At 7, 8 or 9pm.",
    ),
    "es": (
        "Hay clases a las siete, ocho o nueve de la tarde.",
        "Hay clases a las siete, las ocho o las nueve de la noche.",
        "Hay clases a las 7, 8 o 9 de la tarde.",
    ),
    "pt": (
        "Há aulas às sete, oito ou nove da noite.",
        "Há aulas às sete, às oito ou às nove da noite.",
        "Há aulas às dezanove, vinte ou vinte e uma horas.",
        "Há aulas às 19, 20 ou 21h.",
    ),
    "fr": (
        "Il y a des cours à sept, huit ou neuf heures du soir.",
        "Il y a des cours à dix-neuf, vingt ou vingt et une heures.",
        "Il y a des cours à 19, 20 ou 21 h.",
    ),
    "de": (
        "Kurse gibt es um sieben, acht oder neun Uhr abends.",
        "Abends um sieben, acht oder neun ist etwas frei.",
        "Kurse gibt es um neunzehn, zwanzig oder einundzwanzig Uhr.",
        "Kurse gibt es um 19, 20 oder 21 Uhr.",
    ),
    "it": (
        "Ci sono lezioni alle sette, otto o nove di sera.",
        "Ci sono lezioni alle sette, le otto o le nove di sera.",
        "Ci sono lezioni alle 7, 8 o 9 di sera.",
    ),
}
EITHER = {
    "en": ("We have classes at seven, eight or nine.", "You can come from seven, eight or nine on."),
    "es": ("Hay clases a las siete, ocho o nueve.", "Desde las siete, ocho o nueve en adelante."),
    "pt": ("Há aulas às sete, oito ou nove.", "A partir das sete, oito ou nove."),
    "fr": ("Il y a des cours à sept, huit ou neuf heures.", "À partir de sept, huit ou neuf heures."),
    "de": ("Kurse gibt es um sieben, acht oder neun.", "Ab sieben, acht oder neun Uhr."),
    "it": ("Ci sono lezioni alle sette, otto o nove.", "Dalle sette, otto o nove in poi."),
}
BETWEEN = {
    "en": ("between seven and nine", "between seven and nine in the evening"),
    "es": ("entre las siete y las nueve", "entre las siete y las nueve de la tarde"),
    "pt": ("entre as sete e as nove", "entre as sete e as nove da noite"),
    "fr": ("entre sept et neuf heures", "entre sept et neuf heures du soir"),
    "de": ("zwischen sieben und neun", "zwischen sieben und neun Uhr abends"),
    "it": ("tra le sette e le nove", "tra le sette e le nove di sera"),
}


def at(*hours: int) -> Any:
    return {"sessions": [{"clock": f"{hour:02}:00"} for hour in hours]}


def times(text: str, language: str) -> set[frozenset[object]]:
    found = spoken(text, MONDAY.replace(tzinfo=None), language).statements
    return {one.readings for one in found if one.kind == "time"}


def both(*hours: int) -> set[frozenset[object]]:
    return {frozenset({hour % 12 * 60, hour % 12 * 60 + 720}) for hour in hours}


ROWS = [(language, text) for language, texts in HOURS.items() for text in texts]


@pytest.mark.parametrize(("language", "text"), ROWS)
def test_each_hour_of_a_list_is_a_time_in_the_half_of_the_day_that_the_list_says(
    language: str, text: str
) -> None:
    assert caught(text, language, result=at(*EVENING)) == []
    for hour in EVENING:
        others = [each for each in EVENING if each != hour]
        assert len(caught(text, language, result=at(*others))) == 1, hour
        assert len(caught(text, language, result=at(*others, hour - 12))) == 1, (
            f"{hour - 12} is in the morning"
        )


@pytest.mark.parametrize(
    ("language", "text"), [(lang, text) for lang, texts in EITHER.items() for text in texts]
)
def test_each_hour_of_a_list_without_a_half_of_the_day_may_be_in_both(language: str, text: str) -> None:
    assert times(text, language) == both(*EVENING)
    assert caught(text, language, result=at(7, 20, 9)) == []
    for hour in EVENING:
        assert len(caught(text, language, result=at(*(each for each in EVENING if each != hour)))) == 1


@pytest.mark.parametrize("language", BETWEEN)
def test_both_ends_of_a_span_are_times_in_its_half_of_the_day(language: str) -> None:
    bare, evening = BETWEEN[language]

    assert times(f"{bare}.", language) == both(7, 9)
    assert times(f"{evening}.", language) == {frozenset({19 * 60}), frozenset({21 * 60})}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "From seven, eight on.", both(7, 8)),
        ("en", "Come from seven on.", both(7)),
        ("es", "Desde las siete, ocho en adelante.", both(7, 8)),
        ("pt", "A partir das sete, oito.", both(7, 8)),
        ("fr", "À partir de sept, huit heures.", both(7, 8)),
        ("de", "Ab sieben, acht Uhr.", both(7, 8)),
        ("it", "Dalle sette, otto in poi.", both(7, 8)),
        ("en", "The classes at three and four are full.", both(3, 4)),
        ("es", "A las tres o cuatro con Ana.", both(3, 4)),
        ("pt", "Às três ou quatro com a Ana.", both(3, 4)),
        ("de", "Um drei oder vier mit Ana.", both(3, 4)),
        ("it", "Alle tre o quattro con Ana.", both(3, 4)),
        ("pt", "Às sete e oito.", {frozenset({7 * 60 + 8, 19 * 60 + 8})}),
        ("it", "Alle sette e otto.", {frozenset({7 * 60 + 8, 19 * 60 + 8})}),
        ("en", "At seven or eight o'clock with Ana.", both(7, 8)),
        ("es", "A las siete u ocho con Ana.", both(7, 8)),
        ("en", "At seven or eight Ana is there.", both(7, 8)),
        ("en", "A table for two, at seven.", both(7)),
        ("de", "Um sieben oder acht gibt Ana einen Kurs.", both(7, 8)),
        ("de", "Um sieben und acht Uhr sind Plätze frei.", both(7, 8)),
        ("en", "At eleven, twelve or one in the afternoon.", both(11, 12) | {frozenset({13 * 60})}),
        ("en", "At seven, at eight or at one in the afternoon.", both(7, 8) | {frozenset({13 * 60})}),
        ("es", "A las siete y a las ocho de la tarde.", {frozenset({19 * 60}), frozenset({20 * 60})}),
        ("fr", "À sept heures, à huit heures ou à neuf heures.", both(7, 8, 9)),
        ("de", "Um sieben oder um acht Uhr abends.", {frozenset({19 * 60}), frozenset({20 * 60})}),
        ("it", "Alle sette, alle otto o alle nove.", both(7, 8, 9)),
        ("en", "Between nine and three in the afternoon.", both(9) | {frozenset({15 * 60})}),
        (
            "en",
            "At seven in the evening or at nine in the morning.",
            {frozenset({19 * 60}), frozenset({9 * 60})},
        ),
    ],
)
def test_lists_are_read_as_people_say_them(
    language: str, text: str, expected: set[frozenset[object]]
) -> None:
    assert times(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "evening"),
    [
        ("en", "At half past seven, half past eight or half past nine", "in the evening"),
        ("en", "At seven thirty, eight thirty or nine thirty", "in the evening"),
        ("es", "A las siete y media, ocho y media o nueve y media", "de la tarde"),
        ("pt", "Às sete e meia, oito e meia ou nove e meia", "da noite"),
        ("fr", "À sept heures et demie, huit heures et demie ou neuf heures et demie", "du soir"),
        ("de", "Um halb acht, halb neun oder halb zehn", "abends"),
        ("it", "Alle sette e mezza, otto e mezza o nove e mezza", "di sera"),
    ],
)
def test_an_hour_of_a_list_keeps_its_minutes(language: str, text: str, evening: str) -> None:
    half_hours = {hour * 60 + 30 for hour in (7, 8, 9)}

    assert times(f"{text}.", language) == {frozenset({at, at + 720}) for at in half_hours}
    assert times(f"{text} {evening}.", language) == {frozenset({at + 720}) for at in half_hours}


COUNTS = {
    "en": {
        "Two or three people at seven.": {7},
        "We have seven, eight or nine places.": set(),
        "One or two classes are free.": set(),
        "It is at seven, two or three places are left.": {7},
        "It is at seven, two places left.": {7},
        "At seven, two of them are free.": {7},
        "At seven, two with Ana.": {7},
        "At seven, two or three mats are left.": {7},
        "At seven and two people come.": {7},
        "It takes two or three hours.": set(),
        "It is at seven, two hours.": {7},
        "It is at seven, twenty or thirty euros.": {7},
        "At seven, eight or nine places are left.": {7},
        "Prices from ten, twenty or thirty euros.": set(),
        "Shall I book two, three or four?": set(),
        "Classes for two, three or four people, from ten euros.": set(),
    },
    "es": {
        "Somos dos o tres personas a las siete.": {7},
        "Tenemos siete, ocho o nueve plazas.": set(),
        "A las siete, dos o tres plazas libres.": {7},
        "Una o dos clases.": set(),
        "A las siete, dos horas.": {7},
    },
    "pt": {
        "Duas ou três pessoas às sete.": {7},
        "Temos sete, oito ou nove lugares.": set(),
        "Às sete, dois ou três lugares livres.": {7},
        "Uma ou duas aulas.": set(),
        "Às sete, duas horas.": {7},
    },
    "fr": {
        "Deux ou trois personnes à sept heures.": {7},
        "Nous avons sept, huit ou neuf places.": set(),
        "À sept heures, deux ou trois places.": {7},
        "Un ou deux cours.": set(),
        "À sept heures, deux heures.": {7},
        "Ça dure entre une et deux heures.": set(),
        "À partir de deux heures, c'est moins cher.": set(),
    },
    "de": {
        "Zwei oder drei Personen um sieben.": {7},
        "Wir haben sieben, acht oder neun Plätze.": set(),
        "Um sieben, zwei oder drei Plätze.": {7},
        "Ein oder zwei Kurse.": set(),
        "Um sieben, zwei Stunden lang.": {7},
    },
    "it": {
        "Due o tre persone alle sette.": {7},
        "Abbiamo sette, otto o nove posti.": set(),
        "Alle sette, due o tre posti.": {7},
        "Una o due lezioni.": set(),
        "Alle sette, due ore.": {7},
    },
}


@pytest.mark.parametrize(
    ("language", "text", "hours"),
    [(language, text, hours) for language, rows in COUNTS.items() for text, hours in rows.items()],
)
def test_what_a_list_counts_is_no_time(language: str, text: str, hours: set[int]) -> None:
    assert times(text, language) == both(*hours)


def test_a_table_of_numbers_is_no_list_and_costs_no_more_than_its_text() -> None:
    table = ", ".join(map(str, range(1, 100)))

    assert listed(f"At {table} or 7.", "en") == [Reading(f"At {table} or 7.")]
    assert len(listed("At 7, 8 or 9.", "en")) == 3
